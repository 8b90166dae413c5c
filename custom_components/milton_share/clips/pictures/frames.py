"""Small pictures out of decoded ones: no larger than a page bears, and nothing in the file but the picture."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, cast

import av
from av.video.frame import VideoFrame

from ..read.scaling import scaled

if TYPE_CHECKING:
    from av.video.codeccontext import VideoCodecContext

HEIGHT_MAX_PX = 480  # a doorbell films upright, a picture one pixel wide is none
BLACK, GRAY = 16, 128
FORMAT = "yuvj420p"


def fit(frame: VideoFrame, width_px: int) -> VideoFrame:
    """Return a picture no wider than that, and no higher than a tile may be."""
    width = max(2, min(width_px, frame.width) // 2 * 2)
    height = max(2, round(frame.height * width / frame.width / 2) * 2)
    if height > HEIGHT_MAX_PX:
        width, height = max(2, round(width * HEIGHT_MAX_PX / height / 2) * 2), HEIGHT_MAX_PX
    return scaled(frame, width=width, height=height, form=FORMAT)


def joined(tiles: list[VideoFrame], columns: int) -> VideoFrame:
    """Put pictures side by side, row by row, in the first one's size; what is left of the last row is black."""
    width, height = tiles[0].width, tiles[0].height
    tiles = [scaled(tile, width=width, height=height, form=FORMAT) for tile in tiles]
    rows = -(-len(tiles) // columns)
    whole = VideoFrame(width * columns, height * rows, FORMAT)
    for number, plane in enumerate(whole.planes):
        share = 1 if number == 0 else 2
        line, fill = plane.line_size, BLACK if number == 0 else GRAY
        pixels = bytearray([fill]) * (line * plane.height)
        for index, tile in enumerate(tiles):
            source = tile.planes[number]
            data, wide = memoryview(bytes(source)), width // share
            left, top = index % columns * wide, index // columns * (height // share)
            for row in range(height // share):
                start = (top + row) * line + left
                pixels[start : start + wide] = data[row * source.line_size : row * source.line_size + wide]
        plane.update(bytes(pixels))
    return whole


def jpeg(frame: VideoFrame) -> bytes:
    """Encode a picture; nothing is in the file but the picture."""
    frame.pts = None
    encoder = cast("VideoCodecContext", av.CodecContext.create("mjpeg", "w"))
    encoder.width, encoder.height, encoder.pix_fmt = frame.width, frame.height, FORMAT
    encoder.time_base = Fraction(1, 1)
    encoder.options = {"flags": "+bitexact+qscale", "global_quality": str(5 * 118)}
    return b"".join(bytes(packet) for packet in [*encoder.encode(frame), *encoder.encode(None)])
