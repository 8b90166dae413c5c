"""Times the segments of one run as they are closed. Pure but for what it remembers."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ..home_clock import is_synchronised
from .take import Placed, Take
from .uncertainty import LATE_IN_A_ROW, timed

if TYPE_CHECKING:
    from .run import Closed
    from .store.index import Row
    from .times.anchor import Anchor
    from .times.spoken import Apart, Late

__all__ = ["Take", "Timing"]

SEGMENTS = 30
"""How many are compared with each other: with more, a camera's drift would show."""
PUT_S = 0.1
"""The clock of this machine was changed between two segments if it moved by more: less than arrival is known by, and
more than a clock is slowed or hurried by in that time."""
SURER_S, SAME_S = 0.05, 0.005
"""A stored time is replaced when it gets surer by so much, or is no longer within what is stated."""


@dataclass(slots=True, kw_only=True)
class Timing:
    """One run: where it has come to, and what its latest segments say."""

    reached_s: float = 0.0
    seen: deque[Placed] = field(default_factory=lambda: deque(maxlen=SEGMENTS))
    told: dict[str, Anchor] = field(default_factory=dict)
    """What is stored of those that are still compared."""
    apart: Apart | None = None
    """How far sound may be from its pictures."""
    late: tuple[Late, ...] = ()
    """Where the run said that pictures are late."""
    clock: tuple[float, bool] | None = None
    """By how much this machine's clock led at the segment before, and whether a time service had set it."""

    def rows(self, take: Take, closed: Closed | None, slack_s: float) -> list[Row]:
        """Time the run's latest segment; return its row, and those of earlier ones whose time changes with it.

        `closed` is the writer's announcement, if there was one. A file that its writer didn't finish was last written
        when a picture arrived: no slack then. Where this machine's clock was changed since the segment before, none
        says anything about another's time across that: this one, written before or after, speaks for itself only.
        """
        contents = take.measured.contents
        lies_at_s = closed.start_s if closed else self.reached_s
        self.reached_s = lies_at_s + contents.end_s - contents.start_s
        slack_s = slack_s if contents.finished else 0.0
        placed = Placed(take=take, shift_s=lies_at_s - contents.start_s, slack_s=slack_s)
        if self._was_put(take):
            self.seen.clear()
            return [take.row(self._doubted(placed, timed([placed])[0]))]
        is_full = len(self.seen) == self.seen.maxlen
        self.seen.append(placed)
        found = list(zip(self.seen, timed(tuple(self.seen)), strict=True))
        # What came just before the first ones is forgotten: they can't be told from those after a jump any more.
        return [
            self._tell(one, anchor)
            for one, anchor in ((one, self._doubted(one, anchor)) for one, anchor in found[LATE_IN_A_ROW * is_full :])
            if self._is_new(one, anchor)
        ]

    def _doubted(self, one: Placed, found: Anchor) -> Anchor:
        """Add by how much sound may be apart from its pictures, or these be late, as the run said."""
        contents = one.take.measured.contents
        start_s, end_s = one.shift_s + contents.start_s, one.shift_s + contents.end_s
        doubts_s = [each.by_s for each in self.late if each.doubts(start_s, end_s)]
        if self.apart is not None and start_s < self.apart.until_s:
            doubts_s.append(self.apart.by_s)
        return replace(found, uncertainty_s=found.uncertainty_s + max(doubts_s, default=0.0))

    def _is_new(self, one: Placed, found: Anchor) -> bool:
        """Whether a time must be stored: there was none, it isn't allowed any longer, or it is much surer now."""
        told = self.told.get(one.take.name)
        if told is None or (told.method, round(told.offset_s)) != (found.method, round(found.offset_s)):
            return True
        needed_s = abs(told.zero_s - found.zero_s) + found.uncertainty_s
        return told.uncertainty_s < needed_s - SAME_S or told.uncertainty_s > found.uncertainty_s + SURER_S

    def _tell(self, one: Placed, found: Anchor) -> Row:
        names = {each.take.name for each in self.seen}
        self.told = {name: anchor for name, anchor in self.told.items() if name in names}
        self.told[one.take.name] = found
        return one.take.row(found)

    def _was_put(self, take: Take) -> bool:
        """Note where this machine's clock is; return whether it was changed, or set, since the segment before."""
        before, self.clock = self.clock, (take.measured.lead_s, is_synchronised(take.home_doubt_s))
        return before is not None and (abs(self.clock[0] - before[0]) > PUT_S or self.clock[1] is not before[1])
