"""What a simulated peer is answering right now, so that it can be ended.

aiohttp's server forgets a connection whose client has gone, and its handler goes on.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Answering:
    """The answers of one server that are not done."""

    def __init__(self) -> None:
        """Know of none."""
        self._tasks: set[asyncio.Task[Any]] = set()

    def middleware(self) -> Callable[[web.Request, Handler], Awaitable[web.StreamResponse]]:
        """Return what notes each answer."""

        @web.middleware
        async def note(request: web.Request, handler: Handler) -> web.StreamResponse:
            task = asyncio.current_task()
            assert task is not None
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            return await handler(request)

        return note

    async def end(self) -> None:
        """End those that never end by themselves, also where whoever asked has long gone."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
