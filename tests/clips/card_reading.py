"""Read the words of a test card out of its pixels, letter by letter, as a person would."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from custom_components.milton_share.clips.card import ASKED_AT, CLOCK_AT, RANGE_AT, WIDTH, WORDS
from custom_components.milton_share.clips.glyphs import DOTS, GLYPHS

if TYPE_CHECKING:
    from collections.abc import Iterator

    import av
    from numpy.typing import NDArray

LETTERS = {rows: letter for letter, rows in GLYPHS.items()}
PLACES = (*((top, dot) for _, top, dot in WORDS), ASKED_AT, RANGE_AT, CLOCK_AT)


def lines_of(frame: av.VideoFrame) -> list[str]:
    """Return what the picture says, line by line."""
    plane = frame.planes[0]
    light = np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)
    return [_line(light, top, dot) for top, dot in PLACES]


def _line(light: NDArray[np.uint8], top: int, dot: int) -> str:
    """Return a line that stands in the middle, of as many letters as fit together."""
    for count in range(WIDTH // ((DOTS + 1) * dot), 0, -1):
        letters = list(_letters(light, top, dot, count))
        if "?" not in letters and letters[0] != " " != letters[-1]:
            return "".join(letters)
    return ""


def _letters(light: NDArray[np.uint8], top: int, dot: int, count: int) -> Iterator[str]:
    left = (WIDTH - count * (DOTS + 1) * dot) // 2
    down = top + dot // 2 + dot * np.arange(7)
    across = left + dot // 2 + dot * (np.arange(count)[:, None] * (DOTS + 1) + np.arange(DOTS))
    rows = (light[down, across[..., None]] > 128).transpose(0, 2, 1) @ (1 << np.arange(DOTS)[::-1])
    return (LETTERS.get(bytes(letter.tolist()), "?") for letter in rows)
