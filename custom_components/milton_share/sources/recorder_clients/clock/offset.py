"""The offset of a recorder's clock, by the `Date` header of its responses.

Each answer says in which second of the recorder's clock it was made, between two moments of this home's: the difference
lies in a window of a second and the time the answer took. Windows of answers at different moments narrow it. Pure,
but for `clock_of`, which asks.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

CLOCK_LOOKS = 6
CLOCK_STEP_S = 0.17
"""Six answers over a second tell the clock to about a sixth of one."""
DATE_STEP_S = 1.0
"""A `Date` is in whole seconds (RFC 9110 section 5.6.7), and a web server may keep one that long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Bounds of the home's clock minus the recorder's, in seconds."""

    low_s: float
    high_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockOffset:
    """The recorder's time + offset = the home's time, within the uncertainty."""

    offset_s: float
    uncertainty_s: float


def window(date: str, asked_s: float, answered_s: float) -> Window | None:
    """Return one response's window; None when its `Date` is missing or invalid."""
    try:
        said = parsedate_to_datetime(date)
        said_s = (said if said.tzinfo else said.replace(tzinfo=UTC)).timestamp()  # "-0000": UTC of who is elsewhere
    except (ValueError, TypeError, OverflowError):
        return None
    return Window(low_s=asked_s - said_s - DATE_STEP_S, high_s=answered_s - said_s)


def offset_of(windows: Iterable[Window]) -> ClockOffset | None:
    """Combine the windows of responses a few seconds apart; None without any.

    Where the clocks may agree, they are taken to. Where they can't, what was recorded may have been stamped by a clock
    that was right then, or as wrong as now: the uncertainty covers both.
    """
    seen = tuple(windows)
    if not seen:
        return None
    low, high = max(one.low_s for one in seen), min(one.high_s for one in seen)
    if low > high:  # set while it was looked at
        low, high = min(one.low_s for one in seen), max(one.high_s for one in seen)
    if low <= 0 <= high:
        return ClockOffset(offset_s=0.0, uncertainty_s=max(-low, high))
    middle = (low + high) / 2
    return ClockOffset(offset_s=middle, uncertainty_s=abs(middle) + (high - low) / 2)


async def clock_of(look: Callable[[], Awaitable[Window | None]]) -> ClockOffset | None:
    """Measure a recorder's clock with several requests; None when it doesn't tell the time."""
    windows: list[Window] = []
    for number in range(CLOCK_LOOKS):
        if number:
            await asyncio.sleep(CLOCK_STEP_S)
        seen = await look()
        if seen is not None:
            windows.append(seen)
    return offset_of(windows)
