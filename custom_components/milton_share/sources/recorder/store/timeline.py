"""What of a range is there, and what is missing. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from ...model import Clock, Coverage, Segment, worst_of
from ..times.anchor import ARRIVAL_UNCERTAINTY_S

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from .index import Row

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SEAM_MS = 300
"""Segments that meet within this are one: their times are only known that well."""


def to_ms(moment: datetime) -> int:
    """Epoch milliseconds of an aware time."""
    return round((moment - EPOCH) / timedelta(milliseconds=1))


def from_ms(epoch_ms: int) -> datetime:
    """Aware UTC time of epoch milliseconds."""
    return EPOCH + timedelta(milliseconds=epoch_ms)


def gaps(rows: Sequence[Row], from_: int, until: int) -> tuple[tuple[int, int], ...]:
    """Parts of a range, in epoch milliseconds, without footage; rows oldest first."""
    found = []
    reached = from_
    for row in rows:
        if row.from_ms - reached > SEAM_MS:
            found.append((reached, row.from_ms))
        found += [(max(start, from_), min(end, until)) for start, end in row.gaps if start < until and end > from_]
        reached = max(reached, row.until_ms)
    if until - reached > SEAM_MS or (not rows and until > from_):
        found.append((reached, until))
    return tuple(sorted(found))


def clock(rows: Sequence[Row]) -> Clock:
    """State the worst of the clocks that the rows were timed by."""
    if not rows:
        return Clock(offset_ms=0, uncertainty_ms=round(ARRIVAL_UNCERTAINTY_S * 1000), method="arrival")
    return worst_of([clock_of(row) for row in rows])


def clock_of(row: Row) -> Clock:
    """Return the clock that one file was timed by."""
    return Clock(offset_ms=row.offset_ms, uncertainty_ms=row.uncertainty_ms, method=row.method)


def coverage(found: Sequence[tuple[Row, Path]], from_: datetime, until: datetime) -> Coverage:
    """Answer for a range from the rows that touch it and their neighbours, oldest first, each with its file."""
    rows = [row for row, _ in found if row.touches(to_ms(from_), to_ms(until))]
    missing = gaps(rows, to_ms(from_), to_ms(until))
    return Coverage(
        segments=tuple(
            Segment(
                path=path,
                from_=from_ms(row.from_ms),
                until=from_ms(row.until_ms),
                sha256=row.sha256,
                media_start_s=row.media_start_s,
                clock=clock_of(row),
            )
            for row, path in found
        ),
        gaps=tuple((from_ms(start), from_ms(end)) for start, end in missing),
        clock=clock(rows),
    )
