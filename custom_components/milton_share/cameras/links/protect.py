"""The UniFi Protect consoles that Home Assistant knows: their cameras, and how to ask them.

Addresses and logins are those of the owner's own `unifiprotect` entries, read when they are needed and kept nowhere
else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_PORT, CONF_USERNAME, CONF_VERIFY_SSL
from homeassistant.core import callback

from ...sources.protect import ProtectAdapter, ProtectClient, ProtectServer
from ...sources.protect.server import MAC, PACKAGE
from ...sources.recorder_clients import RecorderCamera
from .entries import recorded_cameras
from .sessions import Judged, peer_session

if TYPE_CHECKING:
    from homeassistant.config_entries import ConfigEntry
    from homeassistant.core import HomeAssistant

UNIFI_PROTECT = "unifiprotect"
HTTPS_PORT = 443


class ProtectLink:
    """What the `unifiprotect` entries say."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Do nothing yet."""
        self._hass = hass

    @callback
    def cameras(self) -> dict[str, RecorderCamera]:
        """Return which of Home Assistant's cameras are Protect's, by camera id.

        The unique id of such an entity is `<address of the camera>_<channel>`, of old also with `_insecure` after it.
        """
        found = {}
        for entity, server in recorded_cameras(self._hass, UNIFI_PROTECT, _server):
            mac, _, channel = entity.unique_id.removesuffix("_insecure").partition("_")
            if MAC.fullmatch(mac):
                package = PACKAGE if channel == PACKAGE.removeprefix("_") else ""
                found[entity.id] = RecorderCamera(server=server, name=mac + package)
        return found

    @callback
    def peer(self, server: ProtectServer) -> ProtectAdapter:
        """Return what asks a console."""
        session = peer_session(self._hass, Judged(check_certificate=server.check_certificate))
        return ProtectAdapter(ProtectClient(session, server))


def _server(entry: ConfigEntry) -> ProtectServer | None:
    """Read one entry; None when it names no address.

    An entry with an API key alone has no login: that opens no recordings, and is said.
    """
    host = entry.data.get(CONF_HOST)
    if not isinstance(host, str) or not host:
        return None
    return ProtectServer(
        host=host,
        port=int(entry.data.get(CONF_PORT) or HTTPS_PORT),
        username=entry.data.get(CONF_USERNAME) or "",
        password=entry.data.get(CONF_PASSWORD) or "",
        check_certificate=bool(entry.data.get(CONF_VERIFY_SSL, False)),
    )
