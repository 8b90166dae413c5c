"""The cut that copies: whole groups as the camera coded them, a few frames at the edges encoded."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from ..bitstream.nal import RULES, split
from ..plan.model import Audio, Way
from ..read.packets import packets
from ..read.recording import UNDECODED, open_recording, picture_track
from ..refusal import ClipRefused, Rule
from ..stamps import EMPTY
from ..timeline import usual_distance
from .encoder import GroupEncoder, Shape, colors_of, create
from .range_decoder import range_decoder, with_sets
from .sound import SoundCopier, start_sound

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import av
    from av.video.frame import VideoFrame

    from ..plan.model import GopPlan, Plan, SegmentPlan
    from ..read.probe import VideoFacts
    from .range_decoder import RangeDecoder
    from .writer import ClipWriter

type Progress = Callable[[float], None]


def cut(plans: Sequence[Plan], writer: ClipWriter, progress: Progress) -> None:
    """Write the clip by the plans of its ranges, whose way is COPY."""
    plan = plans[0]
    span = usual_distance(max((list(each.shown) for each in plans), key=len))
    first = plan.segments[0].facts
    with open_recording(first.segment.path, UNDECODED) as container:
        shape = Shape.of(first.video.form, span, plan.encoder_set_id, interlaced=plan.interlaced)
        # FFmpeg's decoder drops what is shown "too early": of interlaced pictures that follow some that are never
        # reordered, all until their count (which begins anew) is past the others'.
        shape = replace(shape, says_reordered=plan.interlaced, aspect=first.video.form.own_aspect)
        edges = _Edges(shape=shape, sets=_encoder_sets(plans, shape), span=span)
        source = picture_track(container, first.segment.path.name)
        writer.copy_video(source, plan.parameter_sets + edges.sets, in_band=plan.in_band)
    encoded = start_sound(plans, writer) if plan.audio is Audio.KEPT else None
    if encoded is not None:
        writer.before_frame = encoded.up_to
    copies = plan.audio is Audio.KEPT and plan.audio_way is Way.COPY
    for plan, told in parts_of(plans, progress):
        sound = SoundCopier(plan, writer) if copies else None
        for segment in plan.heard:
            if segment.gops:
                _Segment(plan, segment, writer, edges).run(sound, told)
            elif sound is not None:
                sound.take_all(segment)
    if not writer.ledger.ranges():
        raise ClipRefused(Rule.UNDECODABLE)
    if encoded is not None:
        encoded.finish()


def parts_of(plans: Sequence[Plan], progress: Progress) -> Iterator[tuple[Plan, Progress]]:
    """Yield each range's plan, and how to tell of its progress as a share of the whole."""
    whole, before = sum(plan.end for plan in plans), 0
    for plan in plans:
        yield plan, partial(_tell, progress, before / whole, plan.end / whole)
        before += plan.end


def _tell(progress: Progress, before: float, part: float, share: float) -> None:
    progress(before + part * share)


def _encoder_sets(plans: Sequence[Plan], shape: Shape) -> tuple[bytes, ...]:
    groups = (group for plan in plans for segment in plan.segments for group in segment.gops)
    if RULES[shape.codec].hevc or not any(group.encode_from is not None for group in groups):
        return ()
    return GroupEncoder(shape, create(shape)).parameter_sets


@dataclass(frozen=True, slots=True, kw_only=True)
class _Edges:
    """How frames at the edges are encoded: the picture's form, the encoder's sets, a frame's usual length in ticks."""

    shape: Shape
    sets: tuple[bytes, ...]
    span: int


