"""A clock that goes on as ever, and jumps when it is told to."""

from __future__ import annotations

import asyncio
import time
from bisect import bisect_right
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from threading import Lock
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime


class JumpingClock:
    """The loop's time and the wall's time; both go together."""

    def __init__(self, begins_at: datetime) -> None:
        """Start now, which is called ``begins_at``."""
        self._ahead_s = 0.0
        self._started_s = time.monotonic()
        self._started_at = begins_at
        self._jumps = [(self._started_s, 0.0)]  # when the machine's clock stood so, it went ahead by so much

    def monotonic(self) -> float:
        """Return seconds for the event loop."""
        return time.monotonic() + self._ahead_s

    def passed_s(self) -> float:
        """Return the seconds since the start."""
        return self.monotonic() - self._started_s

    def passed_at(self, machines_s: float) -> float:
        """Return the seconds from the start to a moment of the machine's clock, of whichever process."""
        jump = bisect_right(self._jumps, machines_s, key=lambda jump: jump[0]) - 1
        return machines_s + self._jumps[max(jump, 0)][1] - self._started_s

    def utcnow(self) -> datetime:
        """Return the wall's time."""
        return self.moment(self.passed_s())

    def moment(self, passed_s: float) -> datetime:
        """Return the wall's time after so many seconds."""
        return self._started_at + timedelta(seconds=passed_s)

    def jump_to(self, passed_s: float) -> None:
        """Be there at once; never goes back."""
        self._ahead_s += max(0.0, passed_s - self.passed_s())
        self._jumps.append((time.monotonic(), self._ahead_s))


class CountingExecutor(ThreadPoolExecutor):
    """Threads for blocking work that say whether any is at work."""

    def __init__(self) -> None:
        """Have enough threads for one home."""
        super().__init__(max_workers=16)
        self._lock = Lock()
        self.at_work = 0

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:  # noqa: ANN401
        """Count, and hand on."""
        with self._lock:
            self.at_work += 1
        future = super().submit(fn, *args, **kwargs)
        future.add_done_callback(self._done)
        return future

    def _done(self, _future: Future[Any]) -> None:
        with self._lock:
            self.at_work -= 1


QUIET_TURNS = 15  # of the loop, with nothing in the threads, nothing on a line, nothing owed


async def settled(is_busy: Callable[[], bool], moved: Callable[[], int]) -> None:
    """Wait until nothing happens any more; ``moved()`` grows with every byte."""
    quiet, before = 0, moved()
    while quiet < QUIET_TURNS:
        await asyncio.sleep(0 if quiet else 0.0002)
        quiet = quiet + 1 if not is_busy() and moved() == before else 0
        before = moved()
