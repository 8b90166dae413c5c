"""The database: one file of mode 0600, written through before anything is called done.

Law 8: `synchronous=FULL` in WAL mode, one transaction a call, and each that writes is a step with a name. Blocking
work runs where `run_blocking` puts it; a canceled caller leaves its transaction to finish.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING

from .durable_steps import Step, durable
from .schema import STEPS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ..processes.executor import RunBlocking


class DatabaseNewerError(Exception):
    """The file was written by a newer version of the integration."""


class DatabaseDamagedError(sqlite3.DatabaseError):
    """Bytes of the file are not what was written, or it is not there though what it knew of is."""


class HomeDatabase:
    """One connection, used by one transaction at a time."""

    def __init__(self, path: Path, run_blocking: RunBlocking) -> None:
        """Do nothing yet; `open` opens the file."""
        self._path = path
        self._run_blocking = run_blocking
        self._lock = Lock()
        self._connection: sqlite3.Connection | None = None

    async def open(self, *, may_be_new: bool = True) -> None:
        """Open the file, or make it where it ``may_be_new``.

        Raises `DatabaseNewerError`, or `sqlite3.Error` when it is broken.
        """
        await self._run_blocking(partial(self._open, may_be_new=may_be_new))

    async def close(self) -> None:
        """Close it; what was written is there."""
        await self._run_blocking(self._close)

    async def run[T](self, step: Step, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do all of ``work`` in one transaction, or nothing of it, and return what it returns."""

        def transaction() -> T:
            with self._lock:
                connection = self._opened()
                with connection:
                    connection.execute("BEGIN IMMEDIATE")
                    result = work(connection)
                    with durable(step):
                        connection.commit()
                return result

        return await self._run_blocking(transaction)

    async def read[T](self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Return what ``work`` reads, all of one moment; what it would write is not kept."""

        def transaction() -> T:
            with self._lock:
                connection = self._opened()
                connection.execute("BEGIN")
                try:
                    return work(connection)
                finally:
                    connection.rollback()

        return await self._run_blocking(transaction)

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            message = "the database is closed"
            raise sqlite3.ProgrammingError(message)
        return self._connection

    async def checkpoint(self) -> None:
        """Bring all that was written into the main file, for a backup that copies only that."""
        await self._run_blocking(self._checkpoint)

    def _checkpoint(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _open(self, *, may_be_new: bool) -> None:
        os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))
        connection = sqlite3.connect(self._path, check_same_thread=False, isolation_level=None)
        try:
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("PRAGMA foreign_keys=ON")
            connection.execute("PRAGMA secure_delete=ON")
            require_sound(connection)
            _migrate(connection, may_be_new=may_be_new)
        except BaseException:
            connection.close()
            raise
        with self._lock:
            self._connection = connection

    def _close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None


def require_sound(connection: sqlite3.Connection) -> None:
    """Raise `DatabaseDamagedError` when a page is not what was written: better told than half read."""
    with closing(connection.execute("PRAGMA quick_check(1)")) as cursor:
        (found,) = cursor.fetchone()
    if found != "ok":
        raise DatabaseDamagedError


def _migrate(connection: sqlite3.Connection, *, may_be_new: bool) -> None:
    with closing(connection.execute("PRAGMA user_version")) as cursor:
        version = cursor.fetchone()[0]
    if version > len(STEPS):
        raise DatabaseNewerError
    if version == 0 and not may_be_new:
        raise DatabaseDamagedError
    for number, step in enumerate(STEPS[version:], start=version + 1):
        with connection:
            connection.execute("BEGIN IMMEDIATE")
            for statement in step:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version={number}")
            with durable(Step.SCHEMA_MADE):
                connection.commit()
