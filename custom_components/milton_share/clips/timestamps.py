"""A track's times as they were recorded, made one line: unwrapped, joined where they were reset. Pure.

A container's times may begin anew: those of a transport stream wrap every 26.5 hours, an encoder that restarts counts
from 0. Over a wrap time just goes on. Over a reset it is taken to go on without a gap; whether it did is for who knows
when the file ends to say. A picture without a time gets one between its neighbours.
"""

from __future__ import annotations

from array import array
from collections import deque
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

NEVER = -(2**62)  # the time of what has none that is known
EMPTY = NEVER + 1  # that of a packet without a picture
BACK_MAX_S = Fraction(1, 2)  # decode times never go back; some recorders let them by a little
REORDERED_MAX = 16  # pictures: before as many a picture may be stored that is shown after them
REORDERED_MAX_S = 5  # the same of a camera whose rate is not known yet: 16 of a slow one
LEAP_S = 10  # no camera rests that long without a reason
AT_ONCE_MAX = 4  # pictures of one time, where a clock was rounded: a fifth of a second at 20 a second
REMEMBERED = 64  # pictures from which the usual distance of two is taken


@dataclass(slots=True, kw_only=True)
class Timestamps:
    """One track's times in its time base, in the order of the file.

    `lasts` is how long the file may be, in the same units: a leap forward within it is believed.
    """

    time_base: Fraction
    lasts: int
    wrap: int = 0
    shown: array[int] = field(default_factory=lambda: array("q"))
    decoded: array[int] = field(default_factory=lambda: array("q"))
    resets: list[tuple[int, int]] = field(default_factory=list)  # first index of a run, how far the run was moved
    _first: int | None = None
    _last: int = 0
    _top: int = 0
    _moved: int = 0
    _recent: deque[int] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    _back: int = 0
    _reordered: int = 0
    _leap: int = 0

    def __post_init__(self) -> None:
        """Turn the bounds into this track's units, once."""
        self._back, self._reordered, self._leap = (
            int(bound_s / self.time_base) for bound_s in (BACK_MAX_S, Fraction(REORDERED_MAX_S), Fraction(LEAP_S))
        )

    def add(self, shown: int | None, decoded: int | None, span: int = 0) -> int:
        """Take the next packet's times; returns that by which it is stored, NEVER when it has none.

        `span` is how long the packet lasts where that is known: it tells where the next run begins.
        """
        clock = shown if decoded is None else decoded
        if clock is None:
            self.shown.append(NEVER)
            self.decoded.append(NEVER)
            self._top += span
            return NEVER
        place = self._follow(clock + self._moved)
        if self._first is None:
            self._first = self._top = place
        elif self._resets(place, by_shown=decoded is None):
            first = place if shown is None else place + self._signed(shown - clock)
            step = self._top + (span or self._usual()) - first
            place, self._moved = place + step, self._moved + step
            self.resets.append((len(self.shown), self._moved))
        self._last = place
        at = self._put(place, clock, shown, decoded)
        if at != NEVER:
            self._top = max(self._top, at)
            self._recent.append(at)
        return place

    def pass_by(self, shown: int | None, decoded: int | None) -> int:
        """Take the times of a packet that the file keeps from being shown: what comes next does not follow on it."""
        clock = shown if decoded is None else decoded
        if clock is None:
            return self.add(None, None)
        place = self._follow(clock + self._moved)
        self._put(place, clock, shown, decoded)
        return place

    def _put(self, place: int, clock: int, shown: int | None, decoded: int | None) -> int:
        """Keep when a packet is shown and stored; return the first."""
        at = NEVER if shown is None else place + self._signed(shown - clock)
        self.shown.append(at)
        self.decoded.append(NEVER if decoded is None else place)
        return at

    def follow(self, moves_s: Sequence[Fraction], apart_max_s: Fraction) -> None:
        """Move each run as the pictures' runs were moved; one that fits none of theirs is never heard."""
        bounds = [(0, 0), *self.resets]
        for (start, moved), (end, _) in pairwise([*bounds, (len(self.shown), 0)]):
            nearest = min(moves_s, key=lambda move: abs(move - moved * self.time_base))
            step = round(nearest / self.time_base) - moved
            fits = abs(step) * self.time_base <= apart_max_s
            for index in range(start, end):
                if self.shown[index] != NEVER:
                    self.shown[index] = self.shown[index] + step if fits else NEVER

    def near(self, first: int) -> None:
        """Bring all to the side of a wrap where another track of the file begins."""
        if self._first is not None and self.wrap:
            step = first + self._signed(self._first - first) - self._first
            if step:
                for index, at in enumerate(self.shown):
                    if at != NEVER:
                        self.shown[index] = at + step

    @property
    def first(self) -> int | None:
        """The time by which the first packet that has one is stored."""
        return self._first

    @property
    def moves_s(self) -> list[Fraction]:
        """How far each run was moved, in seconds."""
        return [Fraction(0), *(moved * self.time_base for _, moved in self.resets)]

    def _follow(self, clock: int) -> int:
        return clock if self._first is None else self._last + self._signed(clock - self._last)

    def _signed(self, distance: int) -> int:
        if not self.wrap:
            return distance
        half = self.wrap // 2
        return (distance + half) % self.wrap - half

    def _resets(self, place: int, *, by_shown: bool) -> bool:
        ahead = place - (self._top if by_shown else self._last)
        if -(self._reordered if by_shown else self._back) <= ahead <= self._leap:
            return False
        if by_shown and -REORDERED_MAX * self._usual() <= ahead < 0:  # a time lapse
            return False
        return ahead < 0 or place - (self._first or 0) > self.lasts

    def _usual(self) -> int:
        distances = sorted(after - before for before, after in pairwise(sorted(self._recent)))
        return max(1, distances[len(distances) // 2]) if distances else round(Fraction(1, 15) / self.time_base)


def at_once(ticks: Sequence[int], end: int, step: int = 1) -> Iterator[tuple[int, int]]:
    """Yield `[from, until)` wherever so many pictures have one time that nobody can say when each was taken.

    `ticks` are those of all pictures, which were set apart by a `step`: less than any camera has between two. `end` is
    the file's own.
    """
    ordered, first = sorted(ticks), 0
    for index, tick in enumerate(ordered):
        later = ordered[index + 1] if index + 1 < len(ordered) else max(end, tick + 1)
        if later - tick > step or index + 1 == len(ordered):
            if index - first >= AT_ONCE_MAX:
                yield ordered[first], later
            first = index + 1


def in_order(shown: Sequence[int]) -> bool:
    """Whether pictures are stored in the order in which they are shown, as far as their times are known."""
    known = [at for at in shown if at != NEVER]
    return all(before < after for before, after in pairwise(known))


def fill(ticks: Sequence[int], end: int) -> array[int]:
    """Give each picture without a time one between its neighbours; the pictures are in order.

    One between a neighbor inside `[0, end)` and one outside may lie on either side: it is put outside.
    """
    filled = array("q", ticks)
    at = 0
    while at < len(filled):
        if filled[at] != NEVER:
            at += 1
            continue
        until = next((index for index in range(at, len(filled)) if filled[index] != NEVER), len(filled))
        before = filled[at - 1] if at else None
        after = filled[until] if until < len(filled) else None
        for index, tick in zip(range(at, until), _between(before, after, until - at, end), strict=True):
            filled[index] = tick
        at = until
    return filled


def _between(before: int | None, after: int | None, count: int, end: int) -> list[int]:
    if before is None or before < 0:
        return [-1] * count
    if after is None or after >= end:
        return [end] * count
    return [before + (after - before) * (index + 1) // (count + 1) for index in range(count)]


def decode_order(shown: Sequence[int]) -> array[int]:
    """Return decode times for pictures of which only the times of showing are known: sorted, none after its own."""
    last = next((at for at in shown if at not in {NEVER, EMPTY}), 0)
    known = [last := last if at in {NEVER, EMPTY} else at for at in shown]
    ordered = sorted(known)
    delay = max((stored - own for stored, own in zip(ordered, known, strict=True)), default=0)
    return array("q", (at - delay for at in ordered))
