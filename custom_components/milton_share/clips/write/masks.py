"""Polygons burned into the picture.

Painted outwards: each cell of a picture that a mask touches is black, wholly. A cell is what shares a color sample:
2 by 4 pixels, for in an interlaced picture a color sample belongs to every second line.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from av.video.reformatter import ColorRange

from ..job import E4

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from av.video.frame import VideoFrame

    from ..job import Mask
    from .encoder import Shape

CELL_WIDTH, CELL_HEIGHT = 2, 4
COLOR_ROWS = CELL_HEIGHT // 2  # of a cell, in the planes of color
ROUNDING_PX = 0.01  # more than what floating point loses on the way
RESCALED_PX = 8  # how far the filter of a picture that is brought to another size or form carries a pixel
BLACK, FULL_RANGE_BLACK, NO_COLOR = b"\x10", b"\0", b"\x80"

type Point = tuple[float, float]
type Row = tuple[int, int, int]  # row of cells, first column of cells, the one after the last


def corners_at(mask: Mask, time_ms: float) -> tuple[Point, ...]:
    """Return the mask's corners at a time, in ten-thousandths of the picture."""
    if time_ms <= mask.keys[0].at_ms:
        return mask.keys[0].corners
    for before, after in pairwise(mask.keys):
        if time_ms < after.at_ms:
            share = (time_ms - before.at_ms) / (after.at_ms - before.at_ms)
            return tuple(
                (x0 + (x1 - x0) * share, y0 + (y1 - y0) * share)
                for (x0, y0), (x1, y1) in zip(before.corners, after.corners, strict=True)
            )
    return mask.keys[-1].corners


def cells_of(corners: Sequence[Point], width: int, height: int, margin_px: float) -> tuple[Row, ...]:
    """Return the cells that the polygon touches, widened by a margin, as runs in rows.

    The polygon is filled by the rule of non-zero winding: one that crosses itself hides all that it winds around.
    """
    points = [(x * width / E4, y * height / E4) for x, y in corners]
    margin = margin_px + ROUNDING_PX
    low, high = min(y for _, y in points) - margin, max(y for _, y in points) + margin
    columns = -(-width // CELL_WIDTH)
    found = []
    for row in range(max(0, int(low // CELL_HEIGHT)), min(-(-height // CELL_HEIGHT), int(high // CELL_HEIGHT) + 1)):
        top = row * CELL_HEIGHT
        spans = [*_outline(points, top - margin, top + CELL_HEIGHT + margin), *_filled(points, top + CELL_HEIGHT / 2)]
        for left, right in _joined(spans):
            first = max(0, int((left - margin) // CELL_WIDTH))
            after = min(columns, int((right + margin) // CELL_WIDTH) + 1)
            found.append((row, first, after))
    return tuple(found)


def _edges(points: Sequence[Point]) -> Iterator[tuple[Point, Point]]:
    return zip(points, [*points[1:], points[0]], strict=True)


def _outline(points: Sequence[Point], low: float, high: float) -> Iterator[tuple[float, float]]:
    """Yield from where to where each edge runs between two lines."""
    for start, end in _edges(points):
        (x0, y0), (x1, y1) = sorted((start, end), key=lambda point: point[1])
        if y1 < low or y0 > high:
            continue
        if y1 == y0:
            yield min(x0, x1), max(x0, x1)
            continue
        slope = (x1 - x0) / (y1 - y0)
        a, b = x0 + slope * (max(low, y0) - y0), x0 + slope * (min(high, y1) - y0)
        yield min(a, b), max(a, b)


def _filled(points: Sequence[Point], line: float) -> Iterator[tuple[float, float]]:
    """Yield from where to where a line lies in the polygon; cells that no edge crosses lie in it as their line does."""
    crossings = []
    for (x0, y0), (x1, y1) in _edges(points):
        if (y0 <= line) != (y1 <= line):
            crossings.append((x0 + (x1 - x0) * (line - y0) / (y1 - y0), 1 if y1 > y0 else -1))
    winding = 0
    for (left, turn), (right, _) in pairwise(sorted(crossings)):
        winding += turn
        if winding:
            yield left, right


def _joined(spans: Sequence[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    start = end = None
    for left, right in sorted(spans):
        if start is None or end is None:
            start, end = left, right
        elif left <= end:
            end = max(end, right)
        else:
            yield start, end
            start, end = left, right
    if start is not None and end is not None:
        yield start, end


class Masker:
    """Paints the masks black on every frame of a clip, whose pictures have 8 bits and 4:2:0."""

    def __init__(self, masks: Sequence[Mask], shape: Shape) -> None:
        """Take the form of the pictures."""
        self._masks, self._width, self._height = masks, shape.width, shape.height
        full = shape.pixel_format == "yuvj420p" or shape.colors[0] == ColorRange.JPEG
        self._black = memoryview((FULL_RANGE_BLACK if full else BLACK) * shape.width)
        self._no_color = memoryview(NO_COLOR * shape.width)
        self._known: list[tuple[object, tuple[Row, ...]]] = [(None, ())] * len(masks)

    def paint(self, frame: VideoFrame, time_ms: float, *, rescaled: float = 0) -> VideoFrame:
        """Return the frame with all masks as they are at that time (UTC ms).

        `rescaled` is by how much the frame was enlarged when its size or form was changed, 0 when it was not.
        """
        frame.make_writable()  # the decoder still leans on it
        planes = [(memoryview(plane), plane.line_size) for plane in frame.planes]
        margin = RESCALED_PX * max(1.0, rescaled) if rescaled else 0.0
        for index, mask in enumerate(self._masks):
            for run in self._cells(index, corners_at(mask, time_ms), margin):
                self._blacken(planes, run)
        return frame

    def _cells(self, index: int, corners: tuple[Point, ...], margin: float) -> tuple[Row, ...]:
        """Return the mask's cells; those of a mask that stays are reckoned once."""
        known, cells = self._known[index]
        if known != (corners, margin):
            cells = cells_of(corners, self._width, self._height, margin)
            self._known[index] = (corners, margin), cells
        return cells

    def _blacken(self, planes: Sequence[tuple[memoryview, int]], run: Row) -> None:
        row, first, after = run
        (light, line), *colors = planes
        left, right = first * CELL_WIDTH, min(after * CELL_WIDTH, self._width)
        for y in range(row * CELL_HEIGHT, min((row + 1) * CELL_HEIGHT, self._height)):
            light[y * line + left : y * line + right] = self._black[: right - left]
        for color, color_line in colors:
            for y in range(row * COLOR_ROWS, min((row + 1) * COLOR_ROWS, -(-self._height // 2))):
                color[y * color_line + first : y * color_line + after] = self._no_color[: after - first]
