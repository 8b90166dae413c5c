"""The sound of a recording, decoded: which samples are heard when."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import chain, islice
from typing import TYPE_CHECKING

import av

from ..bitstream.aac import ROUNDED_TICKS
from ..bitstream.padded import packet_of
from ..mp4.channels import channels_of
from ..read.decoder import BROKEN, NOT_THE_FILE
from ..read.packets import packets
from ..read.reading import AAC
from ..read.recording import open_recording, sound_in
from ..read.several import Alone
from ..refusal import ClipRefused, CutRule
from ..timeline import TICKS_PER_S, nearest
from ..timestamps import NEVER
from .mixing import Mixer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from av.audio.codeccontext import AudioCodecContext
    from av.audio.frame import AudioFrame

    from ..plan.model import Plan, SegmentPlan
    from ..timeline import Ruler

RUN_IN_TICKS = TICKS_PER_S  # decoders of sound need a packet or two before the first that is kept
AHEAD_MAX = TICKS_PER_S  # of sound that there is no time for: so long a network may keep it back
SLOWLY = 64  # packets in which most of that is forgotten: a microphone's clock may be a little fast, for hours


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


def heard_frames(segment: SegmentPlan, plan: Plan) -> Iterator[tuple[int, AudioFrame]]:
    """Yield `(stored tick, frame)` of what is recorded up to the end of the range, in at most two channels.

    Raises ClipRefused `sound_undecodable`, `unreadable_segment`.
    """
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
            if frame.pts is not None or following == NEVER or end - following <= ROUNDED_TICKS:
                yield at, frame
            elif (kept := trim(frame, at, at, following)) is not None:
                yield kept
        if end is not None and following != NEVER:
            self._go_on(end, following, several=len(frames) > 1)

    def _go_on(self, end: int, following: int, *, several: bool) -> None:
        self.ahead = max(0, self.ahead + end - following)
        if several and self.ahead > AHEAD_MAX:
            raise ClipRefused(CutRule.SOUND_UNDECODABLE, "more sound in packets than there is time for")
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
