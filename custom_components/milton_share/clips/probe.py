"""What a recording holds: one pass over its packets, nothing decoded."""

from __future__ import annotations

import stat
from array import array
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING
from zlib import crc32

import av

from .nal import RULES, NalRules, read_extradata, split
from .refusal import ClipRefused, Rule
from .timeline import Ruler, ticks_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from av.container import InputContainer

    from .job import Job, JobSegment

SIDE_MAX_PX = 8192  # an 8K camera; above that a picture alone breaks the memory limit
# Headers say all that is needed: without this FFmpeg decodes pictures of each file first, three times the time.
QUICK = {"protocol_whitelist": "file", "probesize": "32", "analyzeduration": "1"}
SLACK_MS = 2_000  # how far a recorder's note of a segment's end may be off


@dataclass(frozen=True, slots=True, kw_only=True)
class Gop:
    """Frames from one IDR to the next, in decode order."""

    first: int
    count: int
    decodable: bool  # starts with an IDR and keeps its parameter sets
    parameter_sets: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoFacts:
    """The video track; `ticks`, `decode_ticks` and `prints` have one entry a frame, in decode order."""

    codec: str
    width: int
    height: int
    pixel_format: str
    extradata: bytes
    length_size: int
    ruler: Ruler
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


def print_of(parts: list[bytes]) -> int:
    """Return a short print of a frame's slices or of a packet: enough to tell it from its neighbours, no proof."""
    value = 0
    for unit in parts:
        value = crc32(unit, value)
    return value


