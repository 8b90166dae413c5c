"""The encoders for what can't be copied: no B-frames, no look-ahead, parameter sets apart from the camera's."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

import av
from av.codec.context import Flags
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType
from av.video.reformatter import ColorRange

from ..bitstream.nal import H264, HEVC, RULES, read_extradata, split
from ..limits import is_near_memory
from ..read.scaling import UNSAID, scaled
from ..refusal import ClipRefused, CutRule
from ..timeline import TICK, TICKS_PER_S

if TYPE_CHECKING:
    from collections.abc import Iterator

    from av.video.frame import VideoFrame

    from ..mp4.turning import Turn
    from ..read.forms import Form

ENCODERS = {H264: "libx264", HEVC: "libx265"}
QUALITY_CRF = "20"  # no visible loss next to the camera's own encoder
THREADS = 2
GROUP_MAX = 600  # a head is at most one camera group
FULL_RANGE = "yuvj"  # how FFmpeg names formats without head and foot room
RGB, BT601 = 0, 6  # of matrices: ITU-T H.273, 8.3
NO_MATRIX = frozenset({RGB, UNSAID})  # RGB is none of 4:2:0
RATE_MAX = 120  # above that an average rate is a container's invention
# By the first an encoder itself refuses, also where it has no memory; by the other FFmpeg, colors that it can't say.
UNWILLING = av.error.ExternalError, av.error.InvalidDataError


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A picture's form; frames of another one are brought to it."""

    codec: str
    width: int
    height: int
    pixel_format: str
    colors: tuple[int, int, int, int]  # range, primaries, transfer, matrix
    rate: Fraction
    set_id: int
    aspect: Fraction = Fraction(0)  # of a pixel, 0 where nothing is said
    interlaced: bool = False  # two fields in a frame; each frame says which is first
    says_reordered: bool = False  # of interlaced pictures: that they may be shown in another order, though none is

    @classmethod
    def of(cls, form: Form, usual_ticks: int, set_id: int, *, interlaced: bool = False) -> Shape:
        """Return the shape of pictures of that form, not turned."""
        return cls(
            codec=form.codec,
            width=form.width,
            height=form.height,
            pixel_format=form.pixel_format or "yuv420p",
            colors=form.colors,
            aspect=form.aspect,
            rate=min(Fraction(TICKS_PER_S, usual_ticks).limit_denominator(1001), Fraction(RATE_MAX)),
            set_id=set_id,
            interlaced=interlaced,
        )

    def turned(self, turn: Turn) -> Shape:
        """Return the form of a picture whose pixels were turned."""
        width, height = turn.size(self.width, self.height)
        aspect = 1 / self.aspect if self.aspect and turn.quarters % 2 else self.aspect
        lies = self.interlaced and not turn.quarters and not turn.mirrored  # lines that stand are no fields
        return replace(self, width=width, height=height, aspect=aspect, interlaced=lies)

    def as_h264(self, width_max: int | None = None) -> Shape:
        """Return the H.264 form that any browser plays: even sides, eight bits, 4:2:0."""
        scale = min(Fraction(1), Fraction(width_max or self.width, self.width))
        width, height = max(2, int(self.width * scale) & ~1), max(2, int(self.height * scale) & ~1)
        is_full = self.pixel_format.startswith(FULL_RANGE) or self.colors[0] == ColorRange.JPEG
        pixel_format = "yuvj420p" if is_full else "yuv420p"
        matrix = BT601 if self.colors[3] == RGB else self.colors[3]  # by which RGB is brought to 4:2:0
        as_it_is = (width, height, pixel_format) == (self.width, self.height, self.pixel_format)
        return replace(
            self,
            codec=H264,
            width=width,
            height=height,
            pixel_format=pixel_format,
            colors=(ColorRange.JPEG if is_full else self.colors[0], *self.colors[1:3], matrix),
            set_id=0,
            interlaced=self.interlaced and as_it_is,  # scaling mixes the lines of two fields
        )


