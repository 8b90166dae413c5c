"""Sessions in which other recorders in the house are asked: one for each way of judging their certificates.

Recorders make certificates of their own, which nobody can check: their owners said so to Home Assistant's own entries.
What is kept of them, which is nothing, `one_answer.py` says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aiohttp import ClientSession
from homeassistant.core import callback
from homeassistant.util.hass_dict import HassKey
from homeassistant.util.ssl import SSLCipherList

from ...http.sessions import one_answer_session

if TYPE_CHECKING:
    from homeassistant.core import HomeAssistant


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
        sessions[judged] = one_answer_session(
            hass,
            verify_ssl=judged.check_certificate,
            ssl_cipher=SSLCipherList.INSECURE if judged.old_ciphers else SSLCipherList.PYTHON_DEFAULT,
        )
    return sessions[judged]
