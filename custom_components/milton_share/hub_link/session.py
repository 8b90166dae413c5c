"""The one HTTP session to hubs, over Home Assistant's own connections and certificates.

Nothing is unpacked, no cookie and no connection is kept: what a hub sends is judged as it is sent, it can't mark a
home, and nobody listens to it when nothing was asked.
Its headers are bounded here, for Home Assistant's own bound differs from version to version.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aiohttp import ClientSession
from homeassistant.core import callback
from homeassistant.util.hass_dict import HassKey

from ..http.sessions import one_answer_session

if TYPE_CHECKING:
    from homeassistant.core import HomeAssistant

_HEADER_SIZE_MAX_BYTES = 8_190  # what aiohttp takes unless told otherwise; a hub's longest is an ETag
_SESSION: Final = HassKey[ClientSession]("milton_share.hub_session")


@callback
def hub_session(hass: HomeAssistant) -> ClientSession:
    """Return the session; the first call makes it, for as long as Home Assistant runs."""
    if _SESSION not in hass.data:
        hass.data[_SESSION] = one_answer_session(
            hass, max_line_size=_HEADER_SIZE_MAX_BYTES, max_field_size=_HEADER_SIZE_MAX_BYTES
        )
    return hass.data[_SESSION]
