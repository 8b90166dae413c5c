"""What of this home's storage fails now, in a word that the owner can act on.

Parts go on trying by themselves; here they only say how it went, so that the owner is told while it lasts and no
longer. It says nothing of any request.
"""

from __future__ import annotations

import errno
import sqlite3
from enum import StrEnum
from typing import TYPE_CHECKING

from .database import DatabaseDamagedError

if TYPE_CHECKING:
    from collections.abc import Callable

_PRIMARY_CODE = 0xFF  # SQLite's extended codes carry the primary one in their last byte


class Trouble(StrEnum):
    """Kinds of failing storage; the worst first."""

    DAMAGED = "damaged"
    READ_ONLY = "read_only"
    FULL = "full"
    BUSY = "busy"
    FAILING = "failing"


_OF_SQLITE = {
    sqlite3.SQLITE_CORRUPT: Trouble.DAMAGED,
    sqlite3.SQLITE_NOTADB: Trouble.DAMAGED,
    sqlite3.SQLITE_READONLY: Trouble.READ_ONLY,
    sqlite3.SQLITE_FULL: Trouble.FULL,
    sqlite3.SQLITE_BUSY: Trouble.BUSY,
    sqlite3.SQLITE_LOCKED: Trouble.BUSY,
}
_OF_SYSTEM = {errno.ENOSPC: Trouble.FULL, errno.EDQUOT: Trouble.FULL, errno.EROFS: Trouble.READ_ONLY}


def trouble_of(error: OSError | sqlite3.Error) -> Trouble:
    """Return what an error means. Pure."""
    if isinstance(error, DatabaseDamagedError):
        return Trouble.DAMAGED
    if isinstance(error, OSError):
        return _OF_SYSTEM.get(error.errno or 0, Trouble.FAILING)
    code = getattr(error, "sqlite_errorcode", 0) & _PRIMARY_CODE
    return _OF_SQLITE.get(code, Trouble.FAILING)


class StorageHealth:
    """Which parts met a failure at their last try."""

    def __init__(self, on_change: Callable[[], None]) -> None:
        """Call ``on_change`` when the worst of it changed."""
        self._on_change = on_change
        self._failing: dict[str, Trouble] = {}

    @property
    def trouble(self) -> Trouble | None:
        """The worst that fails now, or None."""
        return next((trouble for trouble in Trouble if trouble in self._failing.values()), None)

    def failed(self, part: str, error: OSError | sqlite3.Error) -> None:
        """Keep that a part met this."""
        before = self.trouble
        self._failing[part] = trouble_of(error)
        if self.trouble is not before:
            self._on_change()

    def works(self, part: str) -> None:
        """Keep that a part's last try worked."""
        before = self.trouble
        self._failing.pop(part, None)
        if self.trouble is not before:
            self._on_change()
