"""Sessions in which whoever is asked gives one answer: hubs, and other recorders in the house.

Nothing is unpacked, and neither a cookie nor a connection is kept. A connection that is kept for the next request is
read meanwhile, and answers that nobody asked for are kept in memory until there is one: aiohttp bounds neither how many
nor how long they are together. A hub, or a recorder in the house, that sends them as fast as it can would fill Home
Assistant's memory and take its event loop. So none is kept. Nor did it bound, before 3.13.4, how many lines a head or
a trailer has: more than a head can be is not listened to.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from aiohttp import ClientRequest, DummyCookieJar, hdrs
from homeassistant.const import EVENT_HOMEASSISTANT_CLOSE
from homeassistant.core import callback
from homeassistant.helpers.aiohttp_client import async_create_clientsession

if TYPE_CHECKING:
    from aiohttp import ClientResponse, ClientSession
    from aiohttp.client_proto import ResponseHandler
    from aiohttp.connector import Connection
    from homeassistant.core import Event, HomeAssistant


HEAD_MAX_BYTES: Final = 2**20
"""Of a head, or of a trailer; the first of a body that come with the head are counted, too: a quarter of it at once."""


class BoundedHead(asyncio.Protocol):
    """Hands on what comes; hangs up where so much of it came and none was of a body."""

    def __init__(self, protocol: ResponseHandler, transport: asyncio.Transport) -> None:
        """Stand between the two."""
        self.answer: ClientResponse | None = None
        self._protocol, self._transport = protocol, transport
        self._head_bytes = self._body_bytes = 0

    def connection_lost(self, exc: Exception | None) -> None:
        """Hand it on, as all below."""
        self._protocol.connection_lost(exc)

    def eof_received(self) -> None:
        """Say that nothing more comes."""
        self._protocol.eof_received()

    def pause_writing(self) -> None:
        """Say that the other side takes nothing now."""
        self._protocol.pause_writing()

    def resume_writing(self) -> None:
        """Say that it does again."""
        self._protocol.resume_writing()

    def data_received(self, data: bytes) -> None:
        """Hand it on, then look whether a body grew by it: there is none before the head was read."""
        self._protocol.data_received(data)
        body = self.answer.content if self.answer is not None else None
        body_bytes = body.total_bytes if body is not None else 0
        self._head_bytes = 0 if body_bytes > self._body_bytes else self._head_bytes + len(data)
        self._body_bytes = body_bytes
        if self._head_bytes > HEAD_MAX_BYTES:
            self._transport.abort()


class OneAnswer(ClientRequest):
    """Says `Connection: close`, and ends the connection itself, whatever the other side makes of that."""

    async def send(self, conn: Connection) -> ClientResponse:
        """Send it; the connection is closed when its answer was read, or is not read on."""
        self.headers[hdrs.CONNECTION] = "close"
        if conn.protocol is None or conn.transport is None:
            return await super().send(conn)
        conn.protocol.force_close()
        bounded = BoundedHead(conn.protocol, conn.transport)
        conn.transport.set_protocol(bounded)
        bounded.answer = await super().send(conn)
        return bounded.answer


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
