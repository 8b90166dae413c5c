"""The sound inside the range: AAC packets as they are, anything else decoded, cut to the sample and encoded."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import chain, islice
from math import inf
from typing import TYPE_CHECKING

import av
from av.audio.codeccontext import AudioCodecContext
from av.codec.context import Flags

from .adts import read_adts
from .channels import channels_of
from .decoder import BROKEN, NOT_THE_FILE
from .mixing import Mixer, recorded_as, resampled
from .packets import packets
from .padded import packet_of
from .plan import Way
from .plan_sound import AAC_FRAME, AudioPlacer, aac_span, audio_inside, encoded_rate_hz, sounding
from .reading import AAC
from .recording import UNDECODED, open_recording, sound_in
from .refusal import ClipRefused, Rule
from .several import Alone
from .stamps import NEVER
from .timeline import TICKS_PER_MS, TICKS_PER_S, nearest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from av.audio.frame import AudioFrame
    from av.audio.stream import AudioStream

    from .plan import Plan, SegmentPlan
    from .probe import AudioFacts
    from .timeline import Ruler
    from .writer import ClipWriter

SNAP_TICKS = 2 * TICKS_PER_MS  # Matroska rounds times to a millisecond: what is nearer than this is no hole
RUN_IN_TICKS = TICKS_PER_S  # decoders of sound need a packet or two before the first that is kept
AHEAD_MAX = TICKS_PER_S  # of sound that there is no time for: so long a network may keep it back
SLOWLY = 64  # packets in which most of that is forgotten: a microphone's clock may be a little fast, for hours
BITS_PER_S = 64_000  # a channel


class SoundCopier:
    """Takes packets one by one."""

    def __init__(self, plan: Plan, writer: ClipWriter) -> None:
        """Remember where they go."""
        self._plan, self._writer, self._placer = plan, writer, AudioPlacer()
        self._facts: AudioFacts | None = None
        self._silence: bytes | None = None
        self._index = 0  # of the next packet of the file

    def take(self, packet: av.Packet, facts: AudioFacts, shift: int) -> None:
        """Write the packet when all that can be heard from it is inside. A file's packets come in order, and all."""
        if facts is not self._facts:
            self._facts, self._index = facts, 0
        index, self._index = self._index, self._index + 1
        if index >= len(facts.ticks):
            return
        tick, span = facts.ticks[index], facts.spans[index]
        if span and audio_inside(tick, span, self._plan.audio_from, self._plan.end):
            stored = self._placer.place(tick + shift, span)
            if stored is not None:
                samples = nearest(span * facts.rate_hz, TICKS_PER_S)
                self._silence = self._silence or silent_packet(facts)
                data, base = payload(packet, facts), Fraction(1, facts.rate_hz)
                self._writer.sound(data, stored, base, samples, self._silence)

    def take_all(self, segment: SegmentPlan) -> None:
        """Write what a file has whose pictures are not wanted."""
        facts = segment.facts.audio
        if facts is not None:
            with open_recording(segment.facts.segment.path, UNDECODED) as container:
                for is_video, packet in packets(container, audio=True):
                    if not is_video:
                        self.take(packet, facts, segment.shift)
                    if self.is_past(facts):
                        break

    def is_past(self, facts: AudioFacts) -> bool:
        """Whether nothing more of a file will be taken."""
        return facts is self._facts and self._index >= len(facts.ticks)


def payload(packet: av.Packet, facts: AudioFacts) -> bytes:
    """Return the packet without the header that a transport stream gives it."""
    data = bytes(packet)
    header = read_adts(data) if facts.headers else None
    return data[header.payload_at :] if header else data


