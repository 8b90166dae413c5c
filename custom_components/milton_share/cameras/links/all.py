"""The other recorders that Home Assistant knows, of all kinds: their cameras, and what asks each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from homeassistant.core import callback

from ...sources.frigate import FrigateServer
from ...sources.media_folder import FolderServer, NestFolder
from ...sources.protect import ProtectServer
from ...sources.reolink import ReolinkServer
from ..sources import linked_to_ask
from .frigate import FrigateLink
from .nest import NestLink
from .protect import ProtectLink
from .reolink import ReolinkLink

if TYPE_CHECKING:
    from collections.abc import Callable

    from homeassistant.core import HomeAssistant

    from ...sources.recorder_clients import Adapter, RecorderCamera, Server
    from ..folders import CameraFolders
    from ..model import Source


class RecorderLinks:
    """One link for each kind."""

    def __init__(
        self, hass: HomeAssistant, folders: CameraFolders, picked: Callable[[str], Source | None] = lambda _: None
    ) -> None:
        """Do nothing yet; ``folders`` are those that cameras write into, ``picked`` is what the owner chose for one."""
        self._folders, self._picked = folders, picked
        self._frigate = FrigateLink(hass)
        self._protect = ProtectLink(hass)
        self._reolink = ReolinkLink(hass)
        self._nest = NestLink(hass)

    @callback
    def cameras(self) -> dict[str, RecorderCamera]:
        """Return which of Home Assistant's cameras are another recorder's, by id: one recorder for each."""
        found = {}
        for camera_id, recorders in self.linked().items():
            source = linked_to_ask(self._picked(camera_id), recorders)
            if source is not None:
                found[camera_id] = recorders[source]
        return found

    @callback
    def linked(self) -> dict[str, dict[str, RecorderCamera]]:
        """Return all recorders that each camera is linked to, by their kinds."""
        found: dict[str, dict[str, RecorderCamera]] = {}
        for link in (self._frigate, self._protect, self._reolink, self._nest, self._folders):
            for camera_id, camera in link.cameras().items():
                found.setdefault(camera_id, {})[camera.server.kind] = camera
        return found

    @callback
    def peer(self, server: Server) -> Adapter:
        """Return what asks a recorder."""
        match server:
            case FrigateServer():
                return self._frigate.peer(server)
            case ProtectServer():
                return self._protect.peer(server)
            case ReolinkServer():
                return self._reolink.peer(server)
            case NestFolder():
                return self._nest.peer(server)
            case FolderServer():
                return self._folders.peer(server)
            case _:  # pragma: no cover  each kind of server that a link makes stands above
                raise TypeError(server.kind)
