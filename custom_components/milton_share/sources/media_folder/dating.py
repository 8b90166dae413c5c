"""When was it, and by which clock? What the names of files, their lengths and their times of writing say. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..bounds import Bounds
from ..recorder_clients.archive.archive import Placed
from ..recorder_clients.archive.contents import LENGTH_MAX_S
from ..recorder_clients.clock.offset import ClockOffset, Window, offset_of
from ..recorder_clients.times.file_names import Habits, Take
from ..timestamps import moments

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import tzinfo

    from ..recorder_clients.archive.contents import Contents
    from .listing import FoundFile

STILL_S = 20.0
"""How long nothing may have been written to a file before it is taken to be whole."""
UNSEALED_STILL_S = 120.0
"""The same of what has no index that says whether all is there: an upload over a weak link may stop for so long."""
UPLOAD_MAX_S = 60.0
"""How long the quickest of many uploads may take after a recording's end, at most."""
LATE_MAX_S = 600.0
"""How long after its end a file may come. When even the quickest of many comes later than this, the times of writing
say nothing: files were moved or restored."""
LEAP_S = 10.0
"""A pause in a file that is longer than this may be none: the time stamps leapt."""
RECENT_S = 2 * 86_400.0
UNKNOWN_CLOCK = ClockOffset(offset_s=0.0, uncertainty_s=60.0)
"""Of a camera of which no file was written lately: cameras that set their clock by the network are much nearer."""
HABITS = Habits(late_max_s=1.5, early_max_s=1.5, first_late_max_s=10.0, waits_max_s=0.0, seam_s=0.5)
"""A file is named by the second in which it was begun. What it begins with may be older: a camera keeps the seconds
before an event, and a program (ffmpeg, VLC, motion) looks at a stream for some before it writes. A program that waits
longer does so for all files alike; that is in what their times of writing say of the clock."""

