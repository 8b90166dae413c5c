"""Pictures brought to another size or form: their colors are those that they had."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

UNSAID = 2  # of matrices: ITU-T H.273, 8.3
RECKONED = frozenset({0, 1, UNSAID, 4, 5, 6, 7, 9})  # by these FFmpeg can reckon


def scaled(frame: VideoFrame, *, width: int | None = None, height: int, form: str | None = None) -> VideoFrame:
    """Return a picture in another size or form; the same where it has them.

    FFmpeg refuses one by whose matrix it can't reckon, as PyAV 19 has it scale; here nothing is reckoned by one but
    what is RGB, whose matrix is none. So it is told of none meanwhile.
    """
    said = frame.colorspace
    if said not in RECKONED:
        frame.colorspace = UNSAID
    try:
        made = frame.reformat(width=width, height=height, format=form)
    finally:
        frame.colorspace = said
    made.colorspace = said
    return made
