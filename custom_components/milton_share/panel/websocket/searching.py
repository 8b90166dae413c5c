"""The add-camera step: what is on the home's own network and not in Home Assistant yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ...cameras.discovery import find_cameras
from .dispatch import Call, Command

if TYPE_CHECKING:
    from ...cameras.discovery.found import FoundCamera


async def search_cameras(call: Call) -> tuple[FoundCamera, ...]:
    """Look around the home's network for some seconds. Nothing of it leaves the home."""
    call.desk.settings.cameras(call.session)  # whoever may not see this home's cameras may not look for more
    return await find_cameras(call.hass)


COMMANDS: Final = (Command(name="cameras/search", run=search_cameras),)
