"""Blocking work, one thing at a time: what somebody gave up waiting for is never beside what comes next.

It may also never come back, as on a network share that is away: no more than one thread is lost to it.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class OneThread:
    """Does one thing at a time. Who gives up waiting leaves the thread; the next begins when that one came back."""

    def __init__(self, turn: asyncio.Lock | None = None) -> None:
        """Do nothing yet; ``turn`` is held around each thing, where others use the same."""
        self._turn = turn or asyncio.Lock()

    async def do[**P, T](self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do it in a thread, and give back what it gives; the wait for the turn is as endless as what is before it."""
        await self._turn.acquire()
        try:
            doing = asyncio.get_running_loop().run_in_executor(None, partial(work, *args, **kwargs))
        except BaseException:  # no thread takes anything any more
            self._turn.release()
            raise
        doing.add_done_callback(self._done)
        await asyncio.wait([doing])
        return doing.result()

    def _done[T](self, doing: asyncio.Future[T]) -> None:
        self._turn.release()
        if not doing.cancelled():
            doing.exception()  # of one that nobody waits for any more nothing is said
