"""The Frigates that Home Assistant knows: their cameras, and how to ask them.

Addresses and logins are those of the owner's own `frigate` entries (the integration of
https://github.com/blakeblackshear/frigate-hass-integration), read when they are needed and kept nowhere else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from homeassistant.const import CONF_PASSWORD, CONF_URL, CONF_USERNAME
from homeassistant.core import callback

from ...sources.frigate import FrigateAdapter, FrigateClient, FrigateServer
from ...sources.frigate.server import CAMERA_NAME
from ...sources.recorder_clients import RecorderCamera
from .entries import recorded_cameras
from .sessions import Judged, peer_session

if TYPE_CHECKING:
    from homeassistant.config_entries import ConfigEntry
    from homeassistant.core import HomeAssistant

FRIGATE = "frigate"
BIRDSEYE = "birdseye"  # its picture of all cameras: nothing records it
CONF_VALIDATE_SSL = "validate_ssl"


class FrigateLink:
    """What the `frigate` entries say."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Do nothing yet."""
        self._hass = hass

    @callback
    def cameras(self) -> dict[str, RecorderCamera]:
        """Return which of Home Assistant's cameras are a Frigate's, by camera id.

        The unique id of such an entity is `<entry>:camera:<name in Frigate>`.
        """
        found = {}
        for entity, server in recorded_cameras(self._hass, FRIGATE, _server):
            name = entity.unique_id.removeprefix(f"{entity.config_entry_id}:camera:")
            if CAMERA_NAME.fullmatch(name) and name != BIRDSEYE:
                found[entity.id] = RecorderCamera(server=server, name=name)
        return found

    @callback
    def servers(self) -> tuple[FrigateServer, ...]:
        """Return all that the owner has."""
        found = map(_server, self._hass.config_entries.async_entries(FRIGATE, include_disabled=False))
        return tuple(server for server in found if server is not None)

    @callback
    def client(self, server: FrigateServer) -> FrigateClient:
        """Return the line to a Frigate."""
        session = peer_session(self._hass, Judged(check_certificate=server.check_certificate))
        return FrigateClient(session, server)

    @callback
    def peer(self, server: FrigateServer) -> FrigateAdapter:
        """Return what asks a Frigate."""
        return FrigateAdapter(self.client(server))


def _server(entry: ConfigEntry) -> FrigateServer | None:
    """Read one entry; None when it names no address."""
    url = entry.data.get(CONF_URL)
    if not isinstance(url, str) or not url:
        return None
    return FrigateServer(
        url=url,
        username=entry.data.get(CONF_USERNAME) or "",
        password=entry.data.get(CONF_PASSWORD) or "",
        check_certificate=bool(entry.data.get(CONF_VALIDATE_SSL, True)),
    )
