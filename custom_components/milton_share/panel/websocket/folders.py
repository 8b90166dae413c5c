"""Commands for folders that cameras write into."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import voluptuous as vol

from .dispatch import Call, Command
from .forms import TEXT_ID

if TYPE_CHECKING:
    from ...cameras.model import FolderLook

_PATH: Final = vol.All(str, vol.Length(min=1, max=1_024), vol.Match(r"^/[^\0]*\Z"))


async def roots(call: Call) -> dict[str, tuple[str, ...]]:
    """List the folders that may contain a camera's folder."""
    return {"roots": call.panel.folders.roots(call.session)}


async def look_at_folder(call: Call) -> FolderLook:
    """Preview a folder."""
    return await call.panel.folders.look(call.session, call.message["folder"], call.message["zone"])


async def set_folder(call: Call) -> None:
    """Set or clear a camera's folder."""
    message = call.message
    await call.panel.folders.set(call.session, message["camera_id"], message["folder"], message["zone"])


COMMANDS: Final = (
    Command(name="folder/roots", run=roots),
    Command(
        name="folder/look",
        run=look_at_folder,
        fields={vol.Required("folder"): _PATH, vol.Required("zone"): vol.Any(None, TEXT_ID)},
    ),
    Command(
        name="folder/set",
        run=set_folder,
        fields={
            vol.Required("camera_id"): TEXT_ID,
            vol.Required("folder"): vol.Any(None, _PATH),
            vol.Required("zone"): vol.Any(None, TEXT_ID),
        },
    ),
)
