"""Messages that nobody verified yet: in memory only, bounded by number and by bytes, so that junk makes way.

The oldest leave first; those that the live statement names leave last, and only for others that it names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    payload: bytes
    reading: int


class Waiting:
    """Messages by name. A ``reading`` is the number of a read of the whole feed."""

    def __init__(self, *, count_max: int, size_max_bytes: int) -> None:
        """Hold nothing yet."""
        self._count_max = count_max
        self._size_max_bytes = size_max_bytes
        self._size_bytes = 0
        self._preferred: frozenset[str] = frozenset()
        self._first: dict[str, _Row] = {}  # what is preferred; like the others, longest unheard first
        self._others: dict[str, _Row] = {}

    def __len__(self) -> int:
        """Return how many messages wait."""
        return len(self._first) + len(self._others)

    def get(self, name: str) -> bytes | None:
        """Return a message."""
        row = self._first.get(name) or self._others.get(name)
        return row.payload if row is not None else None

    def messages(self) -> dict[str, bytes]:
        """Return all messages."""
        return {name: row.payload for rows in (self._first, self._others) for name, row in rows.items()}

    def put(self, name: str, payload: bytes, reading: int) -> list[int]:
        """Take a message, or hear it again; return the last reading of each that had to leave, itself perhaps."""
        self.drop(name)
        rows = self._first if name in self._preferred else self._others
        rows[name] = _Row(payload=payload, reading=reading)
        self._size_bytes += len(payload)
        left: list[int] = []
        while len(self) > self._count_max or self._size_bytes > self._size_max_bytes:
            full = self._others or self._first
            left.append(self._remove(full, next(iter(full))))
        return left

    def drop(self, name: str) -> bool:
        """Forget a message; return whether it was here."""
        for rows in (self._first, self._others):
            if name in rows:
                self._remove(rows, name)
                return True
        return False

    def prefer(self, names: Iterable[str]) -> None:
        """Have these leave last from now on."""
        preferred = frozenset(names)
        if preferred == self._preferred:
            return
        self._preferred = preferred
        rows = {**self._first, **self._others}
        self._first = {name: row for name, row in rows.items() if name in preferred}
        self._others = {name: row for name, row in rows.items() if name not in preferred}

    def sweep(self, reading: int) -> bool:
        """Forget what was not heard since this reading began; return whether anything was."""
        old = [name for rows in (self._first, self._others) for name, row in rows.items() if row.reading < reading]
        for name in old:
            self.drop(name)
        return bool(old)

    def _remove(self, rows: dict[str, _Row], name: str) -> int:
        row = rows.pop(name)
        self._size_bytes -= len(row.payload)
        return row.reading
