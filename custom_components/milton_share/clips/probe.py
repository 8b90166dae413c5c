"""What a recording holds: one pass over its packets, nothing decoded."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING, cast

from .gops import Gop, GopReader
from .nal import RULES, read_extradata
from .recording import UNDECODED, open_recording, packets, print_of
from .refusal import ClipRefused, Rule
from .timeline import Ruler, ticks_of

if TYPE_CHECKING:
    import av
    from av.audio.codeccontext import AudioCodecContext
    from av.container import InputContainer

    from .job import Job, JobSegment

SIDE_MAX_PX = 8192  # an 8K camera; above that a picture alone breaks the memory limit
SLACK_MS = 2_000  # how far a recorder's note of a segment's end may be off


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoFacts:
    """The video track; `ticks`, `decode_ticks` and `prints` have one entry a frame, in decode order."""

    codec: str
    width: int
    height: int
    pixel_format: str
    extradata: bytes
    length_size: int
    ticks: array[int]
    decode_ticks: array[int]
    prints: array[int]
    gops: tuple[Gop, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioFacts:
    """The audio track; `ticks`, `spans` and `prints` have one entry a packet."""

    codec: str
    rate_hz: int
    channels: int
    extradata: bytes
    ruler: Ruler
    ticks: array[int]
    spans: array[int]
    prints: array[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentFacts:
    """One recorded file, as far as it matters to the range."""

    segment: JobSegment
    video: VideoFacts
    audio: AudioFacts | None


def probe(job: Job) -> tuple[SegmentFacts, ...]:
    """Look into every segment that can touch the range, in order of time."""
    end = ticks_of(job.until_ms - job.from_ms)
    found = []
    forms: dict[tuple[object, ...], str] = {}
    for segment in job.segments:
        if segment.until_ms + SLACK_MS < job.from_ms or segment.from_ms >= job.until_ms:
            continue
        with open_recording(segment.path, UNDECODED) as container:
            if not container.streams.video:
                continue
            facts = _look(segment, container, ticks_of(segment.from_ms - job.from_ms), end)
        coding = _coding(facts.video)
        if coding not in forms:
            forms[coding] = _pixel_format(segment)
        found.append(replace(facts, video=replace(facts.video, pixel_format=forms[coding])))
    return tuple(found)


def _coding(video: VideoFacts) -> tuple[object, ...]:
    """Return all that tells a decoder of the file's beginning what form its pictures have."""
    sets = video.gops[0].parameter_sets if video.gops else ()
    return video.codec, video.width, video.height, video.extradata, sets


def _pixel_format(segment: JobSegment) -> str:
    """Return the form of a file's pictures, as its decoder says; files of one coding share it."""
    with open_recording(segment.path) as container:
        context = container.streams.video[0].codec_context
        _check_size(segment, context.width, context.height)
        return context.pix_fmt or ""


def _check_size(segment: JobSegment, width: int, height: int) -> None:
    if not (0 < width <= SIDE_MAX_PX and 0 < height <= SIDE_MAX_PX):
        raise ClipRefused(Rule.UNREADABLE_SEGMENT, f"{segment.path.name} has a picture of no size, or too large")


def _look(segment: JobSegment, container: InputContainer, segment_tick: int, end: int) -> SegmentFacts:
    stream = container.streams.video[0]
    context = stream.codec_context
    if context is None:
        raise ClipRefused(Rule.UNREADABLE_SEGMENT, f"{segment.path.name} is in no codec that is known")
    _check_size(segment, context.width, context.height)
    time_base = stream.time_base or Fraction(1, 1)
    start_s = (stream.start_time or 0) * time_base
    rules = RULES.get(context.name)
    extradata = bytes(context.extradata or b"")
    length_size, sets = read_extradata(extradata, rules) if rules else (0, ())
    reading = _Reading(
        ruler=Ruler(segment_tick=segment_tick, start_s=start_s, time_base=time_base),
        gops=GopReader(rules=rules, length_size=length_size, parameter_sets=sets),
        audio=_audio_facts(container, segment_tick, start_s),
    )
    reading.read(container, end)
    late = reading.late()
    video = VideoFacts(
        codec=context.name,
        width=context.width,
        height=context.height,
        pixel_format="",
        extradata=extradata,
        length_size=length_size,
        ticks=_later(reading.ticks, late),
        decode_ticks=_later(reading.decode_ticks, late),
        prints=reading.gops.prints,
        gops=reading.gops.finish(),
    )
    return SegmentFacts(segment=segment, video=video, audio=reading.audio and _audio_later(reading.audio, late))


@dataclass(slots=True, kw_only=True)
class _Reading:
    """One pass over the packets of a file."""

    ruler: Ruler
    gops: GopReader
    audio: AudioFacts | None
    ticks: array[int] = field(default_factory=lambda: array("q"))
    decode_ticks: array[int] = field(default_factory=lambda: array("q"))
    keys: int = 0
    first_tick: int | None = None

    def read(self, container: InputContainer, end: int) -> None:
        """Read until pictures and sound are past the end, the first group in any case."""
        video_past, audio_past = False, self.audio is None
        for is_video, packet in packets(container, audio=self.audio is not None):
            if is_video:
                video_past = video_past or self._picture(packet, end)
            elif self.audio is not None:
                audio_past = self._sound(packet, self.audio) >= end
            if video_past and audio_past:
                break

    def late(self) -> int:
        """Return how much later than by the track's start_time all is.

        The segment's time is that of the frame shown first. The start_time is that of the frame stored first; in an
        open group some are shown before it.
        """
        return 0 if self.first_tick is None else self.ruler.segment_tick - self.first_tick

    def _picture(self, packet: av.Packet, end: int) -> bool:
        tick, decode_tick = self.ruler.tick(packet.pts or 0), self.ruler.tick(packet.dts or 0)
        self.keys += packet.is_keyframe
        if self.keys <= 1:
            self.first_tick = min(tick, tick if self.first_tick is None else self.first_tick)
        elif decode_tick >= end:
            return True
        self.ticks.append(tick)
        self.decode_ticks.append(decode_tick)
        self.gops.add(packet)
        return False

    def _sound(self, packet: av.Packet, audio: AudioFacts) -> int:
        tick = audio.ruler.tick(packet.pts or 0)
        audio.ticks.append(tick)
        audio.spans.append(audio.ruler.span(packet.duration or 0))
        audio.prints.append(print_of([bytes(packet)]))
        return tick


def _later(ticks: array[int], late: int) -> array[int]:
    return array("q", (tick + late for tick in ticks)) if late else ticks


def _audio_later(audio: AudioFacts, late: int) -> AudioFacts:
    ruler = replace(audio.ruler, segment_tick=audio.ruler.segment_tick + late)
    return replace(audio, ruler=ruler, ticks=_later(audio.ticks, late))


def _audio_facts(container: InputContainer, segment_tick: int, start_s: Fraction) -> AudioFacts | None:
    if not container.streams.audio:
        return None
    stream = container.streams.audio[0]
    context = cast("AudioCodecContext | None", stream.codec_context)  # None for a codec that FFmpeg doesn't know
    if context is None or not context.sample_rate or not context.channels:
        return None
    return AudioFacts(
        codec=context.name,
        rate_hz=context.sample_rate,
        channels=context.channels,
        extradata=bytes(context.extradata or b""),
        ruler=Ruler(segment_tick=segment_tick, start_s=start_s, time_base=stream.time_base or Fraction(1, 1)),
        ticks=array("q"),
        spans=array("q"),
        prints=array("L"),
    )
