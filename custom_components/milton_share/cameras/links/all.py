"""The other recorders that Home Assistant knows, of all kinds: their cameras, and what asks each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from homeassistant.core import callback

from ...sources.frigate import FrigateServer
from ...sources.media_folder import FolderServer, NestFolder
from ...sources.protect import ProtectServer
from ...sources.reolink import ReolinkServer
from .frigate import FrigateLink
from .nest import NestLink
from .protect import ProtectLink
from .reolink import ReolinkLink

if TYPE_CHECKING:
    from homeassistant.core import HomeAssistant

    from ...sources.recorder_clients import Adapter, RecorderCamera, Server
    from ..folders import CameraFolders


class RecorderLinks:
    """One link for each kind."""

    def __init__(self, hass: HomeAssistant, folders: CameraFolders) -> None:
        """Do nothing yet; ``folders`` are those that cameras write into."""
        self._folders = folders
        self._frigate = FrigateLink(hass)
        self._protect = ProtectLink(hass)
        self._reolink = ReolinkLink(hass)
        self._nest = NestLink(hass)

    @callback
    def cameras(self) -> dict[str, RecorderCamera]:
        """Return which of Home Assistant's cameras are another recorder's, by camera id; what the owner said wins."""
        found = self._frigate.cameras() | self._protect.cameras() | self._reolink.cameras()
        return found | self._nest.cameras() | dict(self._folders.cameras())

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
