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
    for place in range(count):
        begin = left + place * (DOTS + 1) * dot + dot // 2
        rows = bytes(
            sum(
                (light[top + row * dot + dot // 2, begin + column * dot] > 128) << (DOTS - 1 - column)
                for column in range(DOTS)
            )
            for row in range(7)
        )
        yield LETTERS.get(rows, "?")
