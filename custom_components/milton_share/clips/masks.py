"""Rectangles burned into the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import av

from .job import E4
from .timeline import TICK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from av.video.frame import VideoFrame

    from .encoder import Shape
    from .job import Mask


def box_of(mask: Mask, width: int, height: int) -> tuple[int, int, int, int]:
    """Return `(x, y, w, h)` in pixels: outwards to even ones, so that no color sample shows through."""
    left, top = mask.x_e4 * width // E4 & ~1, mask.y_e4 * height // E4 & ~1
    right = -(-(mask.x_e4 + mask.w_e4) * width // E4)
    bottom = -(-(mask.y_e4 + mask.h_e4) * height // E4)
    right, bottom = min(width, right + right % 2), min(height, bottom + bottom % 2)
    return left, top, right - left, bottom - top


class Masker:
    """Paints the masks black on every frame."""

    def __init__(self, masks: Sequence[Mask], shape: Shape) -> None:
        """Build the filter graph for pictures of `shape`."""
        graph = av.filter.Graph()
        node = graph.add_buffer(
            width=shape.width, height=shape.height, format=av.VideoFormat(shape.pixel_format), time_base=TICK
        )
        for mask in masks:
            x, y, width, height = box_of(mask, shape.width, shape.height)
            box = graph.add("drawbox", f"x={x}:y={y}:w={width}:h={height}:color=black:t=fill")
            node.link_to(box)
            node = box
        node.link_to(graph.add("buffersink"))
        graph.configure()
        self._graph = graph

    def paint(self, frame: VideoFrame) -> VideoFrame:
        """Return the frame with all masks on it."""
        self._graph.vpush(frame)
        return self._graph.vpull()
