"""The websocket commands of the panel and other clients (docs/home-api.md).

- Each command judges the caller's own session by law 6; `whoami` alone answers everybody, and only that.
- Registered once, when the integration is set up: Home Assistant has no way to take a command back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from homeassistant.components import websocket_api
from homeassistant.core import callback

from . import adding, deciding, folders, household, own, reading, searching, settings
from .dispatch import handler_of
from .subscription import SUBSCRIBE_SCHEMA, SUBSCRIBE_TYPE, handle_subscribe

if TYPE_CHECKING:
    from homeassistant.core import HomeAssistant

COMMANDS = (
    *reading.COMMANDS,
    *deciding.COMMANDS,
    *settings.COMMANDS,
    *searching.COMMANDS,
    *adding.COMMANDS,
    *folders.COMMANDS,
    *household.COMMANDS,
    *own.COMMANDS,
)


@callback
def async_register(hass: HomeAssistant) -> None:
    """Register every command."""
    for command in COMMANDS:
        websocket_api.async_register_command(hass, command.type, handler_of(command), command.message_schema())
    websocket_api.async_register_command(hass, SUBSCRIBE_TYPE, handle_subscribe, SUBSCRIBE_SCHEMA)
