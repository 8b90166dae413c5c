"""Sessions in which whoever is asked gives one answer: hubs, and other recorders in the house.

Nothing is unpacked, and neither a cookie nor a connection is kept. A connection that is kept for the next request is
read meanwhile, and answers that nobody asked for are kept in memory until there is one: aiohttp bounds neither how many
nor how long they are together. A hub, or a recorder in the house, that sends them as fast as it can would fill Home
Assistant's memory and take its event loop. So none is kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import ClientRequest, DummyCookieJar, hdrs
from homeassistant.const import EVENT_HOMEASSISTANT_CLOSE
from homeassistant.core import callback
from homeassistant.helpers.aiohttp_client import async_create_clientsession

if TYPE_CHECKING:
    from aiohttp import ClientResponse, ClientSession
    from aiohttp.connector import Connection
    from homeassistant.core import Event, HomeAssistant


class OneAnswer(ClientRequest):
    """Says `Connection: close`, and ends the connection itself, whatever the other side makes of that."""

    async def send(self, conn: Connection) -> ClientResponse:
        """Send it; the connection is closed when its answer was read, or is not read on."""
        self.headers[hdrs.CONNECTION] = "close"
        if conn.protocol is not None:
            conn.protocol.force_close()
        return await super().send(conn)


@callback
def one_answer_session(hass: HomeAssistant, **more: Any) -> ClientSession:  # noqa: ANN401  Home Assistant's own
    """Make a session over Home Assistant's own connections and certificates; it ends with Home Assistant."""
    session = async_create_clientsession(
        hass,
        auto_cleanup=False,
        auto_decompress=False,
        cookie_jar=DummyCookieJar(),
        request_class=OneAnswer,
        **more,
    )

    @callback
    def detach(_event: Event) -> None:
        session.detach()

    hass.bus.async_listen_once(EVENT_HOMEASSISTANT_CLOSE, detach)
    return session
