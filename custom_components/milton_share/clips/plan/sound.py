"""Which packets of sound to copy and which to encode, and where each lies beside its pictures. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from ..bitstream.aac import ROUNDED_TICKS, aac_span, audio_inside
from ..timeline import TICKS_PER_MS
from .model import Audio, Way
from .regular import is_regular_sound

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ..read.probe import AudioFacts
    from .model import Plan, SegmentPlan

APART_TICKS = 40 * TICKS_PER_MS  # how far sound may be from its picture; a person sees 45 ms
# Packets of 1,024 samples are short at these rates: less is lost at the edges, where only whole ones are kept.
ENCODED_HZ = {8000: 32000, 11025: 44100, 12000: 48000, 16000: 32000, 22050: 44100, 24000: 48000, 32000: 32000}
ENCODED_HZ |= {44100: 44100}
USUAL_HZ = 48000


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundPlan:
    """What becomes of the sound of a range, how, and the stored tick at which both tracks begin."""

    audio: Audio
    way: Way
    zero: int


def sounding(plans: Iterable[Plan]) -> Iterator[AudioFacts]:
    """Yield the tracks of which something is heard in a clip, in order: one may have none of its range's sound."""
    for plan in plans:
        for segment in plan.heard:
            if segment.facts.audio is not None and is_heard(segment, plan.end, plan.audio_from):
                yield segment.facts.audio


def plan_sound(
    segments: Sequence[SegmentPlan], stored: Sequence[int], audio_from: int, end: int, *, audio: bool
) -> SoundPlan:
    """Plan the sound of `segments` from tick `audio_from` on; `stored` are the pictures' stored ticks, in order."""
    tracks = [track for track in _tracks(segments) if _has_sound(track, audio_from, end)]
    first = stored[0]
    if not tracks:
        return SoundPlan(audio=Audio.ABSENT, way=Way.COPY, zero=first)
    if not audio:
        return SoundPlan(audio=Audio.REMOVED, way=Way.COPY, zero=first)
    way = audio_way(tracks)
    packets = tuple(audio_prints(segments, audio_from, end)) if way is Way.COPY else ()
    if has_long_holes(packets):
        way = Way.ENCODE
    return SoundPlan(audio=Audio.KEPT, way=way, zero=plan_start(packets, stored, way, tracks))


def is_heard(segment: SegmentPlan, end: int, audio_from: int) -> bool:
    """Whether sound of the range lies in a file whose pictures lie outside: it came later than they, or earlier."""
    return segment.facts.audio is not None and _has_sound(segment.facts.audio, audio_from, end)


def encoded_rate_hz(recorded_hz: int) -> int:
    """Return the rate at which sound is encoded."""
    return ENCODED_HZ.get(recorded_hz, USUAL_HZ)


@dataclass(slots=True)
class AudioPlacer:
    """Puts AAC packets one after the other; what would come more than half a packet late is left out.

    A microphone's clock and the camera's differ: files overlap a little, and without this the sound would drift.
    """

    end: int = 0

    def place(self, tick: int, span: int) -> int | None:
        """Return the tick at which the packet is stored, None when it is left out."""
        stored = tick if self.end - tick <= ROUNDED_TICKS else max(tick, self.end)
        if stored - tick > span // 2:
            return None
        self.end = stored + span
        return stored


def audio_prints(segments: Sequence[SegmentPlan], audio_from: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Yield `(stored tick, span, print)` of the AAC packets that are copied, in order."""
    placer = AudioPlacer()
    for segment in segments:
        audio = segment.facts.audio
        if audio is not None:
            for tick, span, mark in zip(audio.ticks, audio.spans, audio.prints, strict=True):
                if span and audio_inside(tick, span, audio_from, end):
                    stored = placer.place(tick + segment.shift, span)
                    if stored is not None:
                        yield stored, span, mark


def plan_start(
    packets: Sequence[tuple[int, int, int]], stored: Sequence[int], way: Way, tracks: Sequence[AudioFacts]
) -> int:
    """Return the stored tick at which both tracks begin; `stored` are those of the pictures, in order.

    A file without edit lists has both tracks begin at once: sound that begins after the first picture would be heard
    too early. So copied sound begins with whole packets of silence, and encoded sound with one packet of run-in.
    """
    if way is Way.ENCODE:
        return stored[0] - aac_span(encoded_rate_hz(tracks[0].rate_hz))
    tick, span, _ = packets[0]
    return tick - max(0, -((stored[0] - tick) // span)) * span


def has_long_holes(packets: Sequence[tuple[int, int, int]]) -> bool:
    """Whether there are holes that whole packets of silence can't fill closely enough.

    Browsers play sound on without heeding holes: it would be ahead of the pictures from then on.
    """
    return any(
        span > 2 * APART_TICKS and after - tick - span > ROUNDED_TICKS
        for (tick, span, _), (after, _, _) in pairwise(packets)
    )


def audio_way(tracks: Sequence[AudioFacts]) -> Way:
    """Whether the packets of all tracks can lie in one as they are."""
    return Way.COPY if is_regular_sound(tracks) else Way.ENCODE


def _tracks(segments: Sequence[SegmentPlan]) -> list[AudioFacts]:
    return [segment.facts.audio for segment in segments if segment.facts.audio is not None]


def _has_sound(track: AudioFacts, audio_from: int, end: int) -> bool:
    if track.codec == "aac" and any(track.spans):  # where none says how long it lasts none is copied
        pairs = zip(track.ticks, track.spans, strict=True)
        return any(span and audio_inside(tick, span, audio_from, end) for tick, span in pairs)
    return any(tick + span > audio_from and tick < end for tick, span in zip(track.ticks, track.spans, strict=True))
