"""What the doorbell sees: a street whose leaves move, somebody who walks by, a clock, and the strip."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import av
import numpy as np

from .font import Font
from .pixels import STRIP_SHARE, Stamp, draw

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEAVES = 8
"""Different noise pictures, shown in turn: they give the encoder something to do, as a tree does."""
WALK_PX_S = 80
PRESS_LIGHT_S = 5.0


class Scene:
    """Pictures of one camera at one size. Not for several threads at once."""

    def __init__(self, camera: int, width: int, height: int) -> None:
        """Draw what doesn't change."""
        self._camera, self._width, self._height = camera, width, height
        noise = np.random.default_rng(camera)
        self._luma = (
            60 + np.arange(width)[None, :] * 90 // width + np.arange(height)[:, None] * 40 // height
            + noise.integers(0, 6, (height, width))
        ).astype(np.uint8)  # fmt: skip
        self._leaves = noise.integers(70, 110, (LEAVES, height // 4, width // 4)).astype(np.uint8)
        self._chroma_b = np.full((height // 2, width // 2), 96 + camera * 37 % 64, np.uint8)
        self._chroma_r = np.full((height // 2, width // 2), 112 + camera * 53 % 48, np.uint8)
        self._font = Font(max(1, height // 180))

    def frame(self, *, number: int, epoch_s: float, pressed: bool) -> av.VideoFrame:
        """Make the picture of one moment."""
        frame = av.VideoFrame(self._width, self._height, "yuv420p")
        luma, chroma_b, chroma_r = (_view(plane) for plane in frame.planes)
        luma[:], chroma_b[:], chroma_r[:] = self._luma, self._chroma_b, self._chroma_r
        leaves = self._leaves[number % LEAVES]
        luma[self._height // 4 : self._height // 4 + leaves.shape[0], : leaves.shape[1]] = leaves
        self._walker(luma, epoch_s)
        self._clock(luma, number, epoch_s)
        if pressed:
            chroma_r[-self._height // 12 :] = 230
        draw(luma, Stamp(camera=self._camera, epoch_ms=round(epoch_s * 1000), frame=number))
        return frame

    def _walker(self, luma: NDArray[np.uint8], epoch_s: float) -> None:
        side = self._height // 6
        x = int((epoch_s * WALK_PX_S + self._camera * 97) % (self._width + side)) - side
        luma[self._height // 2 : self._height // 2 + side * 2, max(0, x) : max(0, x + side)] = 225

    def _clock(self, luma: NDArray[np.uint8], number: int, epoch_s: float) -> None:
        moment = datetime.fromtimestamp(round(epoch_s, 3), UTC)
        text = f"{moment:%Y-%m-%d %H:%M:%S}.{moment.microsecond // 1000:03} #{number}"
        picture = self._font.picture(text)[:, : self._width]
        top = round(self._height * STRIP_SHARE) + 4
        luma[top : top + picture.shape[0], : picture.shape[1]] = picture


def _view(plane: av.video.plane.VideoPlane) -> NDArray[np.uint8]:
    """Look at a plane as rows and columns, without the padding."""
    return np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)[:, : plane.width]
