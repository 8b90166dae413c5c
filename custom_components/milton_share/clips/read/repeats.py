"""Leaves out what two files have both: recorders give ranges out that overlap, from one key picture on. Pure.

Only what is the same to the bit is a repeat, and at the same time, as far as the times of both are known. A picture
that is the same again and again, as in the dark, says nothing where they are not. Files that overlap and differ stay as
they are: then one of their times is wrong, and the plan says so.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..timeline import TICKS_PER_MS, ticks_of
from ..timestamps import EMPTY, NEVER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .probe import SegmentFacts, VideoFacts

SAME_TIME = 250 * TICKS_PER_MS  # as far as the plan lets neighbouring segments overlap
UNSURE_MS = 3_000  # of what was asked for by a range alone; of all others the time is known far better


def without_repeats(facts: Sequence[SegmentFacts], end: int) -> tuple[SegmentFacts, ...]:
    """Return the segments, each without the groups at its end with which the next one begins; `end` is the range's."""
    kept = list(facts)
    for index in range(len(kept) - 1):
        one, other = kept[index], kept[index + 1]
        keep = _repeated_from(one, other, end)
        if keep is not None:
            kept[index] = _first_of(one, keep, other.video.ticks[0])
    return tuple(kept)


def _repeated_from(one: SegmentFacts, other: SegmentFacts, end: int) -> int | None:
    """Return with which frame of one file the next begins anew; None where it begins with another."""
    before, after = one.video, other.video
    if not after.prints or not after.prints[0] or before.codec != after.codec:
        return None
    same = [gop.first for gop in before.gops if before.prints[gop.first] == after.prints[0]]
    is_alone = sum(after.prints[gop.first] == after.prints[0] for gop in after.gops) == len(same) == 1
    may_be_apart = _may_be_apart(one, other, is_alone=is_alone)
    apart = {first: abs(before.ticks[first] - after.ticks[0]) for first in same}
    near = sorted((ticks, first) for first, ticks in apart.items() if ticks <= may_be_apart)
    return next((first for _, first in near if _goes_on(before, first, after, end)), None)


def _may_be_apart(one: SegmentFacts, other: SegmentFacts, *, is_alone: bool) -> int:
    """Return how far the times of one picture may differ in two files.

    One that is the same again and again is nearer to itself than the one file's end is to the other's beginning: else
    they follow each other, in a still scene of key pictures alone.
    """
    if not is_alone:
        return min(SAME_TIME, abs(other.video.ticks[0] - _end_of(one.video)) - 1)
    doubts_ms = one.segment.uncertainty_ms, other.segment.uncertainty_ms
    return SAME_TIME + (ticks_of(sum(doubts_ms)) if min(doubts_ms) >= UNSURE_MS else 0)


def _goes_on(before: VideoFacts, first: int, after: VideoFacts, end: int) -> bool:
    """Whether all that follows a frame of one file is in the other, from its first one on."""
    rest, again = before.prints[first:], after.prints
    if _end_of(after) >= end:  # it was read no farther, whatever the one before has
        rest = rest[: len(again)]
    return rest == again[: len(rest)]


def _end_of(video: VideoFacts) -> int:
    """Return when what was read of a file ends: its last frame is taken to last as long as the one before."""
    ticks = sorted(tick for tick in video.ticks if tick not in {EMPTY, NEVER})[-2:]
    return 2 * ticks[-1] - ticks[0] if ticks else NEVER


def _first_of(facts: SegmentFacts, count: int, again: int) -> SegmentFacts:
    """Return the first frames of a file; its sound ends with them, where what goes on lies elsewhere in time."""
    video, audio = facts.video, facts.audio
    cut = video.ticks[count]
    if audio is not None and abs(cut - again) > SAME_TIME:
        heard = next((at for at, tick in enumerate(audio.ticks) if tick != NEVER and tick >= cut), len(audio.ticks))
        audio = replace(
            audio,
            shown=audio.shown[:heard],
            ticks=audio.ticks[:heard],
            spans=audio.spans[:heard],
            prints=audio.prints[:heard],
        )
    video = replace(
        video,
        ticks=video.ticks[:count],
        decode_ticks=video.decode_ticks[:count],
        prints=video.prints[:count],
        gops=tuple(gop for gop in video.gops if gop.first < count),
    )
    return replace(facts, video=video, audio=audio)
