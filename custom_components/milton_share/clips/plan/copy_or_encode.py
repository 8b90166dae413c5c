"""Which pictures to copy and which to encode, when each is shown, and by which parameter sets. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..bitstream.fields import Scan
from ..bitstream.nal import HEVC, RULES, set_ids
from ..refusal import ClipRefused, CutRule
from ..timeline import TICKS_PER_MS
from ..timestamps import EMPTY
from .model import GopPlan, Way
from .regular import is_regular, scans_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..read.gops import Gop
    from ..read.probe import SegmentFacts
    from .model import Plan, SegmentPlan

SHIFT_MIN = 250 * TICKS_PER_MS  # two neighbouring segments may overlap by so much, however sure their times are
SHIFT_MAX = 5_000 * TICKS_PER_MS  # and by no more, however unsure: a clip gets so much longer than its range
SET_IDS = range(1, 32)  # H.264, 7.4.2.1.1: seq_parameter_set_id is 0 to 31


def inside(ticks: Sequence[int], end: int) -> list[int]:
    """Return those of `ticks` that lie in the range."""
    return [tick for tick in ticks if 0 <= tick < end]


def plan_gops(segment: SegmentFacts, end: int) -> tuple[GopPlan, ...]:
    """Plan those groups of a segment that have a frame in the range."""
    video = segment.video
    plans = (plan_gop(gop, video.ticks[gop.first : gop.first + gop.count], end) for gop in video.gops)
    return tuple(plan for plan in plans if plan is not None)


def plan_gop(gop: Gop, ticks: Sequence[int], end: int) -> GopPlan | None:
    """Plan one group whose frames have `ticks`, in decode order; None when it has no frame in the range."""
    wanted = inside(ticks, end)
    if not wanted:
        return None
    copy = 0
    if not gop.broken and min(tick for tick in ticks if tick != EMPTY) >= 0:
        copy = next((index for index, tick in enumerate(ticks) if tick >= end), len(ticks))
        while copy and max(ticks[:copy]) > min(inside(ticks[copy:], end), default=end):
            copy -= 1  # a frame shown after one that must be encoded can't come before it
    rest = inside(ticks[copy:], end)
    return GopPlan(
        first=gop.first,
        count=gop.count,
        copy=copy,
        encode_from=min(rest) if rest else None,
        parameter_sets=gop.parameter_sets,
        scan=gop.scan,
        decode_from=_decode_from(gop, ticks),
        broken=bool(gop.broken),
    )


def _decode_from(gop: Gop, ticks: Sequence[int]) -> int:
    """Return from which packet on a group is decoded: from a broken one for which a picture before the range stands."""
    start, latest, broken = gop.first, -1, frozenset(gop.broken)
    for place, tick in enumerate(ticks, gop.first) if broken else ():
        if place not in broken:
            latest = max(latest, tick)
        elif min(tick, latest) < 0:
            start = place
    return start


def shifts_of(inside_by_segment: Sequence[Sequence[int]], doubts: Sequence[int], step: int = 1) -> list[int]:
    """Return how far each segment's frames move for time to go on by a `step`; `doubts`: what each may be off by.

    Frames were taken one after the other, so files overlap by as much as their times are off. One that is moved so is
    as near to its true time as the least sure file is said to be. Raises ClipRefused `segments_overlap` when it is
    more than their doubts explain, for then one of these is wrong.
    """
    shifts: list[int] = []
    last, worst = -step, 0
    for ticks, doubt in zip(inside_by_segment, doubts, strict=True):
        shift = max(0, last + step - min(ticks)) if ticks else max(shifts[-1:], default=0)
        if shift > min(max(SHIFT_MIN, worst + doubt), SHIFT_MAX):
            raise ClipRefused(CutRule.SEGMENTS_OVERLAP, f"by {shift // TICKS_PER_MS} ms")
        if ticks:
            last, worst = max(ticks) + shift, max(worst, doubt)
        shifts.append(shift)
    return shifts


def prints(plan: Plan) -> dict[int, int]:
    """Return each stored tick with the print of the recorded frame that belongs there."""
    return {
        tick + segment.shift: mark
        for segment in plan.segments
        for tick, mark in zip(segment.facts.video.ticks, segment.facts.video.prints, strict=True)
        if 0 <= tick < plan.end
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Coding:
    """How the pictures get into the clip, and by which parameter sets."""

    way: Way
    in_band: bool
    parameter_sets: tuple[bytes, ...]
    encoder_set_id: int
    interlaced: bool


def plan_coding(segments: Sequence[SegmentPlan], *, masked: bool) -> Coding:
    """Plan the coding of all segments that one clip is made of."""
    sets_in_use = list(dict.fromkeys(gop.parameter_sets for segment in segments for gop in segment.gops))
    colors = {segment.facts.video.form.colors for segment in segments}
    used_ids = _used_ids(segments[0].facts.video.codec, sets_in_use)
    free_id = next((number for number in SET_IDS if number not in used_ids), 0)
    return Coding(
        way=Way.ENCODE if masked or not free_id or not is_regular(segments) else Way.COPY,
        in_band=segments[0].facts.video.codec == HEVC or len(sets_in_use) > 1 or len(colors) > 1,
        parameter_sets=sets_in_use[0],
        encoder_set_id=free_id,
        interlaced=any(scan is not Scan.FRAMES for scan in scans_of(segments)),
    )


def _used_ids(codec: str, sets_in_use: Sequence[tuple[bytes, ...]]) -> frozenset[int]:
    if codec not in RULES or RULES[codec].hevc:
        return frozenset()  # HEVC's sets lie in the stream, where each IDR brings its own
    return frozenset().union(*(set_ids(sets) for sets in sets_in_use))
