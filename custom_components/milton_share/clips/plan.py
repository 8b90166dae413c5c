"""What to copy and what to encode. Pure: facts in, plan out.

A frame is inside when its own time is in `[0, end)`; its duration does not count. A whole group of frames (from one IDR
to the next) is copied; of a group that the range's start cuts, the inside is encoded; of one that the range's end cuts,
the decode-order prefix that is wholly inside and shown first is copied, the few left are encoded.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING

from .adts import rate_in
from .fields import Scan
from .nal import HEVC, RULES, set_ids
from .refusal import ClipRefused, Rule
from .repeats import without_repeats
from .timeline import TICKS_PER_MS, TICKS_PER_S, nearest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .gops import Gop
    from .probe import AudioFacts, SegmentFacts

EIGHT_BIT_420 = frozenset({"yuv420p", "yuvj420p"})
SHIFT_MAX = 250 * TICKS_PER_MS  # how far two neighbouring segments may overlap, by a corrected clock
APART_TICKS = 40 * TICKS_PER_MS  # how far sound may be from its picture; a person sees 45 ms
ROUNDED_TICKS = 2 * TICKS_PER_MS  # packets that overlap by less follow each other: their times were rounded
AAC_FRAME = 1024  # samples in a packet
CHANNELS_MAX = 2  # as many as an encoder here makes
# Packets of 1,024 samples are short at these rates: less is lost at the edges, where only whole ones are kept.
ENCODED_HZ = {8000: 32000, 11025: 44100, 12000: 48000, 16000: 32000, 22050: 44100, 24000: 48000, 32000: 32000}
ENCODED_HZ |= {44100: 44100}
USUAL_HZ = 48000
SET_IDS = range(1, 32)  # H.264, 7.4.2.1.1: seq_parameter_set_id is 0 to 31


class Way(StrEnum):
    """How the track gets into the clip."""

    COPY = "copy"
    ENCODE = "encode"


class Audio(StrEnum):
    """What became of the sound (the manifest's words)."""

    KEPT = "kept"
    REMOVED = "removed"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True, kw_only=True)
