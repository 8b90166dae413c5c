"""Leaves out what two files have both: recorders give ranges out that overlap, from one key picture on. Pure.

Only what is the same to the bit is a repeat, and at the same time, as far as the times of both are known. A picture
that is the same again and again, as in the dark, says nothing where they are not. Files that overlap and differ stay as
they are: then one of their times is wrong, and the plan says so.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from .stamps import EMPTY, NEVER
from .timeline import TICKS_PER_MS, ticks_of

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
    first = _same_as(one, other)
    if first is None:
        return None
    rest, again = before.prints[first:], after.prints
    if _goes_to(after, end):  # it was read no farther, whatever the one before has
        rest = rest[: len(again)]
    return first if rest == again[: len(rest)] else None


def _same_as(one: SegmentFacts, other: SegmentFacts) -> int | None:
    """Find the key picture with which a file begins in the one before it: at its time, else the only one like it."""
    before, after = one.video, other.video
    same = [gop.first for gop in reversed(before.gops) if before.prints[gop.first] == after.prints[0]]
    apart = [abs(before.ticks[first] - after.ticks[0]) for first in same]
    at_its_time = next((first for first, ticks in zip(same, apart, strict=True) if ticks <= SAME_TIME), None)
    if at_its_time is not None:
        return at_its_time
    doubts_ms = one.segment.uncertainty_ms, other.segment.uncertainty_ms
    is_alone = sum(after.prints[gop.first] == after.prints[0] for gop in after.gops) == len(same) == 1
    is_near = is_alone and min(doubts_ms) >= UNSURE_MS and apart[0] <= SAME_TIME + ticks_of(sum(doubts_ms))
    return same[0] if is_near else None


def _goes_to(video: VideoFacts, end: int) -> bool:
    """Whether a file was read up to the end of the range."""
    ticks = sorted(tick for tick in video.ticks if tick not in {EMPTY, NEVER})[-2:]
    return len(ticks) > 1 and ticks[1] + (ticks[1] - ticks[0]) >= end


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
