"""Which pieces of a range are asked for, and when what came for one was. Pure.

Protect exports any range and says of the file only that it was asked for: it begins at a key picture near the start,
ends near the end (its clients call that "a few seconds"), and where nothing was recorded in the middle, the pictures
after it follow those before it. So the length is all that tells. A file as long as its piece has no hole; the time of
its pictures is known to the slack of its ends. One that is shorter has holes nobody knows where: each picture was as
much later as is missing, or not at all. Then the halves are asked for, down to the smallest piece.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

from ..copied.archive import Placed

SLACK_MS = 5_000
"""How far a file's ends may be from those of its piece: UniFi cameras put a key picture every five seconds."""
PIECE_MS = 1_200_000
"""Most requests are for less, and come as one file."""
PIECE_BY_EVENT_MS = 75_000
"""Of a camera that isn't always recorded most pieces have nothing, and holes are found sooner."""
PIECE_MIN_MS = 18_750


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A range that is asked for at once, by Protect's clock."""

    from_ms: int
    until_ms: int

    @property
    def key(self) -> str:
        """What a piece's file is called."""
        return f"{self.from_ms}-{self.until_ms}"

    @property
    def halves(self) -> tuple[Piece, ...]:
        """The two halves; none of the smallest."""
        middle = (self.from_ms + self.until_ms) // 2
        if self.until_ms - self.from_ms <= PIECE_MIN_MS:
            return ()
        return (
            Piece(from_ms=self.from_ms, until_ms=middle),
            Piece(from_ms=middle, until_ms=self.until_ms),
        )


def pieces_of(from_ms: int, until_ms: int, *, always: bool) -> tuple[Piece, ...]:
    """Part a range; the same parts each time, whenever it is asked."""
    count = math.ceil((until_ms - from_ms) / (PIECE_MS if always else PIECE_BY_EVENT_MS))
    ends = [from_ms + (until_ms - from_ms) * number // count for number in range(count + 1)]
    return tuple(Piece(from_ms=start, until_ms=end) for start, end in pairwise(ends))


def missing_ms(piece: Piece, length_s: float) -> float:
    """By how much a file is shorter than its piece may make it; less than nothing where it is longer than it may be."""
    return piece.until_ms - piece.from_ms + 2 * SLACK_MS - length_s * 1000


def is_whole(piece: Piece, length_s: float) -> bool:
    """Whether a file may be without a hole: what is missing of it can be missing at its ends."""
    return missing_ms(piece, length_s) <= 4 * SLACK_MS


def placed(piece: Piece, length_s: float) -> Placed:
    """Say when its first picture was: in the middle of what is possible, by Protect's clock."""
    doubt_ms = missing_ms(piece, length_s) / 2
    return Placed(from_s=(piece.from_ms - SLACK_MS + doubt_ms) / 1000, uncertainty_s=doubt_ms / 1000)
