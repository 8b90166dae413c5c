"""The Frigates that Home Assistant knows: their cameras, and how to ask them.

Addresses and logins are those of the owner's own `frigate` entries (the integration of
https://github.com/blakeblackshear/frigate-hass-integration), read when they are needed and kept nowhere else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aiohttp import ClientSession, DummyCookieJar
from homeassistant.const import CONF_PASSWORD, CONF_URL, CONF_USERNAME, EVENT_HOMEASSISTANT_CLOSE
from homeassistant.core import callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.aiohttp_client import async_create_clientsession
from homeassistant.util.hass_dict import HassKey

from .sources.copied import PeerCamera
from .sources.frigate import FrigateClient, FrigatePeer, FrigateServer
from .sources.frigate.server import CAMERA_NAME

if TYPE_CHECKING:
    from homeassistant.config_entries import ConfigEntry
    from homeassistant.core import Event, HomeAssistant

FRIGATE = "frigate"
BIRDSEYE = "birdseye"  # its picture of all cameras: nothing records it
CONF_VALIDATE_SSL = "validate_ssl"
_SESSIONS: Final = HassKey[dict[bool, ClientSession]]("milton_share.frigate_sessions")


class FrigateLink:
    """What the `frigate` entries say."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Do nothing yet."""
        self._hass = hass

    @callback
    def cameras(self) -> dict[str, PeerCamera]:
        """Return which of Home Assistant's cameras are a Frigate's, by camera id.

        The unique id of such an entity is `<entry>:camera:<name in Frigate>`.
        """
        found = {}
        servers: dict[str, FrigateServer | None] = {}
        for entity in er.async_get(self._hass).entities.values():
            if entity.platform != FRIGATE or entity.domain != "camera" or entity.config_entry_id is None:
                continue
            entry_id = entity.config_entry_id
            name = entity.unique_id.removeprefix(f"{entry_id}:camera:")
            if entry_id not in servers:
                servers[entry_id] = _server(self._hass.config_entries.async_get_entry(entry_id))
            server = servers[entry_id]
            if server is not None and CAMERA_NAME.fullmatch(name) and name != BIRDSEYE:
                found[entity.id] = PeerCamera(server=server, name=name)
        return found

    @callback
    def peer(self, server: FrigateServer) -> FrigatePeer:
        """Return what asks a Frigate."""
        return FrigatePeer(FrigateClient(_session(self._hass, server), server))


def _server(entry: ConfigEntry | None) -> FrigateServer | None:
    """Read one entry; None when it names no address, or the owner has switched it off."""
    url = entry.data.get(CONF_URL) if entry is not None and entry.disabled_by is None else None
    if entry is None or not isinstance(url, str) or not url:
        return None
    return FrigateServer(
        url=url,
        username=entry.data.get(CONF_USERNAME) or "",
        password=entry.data.get(CONF_PASSWORD) or "",
        check_certificate=bool(entry.data.get(CONF_VALIDATE_SSL, True)),
    )


@callback
def _session(hass: HomeAssistant, server: FrigateServer) -> ClientSession:
    """Return the session: one for all whose certificate is checked, one for those whose owner said not to.

    Frigate makes a certificate of its own, which nobody can check. Nothing is unpacked and no cookie is kept.
    """
    sessions = hass.data.setdefault(_SESSIONS, {})
    if server.check_certificate not in sessions:
        session = async_create_clientsession(
            hass,
            verify_ssl=server.check_certificate,
            auto_cleanup=False,
            auto_decompress=False,
            cookie_jar=DummyCookieJar(),
        )

        @callback
        def detach(_event: Event) -> None:
            session.detach()

        hass.bus.async_listen_once(EVENT_HOMEASSISTANT_CLOSE, detach)
        sessions[server.check_certificate] = session
    return sessions[server.check_certificate]