class GopPlan:
    """One group: `copy` frames of its decode order, then the frames from tick `encode_from` on."""

    first: int
    count: int
    copy: int
    encode_from: int | None
    parameter_sets: tuple[bytes, ...]
    scan: Scan = Scan.FRAMES


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentPlan:
    """One segment: `shift` ticks keep its frames after those of the segment before. One without groups is but heard."""

    facts: SegmentFacts
    shift: int
    gops: tuple[GopPlan, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One range of the clip; the whole clip, where it has only one. Its ticks begin with the range."""

    end: int
    way: Way
    in_band: bool
    parameter_sets: tuple[bytes, ...]
    encoder_set_id: int
    interlaced: bool  # what is encoded has two fields in a frame, as what is copied
    segments: tuple[SegmentPlan, ...]  # those that have pictures inside
    heard: tuple[SegmentPlan, ...]  # these, and neighbours that have but sound inside
    shown: tuple[int, ...]  # the true ticks of all frames inside, in order of time, segment by segment
    stored: tuple[int, ...]  # the same, as the clip has them
    audio: Audio
    audio_way: Way
    audio_from: int  # sound before the first picture is left out
    zero: int  # the stored tick at which both tracks begin


def inside(ticks: Sequence[int], end: int) -> list[int]:
    """Return those of `ticks` that lie in the range."""
    return [tick for tick in ticks if 0 <= tick < end]


def plan_gop(gop: Gop, ticks: Sequence[int], end: int) -> GopPlan | None:
    """Plan one group whose frames have `ticks`, in decode order; None when it has no frame in the range."""
    wanted = inside(ticks, end)
    if not wanted:
        return None
    copy = 0
    if min(ticks) >= 0:
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
    )


def shifts_of(inside_by_segment: Sequence[Sequence[int]]) -> list[int]:
    """Return how far each segment's frames move so that time never goes back.

    Raises ClipRefused `segments_overlap` when it is more than a corrected clock explains.
    """
    shifts: list[int] = []
    last = -1
    for ticks in inside_by_segment:
        shift = max(0, last + 1 - min(ticks)) if ticks else max(shifts[-1:], default=0)
        if shift > SHIFT_MAX:
            raise ClipRefused(Rule.SEGMENTS_OVERLAP, f"by {shift // TICKS_PER_MS} ms")
        if ticks:
            last = max(ticks) + shift
        shifts.append(shift)
    return shifts


def encoded_rate_hz(recorded_hz: int) -> int:
    """Return the rate at which sound is encoded."""
    return ENCODED_HZ.get(recorded_hz, USUAL_HZ)


def audio_inside(tick: int, span: int, audio_from: int, end: int) -> bool:
    """Whether an AAC packet may be in the clip: with its overlap it carries twice its own length."""
    return tick >= audio_from and tick + 2 * span <= end


def prints(plan: Plan) -> dict[int, int]:
    """Return each stored tick with the print of the recorded frame that belongs there."""
    return {
        tick + segment.shift: mark
        for segment in plan.segments
        for tick, mark in zip(segment.facts.video.ticks, segment.facts.video.prints, strict=True)
        if 0 <= tick < plan.end
    }


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


def make_plan(facts: Sequence[SegmentFacts], end: int, *, audio: bool, masked: bool) -> Plan:
    """Plan the clip; raises ClipRefused `nothing_recorded` or `segments_overlap`."""
    facts = without_repeats(facts)
    wanted = [sorted(inside(segment.video.ticks, end)) for segment in facts]
    shifts = shifts_of(wanted)
    heard = tuple(
        SegmentPlan(facts=segment, shift=shift, gops=_plan_gops(segment, end))
        for segment, shift in zip(facts, shifts, strict=True)
    )
    segments = tuple(segment for segment in heard if segment.gops)
    if not segments:
        raise ClipRefused(Rule.NOTHING_RECORDED)
    shown = tuple(tick for ticks in wanted for tick in ticks)
    coding = plan_coding(segments, masked=masked)
    stored = tuple(tick + shift for ticks, shift in zip(wanted, shifts, strict=True) for tick in ticks)
    heard = tuple(one for one in heard if one.gops or _is_heard(one, end, min(shown)))
    kept, sound_way = _plan_audio(heard, end, min(shown), audio=audio)
    zero = stored[0]
    if kept is Audio.KEPT:
        packets = tuple(audio_prints(heard, min(shown), end)) if sound_way is Way.COPY else ()
        sound_way = Way.ENCODE if has_long_holes(packets) else sound_way
        zero = plan_start(packets, stored[0], sound_way, _tracks(heard))
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
        audio=kept,
        audio_way=sound_way,
        audio_from=min(shown),
        zero=zero,
    )


def plan_start(packets: Sequence[tuple[int, int, int]], first: int, way: Way, tracks: Sequence[AudioFacts]) -> int:
    """Return the stored tick at which both tracks begin; `first` is the first picture's.

    A file without edit lists has both tracks begin at once: sound that begins after the first picture would be heard
    too early. So copied sound begins with whole packets of silence, and encoded sound with one packet of run-in.
    """
    if way is Way.ENCODE:
        return first - nearest(AAC_FRAME * TICKS_PER_S, encoded_rate_hz(tracks[0].rate_hz))
    tick, span, _ = packets[0]
    return tick - max(0, -((first - tick) // span)) * span


def has_long_holes(packets: Sequence[tuple[int, int, int]]) -> bool:
    """Whether there are holes that whole packets of silence can't fill closely enough.

    Browsers play sound on without heeding holes: it would be ahead of the pictures from then on.
    """
    return any(
        span > 2 * APART_TICKS and after - tick - span > ROUNDED_TICKS
        for (tick, span, _), (after, _, _) in pairwise(packets)
    )


def _tracks(segments: Sequence[SegmentPlan]) -> list[AudioFacts]:
    return [segment.facts.audio for segment in segments if segment.facts.audio is not None]


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
        way=Way.ENCODE if masked or not free_id or not _can_copy(segments) else Way.COPY,
        in_band=segments[0].facts.video.codec == HEVC or len(sets_in_use) > 1 or len(colors) > 1,
        parameter_sets=sets_in_use[0],
        encoder_set_id=free_id,
        interlaced=any(scan is not Scan.FRAMES for scan in _scans(segments)),
    )


def _plan_gops(segment: SegmentFacts, end: int) -> tuple[GopPlan, ...]:
    video = segment.video
    plans = (plan_gop(gop, video.ticks[gop.first : gop.first + gop.count], end) for gop in video.gops)
    return tuple(plan for plan in plans if plan is not None)


def _used_ids(codec: str, sets_in_use: Sequence[tuple[bytes, ...]]) -> frozenset[int]:
    if codec not in RULES or RULES[codec].hevc:
        return frozenset()  # HEVC's sets lie in the stream, where each IDR brings its own
    return frozenset().union(*(set_ids(sets) for sets in sets_in_use))


def _scans(segments: Sequence[SegmentPlan]) -> frozenset[Scan]:
    return frozenset(gop.scan for segment in segments for gop in segment.gops)


def _can_copy(segments: Sequence[SegmentPlan]) -> bool:
    """Whether all is one codec and size, in a form that our encoders can continue, and starts anew at IDRs."""
    first = segments[0].facts.video
    scans = _scans(segments)
    if Scan.FIELDS in scans or len(scans) > 1:  # half a frame can't be cut off, and the encoder has one way
        return False
    for segment in segments:
        video = segment.facts.video
        if video.codec not in RULES or video.form.pixel_format not in EIGHT_BIT_420:
            return False
        if (video.codec, video.width, video.height) != (first.codec, first.width, first.height):
            return False
        if video.form.turn != first.form.turn or not video.form.turn.in_header:
            return False
        firsts = {gop.first for gop in segment.gops}
        if not all(gop.decodable and gop.parameter_sets for gop in video.gops if gop.first in firsts):
            return False
    return True


def _plan_audio(segments: Sequence[SegmentPlan], end: int, audio_from: int, *, audio: bool) -> tuple[Audio, Way]:
    tracks = _tracks(segments)
    if not any(_has_sound(track, audio_from, end) for track in tracks):
        return Audio.ABSENT, Way.COPY
    if not audio:
        return Audio.REMOVED, Way.COPY
    return Audio.KEPT, audio_way(tracks)


def audio_way(tracks: Sequence[AudioFacts]) -> Way:
    """Whether the packets of all tracks can lie in one as they are."""
    same = len({(track.codec, track.rate_hz, track.channels, track.extradata) for track in tracks}) == 1
    return Way.COPY if same and _is_aac_lc(tracks[0]) else Way.ENCODE


def _is_aac_lc(track: AudioFacts) -> bool:
    """Whether a packet lets hear twice its own length and no more: ISO/IEC 14496-3, 1.6.2.1, object type 2."""
    return track.codec == "aac" and track.channels <= CHANNELS_MAX and rate_in(track.extradata) == track.rate_hz


def _is_heard(segment: SegmentPlan, end: int, audio_from: int) -> bool:
    """Whether sound of the range lies in a file whose pictures lie outside: it came later than they, or earlier."""
    return segment.facts.audio is not None and _has_sound(segment.facts.audio, audio_from, end)


def _has_sound(track: AudioFacts, audio_from: int, end: int) -> bool:
    if track.codec == "aac":
        pairs = zip(track.ticks, track.spans, strict=True)
        return any(span and audio_inside(tick, span, audio_from, end) for tick, span in pairs)
    return any(tick + span > audio_from and tick < end for tick, span in zip(track.ticks, track.spans, strict=True))
