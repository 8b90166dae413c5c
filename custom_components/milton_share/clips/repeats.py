"""Leaves out what two files have both: recorders give ranges out that overlap, from one key picture on. Pure.

Only what is the same to the bit, and at the same time, is a repeat. Files that overlap and differ stay as they are:
then one of their times is wrong, and the plan says so.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from .timeline import TICKS_PER_MS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .probe import SegmentFacts, VideoFacts

SAME_TIME = 250 * TICKS_PER_MS  # as far as the plan lets neighbouring segments overlap


def without_repeats(facts: Sequence[SegmentFacts]) -> tuple[SegmentFacts, ...]:
    """Return the segments, each without the groups at its end with which the next one begins."""
    kept = list(facts)
    for index in range(len(kept) - 1):
        video = kept[index].video
        keep = _repeated_from(video, kept[index + 1].video)
        if keep is not None:
            kept[index] = replace(kept[index], video=_first_of(video, keep))
    return tuple(kept)


def _repeated_from(before: VideoFacts, after: VideoFacts) -> int | None:
    """Return with which frame of one file the next begins anew; None where it begins with another."""
    if not after.prints or not after.prints[0] or before.codec != after.codec:
        return None
    for gop in reversed(before.gops):
        same = before.prints[gop.first] == after.prints[0]
        if same and abs(before.ticks[gop.first] - after.ticks[0]) <= SAME_TIME:
            rest = before.prints[gop.first :]
            return gop.first if rest == after.prints[: len(rest)] else None
    return None


def _first_of(video: VideoFacts, count: int) -> VideoFacts:
    return replace(
        video,
        ticks=video.ticks[:count],
        decode_ticks=video.decode_ticks[:count],
        prints=video.prints[:count],
        gops=tuple(gop for gop in video.gops if gop.first < count),
    )
