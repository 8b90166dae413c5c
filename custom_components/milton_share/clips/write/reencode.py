"""The cut that encodes all of it: for masks, and for recordings that can't be cut by copying."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..mp4.turning import UPRIGHT, Turner
from ..plan.model import Audio, Way
from ..read.gops import ANEW
from ..read.packets import packets
from ..read.recording import UNDECODED, open_recording
from ..refusal import ClipRefused, CutRule
from ..result import RESIZED_MAX
from ..timeline import TICKS_PER_MS, TICKS_PER_S, usual_distance
from ..timestamps import EMPTY
from .cut import parts_of
from .encoder import Shape, fit
from .masks import Masker
from .range_decoder import range_decoder, with_sets
from .sound import SoundCopier, start_sound

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import av
    from av.video.frame import VideoFrame

    from ..job import Mask
    from ..plan.model import Plan, SegmentPlan
    from ..read.probe import VideoFacts
    from .encoder import GroupEncoder
    from .range_decoder import RangeDecoder
    from .writer import ClipWriter

type Progress = Callable[[float], None]

JOIN_TICKS = TICKS_PER_S // 2  # segments this close were one stream: a group may go on across them


def reencode(
    plans: Sequence[Plan], masks: Sequence[Mask], starts_ms: Sequence[int], writer: ClipWriter, progress: Progress
) -> tuple[int, ...]:
    """Write the clip by the plans of its ranges, every frame encoded as H.264; raises ClipRefused `undecodable`.

    `starts_ms` are the UTC times of the plans' ticks 0. Returns when (UTC ms) frames came in another size than before,
    the first of these times.
    """
    plan = plans[0]
    span = usual_distance(max((list(each.shown) for each in plans), key=len))
    form = plan.segments[0].facts.video.form
    shape = Shape.of(form, span, 0, interlaced=plan.interlaced).turned(form.turn).as_h264()
    encoder = writer.encode_video(shape)
    encoded = start_sound(plans, writer) if plan.audio is Audio.KEPT else None
    if encoded is not None:
        writer.before_frame = encoded.up_to
    copies = plan.audio is Audio.KEPT and plan.audio_way is Way.COPY
    masker = Masker(masks, shape) if masks else None
    last = None
    resized_ms: list[int] = []
    size: tuple[int, int] | None = None
    for (plan, told), from_ms in zip(parts_of(plans, progress), starts_ms, strict=True):
        moved: int | None = None  # of the range's first frame
        for true, tick, frame in _Frames(plan, SoundCopier(plan, writer) if copies else None, told).walk():
            if last is not None and tick <= last:
                continue  # a decoder that repeats a broken picture repeats its time
            last = tick
            moved = tick - true if moved is None else moved
            if size not in {None, (frame.width, frame.height)}:
                resized_ms.append(from_ms + true // TICKS_PER_MS)
            size = frame.width, frame.height
            fitted = fit(frame, shape)
            if masker:
                # by the clip's own time: there the owner saw what to hide, also where a file's frames were moved
                masker.paint(fitted, from_ms + (tick - moved) / TICKS_PER_MS, rescaled=_rescaled(frame, fitted))
            _write(writer, encoder, fitted, tick, span)
    if last is None:
        raise ClipRefused(CutRule.UNDECODABLE)
    _write(writer, encoder, None, 0, span)
    if encoded is not None:
        encoded.finish()
    return tuple(resized_ms[:RESIZED_MAX])


def _rescaled(frame: VideoFrame, fitted: VideoFrame) -> float:
    """Return by how much a frame was enlarged, 0 when it is as it was."""
    if fitted is frame:
        return 0
    return max(fitted.width / frame.width, fitted.height / frame.height)


def _write(writer: ClipWriter, encoder: GroupEncoder, frame: VideoFrame | None, tick: int, span: int) -> None:
    for made_tick, is_key, slices in encoder.encode(frame, tick):
        writer.ledger.encoded()
        writer.frame(slices, made_tick, made_tick, is_key=is_key, span=span)


class _Frames:
    """The frames inside, with their true and stored ticks; one decoder runs on while the stream does."""

    def __init__(self, plan: Plan, sound: SoundCopier | None, progress: Progress) -> None:
        self._plan, self._sound, self._progress = plan, sound, progress
        self._times: list[tuple[int, int]] = []  # (true tick, stored tick) a packet; its place is the packet's pts
        self._turner = Turner(UPRIGHT)
        self._sets: tuple[bytes, ...] = ()  # in force
        self._described_anew = False  # the file's description changed in the middle

    def walk(self) -> Iterator[tuple[int, int, VideoFrame]]:
        """Yield `(true tick, stored tick, frame)` in order."""
        before: VideoFacts | None = None
        decoder: RangeDecoder | None = None
        for segment in self._plan.heard:
            if not segment.gops:
                if self._sound is not None:
                    self._sound.take_all(segment)
                continue
            video = segment.facts.video
            if decoder is None or before is None or self._described_anew or not _continues(before, video):
                if decoder is not None:
                    yield from self._inside(decoder, None)
                decoder, self._turner = self._decoder_of(video, known=decoder), Turner(video.form.turn)
            before, self._described_anew = video, False
            yield from self._segment(segment, decoder)
        if decoder is not None:
            yield from self._inside(decoder, None)

    def _segment(self, segment: SegmentPlan, decoder: RangeDecoder) -> Iterator[tuple[int, int, VideoFrame]]:
        facts, index, last = segment.facts, len(self._times), segment.gops[-1]
        needed = range(index + segment.gops[0].decode_from, index + last.first + last.count)
        self._times += [(tick, tick + segment.shift) for tick in facts.video.ticks]
        firsts = {index + gop.decode_from: gop.parameter_sets for gop in segment.gops}
        alone = {index + gop.decode_from for gop in segment.gops if gop.broken}
        anew = None
        with open_recording(facts.segment.path, UNDECODED) as container:
            for is_video, packet in packets(container, audio=facts.audio is not None):
                if not is_video:
                    if self._sound is not None and facts.audio is not None:
                        self._sound.take(packet, facts.audio, segment.shift)
                elif index < len(self._times):
                    anew = packet.get_sidedata(ANEW) if packet.has_sidedata(ANEW) else anew
                    if index in needed:
                        if index in alone:
                            yield from self._inside(decoder, None)
                            decoder.forget()
                        packet.pts = index
                        if anew is not None:
                            packet.set_sidedata(anew)
                            anew, self._described_anew = None, True
                        self._progress(self._times[index][0] / self._plan.end)
                        sets = None if self._described_anew else firsts.get(index)
                        self._sets = firsts.get(index, self._sets)
                        whole = packet if sets is None else with_sets(packet, facts.video, sets)
                        yield from self._inside(decoder, whole)
                    index += 1
                elif self._sound is None:
                    break

    def _decoder_of(self, video: VideoFacts, known: RangeDecoder | None) -> RangeDecoder:
        shown = known.shown if known is not None else self._plan.segments[0].gops[0].copy > 0
        return range_decoder(video, lambda place: 0 <= self._times[place][0] < self._plan.end, shown=shown)

    def _inside(self, decoder: RangeDecoder, packet: av.Packet | None) -> Iterator[tuple[int, int, VideoFrame]]:
        is_picture = packet is not None and self._times[packet.pts or 0][0] != EMPTY
        for frame in decoder.decode(packet, self._sets, is_picture=is_picture):
            tick, stored = self._times[frame.pts or 0]
            if 0 <= tick < self._plan.end:
                yield tick, stored, self._turner.turn(frame)


def _continues(before: VideoFacts, after: VideoFacts) -> bool:
    same = (before.codec, before.extradata, before.form.turn) == (after.codec, after.extradata, after.form.turn)
    same = same and before.gops[-1].parameter_sets == after.gops[0].parameter_sets
    return same and abs(min(after.ticks) - max(before.ticks)) < JOIN_TICKS
