"""Plans of several ranges made parts of one clip. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..timeline import floor, usual_distance
from .copy_or_encode import plan_coding
from .model import Audio, Way
from .sound import audio_prints, audio_way, has_long_holes, plan_start, sounding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..read.probe import AudioFacts
    from .model import Plan

LOST_TICKS = 2  # by rounding, of a time on its way


def join(plans: Sequence[Plan], *, masked: bool) -> tuple[Plan, ...]:
    """Return the plans of several ranges as parts of one clip: coded alike, each stored right after the one before."""
    if len(plans) == 1:
        return tuple(plans)
    coding = plan_coding([segment for plan in plans for segment in plan.segments], masked=masked)
    audio = next(
        word for word in (Audio.KEPT, Audio.REMOVED, Audio.ABSENT) if any(plan.audio is word for plan in plans)
    )
    tracks = list(sounding(plans))
    sound_way = audio_way(tracks) if audio is Audio.KEPT else Way.COPY
    joined: list[Plan] = []
    base = 0
    span = usual_distance(max((list(plan.shown) for plan in plans), key=len))
    for plan in plans:
        if joined:
            base = _in_step(joined[-1].stored[-1], base + plan.stored[0], span) - plan.stored[0]
        joined.append(
            replace(
                plan,
                way=coding.way,
                in_band=coding.in_band,
                parameter_sets=coding.parameter_sets,
                encoder_set_id=coding.encoder_set_id,
                interlaced=coding.interlaced,
                segments=tuple(replace(segment, shift=segment.shift + base) for segment in plan.segments),
                heard=tuple(replace(segment, shift=segment.shift + base) for segment in plan.heard),
                stored=tuple(tick + base for tick in plan.stored),
                audio=audio,
                audio_way=sound_way,
                zero=plans[0].stored[0],
            )
        )
        base += plan.end + max(segment.shift for segment in plan.segments)
    return _start_together(joined, tracks) if audio is Audio.KEPT else tuple(joined)


def _in_step(last: int, first: int, span: int) -> int:
    """Return the tick of the first picture after a joint: so many whole distances of pictures after the one before.

    Pictures that come at other distances, or nearer to each other, have programs that reckon by a rate complain, or
    drop one.
    """
    distances = -(-(first - last - LOST_TICKS) // span)
    return last + max(1, distances) * span


def _start_together(plans: Sequence[Plan], tracks: Sequence[AudioFacts]) -> tuple[Plan, ...]:
    """Have both tracks begin at once; sound that can't follow closely over the joints is encoded."""
    way = plans[0].audio_way
    heard = (audio_prints(plan.heard, plan.audio_from, plan.end) for plan in plans if way is Way.COPY)
    packets = tuple(packet for of_plan in heard for packet in of_plan)
    way = Way.ENCODE if has_long_holes(packets) else way
    start = plan_start(packets, [tick for plan in plans for tick in plan.stored], way, tracks)
    zero = floor(start, plans[0].step)
    return tuple(replace(plan, zero=zero, audio_way=way) for plan in plans)
