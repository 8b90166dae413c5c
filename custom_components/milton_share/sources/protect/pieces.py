"""Which pieces of a range are asked for. Pure.

Protect exports any range and says nothing of the file's times (its clients call its ends "approximate, a few seconds").
Where the length tells that a file has holes, the halves of its piece are asked for, down to the smallest.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from itertools import pairwise

from ..copied.asked import OVERLAP_MS, Asked

SLACK_MS = 5_000
"""How far a file's ends may be from those of its piece: UniFi cameras put a key picture every five seconds."""
PIECE_MS = 7_000_000
"""Nearly two hours: nearly all requests are for less, and come as one file."""
PIECE_BY_EVENT_MS = 75_000
"""Of a camera that isn't always recorded most pieces have nothing, and holes are found sooner."""
PIECE_MIN_MS = 18_750


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece(Asked):
    """A range that is asked for at once, by Protect's clock."""

    slack_ms: int = SLACK_MS

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
            Piece(from_ms=middle - OVERLAP_MS, until_ms=self.until_ms),
        )


def piece_of(key: str) -> Piece:
    """Return the piece that a file is called by. A clock that was never set says times before 1970: less than 0."""
    from_ms, until_ms = re.findall(r"(?<!\d)-?\d+", key)
    return Piece(from_ms=int(from_ms), until_ms=int(until_ms))


def pieces_of(from_ms: int, until_ms: int, *, always: bool) -> tuple[Piece, ...]:
    """Part a range into pieces that overlap; the same each time, whenever it is asked."""
    count = math.ceil((until_ms - from_ms) / (PIECE_MS if always else PIECE_BY_EVENT_MS))
    ends = [from_ms + (until_ms - from_ms) * number // count for number in range(count + 1)]
    return tuple(
        Piece(from_ms=start - OVERLAP_MS if start > from_ms else start, until_ms=end) for start, end in pairwise(ends)
    )
