"""The Reolink devices that Home Assistant knows: their cameras, and how to ask them.

Addresses and logins are those of the owner's own `reolink` entries, read when they are needed and kept nowhere else.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_PORT, CONF_USERNAME
from homeassistant.core import callback

from ...sources.recorder_clients import RecorderCamera
from ...sources.reolink import ReolinkAdapter, ReolinkClient, ReolinkServer
from .entries import recorded_cameras
from .sessions import Judged, peer_session

if TYPE_CHECKING:
    from homeassistant.config_entries import ConfigEntry
    from homeassistant.core import HomeAssistant

REOLINK = "reolink"
CONF_USE_HTTPS, CONF_BC_ONLY = "use_https", "baichuan_only"
CERTIFICATES = Judged(check_certificate=False, old_ciphers=True)
"""As Home Assistant's own integration asks: devices make certificates of their own, and old ones know old ciphers."""
_CAMERA = re.compile(r"[^_]+_(?P<name>\d{1,3}|[0-9A-Za-z]{4,64})_(?:sub|main|snapshots_sub|snapshots|ext)")
"""The unique id of such an entity: `<device>_<channel, or UID of what is on it>_<stream>`; a second lens isn't one."""


class ReolinkLink:
    """What the `reolink` entries say."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Do nothing yet."""
        self._hass = hass

    @callback
    def cameras(self) -> dict[str, RecorderCamera]:
        """Return which of Home Assistant's cameras are Reolink's, by camera id."""
        found = {}
        for entity, server in recorded_cameras(self._hass, REOLINK, _server):
            named = _CAMERA.fullmatch(entity.unique_id)
            if named is not None:
                found[entity.id] = RecorderCamera(server=server, name=named["name"])
        return found

    @callback
    def peer(self, server: ReolinkServer) -> ReolinkAdapter:
        """Return what asks a device."""
        return ReolinkAdapter(ReolinkClient(peer_session(self._hass, CERTIFICATES), server))


def _server(entry: ConfigEntry) -> ReolinkServer | None:
    """Read one entry; None when it names no address, or the device speaks no HTTP."""
    if entry.data.get(CONF_BC_ONLY):
        return None
    host, https = entry.data.get(CONF_HOST), bool(entry.data.get(CONF_USE_HTTPS))
    if not isinstance(host, str) or not host:
        return None
    return ReolinkServer(
        host=host,
        port=int(entry.data.get(CONF_PORT) or (443 if https else 80)),
        https=https,
        username=entry.data.get(CONF_USERNAME) or "",
        password=entry.data.get(CONF_PASSWORD) or "",
    )