def configure(context: VideoCodecContext, shape: Shape, keyframe_every: int) -> None:
    """Set an encoder up before it opens."""
    context.width, context.height, context.pix_fmt = shape.width, shape.height, shape.pixel_format
    context.time_base, context.framerate = TICK, shape.rate
    context.color_range, context.color_primaries, context.color_trc, context.colorspace = shape.colors
    if shape.aspect:
        context.sample_aspect_ratio = shape.aspect
    context.flags |= Flags.global_header
    if shape.interlaced:
        context.flags |= Flags.interlaced_dct | Flags.interlaced_me
    context.thread_count = THREADS
    context.options = _options(shape, keyframe_every)


def _options(shape: Shape, keyframe_every: int) -> dict[str, str]:
    if shape.codec == HEVC:
        form = f"bframes=0:open-gop=0:keyint={keyframe_every}:scenecut=0:repeat-headers=0"
        ahead = "rc-lookahead=0"  # each picture that it looks ahead takes 10 MB in 1080p
        alone = "pools=none:frame-threads=1"  # on a busy machine pictures wait for its threads: 13 MB
        params = f"{form}:{ahead}:{alone}:info=0:log-level=none"
        return {"preset": "ultrafast", "crf": QUALITY_CRF, "x265-params": params}
    order = "b-adapt=0:b-pyramid=none:" if shape.says_reordered else ""
    ahead = "ref=1:rc-lookahead=0:sync-lookahead=0:mbtree=0"
    params = f"{order}sps-id={shape.set_id}:keyint={keyframe_every}:scenecut=0:{ahead}"
    b_frames = str(int(shape.says_reordered))
    return {"preset": "superfast", "crf": QUALITY_CRF, "bf": b_frames, "profile": "high", "x264-params": params}


def colors_of(frame: VideoFrame, said: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    """Return a picture's colors: range and matrix by its own word; primaries and transfer as its file has `said`."""
    matrix = said[3] if frame.colorspace in NO_MATRIX else int(frame.colorspace)
    return int(frame.color_range) or said[0], said[1], said[2], matrix


def fit(frame: VideoFrame, shape: Shape) -> VideoFrame:
    """Bring a decoded frame to the shape."""
    if (frame.width, frame.height, frame.format.name) == (shape.width, shape.height, shape.pixel_format):
        return frame
    return scaled(frame, width=shape.width, height=shape.height, form=shape.pixel_format)


def create(shape: Shape) -> VideoCodecContext:
    """Return an encoder's context on its own; raises ClipRefused `no_encoder`."""
    try:
        context = av.CodecContext.create(ENCODERS[shape.codec], "w")
    except (ValueError, av.error.FFmpegError) as error:
        raise ClipRefused(CutRule.NO_ENCODER, ENCODERS[shape.codec]) from error
    if not isinstance(context, VideoCodecContext):
        raise ClipRefused(CutRule.NO_ENCODER, ENCODERS[shape.codec])
    return context


class GroupEncoder:
    """Encodes one closed group of frames, starting with an IDR."""

    def __init__(self, shape: Shape, context: VideoCodecContext, keyframe_every: int = GROUP_MAX) -> None:
        """Set `context` up and open it; raises ClipRefused `undecodable` for pictures of a form that is none."""
        configure(context, shape, keyframe_every)
        try:
            context.open()
        except UNWILLING as error:
            if is_near_memory():
                raise
            form = f"{shape.width} by {shape.height}, {shape.pixel_format}, interlaced: {shape.interlaced}"
            raise ClipRefused(CutRule.UNDECODABLE, f"no picture is of this form: {form}") from error
        self._context, self._shape, self._rules = context, shape, RULES[shape.codec]
        self._type = PictureType.I if shape.says_reordered else PictureType.NONE  # of the next frame

    @property
    def parameter_sets(self) -> tuple[bytes, ...]:
        """The encoder's own parameter sets."""
        return read_extradata(bytes(self._context.extradata or b""), self._rules)[1]

    def encode(self, frame: VideoFrame | None, tick: int = 0) -> Iterator[tuple[int, bool, list[bytes]]]:
        """Yield `(tick, is IDR, slices)` for what the encoder gives back; None drains it."""
        if frame is not None:
            frame = fit(frame, self._shape)
            frame.pts, frame.time_base, frame.pict_type = tick, TICK, self._type
            self._type = PictureType.P if self._shape.says_reordered else PictureType.NONE
        for packet in self._context.encode(frame):
            slices = [unit for unit in split(bytes(packet), 0) if self._rules.is_slice(unit)]
            yield packet.pts or 0, packet.is_keyframe, slices
