"""Small pictures of a finished clip: its first, a sheet, and a strip to look through it. For the owner's eyes alone.

Number and size are bounded whatever the clip is.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from ..mp4.turning import Turner
from ..read.decoder import decode
from ..read.forms import form_of
from ..read.packets import packets
from ..read.recording import open_recording, picture_track
from ..refusal import ClipRefused, CutRule
from .frames import fit, joined, jpeg
from .model import TILES_MAX, Stills

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from av.video.frame import VideoFrame

POSTER_WIDTH_PX = 640
TILE_WIDTH_PX = 160
SHEET_TILES, SHEET_COLUMNS, SHEET_WIDTH_PX = 12, 4, 240
SHORT_FRAMES = 1_800  # of two minutes at 15 a second: of less every picture is looked at, of more the key pictures


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
        raise ClipRefused(CutRule.UNDECODABLE, "no picture could be decoded")
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