type Place = Callable[[Sequence[Take]], Sequence[Placed]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """A file whose name says its time: the earliest second by the camera's clock, and how much later it may be."""

    found: FoundFile
    from_s: int
    doubt_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """A file: when its first picture was by the camera's clock, and how long it is; at most, unless it was read."""

    found: FoundFile
    placed: Placed
    length_s: float
    is_read: bool


def timed(found: FoundFile, zone: tzinfo, length_s: float | None = None) -> Timed | None:
    """Read a name; of an hour that comes twice the time of writing may tell which, else both are possible.

    What was written in its second hour may be a long file of its first, unless its length is known.
    """
    if found.timestamp is None:
        return None
    readings = [reading.at.timestamp() for reading in moments(found.timestamp, zone)]
    if len(readings) > 1:
        least_s, most_s = (0.0, float(LENGTH_MAX_S)) if length_s is None else (length_s, length_s)
        likely = [at for at in readings if least_s - LATE_MAX_S <= found.written_s - at <= most_s + LATE_MAX_S]
        readings = likely if len(likely) == 1 else readings
    doubt_s = readings[-1] - readings[0] + found.timestamp.precision_s - 1
    return Timed(found=found, from_s=int(readings[0]), doubt_s=round(doubt_s))


def is_still_written(found: FoundFile, begun_s: float, now_s: float, still_s: float = STILL_S) -> bool:
    """Whether a file may not be whole yet; ``begun_s``: when it was begun, by this home's clock.

    A time of writing that is to come (a disk in the time of another zone, a clock that was never right) tells only
    once it has come; before that, what was begun long ago is whole.
    """
    if found.written_s - now_s >= still_s:
        return now_s - begun_s < LENGTH_MAX_S + LATE_MAX_S
    return now_s - found.written_s < still_s


def newest(files: Iterable[Timed], now_s: float, count: int, still_s: float = STILL_S) -> list[Timed]:
    """Return the newest files that were written lately, but not just now; newest first."""
    lately = [one for one in files if still_s <= now_s - one.found.written_s <= RECENT_S]
    return sorted(lately, key=lambda one: one.found.written_s, reverse=True)[:count]


def clock_of(read: Iterable[tuple[Timed, Contents]], place: Place) -> ClockOffset:
    """Judge the camera's clock: no file is written before what is in it was filmed, nor the quickest long after.

    One whose own time leaps, or begins anew, says how long it is less surely: it counts where there is no other.
    """
    every = sorted(read, key=lambda each: each[0].from_s)
    files = [each for each in every if not leaps(each[1])] or every
    takes = [Take(start_s=one.from_s, length_s=contents.length_s, prompt=True) for one, contents in files]
    lags = [
        Bounds.around(one.found.written_s - at.from_s - contents.length_s, at.uncertainty_s)
        for (one, contents), at in zip(files, _placed([one for one, _ in files], takes, place), strict=True)
    ]
    if not lags or min(lag.middle_s for lag in lags) > LATE_MAX_S:
        return UNKNOWN_CLOCK
    low_s, high_s = min(lag.low_s for lag in lags) - UPLOAD_MAX_S, min(lag.high_s for lag in lags)
    return offset_of([Window(low_s=low_s, high_s=high_s)]) or UNKNOWN_CLOCK


def leaps(contents: Contents) -> bool:
    """Whether a file's own time may not be that of what was filmed."""
    return bool(contents.anew) or any(high - low > LEAP_S for low, high in contents.gaps)


def proved(contents: Contents, from_s: float, written_s: float, clock: ClockOffset) -> tuple[Contents, float]:
    """Return what of a file's contents has a time, and how much later than taken for it may have been.

    Where a file counts anew, what follows is taken to go on at once: it was no later than the file was written. Where
    that says nothing (the file was moved, or came long after) the file ends there.
    """
    if not contents.anew:
        return contents, 0.0
    passed_s = written_s - clock.offset_s + clock.uncertainty_s - from_s - contents.length_s
    if 0 <= passed_s <= LATE_MAX_S:
        return contents, passed_s
    end_s = contents.anew[0]
    gaps = tuple((low, high) for low, high in contents.gaps if high <= end_s)
    return replace(contents, end_s=end_s, gaps=gaps, anew=()), 0.0


def length_at_most_s(one: Timed, clock: ClockOffset, now_s: float) -> float:
    """Return how long a file that nobody read may be: to when it was written, or until now."""
    if is_still_written(one.found, one.from_s + clock.offset_s, now_s):
        return min(max(now_s - one.from_s - clock.offset_s, 0.0), LENGTH_MAX_S)
    passed_s = one.found.written_s - one.from_s - clock.offset_s
    return min(passed_s, LENGTH_MAX_S) if passed_s > 0 else LENGTH_MAX_S  # written before it began: moved here


def dated(files: Sequence[tuple[Timed, float, bool]], place: Place) -> list[Dated]:
    """Place files, oldest first: each its length, and whether it was read. Only such say something of their neighbours.

    One that is not could be shorter by as long as its upload took.
    """
    read = [(one, length_s) for one, length_s, is_read in files if is_read]
    takes = [Take(start_s=one.from_s, length_s=length_s, prompt=True) for one, length_s in read]
    together = zip(read, _placed([one for one, _ in read], takes, place), strict=True)
    found = [Dated(found=one.found, placed=at, length_s=length_s, is_read=True) for (one, length_s), at in together]
    for one, length_s, is_read in files:
        if not is_read:
            (at,) = _placed([one], [Take(start_s=one.from_s, length_s=length_s, prompt=True)], place)
            found.append(Dated(found=one.found, placed=at, length_s=length_s, is_read=False))
    return sorted(found, key=lambda each: each.placed.from_s)


def touches(one: Dated, low_s: float, high_s: float, doubt_s: float) -> bool:
    """Whether a file may lie in a range of the camera's clock."""
    slack_s = doubt_s + one.placed.uncertainty_s
    return one.placed.from_s - slack_s < high_s and one.placed.from_s + one.length_s + slack_s > low_s


def _placed(files: Sequence[Timed], takes: Sequence[Take], place: Place) -> list[Placed]:
    return [_doubted(at, one.doubt_s) for one, at in zip(files, place(takes), strict=True)]


def _doubted(placed: Placed, doubt_s: int) -> Placed:
    """Put a file whose name leaves more open into the middle of what it leaves open."""
    if doubt_s == 0:
        return placed
    return Placed(from_s=placed.from_s + doubt_s / 2, uncertainty_s=placed.uncertainty_s + doubt_s / 2)
