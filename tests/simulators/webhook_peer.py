"""The city's own program that hears of flags: an HTTP server that keeps what it gets and answers as it is told."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiohttp import web
from aiohttp.test_utils import TestServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@dataclass(kw_only=True)
class WebhookPeer:
    """What it has got, and what it answers."""

    url: str = ""
    status: int = 204
    location: str = ""
    hangs: bool = False
    called: asyncio.Event = field(default_factory=asyncio.Event)
    got: list[bytes] = field(default_factory=list)
    heads: list[dict[str, str]] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        """Keep what came."""
        self.got.append(await request.read())
        self.heads.append(dict(request.headers))
        self.called.set()
        if self.hangs:
            await asyncio.sleep(3600)
        return web.Response(status=self.status, headers={"Location": self.location} if self.location else {})


@asynccontextmanager
async def webhook_peer(port: int | None = None) -> AsyncIterator[WebhookPeer]:
    """Run it on 127.0.0.1."""
    peer = WebhookPeer()
    application = web.Application()
    application.router.add_post("/in", peer.answer)
    async with TestServer(application, host="127.0.0.1", port=port) as server:
        peer.url = str(server.make_url("/in"))
        yield peer
