"""Which pieces of a range are asked for. Pure.

Protect exports any range and says nothing of the file's times (its clients call its ends "approximate, a few seconds").
Where the length tells that a file has holes, the halves of its piece are asked for, down to the smallest.

Pieces are of one hold's range alone: those of another would have other ends, and the same pictures twice. They are
named by this home's clock: how far Protect's is off comes out a little otherwise each time it is measured.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from ..copied.asked import OVERLAP_MS, Asked
from ..recorder.library import ALONE

if TYPE_CHECKING:
    from collections.abc import Collection

    from ..recorder.index import Hold

SLACK_MS = 5_000
"""How far a file's ends may be from those of its piece: UniFi cameras put a key picture every five seconds."""
PIECE_MS = 7_000_000
"""Nearly two hours: nearly all requests are for less, and come as one file."""
PIECE_BY_EVENT_MS = 75_000
"""Of a camera that isn't always recorded most pieces have nothing, and holes are found sooner."""
PIECE_MIN_MS = 18_750
_KEY = re.compile(rf"(?P<folder>[0-9a-f]+){ALONE}(?P<from>-?\d+)-(?P<until>-?\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece(Asked):
    """A range that is asked for at once for one hold, by this home's clock; `folder` is that hold's."""

    folder: str
    slack_ms: int = SLACK_MS

    @property
    def key(self) -> str:
        """What a piece's file is called."""
        return f"{self.folder}{ALONE}{self.from_ms}-{self.until_ms}"

    def asked(self, offset_ms: int) -> Asked:
        """Return the range by Protect's clock, of which this home's is so much ahead."""
        from_ms, until_ms = self.from_ms - offset_ms, self.until_ms - offset_ms
        return Asked(from_ms=from_ms, until_ms=until_ms, slack_ms=self.slack_ms)

    @property
    def halves(self) -> tuple[Piece, ...]:
        """The two halves; none of the smallest."""
        middle = (self.from_ms + self.until_ms) // 2
        if self.until_ms - self.from_ms <= PIECE_MIN_MS:
            return ()
        return (
            replace(self, until_ms=middle),
            replace(self, from_ms=middle - OVERLAP_MS),
        )


def piece_of(key: str, hold: Hold) -> Piece | None:
    """Return the piece of a hold that a file is called by, None for what was not asked for it.

    A clock that was never set says times before 1970: less than 0.
    """
    found = _KEY.fullmatch(key)
    if found is None or found["folder"] != hold.folder:
        return None
    return Piece(folder=hold.folder, from_ms=int(found["from"]), until_ms=int(found["until"]))


def pieces_for(hold: Hold, held: Collection[str], *, always: bool) -> tuple[Piece, ...]:
    """Part the range of a hold as it was parted for what is here, or else as suits how its camera is recorded now."""
    ways = [pieces_of(hold, always=each) for each in (always, not always)]
    return next((pieces for pieces in ways if any(is_begun(piece, held) for piece in pieces)), ways[0])


def is_begun(piece: Piece, held: Collection[str]) -> bool:
    """Whether it is here, or a part of it is: then it had holes before."""
    return piece.key in held or any(is_begun(half, held) for half in piece.halves)


def pieces_of(hold: Hold, *, always: bool) -> tuple[Piece, ...]:
    """Part the range of a hold into pieces that overlap; the same each time, whenever it is asked."""
    from_ms, until_ms = hold.from_ms - SLACK_MS, hold.until_ms + SLACK_MS
    count = math.ceil((until_ms - from_ms) / (PIECE_MS if always else PIECE_BY_EVENT_MS))
    ends = [from_ms + (until_ms - from_ms) * number // count for number in range(count + 1)]
    return tuple(
        Piece(folder=hold.folder, from_ms=start - OVERLAP_MS if start > from_ms else start, until_ms=end)
        for start, end in pairwise(ends)
    )
