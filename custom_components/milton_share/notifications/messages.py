"""The words that phones are told. Law 1: constant, for every verified request or for none.

A phone maker's relay sees when a message goes out and what it says, so neither may depend on this home's cameras, on a
match, or on what anybody did here. When each goes out: `notification_times`. The tag is chance; the page knows which
request it means.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from homeassistant.components.notify.const import DOMAIN as NOTIFY_DOMAIN
from homeassistant.exceptions import ServiceNotFound

from ..const import LOGGER, PANEL_PATH
from ..text.language import said
from .schedule import Kind

if TYPE_CHECKING:
    from homeassistant.core import HomeAssistant

    from .phones import PhoneRepository

TITLE = "Milton Share"
LATER = "MILTON_SHARE_LATER_"  # and the tag: nothing is decided by it
CLEAR = "clear_notification"  # the app's own word
MESSAGES = {
    "en": "The police asked homes in your city for footage. You decide alone, and never have to answer.",
    "es": "La policía pidió grabaciones a los hogares de su ciudad. Usted decide, y nunca tiene que responder.",
}
REMINDERS = {
    "en": "A request of the police is still open. If you have decided, or don't want to, there is nothing to do.",
    "es": "Una solicitud de la policía sigue abierta. Si ya decidió, o no quiere, no tiene que hacer nada.",
}
_OPEN = {"en": "Open", "es": "Abrir"}
_LATER = {"en": "Remind me later", "es": "Recordármelo luego"}


def message_of(kind: Kind, tag: str, language: str, *, reminds: bool) -> dict[str, Any]:
    """Return one message. Pure. ``reminds``: a reminder follows this message, so it can be put off until then."""
    if kind is Kind.CLEAR:
        return {"message": CLEAR, "data": {"tag": tag}}
    path = f"/{PANEL_PATH}/open/{tag}"
    actions = [{"action": "URI", "title": said(_OPEN, language), "uri": path}]
    if reminds:
        actions.append({"action": f"{LATER}{tag}", "title": said(_LATER, language)})
    texts = MESSAGES if kind is Kind.FIRST else REMINDERS
    return {
        "title": TITLE,
        "message": said(texts, language),
        "data": {"tag": tag, "channel": TITLE, "url": path, "clickAction": path, "actions": actions},
    }


class Messenger:
    """Sends messages to the phones that are told."""

    def __init__(self, hass: HomeAssistant, phones: PhoneRepository) -> None:
        """Take where phones are."""
        self._hass, self._phones = hass, phones

    async def tell(self, kind: Kind, tag: str, *, reminds: bool) -> None:
        """Send one message; nobody waits until it has arrived."""
        message = message_of(kind, tag, self._hass.config.language, reminds=reminds)
        for service in self._phones.told():
            try:
                await self._hass.services.async_call(NOTIFY_DOMAIN, service, message, blocking=False)
            except ServiceNotFound:  # its phone was taken away at this very moment
                LOGGER.warning("notify.%s is gone: it is not told", service)
