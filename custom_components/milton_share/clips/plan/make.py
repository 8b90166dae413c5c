"""Make the plan of one range: facts in, plan out. Pure. Pictures first; sound lies beside those that are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..read.repeats import without_repeats
from ..refusal import ClipRefused, CutRule
from ..timeline import floor, ticks_of
from .copy_or_encode import inside, plan_coding, plan_gops, shifts_of
from .model import Audio, Plan, SegmentPlan
from .regular import check_frames
from .sound import is_heard, plan_sound

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..read.probe import SegmentFacts


def make_plan(facts: Sequence[SegmentFacts], end: int, *, audio: bool, masked: bool, step: int = 1) -> Plan:
    """Plan the clip, whose pictures are stored `step` by step (in ticks).

    Raises ClipRefused `nothing_recorded`, `segments_overlap`, `unreadable_segment` or `sound_undecodable`.
    """
    facts = without_repeats(facts, end)
    wanted = [sorted(inside(segment.video.ticks, end)) for segment in facts]
    shifts = shifts_of(wanted, [ticks_of(segment.segment.uncertainty_ms) for segment in facts], step)
    heard = tuple(
        SegmentPlan(facts=segment, shift=shift, gops=plan_gops(segment, end))
        for segment, shift in zip(facts, shifts, strict=True)
    )
    segments = tuple(segment for segment in heard if segment.gops)
    if not segments:
        raise ClipRefused(CutRule.NOTHING_RECORDED)
    check_frames(segments)
    shown = tuple(tick for ticks in wanted for tick in ticks)
    stored = tuple(tick + shift for ticks, shift in zip(wanted, shifts, strict=True) for tick in ticks)
    # such sound too as is in no clip, for it lies before the first picture: the range was not without any
    there_is = any(is_heard(one, end, 0) for one in heard)
    heard = tuple(one for one in heard if one.gops or is_heard(one, end, min(shown)))
    coding = plan_coding(segments, masked=masked)
    unheard = next((segment.facts for segment in segments if segment.facts.unheard), None)
    if audio and unheard is not None:
        raise ClipRefused(CutRule.SOUND_UNDECODABLE, f"{unheard.segment.path.name} has sound in {unheard.unheard}")
    sound = plan_sound(heard, stored, min(shown), end, audio=audio)
    return Plan(
        end=end,
        way=coding.way,
        in_band=coding.in_band,
        parameter_sets=coding.parameter_sets,
        encoder_set_id=coding.encoder_set_id,
        interlaced=coding.interlaced,
        segments=segments,
        heard=heard,
        shown=shown,
        stored=stored,
        audio=Audio.REMOVED if (there_is or unheard) and sound.audio is Audio.ABSENT else sound.audio,
        audio_way=sound.way,
        audio_from=min(shown),
        zero=floor(sound.zero, step),
        step=step,
    )