class SoundEncoder:
    """All sound in one run, whatever forms it was recorded in; holes in it are silent."""

    def __init__(self, stream: AudioStream, writer: ClipWriter, tick: int, first: AudioFrame) -> None:
        """Start the run at `tick`, with sound that was recorded as `first` was."""
        self._context = stream.codec_context
        self.rate_hz = self._context.sample_rate
        self._writer, self._start = writer, tick
        self._samples = 0  # come out of resamplers
        layout = self._context.layout
        self._encoder = _encoder(self.rate_hz, layout.name, layout.nb_channels)
        self._go_on(tick, first)

    def _go_on(self, tick: int, first: AudioFrame) -> None:
        """Take sound from `tick` on that was recorded as `first` was."""
        self._recorded_hz, self._recorded_as = first.sample_rate, recorded_as(first)
        self._tick, self._given = tick, 0
        self._resampler = av.AudioResampler(format="fltp", layout=self._context.layout, rate=self.rate_hz)

    @property
    def end(self) -> int:
        """The tick after the last sample so far."""
        return self._tick + nearest(self._given * TICKS_PER_S, self._recorded_hz)

    def put(self, frame: AudioFrame, tick: int) -> None:
        """Encode samples; a hole before them is filled with silence."""
        if recorded_as(frame) != self._recorded_as:
            self._drain()
            self._go_on(self.end, frame)
        if tick - self.end > SNAP_TICKS:
            hole = (tick - self.end) * self._recorded_hz // TICKS_PER_S
            for at in range(0, hole, self._recorded_hz):
                self._resample(_silence(frame, min(self._recorded_hz, hole - at)))
        self._resample(frame)

    def finish(self) -> None:
        """Encode what is left."""
        self._drain()
        self._write(self._encoder.encode(None))

    def _drain(self) -> None:
        for made in self._resampler.resample(None):
            self._encode(made)

    def _resample(self, frame: AudioFrame) -> None:
        frame.pts = None  # the resampler would fill what rounded times leave open
        self._given += frame.samples
        for made in resampled(self._resampler, frame):
            self._encode(made)

    def _encode(self, frame: AudioFrame) -> None:
        frame.pts, frame.time_base = self._samples, Fraction(1, self.rate_hz)
        self._samples += frame.samples
        self._write(self._encoder.encode(frame))

    def _write(self, made: list[av.Packet]) -> None:
        """Write the encoder's run-in and all up to the last sample: beyond those that were put in it has silence."""
        for packet in made:
            start = packet.pts or 0
            if start < self._samples:
                tick = self._start + nearest(start * TICKS_PER_S, self.rate_hz)
                self._writer.sound(bytes(packet), tick, Fraction(1, self.rate_hz), AAC_FRAME)


def _encoder(rate_hz: int, layout: str, channels: int) -> AudioCodecContext:
    encoder = av.CodecContext.create("aac", "w")
    assert isinstance(encoder, AudioCodecContext)  # noqa: S101 - tells the type checker
    encoder.sample_rate, encoder.layout, encoder.format = rate_hz, layout, "fltp"
    encoder.bit_rate, encoder.time_base = BITS_PER_S * channels, Fraction(1, rate_hz)
    encoder.flags |= Flags.bitexact  # or its first packet would say what made it
    return encoder


def silent_packet(facts: AudioFacts) -> bytes:
    """Return a packet of silence in the form of a track that is copied."""
    layout = "mono" if facts.channels == 1 else "stereo"
    encoder = _encoder(facts.rate_hz, layout, facts.channels)
    frame = av.AudioFrame(format="fltp", layout=layout, samples=AAC_FRAME)
    frame.sample_rate, frame.pts, frame.time_base = facts.rate_hz, 0, encoder.time_base
    for plane in frame.planes:
        plane.update(bytes(plane.buffer_size))
    return bytes([*encoder.encode(frame), *encoder.encode(None)][-1])


def _silence(like: AudioFrame, samples: int) -> AudioFrame:
    frame = av.AudioFrame(format=like.format.name, layout=like.layout.name, samples=samples, align=True)
    frame.sample_rate = like.sample_rate
    for plane in frame.planes:
        plane.update(bytes(plane.buffer_size))
    return frame


def decode_sound(context: AudioCodecContext, packet: av.Packet) -> list[AudioFrame]:
    """Return the sound of a packet; of a broken one there is none, nor what it would add to the next one."""
    try:
        return context.decode(packet)
    except NOT_THE_FILE:
        raise
    except BROKEN:
        if context.is_open:
            context.flush_buffers()
        return []


def start_sound(plans: Sequence[Plan], writer: ClipWriter) -> EncodedSound | None:
    """Add the sound's track; returns what fills it when it is to be encoded."""
    facts = next(sounding(plans))
    segments = (segment.facts for plan in plans for segment in plan.heard)
    segment = next(one.segment for one in segments if one.audio is facts)
    if plans[0].audio_way is Way.COPY:
        with open_recording(segment.path) as container:
            track = sound_in(container)
            assert track is not None  # noqa: S101 - its facts were found; this tells the type checker
            writer.copy_audio(track, facts.extradata)
        return None
    return EncodedSound(plans, writer.encode_audio(encoded_rate_hz(facts.rate_hz), facts.channels), writer)


class EncodedSound:
    """The sound of all ranges, encoded as the pictures go on: what lies far ahead of them would wait in memory."""

    def __init__(self, plans: Sequence[Plan], stream: AudioStream, writer: ClipWriter) -> None:
        """Encode nothing yet."""
        self._steps, self._end = _encode(plans, stream, writer), -inf

    def up_to(self, tick: int) -> None:
        """Write all that is heard before the stored `tick`, and a little more."""
        while self._end <= tick:
            self._end = next(self._steps, inf)

    def finish(self) -> None:
        """Write the rest."""
        for _ in self._steps:
            pass


