"""Time inside a clip: ticks of 1/90,000 s since the start of the approved range. Pure.

The wall time of a frame is its segment's start + (pts - the first pts shown); taking 0 for that is an error of one to
many frames.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from math import lcm
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

TICKS_PER_S = 90_000
TICKS_PER_MS = 90
TICK = Fraction(1, TICKS_PER_S)
COARSE_FROM = 6 * 3600 * TICKS_PER_S  # FFmpeg writes no picture that stands for 2^31 units of its track, 6.6 hours
COARSE = 2  # ticks: with units of so many, 13 hours pass for one picture, and no job is longer than twelve


def ticks_of(time_ms: float) -> int:
    """Return milliseconds as ticks."""
    return round(time_ms * TICKS_PER_MS)


def step_of(length: int) -> int:
    """Return in steps of how many ticks pictures are stored in a clip that may have a pause of `length` ticks."""
    return 1 if length <= COARSE_FROM else COARSE


def floor(tick: int, step: int) -> int:
    """Return the last whole multiple of `step` that is not after `tick`."""
    return tick - tick % step


def nearest(numerator: int, denominator: int) -> int:
    """Return the whole number nearest to a fraction, the even one of two, as `round` of a Fraction but quickly."""
    whole, rest = divmod(numerator, denominator)
    return whole + (2 * rest > denominator or (2 * rest == denominator and whole & 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruler:
    """Turns one track's timestamps into ticks, exactly."""

    segment_tick: int
    start_s: Fraction  # the video track's start_time
    time_base: Fraction  # this track's
    _scale: int = field(init=False, repr=False, compare=False)  # a timestamp's ticks, in parts of a tick
    _start: int = field(init=False, repr=False, compare=False)  # in the same parts
    _parts: int = field(init=False, repr=False, compare=False)  # of one tick

    def __post_init__(self) -> None:
        """Bring both fractions to one denominator: a clip has a hundred thousand packets."""
        each, start = self.time_base * TICKS_PER_S, self.start_s * TICKS_PER_S
        parts = lcm(each.denominator, start.denominator)
        object.__setattr__(self, "_parts", parts)
        object.__setattr__(self, "_scale", each.numerator * (parts // each.denominator))
        object.__setattr__(self, "_start", start.numerator * (parts // start.denominator))

    def tick(self, timestamp: int) -> int:
        """Return the tick of `timestamp`, rounded to the nearest."""
        return self.segment_tick + nearest(timestamp * self._scale - self._start, self._parts)

    def span(self, duration: int) -> int:
        """Return a duration in ticks."""
        return nearest(duration * self._scale, self._parts)


def gaps_of(shown: list[int], end: int, usual: int) -> list[tuple[int, int]]:
    """Return the stretches `(from, until)` of `[0, end)` without a picture.

    `shown` are the sorted ticks of the frames and `usual` is the usual distance of two. A camera may skip frames while
    nothing moves; a second or more (or three frames of a slow camera) is stated.
    """
    longest = max(TICKS_PER_S, 3 * usual)
    edges = [-usual, *shown, end]
    gaps = []
    for before, after in pairwise(edges):
        if after - before > longest:
            gaps.append((max(before + usual, 0), after))
    return gaps


def usual_distance(shown: list[int]) -> int:
    """Return the median distance of neighbouring frames in ticks (of one frame: a fifteenth of a second)."""
    return middle(after - before for before, after in pairwise(shown))


def middle(distances: Iterable[int]) -> int:
    """Return the median of distances between pictures, in ticks; of none a fifteenth of a second."""
    ordered = sorted(distances)
    return max(1, ordered[len(ordered) // 2]) if ordered else TICKS_PER_S // 15
