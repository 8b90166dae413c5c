"""The progress of copying one hold, and which parts of its range may still come. Pure."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING

from ...recorder.store.timeline import from_ms
from ...spans import merged

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from ...model import Coverage
    from ...recorder.store.index import Hold, Row
    from ...spans import Range
    from .contents import Contents

SETTLE_MS = 45_000
"""Recorders list a file only after it was closed, looked at and moved: what is younger may still come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedFile:
    """A file of another recorder that may touch a hold's range, and where in time it lies."""

    key: str
    from_ms: int
    until_ms: int


@dataclass(slots=True, kw_only=True)
class Progress:
    """The state of a hold's copying. `listed_ms`: the last listing by its recorder; `settled`: files that won't come.

    `measured` are the contents of those that were looked into; `seams`, where one goes on with what another has.
    `unweighed` are those whose times are still to be weighed with their neighbors', for two may have the same pictures
    at different times; `is_weighed`: those that are here were. `may_come_back`: nothing is known of that would come,
    but its recorder lost all that it had, and is asked again as long as the hold lasts.
    """

    listed_ms: int | None = None
    wanted: tuple[WantedFile, ...] = ()
    settled: set[str] = field(default_factory=set)
    measured: dict[str, Contents] = field(default_factory=dict)
    seams: dict[tuple[str, str], float | None] = field(default_factory=dict)
    unweighed: set[str] = field(default_factory=set)
    is_weighed: bool = False
    may_come_back: bool = False
    trouble: str | None = None
    software: tuple[str, str] = ("recorder", "unknown")

    def gone_so_far(self, hold: Hold) -> tuple[object, ...]:
        """Return a value that changes when there is something new to show, but not as time passes."""
        listed = None if self.listed_ms is None else self._is_young(hold, self.listed_ms)
        return self.trouble, listed, len(self.measured), len(self.settled), bool(self.unweighed), self.is_weighed

    def complete(self, hold: Hold, held: Collection[str]) -> bool:
        """Whether nothing more will come."""
        is_all = self.listed_ms is not None and not self.pending(hold, held, ()) and not self.may_come_back
        return is_all and self.unweighed.isdisjoint(held)

    def pending(self, hold: Hold, held: Collection[str], spans: Sequence[Range]) -> tuple[Range, ...]:
        """Parts of the range that may still come; `held` and `spans` are the files that are here."""
        whole = (hold.from_ms, hold.until_ms)
        if self.listed_ms is None:
            return without([whole], spans)
        missing = [
            (max(one.from_ms, hold.from_ms), min(one.until_ms, hold.until_ms))
            for one in self.wanted
            if one.key not in held and one.key not in self.settled
        ]
        if self._is_young(hold, self.listed_ms):
            reached = max([hold.from_ms, self.listed_ms - SETTLE_MS, *(one.until_ms for one in self.wanted)])
            missing.append((min(reached, hold.until_ms), hold.until_ms))
        return tuple((start, end) for start, end in missing if start < end)

    @staticmethod
    def _is_young(hold: Hold, listed_ms: int) -> bool:
        """Whether a range is so recent that the recorder may list more of it later."""
        return hold.until_ms > listed_ms - SETTLE_MS

    def to_weigh(self, held: Collection[str]) -> bool:
        """Whether any copied files' times must be recomputed, and note which; after a restart, all of them."""
        if not self.is_weighed:
            self.unweighed.update(held)
        return not self.unweighed.isdisjoint(held)

    def weighed(self) -> None:
        """Note that the times of all copied files were recomputed."""
        self.unweighed.clear()
        self.is_weighed = True

    def unsure(self, hold: Hold, rows: Mapping[str, Row]) -> tuple[Range, ...]:
        """Return copied parts of the range whose times must still be recomputed."""
        return tuple(
            (max(row.from_ms - row.uncertainty_ms, hold.from_ms), min(row.until_ms + row.uncertainty_ms, hold.until_ms))
            for key, row in rows.items()
            if key in self.unweighed
        )


def without(ranges: Iterable[Range], taken: Iterable[Range]) -> tuple[Range, ...]:
    """Subtract the taken ranges; handles thousands of each."""
    gone = merged(taken)
    ends = [end for _, end in gone]
    left: list[Range] = []
    for low, high in ranges:
        reached = low
        for start, end in islice(gone, bisect_right(ends, low), None):
            if start >= high:
                break
            if reached < start:
                left.append((reached, start))
            reached = end
        if reached < high:
            left.append((reached, high))
    return tuple(left)


def stated(
    coverage: Coverage, pending: Sequence[Range], trouble: str | None, software: tuple[tuple[str, str], ...]
) -> Coverage:
    """Return a coverage with what may still come (not a gap) and the software that recorded it."""
    gaps = [(round(start.timestamp() * 1000), round(end.timestamp() * 1000)) for start, end in coverage.gaps]
    return replace(
        coverage,
        gaps=tuple((from_ms(start), from_ms(end)) for start, end in without(gaps, pending)),
        pending=tuple((from_ms(start), from_ms(end)) for start, end in pending),
        trouble=trouble if pending else None,
        software=software,
    )
