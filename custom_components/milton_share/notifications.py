"""Telling the owner's phones that a request came. Law 1: constant words, for every verified request or for none.

A phone maker's relay sees when a message goes out and what it says, so neither may depend on this home's cameras, on a
match, or on what anybody did here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from homeassistant.components.notify.const import DOMAIN as NOTIFY_DOMAIN

from .const import LOGGER

if TYPE_CHECKING:
    from collections.abc import Iterable

    from homeassistant.core import HomeAssistant

TITLE = "Milton Share"
MESSAGES = {
    "en": "The police asked homes in your city for footage. You decide alone, and never have to answer.",
    "es": "La policía pidió grabaciones a los hogares de su ciudad. Usted decide, y nunca tiene que responder.",
}


async def tell(hass: HomeAssistant, services: Iterable[str]) -> None:
    """Send the one message to each of the owner's ``notify.*`` services that is there."""
    message = MESSAGES.get(hass.config.language.partition("-")[0], MESSAGES["en"])
    for service in services:
        if not hass.services.has_service(NOTIFY_DOMAIN, service):
            LOGGER.warning("The notification service notify.%s is gone", service)
            continue
        await hass.services.async_call(NOTIFY_DOMAIN, service, {"title": TITLE, "message": message}, blocking=False)
