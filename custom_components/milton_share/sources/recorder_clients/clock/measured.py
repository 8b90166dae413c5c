"""Measures a recorder's clock offset now and then, since it takes many requests and some devices are slow."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from .offset import ClockOffset

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

GOOD_S = 600.0
UNKNOWN_CLOCK = ClockOffset(offset_s=0.0, uncertainty_s=2.0)
"""Of a recorder that says no time: two clocks that a network sets are nearer."""


class MeasuredClock:
    """The clock of one recorder."""

    def __init__(self, measure: Callable[[], Awaitable[ClockOffset | None]]) -> None:
        """Take the measurement; None for a recorder that doesn't tell the time."""
        self._measure = measure
        self._found = UNKNOWN_CLOCK
        self._good_until_s = 0.0

    async def offset(self) -> ClockOffset:
        """Return the offset measured in the last minutes."""
        if time.monotonic() >= self._good_until_s:
            self._found = await self._measure() or UNKNOWN_CLOCK
            self._good_until_s = time.monotonic() + GOOD_S
        return self._found
