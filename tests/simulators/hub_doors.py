"""The three applications of one hub as ``milton-hub serve`` serves them, on free ports, and raw connections to them."""

from __future__ import annotations

import asyncio
import contextlib
import json
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from hub.cli.serve import runner_of
from tests.simulators.loopback import serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aiohttp import web

    from hub.web.context import Hub

READ_TIMEOUT_S = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """Where the three applications are."""

    homes: str
    officers: str
    signer: str

    def all(self) -> tuple[str, str, str]:
        """Return the three addresses."""
        return (self.homes, self.officers, self.signer)


@asynccontextmanager
async def serving_doors(hub: Hub) -> AsyncIterator[Doors]:
    """Serve a hub that runs."""
    async with AsyncExitStack() as stack:

        async def serve(application: web.Application) -> str:
            return (await stack.enter_async_context(serving(runner_of(application)))).url

        yield Doors(homes=await serve(hub.homes), officers=await serve(hub.officers), signer=await serve(hub.signer))


class Line:
    """One connection, over which anything can be sent at any pace."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Hold it."""
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, url: str, *, buffer_bytes: int | None = None) -> Self:
        """Connect to ``url``."""
        parts = urlsplit(url)
        limit = {} if buffer_bytes is None else {"limit": buffer_bytes}
        return cls(*await asyncio.open_connection(parts.hostname, parts.port, **limit))

    async def say(self, *lines: bytes, body: bytes = b"") -> None:
        """Send a whole head and what follows it."""
        await self.send(b"\r\n".join([*lines, b"", b""]) + body)

    async def send(self, data: bytes) -> None:
        """Send these very bytes; a connection that the hub has ended takes none."""
        try:
            self._writer.write(data)
            await self._writer.drain()
        except ConnectionError:
            return

    async def status(self) -> int:
        """Return the status of the next answer."""
        async with asyncio.timeout(READ_TIMEOUT_S):
            return int((await self._reader.readline()).split()[1])

    async def error(self) -> str:
        """Return the rule of a refusal, whose status was read."""
        async with asyncio.timeout(READ_TIMEOUT_S):
            await self._reader.readuntil(b"\r\n\r\n")
            rule: str = json.loads(await self._reader.readuntil(b"}"))["error"]
            return rule

    async def rest(self) -> bytes:
        """Return all that comes until the hub ends the connection."""
        async with asyncio.timeout(READ_TIMEOUT_S):
            try:
                return await self._reader.read()
            except ConnectionError:
                return b""

    async def __aenter__(self) -> Self:
        """Use it."""
        return self

    async def __aexit__(self, *_error: object) -> None:
        """Drop it."""
        self._writer.transport.abort()
        with contextlib.suppress(ConnectionError):
            await self._writer.wait_closed()
