"""Pictures whose memory is made zeros before it is used again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import av
import numpy as np
from av.codec.context import Flags
from av.video.frame import VideoFrame

from custom_components.milton_share.clips.write.blanks import Blanks
from tests.clips.recordings import run

if TYPE_CHECKING:
    from pathlib import Path

SIDE = 64
CUT_OFF = 40  # of 160: more than FFmpeg leaves free behind the last line would overwrite what others have


def test_what_lies_beside_a_picture_stays_as_it_is(tmp_path: Path) -> None:
    """One that is cut off on the left begins so far into its memory: all its lines in a row end behind its end."""
    whole, path = tmp_path / "whole.mp4", tmp_path / "film.mp4"
    coded = "-c:v libx265 -preset ultrafast -x265-params log-level=none:bframes=0 -pix_fmt yuv420p"
    run([*f"ffmpeg -v error -nostdin -f lavfi -i testsrc2=s=160x64:r=15:d=1 {coded}".split(), str(whole)])
    cut_off = f"-c copy -bsf:v hevc_metadata=crop_left={CUT_OFF}"
    run([*f"ffmpeg -v error -nostdin -i {whole} {cut_off}".split(), str(path)])
    blanks = Blanks()
    with av.open(str(path)) as film:
        film.streams.video[0].codec_context.flags |= Flags.unaligned
        pictures = list(film.decode(video=0))
    for picture in pictures[:2]:
        blanks.take(picture)
    for plane in pictures[0].planes:
        line = bytes(memoryview(plane)[: plane.line_size])
        assert not any(line[: plane.width])
        assert any(line[plane.width :])


def test_black_is_no_blank_where_colors_are_red_green_and_blue() -> None:
    """As a screen is recorded by some: there, zero of two colors is black or green."""
    white, black = (np.full((SIDE, SIDE, 3), light, dtype=np.uint8) for light in (255, 0))
    blanks = Blanks()
    blanks.take(VideoFrame.from_ndarray(white, format="gbrp"))
    assert not blanks.are_in(VideoFrame.from_ndarray(black, format="gbrp"))


def test_what_is_lit_was_not_left_out() -> None:
    """A green lamp that goes on, of more color than can be coded, has zeros of color: each clip lost its beginning."""
    blanks, lamp = Blanks(), np.zeros((SIDE * 3 // 2, SIDE), dtype=np.uint8)
    blanks.take(VideoFrame.from_ndarray(np.full_like(lamp, 128), format="yuv420p"))
    assert blanks.are_in(VideoFrame.from_ndarray(lamp, format="yuv420p"))
    lamp[:SIDE] = 150
    assert not blanks.are_in(VideoFrame.from_ndarray(lamp, format="yuv420p"))


def test_a_strip_that_is_nearly_zero_in_the_first_picture_may_be_zero_in_later_ones() -> None:
    """A key picture is coded roughly, and those after it come nearer to what the camera sent."""
    blanks, strip = Blanks(), np.full((SIDE * 3 // 2, SIDE), 128, dtype=np.uint8)
    strip[SIDE:, SIDE // 2 - 8 : SIDE // 2] = 2  # of both colors, whose lines lie two by two
    strip[:SIDE, -16:] = 2
    strip[SIDE:, -8:] = 2
    blanks.take(VideoFrame.from_ndarray(strip, format="yuv420p"))
    strip[strip == 2] = 0
    assert not blanks.are_in(VideoFrame.from_ndarray(strip, format="yuv420p"))
