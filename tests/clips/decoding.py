"""What FFmpeg's decoders make of a file, in this process: that costs a part of starting the system's ffmpeg.

None of the cutter's code is used. The decoders are PyAV's, as the cutter's are: `test_decoding.py` holds them against
the system's ffmpeg.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from functools import cache
from typing import TYPE_CHECKING

import av
import numpy as np
from av.codec.context import Flags
from av.sidedata.sidedata import Type
from av.video.reformatter import ColorRange, Colorspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

BITS = 16
"""So many bars say a picture's number, in its top third: the lowest bit is the leftmost, and a light one is set."""
LIGHT = 125.0
STORED = {"ignore_editlist": "1"}
"""For MP4: every sample in the container, whatever an edit list hides."""
KR_KB = {Colorspace.ITU709: (0.2126, 0.0722)}
"""Of red and of blue, in what is light (ITU-T H.273, table 4)."""
OLD_KR_KB = (0.299, 0.114)
"""Where nothing is said, too."""
FLOATS = "aformat", "sample_fmts=flt"


def pictures(path: Path, demuxer: str = "mov", options: dict[str, str] | None = None) -> Iterator[av.VideoFrame]:
    """Decode all pictures, in the order in which they are shown; one that can't be decoded is missing."""
    with av.open(str(path), format=demuxer, options=options or {}) as container:
        track = container.streams.video[0]
        track.codec_context.thread_count = 1  # starting others costs more than such small pictures
        track.codec_context.flags |= Flags.unaligned  # what a header cuts off is cut off to the point
        for packet in container.demux(track):
            with suppress(av.error.InvalidDataError):
                yield from packet.decode()


def numbers_of(path: Path, demuxer: str = "mov", options: dict[str, str] | None = None) -> list[int]:
    """Read the number in each picture, whatever size it has."""
    return [number_of(picture) for picture in pictures(path, demuxer, options)]


def number_of(picture: av.VideoFrame) -> int:
    """Read the number in a picture as a viewer sees it: off the upper half of its bars."""
    light = upright(picture, plane_of(picture, 0))
    height, width = light.shape
    columns = light[: height // 6].mean(axis=0, dtype=np.float32) / (1 << picture.format.components[0].bits - 8)
    edges = [width * bar // BITS for bar in range(BITS)]
    bars = np.add.reduceat(columns, edges) / (width / BITS)
    return sum(1 << bit for bit, bar in enumerate(bars.tolist()) if bar > LIGHT)


def plane_of(picture: av.VideoFrame, index: int) -> NDArray[np.integer]:
    """Return a plane of light or of color as it is coded, without copying it."""
    assert picture.format.name.startswith(("yuv", "gray")), picture.format.name
    stored, part = picture.planes[index], picture.format.components[index]
    points = np.dtype("<u2" if part.bits > 8 else np.uint8)
    return np.frombuffer(stored, points).reshape(-1, stored.line_size // points.itemsize)[: part.height, : part.width]


def upright(picture: av.VideoFrame, points: NDArray[np.generic]) -> NDArray[np.generic]:
    """Turn what was seen of a picture as its header says (ISO/IEC 14496-12, 8.3.2): by quarters, or mirrored."""
    said = picture.side_data.get(Type.DISPLAYMATRIX)
    if said is None:
        return points
    across, sideways, _, upwards, down, *_ = np.frombuffer(said, dtype=np.int32)
    if across == down == 0:
        points, across, down = points.swapaxes(0, 1), upwards, sideways
    return points[:: np.sign(down), :: np.sign(across)]


def colors_of(picture: av.VideoFrame, width: int, height: int) -> NDArray[np.float32]:
    """Return what a viewer sees of a picture, small: in red, green and blue, 0 to 255 each."""
    size = (height, width) if upright(picture, np.empty((2, 1))).shape == (2, 1) else (width, height)
    bits = picture.format.components[0].bits - 8
    light, *color = (smaller(plane_of(picture, index), *size) / (1 << bits) for index in range(len(picture.planes)))
    blue, red = (each - 128 for each in color or (np.full_like(light, 128),) * 2)
    if picture.color_range != ColorRange.JPEG and not picture.format.name.startswith("yuvj"):
        light, blue, red = (light - 16) * (255 / 219), blue * (255 / 224), red * (255 / 224)
    from_red, from_blue = KR_KB.get(picture.colorspace, OLD_KR_KB)
    reds, blues = light + 2 * (1 - from_red) * red, light + 2 * (1 - from_blue) * blue
    greens = (light - from_red * reds - from_blue * blues) / (1 - from_red - from_blue)
    return upright(picture, np.stack([reds, greens, blues], axis=-1).clip(0, 255))


def smaller(points: NDArray[np.integer], height: int, width: int) -> NDArray[np.float32]:
    """Return the average over each part of a plane."""
    return _parts(points.shape[0], height) @ points.astype(np.float32) @ _parts(points.shape[1], width).T


@cache
def _parts(points: int, parts: int) -> NDArray[np.float32]:
    """Return which share each point has in the average of each of so many equal parts of a line."""
    edges, first = np.arange(parts + 1)[:, None] * (points / parts), np.arange(points)
    inside = np.minimum(first + 1, edges[1:]) - np.maximum(first, edges[:-1])
    return (inside.clip(0) * (parts / points)).astype(np.float32)


def sounds(path: Path, *filters: tuple[str, str]) -> list[NDArray[np.float32]]:
    """Decode every sample of sound in a clip, edit lists ignored, and put it through filters of FFmpeg's.

    Raises AssertionError for any complaint.
    """
    heard = []
    with complaining(), av.open(str(path), format="mov", options=STORED) as container:
        track = container.streams.audio[0]
        track.codec_context.thread_count = 1
        graph = av.filter.Graph()
        source, sink = graph.add_abuffer(template=track), graph.add("abuffersink")
        graph.link_nodes(source, *(graph.add(*each) for each in (*filters, FLOATS)), sink).configure()
        for frame in [*container.decode(track), None]:
            graph.push(frame)
        with suppress(av.error.EOFError):
            while True:
                heard.append(graph.pull().to_ndarray()[0])
    return heard


@contextmanager
def complaining() -> Iterator[None]:
    """Raise an AssertionError where FFmpeg has an error to tell, also one that it gets over."""
    level = av.logging.get_level()
    av.logging.set_level(av.logging.ERROR)
    try:
        with av.logging.Capture() as said:
            yield
    except av.error.FFmpegError as error:
        raise AssertionError(said) from error
    finally:
        av.logging.set_level(level)
    assert not said, said
