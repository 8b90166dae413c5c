"""Which pieces of a range are asked for. Pure.

Protect exports any range and says nothing of the file's times (its clients call its ends "approximate, a few seconds").
Where the length tells that a file has holes, the halves of its piece are asked for, down to the smallest.

Pieces are of one hold's range alone: those of another would have other ends, and the same pictures twice. How far
Protect's clock is off comes out a little otherwise each time it is measured: the first time counts for all pieces of a
hold, and stands in their names.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from ..recorder.store.holds import ALONE
from ..recorder_clients.times.requested import OVERLAP_MS, AskedRange

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from ..recorder.store.index import Hold

SLACK_MS = 5_000
"""How far a file's ends may be from those of its piece: UniFi cameras put a key picture every five seconds."""
PIECE_MS = 7_000_000
"""Nearly two hours: nearly all requests are for less, and come as one file."""
PIECE_BY_EVENT_MS = 75_000
"""Of a camera that isn't always recorded most pieces have nothing, and holes are found sooner."""
PIECE_MIN_MS = 18_750
ANCHOR_MS = 1_000
"""So much later or earlier a clock's offset may come out and still be that of the pieces that are here."""
_KEY = re.compile(rf"(?P<folder>[0-9a-f]+){ALONE}(?P<from>-?\d+)-(?P<until>-?\d+)-(?P<anchor>-?\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece(AskedRange):
    """A range that is asked for at once, by Protect's clock, for one hold; `folder` is that hold's.

    `anchor_ms`: by how much this home's clock was taken to be ahead.
    """

    folder: str
    anchor_ms: int
    slack_ms: int = SLACK_MS

    @property
    def key(self) -> str:
        """What a piece's file is called."""
        return f"{self.folder}{ALONE}{self.from_ms}-{self.until_ms}-{self.anchor_ms}"

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
    from_ms, until_ms, anchor_ms = (int(found[name]) for name in ("from", "until", "anchor"))
    return Piece(folder=hold.folder, from_ms=from_ms, until_ms=until_ms, anchor_ms=anchor_ms)


def pieces_for(hold: Hold, held: Collection[str], offset_ms: int, *, always: bool) -> tuple[Piece, ...]:
    """Part the range of a hold as it was parted for what is here, or else as suits its camera and clock now.

    ``offset_ms``: by how much this home's clock is ahead of Protect's; ``always``: how the camera is recorded.
    """
    here = [piece for key in held if (piece := piece_of(key, hold)) is not None]
    near = [piece.anchor_ms for piece in here if abs(piece.anchor_ms - offset_ms) <= ANCHOR_MS]
    anchor_ms = min(near, key=lambda one: abs(one - offset_ms), default=offset_ms)
    own = {piece.key for piece in here if piece.anchor_ms == anchor_ms}
    ways = [pieces_of(hold, anchor_ms, always=each) for each in (always, not always)]
    if not own:
        return ways[0]
    return next((pieces for pieces in ways if own <= {each.key for piece in pieces for each in _all(piece)}), ways[0])


def _all(piece: Piece) -> Iterator[Piece]:
    yield piece
    for half in piece.halves:
        yield from _all(half)


def is_begun(piece: Piece, held: Collection[str]) -> bool:
    """Whether it is here, or a part of it is: then it had holes before."""
    return any(each.key in held for each in _all(piece))


def pieces_of(hold: Hold, anchor_ms: int, *, always: bool) -> tuple[Piece, ...]:
    """Part the range of a hold into pieces that overlap; the same each time, whenever it is asked."""
    around_ms = SLACK_MS + ANCHOR_MS
    from_ms, until_ms = hold.from_ms - anchor_ms - around_ms, hold.until_ms - anchor_ms + around_ms
    count = math.ceil((until_ms - from_ms) / (PIECE_MS if always else PIECE_BY_EVENT_MS))
    ends = [from_ms + (until_ms - from_ms) * number // count for number in range(count + 1)]
    return tuple(
        Piece(
            folder=hold.folder,
            from_ms=start - OVERLAP_MS if start > from_ms else start,
            until_ms=end,
            anchor_ms=anchor_ms,
        )
        for start, end in pairwise(ends)
    )
