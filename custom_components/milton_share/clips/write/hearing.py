"""The sound of a recording, decoded: which samples are heard when."""

from __future__ import annotations

from fractions import Fraction
from itertools import chain, islice
from typing import TYPE_CHECKING

import av

from ..mp4.channels import channels_of
from ..read.decoder import BROKEN, NOT_THE_FILE
from ..read.packets import packets
from ..read.recording import open_recording, sound_in
from ..refusal import ClipRefused, CutRule
from ..timeline import TICKS_PER_S
from ..timestamps import NEVER
from .mixing import Mixer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from av.audio.codeccontext import AudioCodecContext
    from av.audio.frame import AudioFrame

    from ..plan.model import Plan, SegmentPlan

RUN_IN_TICKS = TICKS_PER_S  # decoders of sound need a packet or two before the first that is kept


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
        mixer = Mixer()
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
            frames = decode_sound(context, packet)
            if len(frames) > 1:  # nobody says when more than the first one was recorded
                raise ClipRefused(
                    CutRule.SOUND_UNDECODABLE,
                    f"{segment.facts.segment.path.name} has several frames of sound in a packet",
                )
            for frame in frames:
                if frame.pts is not None:
                    at = facts.ruler.tick(frame.pts) + segment.shift
                    yield from ((at, mixed) for mixed in mixer.mix(frame))


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
