"""Finds who answered a Home Assistant dialog, by the session of that HTTP request."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from homeassistant.components.http.const import KEY_HASS_REFRESH_TOKEN_ID, KEY_HASS_USER
from homeassistant.helpers.http import current_request

from ..approvers.session import session_of
from ..errors import MiltonShareError
from .lookup import running_home

if TYPE_CHECKING:
    from homeassistant.core import HomeAssistant

    from ..approvers.refused_acts import Act
    from ..approvers.rules import Session


def pressed_by(hass: HomeAssistant) -> tuple[Session, str] | None:
    """Return the answer's session and the person's name; None without an HTTP request."""
    request = current_request.get()
    if request is None:
        return None
    user = request[KEY_HASS_USER]
    return session_of(hass, user, request.get(KEY_HASS_REFRESH_TOKEN_ID)), user.name or ""


async def note_refused(hass: HomeAssistant, act: Act, rule: str) -> None:
    """Record a refused attempt in a dialog, for the approvers to see."""
    who = pressed_by(hass)
    if who is not None:
        with suppress(MiltonShareError):  # nothing is enrolled: there is nobody to show it to
            await running_home(hass).panel.note_refused(*who, act, rule)
