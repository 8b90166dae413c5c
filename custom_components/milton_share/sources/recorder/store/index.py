"""What the recorder has, in SQLite of its own: survives kill -9, and never says more than the disk holds.

Blocking; called from an executor. One connection, one lock. Each method is one transaction.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ....storage.database import DatabaseDamagedError
from ....storage.durable_steps import durable
from ..errors import RecorderError, RecorderRule
from .room import Measure
from .steps import Step

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

VERSION = 1
SCHEMA = """
CREATE TABLE segment (
    name TEXT PRIMARY KEY, camera_id TEXT NOT NULL, from_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL,
    size_bytes INTEGER NOT NULL, sha256 TEXT NOT NULL, media_start_s REAL NOT NULL,
    offset_ms INTEGER NOT NULL, uncertainty_ms INTEGER NOT NULL, method TEXT NOT NULL, gaps TEXT NOT NULL
) STRICT;
CREATE INDEX segment_time ON segment (camera_id, from_ms);
CREATE TABLE hold (
    hold_id TEXT PRIMARY KEY, camera_id TEXT NOT NULL, folder TEXT NOT NULL UNIQUE,
    from_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL, deadline_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE held (
    name TEXT NOT NULL, camera_id TEXT NOT NULL, from_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL,
    size_bytes INTEGER NOT NULL, sha256 TEXT NOT NULL, media_start_s REAL NOT NULL,
    offset_ms INTEGER NOT NULL, uncertainty_ms INTEGER NOT NULL, method TEXT NOT NULL, gaps TEXT NOT NULL,
    hold_id TEXT NOT NULL REFERENCES hold ON DELETE CASCADE, PRIMARY KEY (hold_id, name)
) STRICT;
"""
FIELDS = (
    "name", "camera_id", "from_ms", "until_ms", "size_bytes", "sha256", "media_start_s",
    "offset_ms", "uncertainty_ms", "method", "gaps",
)  # fmt: skip
"""Columns of `segment`, and the first ones of `held`, in order."""
NO_GAPS = "[]"
ADD = "INSERT OR REPLACE INTO segment VALUES (?,?,?,?,?,?,?,?,?,?,?)"
ADD_HELD = "INSERT OR REPLACE INTO held VALUES (?,?,?,?,?,?,?,?,?,?,?,?)"
TOUCHING = "SELECT * FROM segment WHERE camera_id = ? AND from_ms < ? AND until_ms > ? ORDER BY from_ms, name"
NAMED = "SELECT * FROM segment WHERE name = ?"
NAMES = "SELECT name FROM segment WHERE camera_id = ?"
ALL = "SELECT * FROM segment ORDER BY from_ms, name"
AS_ENTERED = "SELECT * FROM segment ORDER BY rowid"
HELD = "SELECT * FROM held WHERE hold_id = ? ORDER BY from_ms, name"
USAGE = "SELECT camera_id, sum(size_bytes), min(until_ms) FROM segment GROUP BY camera_id"
MEASURES = """
SELECT camera_id, sum(size_bytes), sum(until_ms - from_ms), min(from_ms) FROM segment WHERE from_ms >= ?
GROUP BY camera_id
"""
HOLDS = "SELECT hold_id, camera_id, folder, from_ms, until_ms, deadline_ms FROM hold"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One closed segment. `name` is its path under the folder of recordings or of its hold; gaps lie inside it."""

    name: str
    camera_id: str
    from_ms: int
    until_ms: int
    size_bytes: int
    sha256: str
    media_start_s: float
    offset_ms: int
    uncertainty_ms: int
    method: str
    gaps: tuple[tuple[int, int], ...] = ()

    def touches(self, from_ms: int, until_ms: int) -> bool:
        """Whether any of it lies in a range."""
        return self.from_ms < until_ms and self.until_ms > from_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A range kept until its deadline; `folder` is the name of its own folder."""

    hold_id: str
    camera_id: str
    folder: str
    from_ms: int
    until_ms: int
    deadline_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What one camera takes of the ring, and when its oldest segment ends."""

    camera_id: str
    size_bytes: int
    oldest_until_ms: int


class IndexDamagedError(DatabaseDamagedError):
    """Bytes of the index are not what was written, or it is not there though what it lists is."""


class Index:
    """The two lists: what the ring has, what holds have."""

    def __init__(self, path: Path, *, may_be_new: bool = True) -> None:
        """Open the database, or make it where it ``may_be_new``.

        Raises RecorderError `index_too_new`, `IndexDamagedError`, sqlite3.Error.
        """
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        try:
            self._prepare(may_be_new=may_be_new)
        except BaseException:
            self._db.close()
            raise

    def _prepare(self, *, may_be_new: bool) -> None:
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute("PRAGMA foreign_keys = ON")
        (found,) = self._db.execute("PRAGMA quick_check(1)").fetchone()
        if found != "ok":  # better told than half read
            raise IndexDamagedError
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        if version > VERSION:
            raise RecorderError(RecorderRule.INDEX_TOO_NEW, f"version {version}")
        if version == 0:
            if not may_be_new:
                raise IndexDamagedError
            self._db.executescript(f"BEGIN; {SCHEMA} PRAGMA user_version = {VERSION};")
            with durable(Step.INDEX_MADE):
                self._db.execute("COMMIT")

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            self._db.close()

    def add(self, rows: Iterable[Row]) -> None:
        """Enter closed segments, or new times for entered ones."""
        with self._transaction(Step.SEGMENTS_ENTERED) as db:
            db.executemany(ADD, [_values(row) for row in rows])

    def remove(self, names: Iterable[str]) -> None:
        """Forget segments of the ring; they may be none."""
        gone = [(name,) for name in names]
        if not gone:
            return
        with self._transaction(Step.SEGMENTS_FORGOTTEN) as db:
            db.executemany("DELETE FROM segment WHERE name = ?", gone)

    def touching(self, camera_id: str, from_ms: int, until_ms: int) -> tuple[Row, ...]:
        """Segments of the ring that touch a range, oldest first."""
        with self._reading() as db:
            return _rows(db.execute(TOUCHING, (camera_id, until_ms, from_ms)))

    def names(self, camera_id: str) -> tuple[str, ...]:
        """Name all of a camera in the ring: of all cameras there may be hundreds of thousands."""
        with self._reading() as db:
            return tuple(name for (name,) in db.execute(NAMES, (camera_id,)))

    def named(self, names: Iterable[str]) -> tuple[Row, ...]:
        """Segments of the ring that have one of these names."""
        with self._reading() as db:
            return tuple(row for name in names for row in _rows(db.execute(NAMED, (name,))))

    def everything(self) -> tuple[Row, ...]:
        """All segments of the ring, oldest first."""
        with self._reading() as db:
            return _rows(db.execute(ALL))

    def as_entered(self) -> tuple[Row, ...]:
        """All segments of the ring, that first which was entered first: by no clock. One entered anew is a new one."""
        with self._reading() as db:
            return _rows(db.execute(AS_ENTERED))

    def usage(self) -> tuple[Usage, ...]:
        """Sum up the ring, a camera a row."""
        with self._reading() as db:
            return tuple(
                Usage(camera_id=camera_id, size_bytes=size_bytes, oldest_until_ms=until_ms)
                for camera_id, size_bytes, until_ms in db.execute(USAGE)
            )

    def measures(self, from_ms: int, now_ms: int) -> dict[str, Measure]:
        """Sum up what was recorded since a moment, by camera."""
        with self._reading() as db:
            return {
                camera_id: Measure(
                    size_bytes=size_bytes, recorded_s=recorded_ms / 1000, span_s=max(0, now_ms - oldest_ms) / 1000
                )
                for camera_id, size_bytes, recorded_ms, oldest_ms in db.execute(MEASURES, (from_ms,))
            }

    def begin_hold(self, hold: Hold) -> None:
        """Enter a hold before its files are made, so that none is ever without an owner."""
        values = (hold.hold_id, hold.camera_id, hold.folder, hold.from_ms, hold.until_ms, hold.deadline_ms)
        with self._transaction(Step.HOLD_BEGUN) as db:
            db.execute("INSERT INTO hold VALUES (?,?,?,?,?,?)", values)

    def fill_hold(self, hold_id: str, rows: Iterable[Row]) -> None:
        """Enter what a hold's folder now has."""
        with self._transaction(Step.HOLD_FILLED) as db:
            db.executemany(ADD_HELD, [(*_values(row), hold_id) for row in rows])

    def empty_hold(self, hold_id: str, names: Iterable[str]) -> None:
        """Forget what a hold's folder no longer has; it may be nothing."""
        gone = [(hold_id, name) for name in names]
        if not gone:
            return
        with self._transaction(Step.SEGMENTS_FORGOTTEN) as db:
            db.executemany("DELETE FROM held WHERE hold_id = ? AND name = ?", gone)

    def end_hold(self, hold_id: str) -> None:
        """Forget a hold after its files are gone."""
        with self._transaction(Step.HOLD_ENDED) as db:
            db.execute("DELETE FROM hold WHERE hold_id = ?", (hold_id,))

    def holds(self) -> tuple[Hold, ...]:
        """All holds."""
        with self._reading() as db:
            return tuple(
                Hold(hold_id=hold, camera_id=camera, folder=folder, from_ms=from_, until_ms=until, deadline_ms=deadline)
                for hold, camera, folder, from_, until, deadline in db.execute(HOLDS)
            )

    def held(self, hold_id: str) -> tuple[Row, ...]:
        """Segments of a hold, oldest first."""
        with self._reading() as db:
            return _rows(db.execute(HELD, (hold_id,)))

    @contextmanager
    def _transaction(self, step: Step) -> Iterator[sqlite3.Connection]:
        with self._lock, self._db:  # rolled back when it can't be kept
            self._db.execute("BEGIN IMMEDIATE")
            yield self._db
            with durable(step):
                self._db.commit()

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """See all of one moment; what would be written is not kept."""
        with self._lock:
            self._db.execute("BEGIN")
            try:
                yield self._db
            finally:
                self._db.rollback()


def _values(row: Row) -> tuple[str | int | float, ...]:
    return (
        row.name, row.camera_id, row.from_ms, row.until_ms, row.size_bytes, row.sha256, row.media_start_s,
        row.offset_ms, row.uncertainty_ms, row.method, json.dumps(row.gaps),
    )  # fmt: skip


def _rows(cursor: sqlite3.Cursor) -> tuple[Row, ...]:
    found = []
    for values in cursor:
        fields = dict(zip(FIELDS, values, strict=False))
        if (gaps := fields.pop("gaps")) != NO_GAPS:
            fields["gaps"] = tuple((start, end) for start, end in json.loads(gaps))
        found.append(Row(**fields))
    return tuple(found)
