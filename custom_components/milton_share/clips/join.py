"""Plans of several ranges made parts of one clip. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from .plan import Audio, Way, audio_way, plan_coding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .plan import Plan


def join(plans: Sequence[Plan], *, masked: bool) -> tuple[Plan, ...]:
    """Return the plans of several ranges as parts of one clip: coded alike, each stored right after the one before."""
    coding = plan_coding([segment for plan in plans for segment in plan.segments], masked=masked)
    audio = next(
        word for word in (Audio.KEPT, Audio.REMOVED, Audio.ABSENT) if any(plan.audio is word for plan in plans)
    )
    kept = [segment for plan in plans if plan.audio is audio for segment in plan.segments]
    sound_way = audio_way([segment.facts.audio for segment in kept if segment.facts.audio is not None])
    joined, base = [], 0
    for plan in plans:
        joined.append(
            replace(
                plan,
                way=coding.way,
                in_band=coding.in_band,
                parameter_sets=coding.parameter_sets,
                encoder_set_id=coding.encoder_set_id,
                segments=tuple(replace(segment, shift=segment.shift + base) for segment in plan.segments),
                stored=tuple(tick + base for tick in plan.stored),
                audio=audio,
                audio_way=sound_way if audio is Audio.KEPT else Way.COPY,
            )
        )
        base += plan.end + max(segment.shift for segment in plan.segments)
    return tuple(joined)
