"""What changes on a hub's disk from one look to the next: every row of every table, and every other file.

Seen as by who has the disk: the database is read by a connection of its own, whatever it has been written by.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    type Row = tuple[object, ...]
    type Rows = dict[Row, Row]

SHOWN_MAX_CHARS = 60  # of a value; of a longer one only how long it is
DATABASE = "hub.sqlite"


class Disk:
    """One hub's folder, which holds its database."""

    def __init__(self, folder: Path) -> None:
        """Know what is there now."""
        self._folder = folder
        self._database = sqlite3.connect(f"file:{folder / DATABASE}?mode=ro", uri=True, isolation_level=None)
        names = self._database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        self._columns: dict[str, list[str]] = {}
        self._keys: dict[str, list[int]] = {}  # the places of the columns of each table's key
        for (name,) in names.fetchall():
            columns = self._database.execute(f'PRAGMA table_info("{name}")').fetchall()
            self._columns[name] = [column[1] for column in columns]
            self._keys[name] = [column[0] for column in columns if column[5]] or [column[0] for column in columns]
        self._version = self._data_version()
        self._tables = self._read()
        self._files = _files(folder)

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    def look(self) -> list[tuple[str, int]]:
        """Return what changed since the last look, in words, each with its bytes."""
        return [*self._changed_rows(), *self._changed_files()]

    def _changed_rows(self) -> Iterator[tuple[str, int]]:
        if (version := self._data_version()) == self._version:
            return
        self._version, before, self._tables = version, self._tables, self._read()
        for table, rows in self._tables.items():
            columns, known = self._columns[table], before[table]
            for key in [*rows, *(known.keys() - rows.keys())]:
                old, new = known.get(key), rows.get(key)
                if old is None and new is not None:
                    yield _row(table, "+", dict(zip(columns, new, strict=True)))
                elif new is None and old is not None:
                    yield f"{table} -", _size(old)
                elif old is not None and new is not None and old != new:
                    values = zip(columns, old, new, strict=True)
                    yield _row(table, "~", {name: _change(was, now) for name, was, now in values if was != now})

    def _changed_files(self) -> Iterator[tuple[str, int]]:
        before, self._files = self._files, _files(self._folder)
        for name in sorted(before.keys() | self._files.keys()):
            old, new = before.get(name), self._files.get(name)
            if old != new:
                sign = "+" if old is None else "-" if new is None else "~"
                yield f"file {sign} {name}", abs((new or (0,))[0] - (old or (0,))[0])

    def _data_version(self) -> int:
        """Return a number that changes with each commit of any other connection."""
        (version,) = self._database.execute("PRAGMA data_version").fetchone()
        return int(version)

    def _read(self) -> dict[str, Rows]:
        """Return every row of every table, by its key."""
        found: dict[str, Rows] = {}
        for table, key in self._keys.items():
            rows = self._database.execute(f'SELECT * FROM "{table}"')  # noqa: S608  a name of its own
            found[table] = {tuple(row[place] for place in key): row for row in rows}
        return found


def _files(folder: Path) -> dict[str, tuple[int, int]]:
    """Return size and time of each file but the database's own."""
    found = {}
    for path in folder.rglob("*"):
        if not path.name.startswith(DATABASE) and path.is_file():
            said = path.stat()
            found[str(path.relative_to(folder))] = (said.st_size, said.st_mtime_ns)
    return found


def _row(table: str, sign: str, values: Mapping[str, object]) -> tuple[str, int]:
    words = " ".join(f"{name}={_shown(value)}" for name, value in sorted(values.items()))
    return f"{table} {sign} {words}", _size(tuple(values.values()))


def _change(old: object, new: object) -> object:
    """Return by how much a number grew, else the new value."""
    return f"{new - old:+d}" if isinstance(old, int) and isinstance(new, int) else new


def _shown(value: object) -> str:
    text = value.hex() if isinstance(value, bytes) else str(value)
    return text if len(text) <= SHOWN_MAX_CHARS else f"({len(text)} chars)"


def _size(values: Row) -> int:
    return sum(len(value) if isinstance(value, bytes) else len(str(value)) for value in values)
