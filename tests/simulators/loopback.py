"""Where simulated peers serve HTTP: a port of this machine, which ends without losing whoever comes at that moment."""

from __future__ import annotations

import asyncio
import socket
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator

LOOPBACK = "127.0.0.1"
# From a turn of the loop that accepts a connection to the one in which the server knows of it. Of a server that closes
# between, asyncio forgets the connection, open (`Server._attach` refuses), and Python warns of it at any later test.
TURNS_TO_ARRIVE = 2
CLOSED = -1


class Loopback:
    """One server of an application, on a port that it is given or that the system chooses."""

    def __init__(self, runner: web.AppRunner, listener: socket.socket) -> None:
        """Use :meth:`started`."""
        self._runner = runner
        self._listener = listener
        self.port: int = listener.getsockname()[1]
        self.url = f"http://{LOOPBACK}:{self.port}"  # but for TLS

    @classmethod
    async def started(cls, runner: web.AppRunner, *, port: int = 0, tls: ssl.SSLContext | None = None) -> Loopback:
        """Serve the runner's application."""
        await runner.setup()
        listener = socket.create_server((LOOPBACK, port))
        await web.SockSite(runner, listener, ssl_context=tls).start()
        return cls(runner, listener)

    async def stop(self) -> None:
        """Accept nobody more, let those who were accepted arrive, and close; may be said twice."""
        if self._listener.fileno() == CLOSED:
            return
        asyncio.get_running_loop().remove_reader(self._listener)
        for _ in range(TURNS_TO_ARRIVE):
            await asyncio.sleep(0)
        await self._runner.cleanup()


@asynccontextmanager
async def serving(runner: web.AppRunner, *, port: int = 0) -> AsyncIterator[Loopback]:
    """Serve the runner's application as long as this lasts."""
    one = await Loopback.started(runner, port=port)
    try:
        yield one
    finally:
        await one.stop()
