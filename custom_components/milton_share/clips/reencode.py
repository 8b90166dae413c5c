"""The cut that encodes all of it: for masks, and for recordings that can't be cut by copying."""

from __future__ import annotations

from typing import TYPE_CHECKING

import av

from .decoder import make_decoder
from .encoder import Shape, fit
from .masks import Masker
from .plan import Audio, Way
from .probe import open_recording, packets
from .refusal import ClipRefused
from .sound import SoundCopier, encode_sound, start_sound
from .timeline import TICKS_PER_S, usual_distance

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from av.video.codeccontext import VideoCodecContext
    from av.video.frame import VideoFrame

    from .encoder import GroupEncoder
    from .job import Mask
    from .plan import Plan, SegmentPlan
    from .probe import VideoFacts
    from .writer import ClipWriter

type Progress = Callable[[float], None]

JOIN_TICKS = TICKS_PER_S // 2  # segments this close were one stream: a group may go on across them


def reencode(plan: Plan, masks: Sequence[Mask], writer: ClipWriter, progress: Progress) -> None:
    """Write the clip by `plan`, every frame encoded as H.264; raises ClipRefused `undecodable`."""
    span = usual_distance(list(plan.shown))
    with open_recording(plan.segments[0].facts.segment.path) as container:
        stream = container.streams.video[0]
        shape = Shape.of(stream.codec_context, span, 0).as_h264()
        encoder = writer.encode_video(shape)
        sound_stream = start_sound(plan, container, writer) if plan.audio is Audio.KEPT else None
    if sound_stream is not None:
        encode_sound(plan, sound_stream, writer)
    copies = plan.audio is Audio.KEPT and plan.audio_way is Way.COPY
    masker = Masker(masks, shape) if masks else None
    last = None
    for tick, frame in _frames(plan, SoundCopier(plan, writer) if copies else None, progress):
        if last is not None and tick <= last:
            continue  # a decoder that repeats a broken picture repeats its time
        last = tick
        fitted = fit(frame, shape)
        _write(writer, encoder, masker.paint(fitted) if masker else fitted, tick, span)
    if last is None:
        raise ClipRefused("undecodable")
    _write(writer, encoder, None, 0, span)


def _write(writer: ClipWriter, encoder: GroupEncoder, frame: VideoFrame | None, tick: int, span: int) -> None:
    for made_tick, is_key, slices in encoder.encode(frame, tick):
        writer.ledger.encoded()
        writer.frame(slices, made_tick, made_tick, is_key=is_key, span=span)


def _frames(plan: Plan, sound: SoundCopier | None, progress: Progress) -> Iterator[tuple[int, VideoFrame]]:
    """Yield the frames inside with their stored ticks; one decoder runs on while the stream does."""
    decoder: VideoCodecContext | None = None
    before: SegmentPlan | None = None
    times: list[tuple[int, int]] = []  # (true tick, stored tick) of every packet; its place is the packet's pts
    for segment in plan.segments:
        video = segment.facts.video
        if decoder is None or before is None or not _continues(before.facts.video, video):
            yield from _inside(decoder, None, times, plan.end)
            decoder = make_decoder(video)
        before = segment
        base = len(times)
        times += [(tick, tick + segment.shift) for tick in video.ticks]
        yield from _segment_frames(plan, segment, decoder, times, base, sound, progress)
    yield from _inside(decoder, None, times, plan.end)


def _segment_frames(  # noqa: PLR0913 - one loop's surroundings
    plan: Plan,
    segment: SegmentPlan,
    decoder: VideoCodecContext,
    times: list[tuple[int, int]],
    base: int,
    sound: SoundCopier | None,
    progress: Progress,
) -> Iterator[tuple[int, VideoFrame]]:
    facts, index = segment.facts, base
    with open_recording(facts.segment.path) as container:
        for is_video, packet in packets(container, audio=facts.audio is not None):
            if not is_video:
                if sound is not None and facts.audio is not None:
                    sound.take(packet, facts.audio, segment.shift)
                continue
            if index < len(times):
                packet.pts = index
                progress(times[index][0] / plan.end)
                yield from _inside(decoder, packet, times, plan.end)
            elif sound is None:
                break
            index += 1


def _inside(
    decoder: VideoCodecContext | None, packet: av.Packet | None, times: list[tuple[int, int]], end: int
) -> Iterator[tuple[int, VideoFrame]]:
    if decoder is None:
        return
    try:
        frames = decoder.decode(packet)
    except av.error.InvalidDataError:
        return  # a broken picture: it is missing in the clip, and the gap is stated
    for frame in frames:
        tick, stored = times[frame.pts or 0]
        if 0 <= tick < end:
            yield stored, frame


def _continues(before: VideoFacts, after: VideoFacts) -> bool:
    same = (before.codec, before.extradata) == (after.codec, after.extradata)
    return same and abs(min(after.ticks) - max(before.ticks)) < JOIN_TICKS
