"""The ranges of a clip: each planned by itself, then joined; and where each is in the finished file."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from ..job import Range
from ..plan.copy_or_encode import inside
from ..plan.join import join
from ..plan.make import make_plan
from ..read.probe import probe
from ..refusal import ClipRefused, CutRule
from ..result import GAPS_MAX, StoredRange
from ..timeline import TICKS_PER_MS, gaps_of, middle, nearest, step_of, ticks_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..job import Job
    from ..plan.ledger import Stored
    from ..plan.model import Plan, SegmentPlan


def plan_ranges(job: Job) -> dict[Range, Plan]:
    """Plan all ranges of which something was recorded, in order. Raises ClipRefused `nothing_recorded`."""
    found: dict[Range, Plan] = {}
    step = step_of(ticks_of(job.ranges[-1].until_ms - job.from_ms))
    for part in job.ranges:
        one = job.of(part)
        try:
            found[part] = make_plan(probe(one, step), _ticks(part), audio=job.audio, masked=bool(job.masks), step=step)
        except ClipRefused as refusal:
            if refusal.rule is not CutRule.NOTHING_RECORDED:
                raise
    if not found:
        raise ClipRefused(CutRule.NOTHING_RECORDED)
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
        Range(
            from_ms=part.from_ms + start // TICKS_PER_MS,
            until_ms=part.from_ms + -(-min(until, end) // TICKS_PER_MS),
        )
        for start, until in gaps_of(seen, end, usual)
        if start < end
    )
    return StoredRange(
        from_ms=part.from_ms,
        until_ms=part.until_ms,
        first_frame_ms=part.from_ms + shown[0] // TICKS_PER_MS if shown else None,
        last_frame_ms=part.from_ms + shown[-1] // TICKS_PER_MS if shown else None,
        stored_ms=nearest(ticks[0] - stored.ticks[0], TICKS_PER_MS) if shown else None,
        gaps=gaps,
    )


def _usual(segments: Sequence[SegmentPlan], end: int) -> int:
    """Return the usual distance of two pictures of one file: between files a camera may have rested for hours."""
    shown = (sorted(inside(segment.facts.video.ticks, end)) for segment in segments)
    return middle(after - before for ticks in shown for before, after in pairwise(ticks))


def with_longest_gaps(ranges: Sequence[StoredRange]) -> tuple[StoredRange, ...]:
    """Leave out the shortest gaps of all ranges where there are more than a manifest has room for."""
    gaps = sorted((gap for part in ranges for gap in part.gaps), key=lambda gap: gap.from_ms - gap.until_ms)
    if len(gaps) <= GAPS_MAX:
        return tuple(ranges)
    kept = frozenset(gaps[:GAPS_MAX])
    return tuple(replace(part, gaps=tuple(gap for gap in part.gaps if gap in kept)) for part in ranges)


def _ticks(part: Range) -> int:
    return ticks_of(part.until_ms - part.from_ms)
