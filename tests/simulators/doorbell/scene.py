"""What the doorbell sees: a street whose leaves move, somebody who walks by, a clock, and the strip."""

from __future__ import annotations

from dataclasses import dataclass
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


GRAY = 128
NOISE = 6
"""Of the sensor: how much the gray of a spot is off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A rectangle of the street: edges as shares of the picture, and its color."""

    top: float
    bottom: float
    left: float
    right: float
    luma: int
    blue: int = GRAY
    red: int = GRAY


STREET = (
    Part(top=0, bottom=0.5, left=0, right=1, luma=170, blue=148, red=116),  # sky
    Part(top=0.45, bottom=0.62, left=0, right=1, luma=92, blue=110, red=116),  # lawn
    Part(top=0.62, bottom=1, left=0, right=1, luma=105),  # pavement
    Part(top=0.78, bottom=0.8, left=0, right=1, luma=180),  # kerb
    Part(top=0.28, bottom=0.6, left=0.55, right=0.9, luma=140, blue=118, red=140),  # the house opposite
    Part(top=0.22, bottom=0.28, left=0.53, right=0.92, luma=70, blue=120, red=150),  # its roof
    Part(top=0.4, bottom=0.6, left=0.7, right=0.76, luma=60, blue=120, red=136),  # its door
    Part(top=0.36, bottom=0.46, left=0.6, right=0.66, luma=200, blue=124, red=132),  # its window
    Part(top=0.48, bottom=0.62, left=0.1, right=0.14, luma=60, blue=118, red=138),  # a trunk
    Part(top=0.25, bottom=0.5, left=0, right=0.25, luma=90, blue=104, red=108),  # the crown, whose leaves move
)


class Scene:
    """Pictures of one camera at one size. Not for several threads at once."""

    def __init__(self, camera: int, width: int, height: int) -> None:
        """Draw what doesn't change."""
        self._camera, self._width, self._height = camera, width, height
        noise = np.random.default_rng(camera)
        self._luma = noise.integers(0, NOISE, (height, width)).astype(np.uint8)
        self._chroma_b = np.full((height // 2, width // 2), GRAY, np.uint8)
        self._chroma_r = np.full((height // 2, width // 2), GRAY, np.uint8)
        for part in STREET:
            self._paint(part)
        self._leaves = noise.integers(70, 110, (LEAVES, height // 4, width // 4)).astype(np.uint8)
        self._font = Font(max(1, height // 180))

    def frame(self, *, number: int, epoch_s: float, pressed: bool) -> av.VideoFrame:
        """Make the picture of one moment."""
        frame = av.VideoFrame(self._width, self._height, "yuv420p")
        luma, chroma_b, chroma_r = (_view(plane) for plane in frame.planes)
        luma[:], chroma_b[:], chroma_r[:] = self._luma, self._chroma_b, self._chroma_r
        leaves = self._leaves[number % LEAVES]
        top = self._height // 4
        luma[top : top + leaves.shape[0], : leaves.shape[1]] = leaves
        self._walker(luma, epoch_s)
        self._clock(luma, number, epoch_s)
        if pressed:
            chroma_r[-self._height // 12 :] = 230
        draw(luma, Stamp(camera=self._camera, epoch_ms=round(epoch_s * 1000), frame=number))
        return frame

    def _paint(self, part: Part) -> None:
        rows, columns = self._luma.shape
        down = slice(round(part.top * rows), round(part.bottom * rows))
        along = slice(round(part.left * columns), round(part.right * columns))
        self._luma[down, along] = self._luma[down, along] % NOISE + part.luma
        half = slice(down.start // 2, down.stop // 2), slice(along.start // 2, along.stop // 2)
        self._chroma_b[half], self._chroma_r[half] = part.blue, part.red

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
