"""The test card of an exercise: one film in this package, over and over, whatever was recorded and by whom.

It says in both languages of the homes that it is an exercise, so that none tells which one a home speaks. How it was
made: docs/adr/0098.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from .cutter import CutSegment

if TYPE_CHECKING:
    from collections.abc import Sequence

FILM: Final = Path(__file__).parent / "test_card.mp4"
FILM_MS: Final = 60_000  # of one group of frames, which is the smallest that twelve hours of it can be


def card_segments(ranges_ms: Sequence[tuple[int, int]]) -> tuple[CutSegment, ...]:
    """Return what the cutter reads for these ranges (UTC ms, in order): the film, again and again from the first."""
    begin, end = ranges_ms[0][0], ranges_ms[-1][1]
    return tuple(
        CutSegment(path=FILM, from_ms=at, until_ms=at + FILM_MS)
        for at in range(begin, end, FILM_MS)
        if any(start < at + FILM_MS and until > at for start, until in ranges_ms)
    )