class _Segment:
    """Walks through one recorded file, group by group; frames go through as they come, never as a list."""

    def __init__(self, plan: Plan, segment: SegmentPlan, writer: ClipWriter, edges: _Edges) -> None:
        self._plan, self._segment, self._writer, self._edges = plan, segment, writer, edges
        self._video: VideoFacts = segment.facts.video
        self._rules = RULES[self._video.codec]
        self._decoder: RangeDecoder | None = None
        self._encoder: GroupEncoder | None = None
        self._shown: int | None = None  # the tick of the last frame that was encoded

    def run(self, sound: SoundCopier | None, progress: Progress) -> None:
        """Write what the plan wants of this file."""
        groups = iter(self._segment.gops)
        group = next(groups, None)
        index = 0
        facts = self._segment.facts
        with open_recording(facts.segment.path, UNDECODED) as container:
            for is_video, packet in packets(container, audio=facts.audio is not None):
                if not is_video:
                    if sound is not None and facts.audio is not None:
                        sound.take(packet, facts.audio, self._segment.shift)
                    continue
                if index >= len(self._video.ticks) and (
                    sound is None or facts.audio is None or sound.is_past(facts.audio)
                ):
                    break
                if group is not None and index == group.first + group.count:
                    self._end(group)
                    group = next(groups, None)
                if group is not None and group.first <= index < group.first + group.count:
                    self._take(packet, index, group)
                    progress(self._video.ticks[index] / self._plan.end)
                index += 1
        if group is not None:
            self._end(group)

    def _take(self, packet: av.Packet, index: int, group: GopPlan) -> None:
        if index - group.first < group.copy:
            self._copy(packet, index, group)
        if group.encode_from is not None and index >= group.decode_from:
            if self._decoder is None:
                self._decoder = self._decoder_of(group)
            packet.pts = index  # the decoder hands it back with the frame
            first = index == group.decode_from
            self._encode(
                with_sets(packet, self._video, group.parameter_sets) if first else packet, group, group.encode_from
            )

    def _copy(self, packet: av.Packet, index: int, group: GopPlan) -> None:
        units = split(bytes(packet), self._video.length_size)
        slices = [unit for unit in units if self._rules.is_slice(unit)]
        if not slices:
            return
        is_key = index == group.first
        self._writer.ledger.copied(slices)
        self._writer.frame(
            [*group.parameter_sets, *slices] if is_key and self._plan.in_band else slices,
            self._video.ticks[index] + self._segment.shift,
            self._video.decode_ticks[index] + self._segment.shift,
            is_key=is_key,
            span=self._edges.span,
        )

    def _decoder_of(self, group: GopPlan) -> RangeDecoder:
        ticks = self._video.ticks
        places = range(group.decode_from, group.first + group.count)
        before = any(ticks[place] < 0 and ticks[place] != EMPTY for place in places)
        return range_decoder(self._video, lambda place: 0 <= ticks[place] < self._plan.end, shown=not before)

    def _encode(self, packet: av.Packet | None, group: GopPlan, encode_from: int) -> None:
        assert self._decoder is not None  # noqa: S101 - tells the type checker
        is_picture = packet is not None and self._video.ticks[packet.pts or 0] != EMPTY
        for frame in self._decoder.decode(packet, group.parameter_sets, is_picture=is_picture):
            tick = self._video.ticks[frame.pts or 0]
            if not encode_from <= tick < self._plan.end:
                continue
            if group.broken and self._shown is not None and tick <= self._shown:  # what a decoder made of broken ones
                continue
            if self._shown is not None and tick < self._shown:  # stamped as it came, not as it is shown
                raise ClipRefused(Rule.UNDECODABLE, "its pictures are shown in another order than their times")
            self._shown = tick
            if self._encoder is None:
                shape = self._shape(frame)
                self._encoder = GroupEncoder(shape, create(shape))
                if not self._plan.in_band and self._encoder.parameter_sets != self._edges.sets:
                    raise ClipRefused(Rule.NO_ENCODER, "its parameter sets changed")
            self._write(self._encoder.encode(frame, tick + self._segment.shift), group)

    def _shape(self, frame: VideoFrame) -> Shape:
        """Return the form of what is encoded: by its own description of colors, where that can lie in the stream."""
        if not self._plan.in_band:
            return self._edges.shape
        form = self._video.form
        return replace(self._edges.shape, pixel_format=form.pixel_format, colors=colors_of(frame, form.colors))

    def _write(self, made: Iterable[tuple[int, bool, list[bytes]]], group: GopPlan) -> None:
        """Write encoded frames; their decode times keep the camera's reorder delay, so the next group fits on."""
        assert self._encoder is not None  # noqa: S101 - tells the type checker
        delay = self._video.ticks[group.first] - self._video.decode_ticks[group.first]
        for tick, is_key, slices in made:
            sets = self._encoder.parameter_sets if is_key and self._plan.in_band else ()
            self._writer.ledger.encoded()
            self._writer.frame([*sets, *slices], tick, tick - delay, is_key=is_key, span=self._edges.span)

    def _end(self, group: GopPlan) -> None:
        if group.encode_from is None:
            return
        self._encode(None, group, group.encode_from)
        if self._encoder is not None:
            self._write(self._encoder.encode(None), group)
        self._decoder = self._encoder = None