def _encode(plans: Sequence[Plan], stream: AudioStream, writer: ClipWriter) -> Iterator[int]:
    """Decode the sound of all segments, cut it to the sample, encode it in one run that goes on into a next range.

    Yields up to which stored tick it has come; raises ClipRefused `sound_undecodable` where nothing can be heard.
    """
    run: SoundEncoder | None = None
    first = plans[0].zero + aac_span(stream.codec_context.sample_rate)
    for plan, segment in ((each, segment) for each in plans for segment in each.heard):
        start, end = plan.audio_from + segment.shift, plan.end + segment.shift
        for tick, frame in _frames(segment, plan):
            if run is not None and abs(tick - run.end) <= SNAP_TICKS:
                kept = trim(frame, max(tick, run.end), run.end, end)
            else:
                kept = trim(frame, tick, max(start, run.end if run else start), end)
            if kept is None:
                continue
            if run is None:
                run = SoundEncoder(stream, writer, min(kept[0], first), kept[1])
            run.put(kept[1], kept[0])
            yield run.end
    if run is None:  # the clip would have no track of it, and say that it has
        names = ", ".join(sorted({segment.facts.segment.path.name for plan in plans for segment in plan.heard}))
        raise ClipRefused(Rule.SOUND_UNDECODABLE, f"nothing can be heard of the sound in {names}")
    run.finish()


def _frames(segment: SegmentPlan, plan: Plan) -> Iterator[tuple[int, AudioFrame]]:
    """Yield `(stored tick, frame)` of what is recorded up to the end of the range."""
    facts = segment.facts.audio
    if facts is None:
        return
    with open_recording(segment.facts.segment.path) as container:
        track = sound_in(container)
        if track is None:  # the file was swapped
            return
        context = track.codec_context
        channels_of(context)  # of what has an order of its own no decoder may know
        mixer, clock = Mixer(), _Clock(ruler=facts.ruler)
        alone: Alone | None = None  # from the first packet on of which nothing is heard
        heard = (packet for is_video, packet in packets(container, audio=True) if not is_video)
        after = chain(islice(facts.ticks, 1, None), (NEVER,))
        told = zip(facts.shown, facts.ticks, facts.spans, after, strict=True)
        for packet, (shown, tick, span, following) in zip(heard, told, strict=False):
            if tick >= plan.end:
                break
            until = max(tick + span, following)  # not all say how long they last
            if until < plan.audio_from - RUN_IN_TICKS and tick != NEVER:
                continue
            packet.pts = packet.dts = None if shown == NEVER else shown
            frames = decode_sound(context, packet if alone is None else _without_rest(packet, alone))
            if not frames and alone is None and facts.codec == AAC and context.extradata:
                alone = Alone(bytes(context.extradata))
                frames = decode_sound(context, _without_rest(packet, alone))
            for at, frame in clock.timed(frames, following):
                yield from ((at + segment.shift, mixed) for mixed in mixer.mix(frame))


def _without_rest(packet: av.Packet, alone: Alone) -> av.Packet:
    made = packet_of(alone.without_rest(bytes(packet)))
    made.pts, made.dts, made.time_base, made.duration = packet.pts, packet.dts, packet.time_base, packet.duration
    return made


@dataclass(slots=True, kw_only=True)
class _Clock:
    """Says when each frame of a packet is heard: after the one that has the packet's time, up to the next packet.

    What was timed as it came over the network comes too near to the next packet now, and too far from it then. For what
    is too much in the long run there is no time: it may be of any.
    """

    ruler: Ruler
    ahead: int = 0  # by how many ticks what came so far lasts longer than up to the next packet

    def timed(self, frames: Sequence[AudioFrame], following: int) -> Iterator[tuple[int, AudioFrame]]:
        """Yield the frames of the next packet, `(tick, frame)`; raises ClipRefused `sound_undecodable`."""
        end: int | None = None
        for frame in frames:
            at = end if frame.pts is None else self.ruler.tick(frame.pts)
            if at is None:
                continue
            end = at + nearest(frame.samples * TICKS_PER_S, frame.sample_rate)
            if frame.pts is not None or following == NEVER or end - following <= SNAP_TICKS:
                yield at, frame
            elif (kept := trim(frame, at, at, following)) is not None:
                yield kept
        if end is not None and following != NEVER:
            self._go_on(end, following, several=len(frames) > 1)

    def _go_on(self, end: int, following: int, *, several: bool) -> None:
        self.ahead = max(0, self.ahead + end - following)
        if several and self.ahead > AHEAD_MAX:
            raise ClipRefused(Rule.SOUND_UNDECODABLE, "more sound in packets than there is time for")
        self.ahead -= self.ahead // SLOWLY


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
