"""The ranges of a clip: each planned by itself, then joined; and where each is in the finished file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from ..plan.join import join
from ..plan.make import make_plan
from ..plan.pictures import inside
from ..read.probe import probe
from ..refusal import ClipRefused, Rule
from ..timeline import TICKS_PER_MS, gaps_of, middle, nearest, step_of, ticks_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..job import Job, Range
    from ..plan.ledger import Stored
    from ..plan.model import Plan, SegmentPlan


GAPS_MAX = 1_000  # as many as a manifest may list


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRange:
    """A range and its place in the clip. Times are UTC ms; `stored_ms` counts from the clip's first frame.

    The range's first frame, of `first_frame_ms`, is shown `stored_ms` after the clip's first, and within the range
    stored time goes as true time does. All three are None where nothing was recorded.
    """

    from_ms: int
    until_ms: int
    first_frame_ms: int | None
    last_frame_ms: int | None
    stored_ms: int | None
    gaps_ms: tuple[tuple[int, int], ...]


def plan_ranges(job: Job) -> dict[Range, Plan]:
    """Plan all ranges of which something was recorded, in order. Raises ClipRefused `nothing_recorded`."""
    found: dict[Range, Plan] = {}
    step = step_of(ticks_of(job.ranges[-1].until_ms - job.from_ms))
    for part in job.ranges:
        one = job.of(part)
        try:
            found[part] = make_plan(probe(one, step), _ticks(part), audio=job.audio, masked=bool(job.masks), step=step)
        except ClipRefused as refusal:
            if refusal.rule is not Rule.NOTHING_RECORDED:
                raise
    if not found:
        raise ClipRefused(Rule.NOTHING_RECORDED)
    return dict(zip(found, join(tuple(found.values()), masked=bool(job.masks)), strict=True))


def stored_range(part: Range, plan: Plan | None, stored: Stored) -> StoredRange:
    """Say where a range is in the clip, by what the check found there.

    Its gaps are told by the clip's own time, as all of its pictures are: a file that overlaps the one before was moved.
    """
    true = dict(zip(plan.stored, plan.shown, strict=True)) if plan else {}
    ticks = [tick for tick in stored.ticks if tick in true]
    shown = sorted(true[tick] for tick in ticks)
    usual, end = _usual(plan.segments if plan else (), _ticks(part)), _ticks(part)
    seen = [shown[0] + tick - ticks[0] for tick in ticks]
    gaps = tuple(
        (part.from_ms + start // TICKS_PER_MS, part.from_ms + -(-min(until, end) // TICKS_PER_MS))
        for start, until in gaps_of(seen, end, usual)
        if start < end
    )
    return StoredRange(
        from_ms=part.from_ms,
        until_ms=part.until_ms,
        first_frame_ms=part.from_ms + shown[0] // TICKS_PER_MS if shown else None,
        last_frame_ms=part.from_ms + shown[-1] // TICKS_PER_MS if shown else None,
        stored_ms=nearest(ticks[0] - stored.ticks[0], TICKS_PER_MS) if shown else None,
        gaps_ms=gaps,
    )


def _usual(segments: Sequence[SegmentPlan], end: int) -> int:
    """Return the usual distance of two pictures of one file: between files a camera may have rested for hours."""
    shown = (sorted(inside(segment.facts.video.ticks, end)) for segment in segments)
    return middle(after - before for ticks in shown for before, after in pairwise(ticks))


def with_longest_gaps(ranges: Sequence[StoredRange]) -> tuple[StoredRange, ...]:
    """Leave out the shortest gaps of all ranges where there are more than a manifest has room for."""
    gaps = sorted((gap for part in ranges for gap in part.gaps_ms), key=lambda gap: gap[0] - gap[1])
    if len(gaps) <= GAPS_MAX:
        return tuple(ranges)
    kept = frozenset(gaps[:GAPS_MAX])
    return tuple(replace(part, gaps_ms=tuple(gap for gap in part.gaps_ms if gap in kept)) for part in ranges)


def _ticks(part: Range) -> int:
    return ticks_of(part.until_ms - part.from_ms)
