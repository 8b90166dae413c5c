"""One clip is cut at a time, for a home's machine has other work; a request's clip goes before the owner's own."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable


class CutterQueue:
    """Who may cut now.

    A clip for a request never waits for one of the owner's own: that one ends and begins again after it.
    """

    def __init__(self) -> None:
        """Nothing is cut yet."""
        self._turn = asyncio.Lock()
        self._end_own: Callable[[], object] | None = None
        self._waiting = 0  # clips for requests that wait for their turn

    @asynccontextmanager
    async def for_request(self) -> AsyncIterator[None]:
        """Cut for a request inside of this."""
        if self._end_own is not None:
            self._end_own()
        self._waiting += 1
        try:
            await self._turn.acquire()
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._turn.release()

    async def for_owner[T](self, cut: Callable[[], Awaitable[T]]) -> T:
        """Cut for the owner, and again from the beginning where a request's clip came between."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  tells the type checker
        while True:
            async with self._turn:
                if self._waiting:
                    await asyncio.sleep(0)  # who gave up just now waits until it has run: else this would for ever
                    continue  # behind them
                job = asyncio.ensure_future(cut())
                self._end_own = job.cancel
                try:
                    return await job
                except asyncio.CancelledError:
                    if task.cancelling() or not job.cancelled():  # the owner's word, or the end of the home
                        raise
                finally:
                    self._end_own = None
