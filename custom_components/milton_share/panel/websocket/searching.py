"""Finds cameras on the home's network that aren't in Home Assistant yet, for the add-camera step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ...cameras.discovery import find_cameras
from .dispatch import Call, Command

if TYPE_CHECKING:
    from ...cameras.discovery.found import FoundCamera


async def search_cameras(call: Call) -> tuple[FoundCamera, ...]:
    """Search the home's network for some seconds. No result leaves the home."""
    call.panel.settings.cameras(call.session)  # whoever may not see this home's cameras may not look for more
    return await find_cameras(call.hass)


COMMANDS: Final = (Command(name="cameras/search", run=search_cameras),)
