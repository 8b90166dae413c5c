"""What was recorded before a time service set this home's clock, and is put right once one does. Pure, but for a note.

A computer without a battery for its clock goes on after a power cut where it stopped, wrong by as long as it was off,
until it has the internet. What it recorded till then is unsure by an hour, and may be wrong by more. Nothing but the
clock that nobody can put knows how long ago that was, and it ends with this process: what an earlier one recorded stays
as it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import ceil
from typing import TYPE_CHECKING

from ..home_clock import UNSYNCHRONISED_S, is_synchronised
from .times.anchor import AGREE_S

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from .store.index import Row

LEFT_ALONE = 600e-6
"""So much a clock goes wrong by that nobody sets: a crystal, and what a time service slows or hurries it by at most."""
NOTED_MAX = 20_000
"""Of one camera: two days of ten seconds each, some megabytes. A clock that nobody ever sets would have no end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of this home's clock now: by how much it leads the one that nobody can put, and how surely."""

    lead_s: float
    at_s: float
    doubt_s: float


@dataclass(slots=True, kw_only=True)
class Unset:
    """The recordings of one camera that wait to be put right, by name: where the clock stood, and when that was."""

    _noted: dict[str, tuple[float, float]] = field(default_factory=dict)

    @property
    def names(self) -> frozenset[str]:
        """What waits."""
        return frozenset(self._noted)

    def note(self, name: str, lead_s: float, at_s: float) -> None:
        """Remember by which clock a recording was timed; the oldest is forgotten where there are too many."""
        self._noted[name] = lead_s, at_s
        if len(self._noted) > NOTED_MAX:
            del self._noted[next(iter(self._noted))]

    def forget(self, names: Iterable[str]) -> None:
        """Forget what was let go."""
        for name in names:
            self._noted.pop(name, None)

    def only(self, names: Collection[str]) -> None:
        """Forget all others."""
        self._noted = {name: noted for name, noted in self._noted.items() if name in names}

    def right(self, row: Row, known: Known) -> Row:
        """Return a recording's row by the clock as it is set now; a camera's clock is as far from that as it was.

        One that is as sure as that was put right already, before something failed.
        """
        if is_synchronised(row.uncertainty_ms / 1000):
            return row
        lead_s, at_s = self._noted[row.name]
        by_ms = round((known.lead_s - lead_s) * 1000)
        doubt_s = known.doubt_s + LEFT_ALONE * max(known.at_s - at_s, 0.0) - UNSYNCHRONISED_S
        is_known = row.method != "arrival" or row.offset_ms
        offset_ms = row.offset_ms + by_ms if is_known else 0
        return replace(
            row,
            from_ms=row.from_ms + by_ms,
            until_ms=row.until_ms + by_ms,
            offset_ms=offset_ms if abs(offset_ms) > AGREE_S * 1000 else 0,
            uncertainty_ms=row.uncertainty_ms + ceil(doubt_s * 1000),
            gaps=tuple((start + by_ms, end + by_ms) for start, end in row.gaps),
        )
