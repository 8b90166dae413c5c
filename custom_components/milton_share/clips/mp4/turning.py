"""How a picture must be turned to stand upright: nine numbers in a track's header, and nine in the whole film's.

ISO/IEC 14496-12, 8.3.2 and 8.2.2; a picture is turned by both.

A clip that copies pictures keeps a turn by right angles in its header, the one field that it takes over. A clip that is
encoded has its pixels turned. Anything else (a mirrored picture is turned by pixels too) is refused.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

import av

from ..refusal import ClipRefused, CutRule
from .reader import VIDEO, after_times, file_boxes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from av.video.frame import VideoFrame

    from .reader import Box

MATRIX_BYTES, ONE = 36, 1 << 16  # 16.16 fixed point
LAST_COLUMN = (0, 0, 1 << 30)  # 2.30 fixed point
MATRIX_BEFORE_END = MATRIX_BYTES + 8  # in `tkhd` the matrix comes just before width and height
FILM_MATRIX_BEFORE_END = MATRIX_BYTES + 28  # in `mvhd` before seven more words
BOXES_MAX = 4096  # boxes looked at in one file before it is given up: an index comes early or after the media
HANDLER_AT = 8
LEADING = frozenset({b"moov", b"trak", b"mdia"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Quarters of a turn clockwise, after the picture was mirrored left to right or not."""

    quarters: int
    mirrored: bool = False

    @property
    def in_header(self) -> bool:
        """Whether every player does it by the header."""
        return not self.mirrored

    def matrix(self) -> bytes:
        """Return it as a header says it."""
        a, b = ((1, 0), (0, 1), (-1, 0), (0, -1))[self.quarters]
        first = -1 if self.mirrored else 1
        rows = (a * first * ONE, b * first * ONE, 0, -b * ONE, a * ONE, 0, *LAST_COLUMN)
        return struct.pack(">9i", *rows)

    def then(self, other: Turn) -> Turn:
        """Return what both together are, this one first."""
        back = -1 if other.mirrored else 1
        return Turn(quarters=(other.quarters + back * self.quarters) % 4, mirrored=self.mirrored != other.mirrored)

    def size(self, width: int, height: int) -> tuple[int, int]:
        """Return the size of a picture that was turned."""
        return (height, width) if self.quarters % 2 else (width, height)


UPRIGHT = Turn(quarters=0)
TURNS = tuple(Turn(quarters=quarters, mirrored=mirrored) for mirrored in (False, True) for quarters in range(4))
_LINEAR = {turn.matrix()[:24]: turn for turn in TURNS}
_UNSAID = bytes(24)  # some cameras write nothing there; a picture without a size is what nobody means
_FILTERS = ("", "transpose=clock", "hflip,vflip", "transpose=cclock")


def turn_of(matrix: bytes) -> Turn:
    """Return the turn that a matrix stands for, wherever it moves the picture; raises ClipRefused."""
    if matrix[:24] == _UNSAID:
        return UPRIGHT
    turn = _LINEAR.get(matrix[:24])
    if turn is None or len(matrix) != MATRIX_BYTES or matrix[32:] != struct.pack(">i", LAST_COLUMN[2]):
        raise ClipRefused(CutRule.UNREADABLE_SEGMENT, "its picture is turned by no right angle, or stretched")
    return turn


class Turner:
    """Turns pictures of one form."""

    def __init__(self, turn: Turn) -> None:
        """Take the turn."""
        names = ["hflip"] if turn.mirrored else []
        self._filters = [*names, *filter(None, _FILTERS[turn.quarters].split(","))]
        self._graph: av.filter.Graph | None = None
        self._form: tuple[int, int, str] | None = None

    def turn(self, frame: VideoFrame) -> VideoFrame:
        """Return the picture upright, its time as it was."""
        if not self._filters:
            return frame
        form = frame.width, frame.height, frame.format.name
        if self._graph is None or self._form != form:
            self._graph, self._form = self._make(frame), form
        self._graph.vpush(frame)
        turned = self._graph.vpull()
        turned.pts = frame.pts
        return turned

    def _make(self, frame: VideoFrame) -> av.filter.Graph:
        graph = av.filter.Graph()
        node = graph.add_buffer(width=frame.width, height=frame.height, format=frame.format, time_base=frame.time_base)
        for word in self._filters:
            name, _, value = word.partition("=")
            after = graph.add(name, value or None)
            node.link_to(after)
            node = after
        node.link_to(graph.add("buffersink"))
        graph.configure()
        return graph


def turn_in(path: Path, track: int = 0) -> Turn:
    """Return how a video track of an MP4 or MOV file is turned; upright when it has no such track.

    `track` is its number (ISO/IEC 14496-12, 8.3.2), 0 for the first one.
    """
    with path.open("rb") as file:
        size = path.stat().st_size
        at = _matrix_at(file, size, track)
        if at is None:
            return UPRIGHT
        turn, film_at = turn_of(_matrix(file, at)), _film_matrix_at(file, size)
        return turn if film_at is None else turn.then(turn_of(_matrix(file, film_at)))


def matrix_in(path: Path, track: int = 0) -> bytes | None:
    """Return the nine numbers of a video track, of the first one for 0; None when there is no such track."""
    with path.open("rb") as file:
        at = _matrix_at(file, path.stat().st_size, track)
        return None if at is None else _matrix(file, at)


def set_turn(path: Path, turn: Turn) -> None:
    """Write the turn into the header of a clip's video track."""
    with path.open("rb+") as file:
        at = _matrix_at(file, path.stat().st_size)
        if at is not None:
            file.seek(at)
            file.write(turn.matrix())


def _matrix_at(file: BinaryIO, size: int, track: int = 0) -> int | None:
    matrix = None
    for box in _headers(file, size):
        if box.kind == b"tkhd":
            is_it = not track or _number(file, box.body) == track
            matrix = box.end - MATRIX_BEFORE_END if is_it and box.size >= MATRIX_BEFORE_END else None
        elif box.kind == b"hdlr":
            file.seek(box.body + HANDLER_AT)
            if file.read(4) == VIDEO and matrix is not None:
                return matrix
    return None


def _film_matrix_at(file: BinaryIO, size: int) -> int | None:
    for box in _headers(file, size):
        if box.kind == b"mvhd" and box.size >= FILM_MATRIX_BEFORE_END:
            return box.end - FILM_MATRIX_BEFORE_END
    return None


def _matrix(file: BinaryIO, at: int) -> bytes:
    file.seek(at)
    return file.read(MATRIX_BYTES)


def _number(file: BinaryIO, body: int) -> int:
    """Return which track a `tkhd` is of."""
    file.seek(body)
    head = file.read(24)
    at = after_times(head)
    return int.from_bytes(head[at : at + 4])


def _headers(file: BinaryIO, size: int) -> Iterator[Box]:
    """Yield the tracks' headers, and the boxes next to those on the way to them, up to the first fragment."""
    waiting, seen = [(file_boxes(file, size, loose=True), size)], 0
    while waiting and seen < BOXES_MAX:
        boxes, until = waiting[-1]
        box = next(boxes, None)
        if box is None:
            waiting.pop()
            continue
        seen += 1
        if box.end > until:
            return
        if box.kind in LEADING:
            waiting.append((file_boxes(file, box.end, box.body, loose=True), box.end))
        else:
            yield box
        if box.kind == b"moof":
            return
