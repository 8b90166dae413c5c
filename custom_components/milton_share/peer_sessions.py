"""Sessions in which other recorders in the house are asked: one for each way of judging their certificates.

Recorders make certificates of their own, which nobody can check: their owners said so to Home Assistant's own entries.
Nothing is unpacked, and neither a cookie nor a connection is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aiohttp import ClientSession, DummyCookieJar
from homeassistant.const import EVENT_HOMEASSISTANT_CLOSE
from homeassistant.core import callback
from homeassistant.helpers.aiohttp_client import async_create_clientsession
from homeassistant.util.hass_dict import HassKey
from homeassistant.util.ssl import SSLCipherList

from .one_answer import OneAnswer

if TYPE_CHECKING:
    from homeassistant.core import Event, HomeAssistant


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """How certificates are judged, and whether ciphers are taken that are too old for anybody else."""

    check_certificate: bool
    old_ciphers: bool = False


_SESSIONS: Final = HassKey[dict[Judged, ClientSession]]("milton_share.peer_sessions")


@callback
def peer_session(hass: HomeAssistant, judged: Judged) -> ClientSession:
    """Return the session; it ends with Home Assistant."""
    sessions = hass.data.setdefault(_SESSIONS, {})
    if judged not in sessions:
        session = async_create_clientsession(
            hass,
            verify_ssl=judged.check_certificate,
            ssl_cipher=SSLCipherList.INSECURE if judged.old_ciphers else SSLCipherList.PYTHON_DEFAULT,
            auto_cleanup=False,
            auto_decompress=False,
            cookie_jar=DummyCookieJar(),
            request_class=OneAnswer,
        )

        @callback
        def detach(_event: Event) -> None:
            session.detach()

        hass.bus.async_listen_once(EVENT_HOMEASSISTANT_CLOSE, detach)
        sessions[judged] = session
    return sessions[judged]
