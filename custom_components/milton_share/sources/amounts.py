"""How much of a range there is, and how much is as good as all of it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from .model import Extent

ALIKE_S, ALIKE_PART = 10, 0.1
"""Sources that differ by so little have the same: a file's length, and what is still being written; of short ranges
a part."""


def nearly_all_s(from_: datetime, until: datetime) -> float:
    """Say how much of a range is as good as all."""
    whole_s = (until - from_).total_seconds()
    return whole_s - min(ALIKE_S, whole_s * ALIKE_PART)


def covered_s(extent: Extent, from_: datetime, until: datetime) -> float:
    """Say how much of a range there is, whatever overlaps."""
    reached, found_s = from_, 0.0
    for start, end in sorted(extent.spans):
        low, high = max(start, reached), min(end, until)
        if low < high:
            found_s += (high - low).total_seconds()
            reached = high
    return found_s
