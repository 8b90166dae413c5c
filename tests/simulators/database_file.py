"""A hub's database, looked into from beside the hub."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """The hub's database file, as nobody but its operating system sees it."""

    path: Path

    def all_but_the_trail(self) -> dict[str, list[tuple[object, ...]]]:
        """Return every table."""
        with closing(sqlite3.connect(self.path, isolation_level=None)) as connection:
            names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            return {name: sorted(connection.execute(f"SELECT * FROM {name}"), key=repr) for name in names}  # noqa: S608 - the schema's own names

    def acts(self) -> list[str]:
        """Return the actions of the trail."""
        with closing(sqlite3.connect(self.path, isolation_level=None)) as connection:
            return [row[0] for row in connection.execute("SELECT action FROM audit ORDER BY number")]

    def trail_text(self) -> str:
        """Return all that the trail says."""
        return repr(self.all_but_the_trail()["audit"])

    @contextmanager
    def refusing(self, table: str, when: str) -> Iterator[None]:
        """Let the database refuse the new rows of a table for which ``when`` holds."""
        refuse = "BEGIN SELECT RAISE(ABORT, 'refused'); END"
        with closing(sqlite3.connect(self.path, isolation_level=None)) as connection:
            connection.execute(f"CREATE TRIGGER broken BEFORE INSERT ON {table} WHEN {when} {refuse}")
        yield
        with closing(sqlite3.connect(self.path, isolation_level=None)) as connection:
            connection.execute("DROP TRIGGER broken")
