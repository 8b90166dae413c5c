"""What of a camera's segments is kept, what still waits, what is let go. Pure, but for what it remembers.

A segment that waits has no row in the index, is not synced and has a digest: all that it needs is to be kept. It is
deleted before the kernel would write it out, so that a memory card is spared what nobody wants.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .windows import Fate, Way, Window, Windows

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .store.index import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Sifted:
    """Rows to keep, and rows whose files go."""

    kept: tuple[Row, ...]
    gone: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Waiting:
    row: Row
    since_s: float


class Sieve:
    """The segments of one camera whose fate isn't known yet."""

    def __init__(self, windows: Windows) -> None:
        """Take what says around which moments things are kept."""
        self._windows = windows
        self._waiting: dict[str, _Waiting] = {}
        self._owed: dict[str, Row] = {}

    @property
    def names(self) -> frozenset[str]:
        """What waits."""
        return frozenset((*self._waiting, *self._owed))

    @property
    def owed(self) -> frozenset[str]:
        """What of it is to be kept, and is not entered yet."""
        return frozenset(self._owed)

    def take(self, rows: Iterable[Row], new: str, now_s: float) -> tuple[Row, ...]:
        """Let a new segment wait, with the newest times of those that wait; return the rows of those that don't."""
        others = []
        for row in rows:
            if row.name == new or row.name in self._waiting:
                since_s = self._waiting[row.name].since_s if row.name in self._waiting else now_s
                self._waiting[row.name] = _Waiting(row=row, since_s=since_s)
            elif row.name in self._owed:
                self._owed[row.name] = row
            else:
                others.append(row)
        return tuple(others)

    def sift(self, way: Way, held: Sequence[Window], *, now_ms: int, now_s: float, ended: bool = False) -> Sifted:
        """Decide over what waits; ``ended``: nothing comes any more, so nothing waits. What is held is kept."""
        kept: list[Row] = [*self._owed.values()]
        gone: list[Row] = []
        self._owed.clear()
        for waiting in tuple(self._waiting.values()):
            row = waiting.row
            waited_ms = round((now_s - waiting.since_s) * 1000)
            fate = self._windows.fate(row.from_ms, row.until_ms, waited_ms, now_ms)
            if way is Way.CONTINUOUS or any(row.touches(one.from_ms, one.until_ms) for one in held):
                fate = Fate.KEEP
            if fate is Fate.WAIT and not ended:
                continue
            (kept if fate is Fate.KEEP else gone).append(row)
            del self._waiting[row.name]
        if not self._waiting:
            self._windows.forget(now_ms - FORGET_AFTER_MS)
        return Sifted(kept=tuple(kept), gone=tuple(gone))

    def keep(self, name: str) -> None:
        """Keep with the next look what waits, whatever happened around it."""
        waiting = self._waiting.pop(name, None)
        if waiting is not None:
            self._owed[name] = waiting.row

    def owe(self, kept: Iterable[Row]) -> None:
        """Keep with the next look what was to be kept and could not be entered, whatever becomes of its window."""
        self._owed |= {row.name: row for row in kept}


FORGET_AFTER_MS = 3_600_000
"""A window is needed until the last segment that touches it is closed: minutes, where a camera hangs."""
