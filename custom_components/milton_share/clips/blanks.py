"""What HEVC's decoder left out of a damaged picture.

FFmpeg says nothing of it, and shows what lay in the memory that it puts the picture in: a part of an earlier one. New
memory is all zeros. So here each picture that was shown becomes zeros before its memory is used again, and a block of
color zero, which is none that a camera films, was left out.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

KEPT = 6  # pictures: longer few decoders need one to make others of; the memory of one that they do stays as it is
ROWS, RUN = 8, bytes(6)  # the smallest block has 8 by 8 samples of each color, whose edges filters smooth
PLANES = 3


@dataclass(slots=True)
class Blanks:
    """Takes all the pictures of one decoder, in order."""

    _kept: deque[VideoFrame] = field(default_factory=deque)

    def take(self, frame: VideoFrame) -> None:
        """Take a picture, which must not be looked at any more after `KEPT` others."""
        self._kept.append(frame)
        if len(self._kept) > KEPT:
            _blank(self._kept.popleft())


def _blank(frame: VideoFrame) -> None:
    frame.make_writable()  # what somebody still leans on is left to them
    for plane in frame.planes:
        plane.update(bytes(plane.buffer_size))


def has_blank(frame: VideoFrame) -> bool:
    """Whether something of a picture was left out, by its colors."""
    if len(frame.planes) != PLANES:
        return False
    blue, red = map(bytes, frame.planes[1:])
    line, wide = frame.planes[1].line_size, frame.planes[1].width * -(-frame.format.components[1].bits // 8)
    for start in range(ROWS // 2 * line, frame.planes[1].height * line, ROWS * line):
        at = blue.find(RUN, start, start + wide)
        while at >= 0:
            if red[at : at + len(RUN)] == RUN:
                return True
            at = blue.find(RUN, at + len(RUN), start + wide)
    return False
