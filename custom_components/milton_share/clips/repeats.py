"""Leaves out what two files have both: recorders give ranges out that overlap, from one key picture on. Pure.

Only what is the same to the bit is a repeat, and at the same time, as far as the times of both are known. A picture
that is the same again and again, as in the dark, says nothing where they are not. Files that overlap and differ stay as
they are: then one of their times is wrong, and the plan says so.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from .timeline import TICKS_PER_MS, ticks_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .probe import SegmentFacts, VideoFacts

SAME_TIME = 250 * TICKS_PER_MS  # as far as the plan lets neighbouring segments overlap


def without_repeats(facts: Sequence[SegmentFacts]) -> tuple[SegmentFacts, ...]:
    """Return the segments, each without the groups at its end with which the next one begins."""
    kept = list(facts)
    for index in range(len(kept) - 1):
        one, other = kept[index], kept[index + 1]
        doubt = ticks_of(one.segment.uncertainty_ms) + ticks_of(other.segment.uncertainty_ms)
        keep = _repeated_from(one.video, other.video, doubt)
        if keep is not None:
            kept[index] = replace(one, video=_first_of(one.video, keep))
    return tuple(kept)


def _repeated_from(before: VideoFacts, after: VideoFacts, doubt: int) -> int | None:
    """Return with which frame of one file the next begins anew; None where it begins with another."""
    if not after.prints or not after.prints[0] or before.codec != after.codec:
        return None
    for first in _same_as(before, after, doubt):
        rest = before.prints[first:]
        return first if rest == after.prints[: len(rest)] else None
    return None


def _same_as(before: VideoFacts, after: VideoFacts, doubt: int) -> Iterator[int]:
    """Find the key picture with which a file begins in the one before it: at its time, else the only one like it."""
    same = [gop.first for gop in reversed(before.gops) if before.prints[gop.first] == after.prints[0]]
    apart = [abs(before.ticks[first] - after.ticks[0]) for first in same]
    yield from (first for first, ticks in zip(same, apart, strict=True) if ticks <= SAME_TIME)
    is_alone = sum(after.prints[gop.first] == after.prints[0] for gop in after.gops) == len(same) == 1
    if is_alone and apart[0] <= SAME_TIME + doubt:
        yield same[0]


def _first_of(video: VideoFacts, count: int) -> VideoFacts:
    return replace(
        video,
        ticks=video.ticks[:count],
        decode_ticks=video.decode_ticks[:count],
        prints=video.prints[:count],
        gops=tuple(gop for gop in video.gops if gop.first < count),
    )
