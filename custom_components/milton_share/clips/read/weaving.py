"""Makes frames of fields that a decoder gives out one by one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import av

if TYPE_CHECKING:
    from collections.abc import Mapping

    from av.video.frame import VideoFrame

    from ..bitstream.hevc_fields import Pair


class Weaver:
    """Puts the lines of two fields into one frame, which says whose are first; what is no field passes."""

    def __init__(self) -> None:
        """Begin with none."""
        self._pairs: dict[int, Pair] = {}
        self._waiting: tuple[VideoFrame, Pair] | None = None
        self._graph: av.filter.Graph | None = None
        self._form: tuple[int, int, str, bool] | None = None

    def expect(self, pairs: Mapping[int, Pair], offset: int) -> None:
        """Take the pairs of one more file, whose first picture has a place of its own among all."""
        self._pairs |= {first + offset: replace(pair, second=pair.second + offset) for first, pair in pairs.items()}

    def take(self, picture: VideoFrame) -> VideoFrame | None:
        """Take the next picture that is shown, its place as its time; return a frame with the place of its first field.

        None for a first field, of which the other is to come, or was not decoded.
        """
        place = picture.pts or 0
        if place in self._pairs:
            self._waiting = picture, self._pairs.pop(place)
            return None
        waiting, self._waiting = self._waiting, None
        if waiting is None or waiting[1].second != place:
            return picture
        first, pair = waiting
        frame = self._woven(first, picture, upper_first=pair.upper_first)
        frame.pts = first.pts
        return frame

    def _woven(self, first: VideoFrame, second: VideoFrame, *, upper_first: bool) -> VideoFrame:
        form = first.width, first.height, first.format.name, upper_first
        if self._graph is None or self._form != form:
            self._graph, self._form = _graph(first, upper_first=upper_first), form
        self._graph.vpush(first)
        self._graph.vpush(second)
        return self._graph.vpull()


def _graph(picture: VideoFrame, *, upper_first: bool) -> av.filter.Graph:
    graph = av.filter.Graph()
    source = graph.add_buffer(
        width=picture.width, height=picture.height, format=picture.format, time_base=picture.time_base
    )
    weave = graph.add("weave", f"first_field={'top' if upper_first else 'bottom'}")
    source.link_to(weave)
    weave.link_to(graph.add("buffersink"))
    graph.configure()
    return graph
