"""Small pictures of a finished clip: its first, a sheet, and a strip to look through it. For the owner's eyes alone.

A program of its own, under the cutter's limits. Number and size are bounded whatever the clip is; no file is written:
the answer holds the pictures, which have no metadata.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import av
from av.video.frame import VideoFrame

from .. import limits
from ..answering import Look, answered, run
from ..mp4.turning import Turner
from ..read.decoder import decode
from ..read.forms import form_of
from ..read.packets import packets
from ..read.recording import open_recording, picture_track
from ..read.scaling import scaled
from ..refusal import ClipRefused, Rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from av.video.codeccontext import VideoCodecContext

    from ..job import Limits

JOB_MAX_BYTES = 16_384
POSTER_WIDTH_PX = 640
TILES_MAX, TILE_WIDTH_PX = 60, 160
SHEET_TILES, SHEET_COLUMNS, SHEET_WIDTH_PX = 12, 4, 240
HEIGHT_MAX_PX = 480  # of a tile: a doorbell films upright, a picture one pixel wide is none
SHORT_FRAMES = 1_800  # of two minutes at 15 a second: of less every picture is looked at, of more the key pictures
BLACK, GRAY = 16, 128
FORMAT = "yuvj420p"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stills:
    """JPEGs, and at which milliseconds of the clip the tiles of the strip are."""

    poster: bytes
    sheet: bytes
    strip: bytes
    tile_width: int
    tile_height: int
    at_ms: tuple[int, ...]


def main() -> int:
    """Answer one job of stdin by one line."""
    return run(answer, JOB_MAX_BYTES)


def answer(data: bytes, apply_limits: Callable[[Limits], None] = limits.apply) -> dict[str, object]:
    """Return the pictures, or a refusal by its rule. The limits hold before the clip is opened."""
    return answered(data, _look_of, apply_limits)


def _look_of(job: Any) -> Look:  # noqa: ANN401  what stdin said
    path = Path(job["path"])
    return lambda: {"stills": as_json(stills_of(path))}


def as_json(stills: Stills) -> dict[str, object]:
    """Return the pictures in base64, and the rest as it is."""
    pictures = {name: base64.b64encode(getattr(stills, name)).decode() for name in ("poster", "sheet", "strip")}
    tiles = {"tile_width": stills.tile_width, "tile_height": stills.tile_height, "at_ms": stills.at_ms}
    return {**pictures, **tiles}


def stills_of(clip: Path) -> Stills:
    """Look through a clip; raises ClipRefused `unreadable_segment`, `undecodable`."""
    wanted, by_key = _wanted(clip)
    turner = Turner(form_of(clip).turn)
    tiles: list[VideoFrame] = []
    larger: list[VideoFrame] = []
    at_ms: list[int] = []
    poster = b""
    sheet = {round(index * len(wanted) / SHEET_TILES) for index in range(SHEET_TILES)}
    for time_ms, frame in _frames(clip, wanted, by_key=by_key):
        upright = turner.turn(frame)
        poster = poster or jpeg(fit(upright, POSTER_WIDTH_PX))
        if len(tiles) in sheet:
            larger.append(fit(upright, SHEET_WIDTH_PX))
        tiles.append(fit(upright, TILE_WIDTH_PX))
        at_ms.append(time_ms)
    if not tiles:
        raise ClipRefused(Rule.UNDECODABLE, "no picture could be decoded")
    return Stills(
        poster=poster,
        sheet=jpeg(joined(larger, SHEET_COLUMNS)),
        strip=jpeg(joined(tiles, len(tiles))),
        tile_width=tiles[0].width,
        tile_height=tiles[0].height,
        at_ms=tuple(at_ms),
    )


def _wanted(clip: Path) -> tuple[list[int], bool]:
    """Choose the stamps of the pictures to show, as even as can be; say whether they all are key pictures."""
    with open_recording(clip) as container:
        picture_track(container, clip.name)
        found = [(packet.pts or 0, packet.is_keyframe) for _, packet in packets(container, audio=False)]
    by_key = len(found) > SHORT_FRAMES
    chosen = sorted(pts for pts, is_key in found if is_key or not by_key)
    count = min(TILES_MAX, len(chosen))
    return [chosen[index * len(chosen) // count] for index in range(count)], by_key


def _frames(clip: Path, wanted: list[int], *, by_key: bool) -> Iterator[tuple[int, VideoFrame]]:
    """Decode what is wanted, with its milliseconds since the first; a broken picture is left out."""
    with open_recording(clip) as container:
        stream = picture_track(container, clip.name)
        context = stream.codec_context
        left = set(wanted)
        first, base = min(wanted, default=0), stream.time_base or Fraction(1, 1000)
        for _, packet in packets(container, audio=False):
            if by_key and packet.pts not in left:  # a key picture needs no other, and there may be thousands
                continue
            yield from _taken(decode(context, packet), left, first, base)
        yield from _taken(decode(context, None), left, first, base)


def _taken(frames: list[VideoFrame], left: set[int], first: int, base: Fraction) -> Iterator[tuple[int, VideoFrame]]:
    for frame in frames:
        if frame.pts in left:
            left.discard(frame.pts)
            yield round((frame.pts - first) * base * 1000), frame


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
