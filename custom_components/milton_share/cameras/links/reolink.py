"""The Reolink devices that Home Assistant knows: their cameras, and how to ask them.

Addresses and logins are those of the owner's own `reolink` entries, read when they are needed and kept nowhere else.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_PORT, CONF_USERNAME
from homeassistant.core import callback
from homeassistant.helpers import entity_registry as er

from ...sources.copied import PeerCamera
from ...sources.reolink import ReolinkClient, ReolinkPeer, ReolinkServer
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
    def cameras(self) -> dict[str, PeerCamera]:
        """Return which of Home Assistant's cameras are Reolink's, by camera id."""
        found = {}
        servers: dict[str, ReolinkServer | None] = {}
        for entity in er.async_get(self._hass).entities.values():
            if entity.platform != REOLINK or entity.domain != "camera" or entity.config_entry_id is None:
                continue
            entry_id = entity.config_entry_id
            if entry_id not in servers:
                servers[entry_id] = _server(self._hass.config_entries.async_get_entry(entry_id))
            server, named = servers[entry_id], _CAMERA.fullmatch(entity.unique_id)
            if server is not None and named is not None:
                found[entity.id] = PeerCamera(server=server, name=named["name"])
        return found

    @callback
    def peer(self, server: ReolinkServer) -> ReolinkPeer:
        """Return what asks a device."""
        return ReolinkPeer(ReolinkClient(peer_session(self._hass, CERTIFICATES), server))


def _server(entry: ConfigEntry | None) -> ReolinkServer | None:
    """Read one entry; None when it names no address, the owner has switched it off, or the device speaks no HTTP."""
    if entry is None or entry.disabled_by is not None or entry.data.get(CONF_BC_ONLY):
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
