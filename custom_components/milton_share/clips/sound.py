"""The sound inside the range: AAC packets as they are, anything else decoded, cut to the sample and encoded."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import av

from .plan import AudioPlacer, Way, audio_inside
from .recording import open_recording, packets
from .timeline import TICKS_PER_S

if TYPE_CHECKING:
    from collections.abc import Iterator

    from av.audio.frame import AudioFrame
    from av.audio.stream import AudioStream
    from av.container import InputContainer

    from .plan import Plan, SegmentPlan
    from .probe import AudioFacts
    from .writer import ClipWriter

AAC_FRAME = 1024  # samples in a packet of AAC-LC
JOIN_S = Fraction(1, 10)  # a hole shorter than this between two segments is no silence


class SoundCopier:
    """Takes packets one by one."""

    def __init__(self, plan: Plan, writer: ClipWriter) -> None:
        """Remember where they go."""
        self._plan, self._writer, self._placer = plan, writer, AudioPlacer()

    def take(self, packet: av.Packet, facts: AudioFacts, shift: int) -> None:
        """Write the packet when all that can be heard from it is inside."""
        tick, span = facts.ruler.tick(packet.pts or 0), facts.ruler.span(packet.duration or 0)
        if span and audio_inside(tick, span, self._plan.audio_from, self._plan.end):
            stored = self._placer.place(tick + shift, span)
            if stored is not None:
                self._writer.sound(bytes(packet), stored, facts.ruler.time_base, packet.duration or 0)


class SoundEncoder:
    """One run of sound without a hole, at one rate."""

    def __init__(self, stream: AudioStream, writer: ClipWriter, tick: int) -> None:
        """Start the run at `tick`."""
        context = stream.codec_context
        self.rate_hz = context.sample_rate
        self._writer, self._tick = writer, tick
        self._given = self._samples = 0  # put in, and come out of the resampler
        self._resampler = av.AudioResampler(format="fltp", layout=context.layout, rate=context.sample_rate)
        self._encoder = av.CodecContext.create("aac", "w")
        assert isinstance(self._encoder, av.AudioCodecContext)  # noqa: S101 - tells the type checker
        self._encoder.sample_rate, self._encoder.layout = context.sample_rate, context.layout
        self._encoder.format = "fltp"
        self._encoder.time_base = Fraction(1, context.sample_rate)

    @property
    def end(self) -> int:
        """The tick after the last sample so far."""
        return self._tick + round(Fraction(self._given * TICKS_PER_S, self.rate_hz))

    def put(self, frame: AudioFrame) -> None:
        """Encode samples that follow the last ones."""
        self._given += round(Fraction(frame.samples * self.rate_hz, frame.sample_rate))
        for resampled in self._resampler.resample(frame):
            self._encode(resampled)

    def finish(self) -> None:
        """Encode what is left."""
        for resampled in self._resampler.resample(None):
            self._encode(resampled)
        self._write(self._encoder.encode(None))

    def _encode(self, frame: AudioFrame) -> None:
        frame.pts, frame.time_base = self._samples, Fraction(1, self.rate_hz)
        self._samples += frame.samples
        self._write(self._encoder.encode(frame))

    def _write(self, made: list[av.Packet]) -> None:
        """Write whole packets: neither the encoder's run-in before the first sample nor its padding after the last."""
        for packet in made:
            start = packet.pts if packet.pts is not None else -1
            if start >= 0 and start + AAC_FRAME <= self._samples:
                tick = self._tick + round(Fraction(start * TICKS_PER_S, self.rate_hz))
                self._writer.sound(bytes(packet), tick, Fraction(1, self.rate_hz), AAC_FRAME)


def start_sound(plan: Plan, container: InputContainer, writer: ClipWriter) -> AudioStream | None:
    """Add the sound's track; returns it when it is to be encoded."""
    if plan.audio_way is Way.COPY:
        writer.copy_audio(container.streams.audio[0])
        return None
    facts = next(segment.facts.audio for segment in plan.segments if segment.facts.audio is not None)
    return writer.encode_audio(facts.rate_hz, facts.channels)


def encode_sound(plan: Plan, stream: AudioStream, writer: ClipWriter) -> None:
    """Decode the sound of all segments, cut it to the sample, encode it run by run."""
    run: SoundEncoder | None = None
    for segment in plan.segments:
        for tick, frame in _frames(segment, plan):
            kept = trim(
                frame, tick, max(plan.audio_from + segment.shift, run.end if run else 0), plan.end + segment.shift
            )
            if kept is None:
                continue
            if run is not None and kept[0] - run.end > JOIN_S * TICKS_PER_S:
                run.finish()
                run = None
            if run is None:
                run = SoundEncoder(stream, writer, kept[0])
            run.put(kept[1])
    if run is not None:
        run.finish()


def _frames(segment: SegmentPlan, plan: Plan) -> Iterator[tuple[int, AudioFrame]]:
    """Yield `(stored tick, frame)` of what is recorded up to the end of the range."""
    facts = segment.facts.audio
    if facts is None:
        return
    with open_recording(segment.facts.segment.path) as container:
        stream = container.streams.audio[0]
        for is_video, packet in packets(container, audio=True):
            if is_video:
                continue
            if facts.ruler.tick(packet.pts or 0) >= plan.end:
                break
            for frame in stream.codec_context.decode(packet):
                yield facts.ruler.tick(frame.pts or 0) + segment.shift, frame


def trim(frame: AudioFrame, tick: int, start: int, end: int) -> tuple[int, AudioFrame] | None:
    """Return the part of `frame` (which starts at `tick`) in `[start, end)`, and its tick; None when there is none."""
    rate = frame.sample_rate
    first = max(0, -((tick - start) * rate // TICKS_PER_S))  # rounded up: never a sample too early
    until = min(frame.samples, (end - tick) * rate // TICKS_PER_S)  # rounded down: never one too late
    if first >= until:
        return None
    if first == 0 and until == frame.samples:
        return tick, frame
    planes = len(frame.planes)
    width = frame.format.bytes * (1 if frame.format.is_planar else frame.layout.nb_channels)
    part = av.AudioFrame(format=frame.format.name, layout=frame.layout.name, samples=until - first, align=True)
    part.sample_rate = rate
    for index in range(planes):
        part.planes[index].update(_fill(bytes(frame.planes[index])[first * width : until * width], part, index))
    return tick + round(Fraction(first * TICKS_PER_S, rate)), part


def _fill(data: bytes, part: AudioFrame, index: int) -> bytes:
    return data.ljust(part.planes[index].buffer_size, b"\0")
