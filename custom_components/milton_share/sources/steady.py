"""The clock by which things are destroyed: a jump ahead is believed only once it has lasted.

A machine whose clock is put a month ahead by mistake would evict every recording as too old, and wipe what is held,
before anybody could put it right. So a jump ahead counts after six hours of a clock that nobody can put. A clock that
goes back, and one that only drifts, is followed at once: then things stay longer. Nor is the clock of a start believed
that nobody set yet, until a time service has, or it has lasted as long (`docs/adr/` 84).
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

JUMP_S = 3_600.0  # more than any clock drifts, and the hour that somebody puts a clock by at a clock change
BELIEVE_AFTER_S = 6 * 3_600.0
LOOKS = 3  # at both clocks: a busy machine may stand still between the two


def wall_lead_s(wall_s: Callable[[], float] = time.time, monotonic_s: Callable[[], float] = time.monotonic) -> float:
    """Return by how much the clock on the wall leads the one that nobody can put, by the quickest look at both."""
    looks = [(monotonic_s(), wall_s(), monotonic_s()) for _ in range(LOOKS)]
    before_s, seen_s, _ = min(looks, key=lambda look: look[2] - look[0])
    return seen_s - before_s


def boot_s() -> float:
    """Return the clock that nobody can put and that goes on while the machine sleeps (CLOCK_BOOTTIME), in seconds."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class SteadyClock:
    """Epoch time that never runs ahead of what has lasted."""

    def __init__(
        self,
        wall_s: Callable[[], float] = time.time,
        monotonic_s: Callable[[], float] = time.monotonic,
        is_set: Callable[[], bool] = lambda: True,
    ) -> None:
        """Believe the wall clock as it stands where ``is_set`` says so, which is asked until it does.

        Until then it is a jump from 1970, when nothing is too old.
        """
        self._wall_s, self._monotonic_s, self._is_set = wall_s, monotonic_s, is_set
        self._was_set = is_set()
        self._offset_s = (wall_s() if self._was_set else 0.0) - monotonic_s()
        self._jumped_s: float | None = None

    def now_s(self) -> float:
        """Return the epoch time that may be acted on."""
        monotonic_s = self._monotonic_s()
        offset_s = self._wall_s() - monotonic_s
        is_set_now = not self._was_set and self._is_set()
        if is_set_now or offset_s <= self._offset_s + JUMP_S:
            self._was_set = self._was_set or is_set_now
            self._offset_s, self._jumped_s = offset_s, None
        elif self._jumped_s is None:
            self._jumped_s = monotonic_s
        elif monotonic_s - self._jumped_s >= BELIEVE_AFTER_S:
            self._offset_s, self._jumped_s = offset_s, None
        return monotonic_s + self._offset_s

    def now_ms(self) -> int:
        """Return it in whole milliseconds."""
        return round(self.now_s() * 1000)
