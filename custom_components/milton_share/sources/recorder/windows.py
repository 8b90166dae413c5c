"""Around which moments a camera is recorded, and which segments are kept for that. Pure.

A ring or a motion is a moment or, where a sensor says how long it lasts, a span. What lies from ten seconds before it
to two minutes after it is kept, whole segments. A segment that no window touches waits only as long as something may
still happen to which it would be the time before.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from .. import spans

if TYPE_CHECKING:
    from collections.abc import Iterable

BEFORE_MS = 10_000
AFTER_MS = 120_000
LATE_MS = 3_000
"""How late a camera's word of an event may come, and how far a segment's own time may be off."""
ON_MAX_MS = 600_000
"""A sensor that stays on longer is stuck, or sees a flag in the wind: it would make the recording continuous."""


class Way(StrEnum):
    """How a camera is recorded."""

    CONTINUOUS = "continuous"
    EVENTS = "events"
    """Its stream is always open, and what lies around events is kept."""
    AT_EVENTS = "at_events"
    """Its stream is opened when something happens: a camera that runs on a battery."""


class Fate(StrEnum):
    """What becomes of a segment now."""

    KEEP = "keep"
    WAIT = "wait"
    LET_GO = "let_go"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A span of epoch milliseconds in which everything is kept."""

    from_ms: int
    until_ms: int

    def touches(self, from_ms: int, until_ms: int) -> bool:
        """Whether any of a segment lies in it; one that is timed a little wrong still does."""
        return from_ms < self.until_ms + LATE_MS and until_ms > self.from_ms - LATE_MS

    def moved(self, by_ms: int) -> Window:
        """Return it as another clock has it."""
        return Window(from_ms=self.from_ms + by_ms, until_ms=self.until_ms + by_ms)


class Windows:
    """The windows of one camera, those still open among them. It grows with what happens, and forgets what is over."""

    def __init__(self) -> None:
        """Begin without any."""
        self._closed: tuple[Window, ...] = ()
        self._on: dict[str, int] = {}

    def moment(self, at_ms: int) -> None:
        """Note that something happened."""
        self._add(Window(from_ms=at_ms - BEFORE_MS, until_ms=at_ms + AFTER_MS))

    def begin(self, what: str, at_ms: int) -> None:
        """Note that something began to last; to be told so again changes nothing."""
        self._on.setdefault(what, at_ms)

    def end(self, what: str, at_ms: int) -> None:
        """Note that it is over; nothing happens where it never began."""
        since_ms = self._on.pop(what, None)
        if since_ms is not None:
            self._add(_lasting(since_ms, at_ms))

    def all(self, now_ms: int) -> tuple[Window, ...]:
        """Return the windows as they stand."""
        return (*self._closed, *(_lasting(since_ms, now_ms) for since_ms in self._on.values()))

    def is_open(self, now_ms: int) -> bool:
        """Whether what happens now is to be kept."""
        return any(window.from_ms <= now_ms < window.until_ms for window in self.all(now_ms))

    def fate(self, from_ms: int, until_ms: int, waited_ms: int, now_ms: int) -> Fate:
        """Say what becomes of a segment, ``waited_ms`` after it closed."""
        if any(window.touches(from_ms, until_ms) for window in self.all(now_ms)):
            return Fate.KEEP
        return Fate.LET_GO if waited_ms > BEFORE_MS + LATE_MS else Fate.WAIT

    def put(self, by_ms: int, now_ms: int) -> None:
        """Take that the clock was put by so much, and is there now: what happened is where it was, and there too.

        What was filmed before it was put is timed by the clock as it was then, and what follows by the new one.
        """
        self._closed = self.all(now_ms - by_ms)
        self._closed = merged(window.moved(ms) for window in self._closed for ms in (0, by_ms))
        self._on = {what: since_ms + by_ms for what, since_ms in self._on.items()}

    def forget(self, before_ms: int) -> None:
        """Forget windows that ended before a moment."""
        self._closed = tuple(window for window in self._closed if window.until_ms >= before_ms)

    def _add(self, window: Window) -> None:
        self._closed = merged((*self._closed, window))


def merged(windows: Iterable[Window]) -> tuple[Window, ...]:
    """Make one of windows that meet, oldest first."""
    apart = spans.merged((window.from_ms, window.until_ms) for window in windows)
    return tuple(Window(from_ms=low, until_ms=high) for low, high in apart)


def _lasting(since_ms: int, until_ms: int) -> Window:
    """Return the window around what lasts; of what never ends the beginning only."""
    ended_ms = min(max(until_ms, since_ms), since_ms + ON_MAX_MS)
    return Window(from_ms=since_ms - BEFORE_MS, until_ms=ended_ms + AFTER_MS)
