"""The folders that cameras write into, as the owner said: which, by the clock of which zone, and what lies there."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from homeassistant.core import callback
from homeassistant.util import dt as dt_util

from ..errors import MiltonShareError
from ..sources.media_folder import FolderAdapter, FolderServer, list_files
from ..sources.media_folder.adapter import CAMERA
from ..sources.recorder_clients import CopyError, RecorderCamera
from ..sources.timestamps import moments
from ..storage.durable_steps import Step
from ..text.markdown_escape import visible
from . import folders_table
from .model import FolderLook, FolderTime, FolderView

if TYPE_CHECKING:
    from collections.abc import Mapping

    from homeassistant.core import HomeAssistant

    from ..sources.media_folder import FoundFile
    from ..storage.database import HomeDatabase

SHOWN_MAX = 5
"""Names that are shown as examples."""
FOLDER_NO_TIMES = "folder_no_times"


class CameraFolders:
    """The only writer of cameras' folders, and the link to them."""

    def __init__(self, hass: HomeAssistant, database: HomeDatabase) -> None:
        """Do nothing yet; `load` reads."""
        self._hass, self._database = hass, database
        self._folders: dict[str, FolderView] = {}

    async def load(self) -> None:
        """Read what was kept."""
        self._folders = await self._database.read(folders_table.all_folders)

    @callback
    def views(self) -> tuple[FolderView, ...]:
        """Return what the owner said, by camera."""
        return tuple(self._folders[camera_id] for camera_id in sorted(self._folders))

    @callback
    def roots(self) -> tuple[str, ...]:
        """Return the folders that the owner opened to Home Assistant: nothing outside of them is looked at."""
        config = self._hass.config
        return tuple(sorted({*config.media_dirs.values(), *config.allowlist_external_dirs}))

    @callback
    def cameras(self) -> Mapping[str, RecorderCamera]:
        """Return which of Home Assistant's cameras write into a folder, by camera id."""
        return {
            camera_id: RecorderCamera(server=self._server(one), name=CAMERA) for camera_id, one in self._folders.items()
        }

    @callback
    def peer(self, server: FolderServer) -> FolderAdapter:
        """Return what reads a folder."""
        return FolderAdapter(server)

    async def look(self, folder: str, zone: str | None) -> FolderLook:
        """Say what would be found; raise MiltonShareError `folder_gone`, `folder_outside`, `folder_too_full`."""
        if zone is not None and not await _is_zone(zone):
            rule = "unknown_zone"
            raise MiltonShareError(rule)
        try:
            return await self._hass.async_add_executor_job(
                _looked, folder, self.roots(), zone or self._hass.config.time_zone
            )
        except CopyError as error:
            raise MiltonShareError(error.rule) from error

    async def save(self, camera_id: str, folder: str | None, zone: str | None) -> None:
        """Keep the folder of a camera, or none; raise what `look` does, and `folder_no_times`.

        Files without a time in their names would never be found: a folder of such is refused.
        """
        if folder is None:
            await self._database.run(Step.FOLDER_SET, partial(folders_table.remove, camera_id=camera_id))
            self._folders.pop(camera_id, None)
            return
        found = await self.look(folder, zone)
        if found.count and not found.timed:
            raise MiltonShareError(FOLDER_NO_TIMES)
        view = FolderView(camera_id=camera_id, folder=folder, zone=zone)
        await self._database.run(Step.FOLDER_SET, partial(folders_table.save, folder=view))
        self._folders[camera_id] = view

    def _server(self, view: FolderView) -> FolderServer:
        return FolderServer(folder=view.folder, zone=view.zone or self._hass.config.time_zone, roots=self.roots())


async def _is_zone(zone: str) -> bool:
    try:
        return await dt_util.async_get_time_zone(zone) is not None
    except (ValueError, OSError):  # a name that would be a path, or a folder of zones
        return False


def _looked(folder: str, roots: tuple[str, ...], zone: str) -> FolderLook:
    found = list_files(folder, roots)
    newest = sorted(found, key=lambda one: one.written_s, reverse=True)
    timed = [one for one in newest if one.timestamp is not None]
    untimed = [one for one in newest if one.timestamp is None]
    return FolderLook(
        count=len(found),
        timed=len(timed),
        examples=tuple(_time_of(one, ZoneInfo(zone)) for one in timed[:SHOWN_MAX]),
        untimed=tuple(visible(one.path) for one in untimed[:SHOWN_MAX]),
    )


def _time_of(found: FoundFile, zone: ZoneInfo) -> FolderTime:
    assert found.timestamp is not None  # noqa: S101  chosen for it
    first = moments(found.timestamp, zone)[0]
    return FolderTime(name=visible(found.path), at=first.at, kind=found.timestamp.kind, doubt=first.doubt)
