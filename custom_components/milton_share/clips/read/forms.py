"""The form of a recording's pictures, as only a decoder can tell it; asked once for each coding."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING

import av
from av.sidedata.sidedata import SideData
from av.video.codeccontext import VideoCodecContext

from ..bitstream.nal import HEVC
from ..bitstream.padded import packet_of
from ..mp4.channels import channels_of
from ..mp4.descriptions import has_profile
from ..mp4.turning import UPRIGHT, Turn, turn_in, turn_of
from ..refusal import ClipRefused, CutRule
from .containers import MP4
from .decoder import decode
from .packets import packets
from .recording import UNDECODED, cut_off_exactly, kind_of, open_recording, picture_track, sound_in

if TYPE_CHECKING:
    from pathlib import Path

    from av.container import InputContainer
    from av.video.frame import VideoFrame

SIDE_MAX_PX = 8192  # an 8K camera; above that a picture alone breaks the memory limit
PACKETS_TRIED = 64  # a stream may begin in the middle of a group


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What a decoder says of a file's beginning; the sound's rate and channels are 0 where it has none."""

    codec: str
    width: int
    height: int
    pixel_format: str
    colors: tuple[int, int, int, int]  # range, primaries, transfer, matrix
    aspect: Fraction  # of a pixel, by the container's word before the pictures' own; 0 where nothing is said
    turn: Turn
    rate_hz: int
    channels: int
    own_aspect: Fraction = Fraction(0)  # by the pictures' own word
    profile: bool = False  # whether a copy would take over a color profile
    in_fields: bool = False  # HEVC whose pictures are one field each: half the lines of a frame


UNKNOWN = Form(
    codec="",
    width=0,
    height=0,
    pixel_format="",
    colors=(0, 0, 0, 0),
    aspect=Fraction(0),
    turn=UPRIGHT,
    rate_hz=0,
    channels=0,
)


@dataclass(slots=True, kw_only=True)
class Forms:
    """What was asked before."""

    _files: dict[tuple[object, ...], Form] = field(default_factory=dict)
    _packets: dict[tuple[object, ...], tuple[int, int, str] | None] = field(default_factory=dict)

    def of_file(self, path: Path, track: int, coding: tuple[object, ...]) -> Form:
        """Return the form of a film by its track; files of one coding share all but the turn in their header."""
        is_mp4 = kind_of(path) is MP4
        turn, profile = (turn_in(path, track), has_profile(path)) if is_mp4 else (None, False)
        key = (turn, profile, *coding)
        if key not in self._files:
            with open_recording(path) as container:
                self._files[key] = replace(_form(container, path.name, turn), profile=profile)
        return self._files[key]

    def of_picture(self, codec: str, sets: tuple[bytes, ...], data: bytes) -> tuple[int, int, str]:
        """Return `(width, height, pixel format)` of one picture; (0, 0, "") when it can't be decoded by its `sets`.

        Nothing else is told of it, as in a clip: by a broken set nothing is shown, though the file's header has a whole
        one.
        """
        key = (codec, sets)
        if key not in self._packets:
            self._packets[key] = _decoded(codec, data)
        return self._packets[key] or (0, 0, "")


def form_of(path: Path) -> Form:
    """Return the form of a file's first pictures."""
    with open_recording(path, UNDECODED) as container:
        track = picture_track(container, path.name).id
    return Forms().of_file(path, track, ())


def check_size(name: str, width: int, height: int) -> None:
    """Raise ClipRefused `unreadable_segment` for a picture that has no size, or too large a one."""
    if not (0 < width <= SIDE_MAX_PX and 0 < height <= SIDE_MAX_PX):
        raise ClipRefused(CutRule.UNREADABLE_SEGMENT, f"{name} has a picture of no size, or too large")


def _form(container: InputContainer, name: str, turn: Turn | None) -> Form:
    film = picture_track(container, name)
    context = film.codec_context
    check_size(name, context.width, context.height)
    codec, track = context.name, sound_in(container)  # before its decoder may be found to be none
    first = _first_picture(container) if turn is None or not context.pix_fmt or codec == HEVC else None
    sound = track.codec_context if track is not None else None
    return Form(
        codec=codec,
        width=context.width,
        height=context.height,
        pixel_format=(first.format.name if first else context.pix_fmt) or "",
        colors=(context.color_range, context.color_primaries, context.color_trc, context.colorspace),
        aspect=Fraction(film.sample_aspect_ratio or 0),
        own_aspect=Fraction(context.sample_aspect_ratio or 0),
        rate_hz=sound.sample_rate if sound else 0,
        channels=channels_of(sound)[0] if sound else 0,
        turn=_turn_said(first) if turn is None else turn,
        in_fields=codec == HEVC and first is not None and first.interlaced_frame,
    )


def _first_picture(container: InputContainer) -> VideoFrame | None:
    """Decode until a picture comes; then the decoder knows what it is."""
    context = picture_track(container, "").codec_context
    for (_, packet), _ in zip(packets(container, audio=False), range(PACKETS_TRIED), strict=False):
        for frame in decode(context, packet):
            return frame
    return next(iter(decode(context, None)), None)


def _turn_said(picture: VideoFrame | None) -> Turn:
    """Return how a picture says that it is turned; other containers than MP4 have no header of their own."""
    said = picture.side_data.get("DISPLAYMATRIX") if picture is not None else None
    return turn_of(_big_endian(bytes(said))) if isinstance(said, SideData) else UPRIGHT


def _big_endian(matrix: bytes) -> bytes:
    return b"".join(matrix[at : at + 4][::-1] for at in range(0, len(matrix), 4))


def _decoded(codec: str, data: bytes) -> tuple[int, int, str] | None:
    context = av.CodecContext.create(codec, "r")
    assert isinstance(context, VideoCodecContext)  # noqa: S101 - tells the type checker
    cut_off_exactly(context)
    try:
        frames = [*context.decode(packet_of(data)), *context.decode(None)]
    except av.error.FFmpegError:
        return None
    return (frames[0].width, frames[0].height, frames[0].format.name) if frames else None