@contextmanager
def open_recording(path: Path, options: dict[str, str] | None = None) -> Iterator[InputContainer]:
    """Open an MP4 or MOV file with that demuxer and no other: a script named .mp4 is not followed.

    Raises ClipRefused `unreadable_segment`.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise ClipRefused(Rule.UNREADABLE_SEGMENT, f"{path.name} is not a file")
        container = av.open(f"file:{path}", format="mp4", options={**QUICK, **(options or {})})
    except (OSError, av.error.FFmpegError) as error:
        raise ClipRefused(Rule.UNREADABLE_SEGMENT, f"{path.name}: {error.strerror}") from error
    with container:
        yield container


def packets(container: InputContainer, *, audio: bool) -> Iterator[tuple[bool, av.Packet]]:
    """Yield `(is video, packet)` as stored. A file whose end was lost in a power cut ends where it ends."""
    streams = [container.streams.video[0], *container.streams.audio[: int(audio)]]
    demuxed = container.demux(streams)
    while True:
        try:
            packet = next(demuxed)
        except (StopIteration, av.error.InvalidDataError):
            return
        if packet.dts is not None and packet.pts is not None and not packet.is_corrupt:
            yield packet.stream is streams[0], packet


def probe(job: Job) -> tuple[SegmentFacts, ...]:
    """Look into every segment that can touch the range, in order of time."""
    end = ticks_of(job.until_ms - job.from_ms)
    found = []
    for segment in job.segments:
        if segment.until_ms + SLACK_MS < job.from_ms or segment.from_ms >= job.until_ms:
            continue
        with open_recording(segment.path) as container:
            if container.streams.video:
                found.append(_look(segment, container, ticks_of(segment.from_ms - job.from_ms), end))
    return tuple(found)


def _look(segment: JobSegment, container: InputContainer, segment_tick: int, end: int) -> SegmentFacts:
    stream = container.streams.video[0]
    context = stream.codec_context
    if not (0 < context.width <= SIDE_MAX_PX and 0 < context.height <= SIDE_MAX_PX):
        raise ClipRefused(Rule.UNREADABLE_SEGMENT, f"{segment.path.name} has a picture of no size, or too large")
    time_base = stream.time_base or Fraction(1, 1)
    start_s = (stream.start_time or 0) * time_base
    rules = RULES.get(context.name)
    extradata = bytes(context.extradata or b"")
    length_size, sets = read_extradata(extradata, rules) if rules else (0, ())
    gops = _GopReader(rules=rules, length_size=length_size, parameter_sets=sets)
    ruler = Ruler(segment_tick=segment_tick, start_s=start_s, time_base=time_base)
    audio = _audio_facts(container, segment_tick, start_s)
    ticks, decode_ticks = array("q"), array("q")
    past = {True: False, False: audio is None}
    for is_video, packet in packets(container, audio=audio is not None):
        assert packet.pts is not None and packet.dts is not None  # noqa: S101, PT018 - `packets` leaves those out
        if is_video:
            decode_tick = ruler.tick(packet.dts)
            past[True] = past[True] or decode_tick >= end
            if not past[True]:
                ticks.append(ruler.tick(packet.pts))
                decode_ticks.append(decode_tick)
                gops.add(packet)
        elif audio is not None:
            tick = audio.ruler.tick(packet.pts)
            audio.ticks.append(tick)
            audio.spans.append(audio.ruler.span(packet.duration or 0))
            audio.prints.append(print_of([bytes(packet)]))
            past[False] = tick >= end
        if all(past.values()):
            break
    video = VideoFacts(
        codec=context.name,
        width=context.width,
        height=context.height,
        pixel_format=context.pix_fmt or "",
        extradata=extradata,
        length_size=length_size,
        ruler=ruler,
        ticks=ticks,
        decode_ticks=decode_ticks,
        prints=gops.prints,
        gops=gops.finish(),
    )
    return SegmentFacts(segment=segment, video=video, audio=audio)


def _audio_facts(container: InputContainer, segment_tick: int, start_s: Fraction) -> AudioFacts | None:
    if not container.streams.audio:
        return None
    stream = container.streams.audio[0]
    context = stream.codec_context
    if not context.sample_rate or not context.channels:
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


@dataclass(slots=True, kw_only=True)
class _GopReader:
    """Groups frames by IDR NAL units, not by the container's key flag (an open GOP has that too)."""

    rules: NalRules | None
    length_size: int
    parameter_sets: tuple[bytes, ...]
    done: list[Gop] = field(default_factory=list)
    first: int = 0
    seen: int = 0
    prints: array[int] = field(default_factory=lambda: array("L"))
    decodable: bool = False
    current: tuple[bytes, ...] = ()

    def add(self, packet: av.Packet) -> None:
        if self.rules is not None:
            units = split(bytes(packet), self.length_size)
            sets = self._sets(units, self.rules)
            if any(self.rules.is_idr(unit) for unit in units):
                self._close()
                self.decodable, self.current = True, sets
            elif self.seen == self.first:
                self.current = sets
            elif sets != self.current and any(self.rules.is_set(unit) for unit in units):
                self.decodable = False
            self.prints.append(print_of([unit for unit in units if self.rules.is_slice(unit)]))
        else:
            self.prints.append(0)
        self.seen += 1

    def finish(self) -> tuple[Gop, ...]:
        self._close()
        return tuple(self.done)

    def _close(self) -> None:
        if self.seen > self.first:
            self.done.append(
                Gop(
                    first=self.first,
                    count=self.seen - self.first,
                    decodable=self.decodable,
                    parameter_sets=self.current,
                )
            )
        self.first, self.decodable = self.seen, False

    def _sets(self, units: list[bytes], rules: NalRules) -> tuple[bytes, ...]:
        """Return the sets in force: those in the packet, and the container's of the kinds that it has not."""
        inside = tuple(unit for unit in units if rules.is_set(unit))
        if not inside:
            return self.parameter_sets
        kinds = {rules.kind(unit) for unit in inside}
        outside = tuple(unit for unit in self.parameter_sets if rules.kind(unit) not in kinds)
        merged = tuple(sorted(set(inside + outside), key=lambda unit: (rules.kind(unit), unit)))
        return self.parameter_sets if set(merged) == set(self.parameter_sets) else merged
