"""What HEVC's decoder left out of a damaged picture.

FFmpeg says nothing of it, and shows what lay in the memory that it puts the picture in: a part of an earlier one. New
memory is all zeros. So here each picture from before the range becomes zeros before its memory is used again, and a
block of zeros, which is none that a camera films, was left out. Some cameras have a strip of it at an edge, where they
send memory of their own: there it says nothing.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from weakref import ref

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from av import Packet
    from av.video.frame import VideoFrame
    from av.video.plane import VideoPlane

ROWS, RUN = 8, bytes(6)  # the smallest block has 8 by 8 samples of each color, whose edges filters smooth
PLANES = 3
CELL = 16  # bytes
ROUGHLY = bytes(16) + bytes(range(16, 256))  # to find a strip of zeros in a key picture, coded as roughly as that is
type Place = tuple[int, int]  # of a blank: which line of blocks, and how many `CELL` from the left


class Lent:
    """Goes through a decoder with a packet, and is there as long as the decoder has the packet's pictures."""


@dataclass(slots=True)
class Blanks:
    """Takes all the pictures of one decoder from before the range, in order.

    The memory of one that others are made of can't become zeros, nor is it used again while it is kept here.
    """

    _kept: list[tuple[VideoFrame, Callable[[], object]]] = field(default_factory=list)
    _usual: frozenset[Place] | None = None  # the first picture has them too, and what others leave out there is zeros

    @staticmethod
    @contextmanager
    def following(packet: Packet) -> Iterator[None]:
        """Have it told how long the decoder, which copies what is opaque, has the pictures of a packet.

        The packet itself forgets it: it may be kept for longer.
        """
        packet.opaque = Lent()
        yield
        packet.opaque = None

    def take(self, frame: VideoFrame) -> None:
        """Take a picture, which must not be looked at any more after another."""
        if self._usual is None:
            self._usual = around(blanks_of(frame, roughly=True))
        lent = []
        for each in self._kept:
            if each[1]() is not None:
                lent.append(each)
            else:
                _blank(each[0])
        self._kept = [*lent, (frame, ref(frame.opaque or Lent()))]
        frame.opaque = None

    def forget(self, pictures: Iterable[VideoFrame]) -> None:
        """Take those that nobody will look at, and go on as with a decoder that begins."""
        for picture in pictures:
            self.take(picture)
        self._usual = None

    def are_in(self, frame: VideoFrame) -> bool:
        """Whether something of a picture that was taken was left out."""
        usual = self._usual or frozenset()
        return any(place not in usual for place in blanks_of(frame))


def _blank(frame: VideoFrame) -> None:
    frame.make_writable()  # what somebody still leans on is left to them
    for plane in frame.planes:
        memory, zeros = memoryview(plane), bytes(_wide(frame, plane))
        for start in range(0, plane.height * plane.line_size, plane.line_size):
            memory[start : start + len(zeros)] = zeros


def blanks_of(frame: VideoFrame, *, roughly: bool = False) -> Iterator[Place]:
    """Yield where something of a picture was left out; `roughly`: also where another may have it by its colors."""
    if len(frame.planes) != PLANES or frame.format.is_rgb:
        return
    light, plane, other = frame.planes
    shown, blue, red = memoryview(light), memoryview(plane), memoryview(other)
    across, down = 1 + (plane.width < light.width), 1 + (plane.height < light.height)
    line, wide = plane.line_size, _wide(frame, plane)
    values = ROUGHLY if roughly and wide == plane.width else None
    for row, start in enumerate(range(ROWS // 2 * line, plane.height * line, ROWS * line)):
        blues, reds = (bytes(color[start : start + wide]).translate(values) for color in (blue, red))
        lines = start // line * down * light.line_size
        at = blues.find(RUN)
        while at >= 0:
            middle = lines + across * (at + len(RUN) // 2)
            if reds[at : at + len(RUN)] == RUN and (roughly or not any(shown[middle - across : middle + across])):
                yield row, at // CELL
            at = blues.find(RUN, at + len(RUN))


def _wide(frame: VideoFrame, plane: VideoPlane) -> int:
    """Return the bytes of a line that are seen: what lies behind those of the last one may be no picture's any more."""
    return plane.width * -(-frame.format.components[0].bits // 8)


def around(places: Iterable[Place]) -> frozenset[Place]:
    """Return places and those next to them: no two pictures have the same edge."""
    near = (-1, 0, 1)
    return frozenset((row + down, column + right) for row, column in set(places) for down in near for right in near)
