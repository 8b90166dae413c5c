"""A request whose connection ends with its answer.

A connection that is kept for the next request is read meanwhile, and answers that nobody asked for are kept in memory
until there is one: aiohttp bounds neither how many nor how long they are together. A hub, or a recorder in the house,
that sends them as fast as it can would fill Home Assistant's memory and take its event loop. So none is kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import ClientRequest, hdrs

if TYPE_CHECKING:
    from aiohttp import ClientResponse
    from aiohttp.connector import Connection


class OneAnswer(ClientRequest):
    """Says `Connection: close`, and ends the connection itself, whatever the other side makes of that."""

    async def send(self, conn: Connection) -> ClientResponse:
        """Send it; the connection is closed when its answer was read, or is not read on."""
        self.headers[hdrs.CONNECTION] = "close"
        if conn.protocol is not None:
            conn.protocol.force_close()
        return await super().send(conn)
