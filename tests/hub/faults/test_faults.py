"""Which error is which fault, and what becomes of one that is none."""

from __future__ import annotations

import asyncio
import errno
import sqlite3
from typing import TYPE_CHECKING

import pytest
from obstore.exceptions import GenericError
from sqlalchemy.exc import DBAPIError, InterfaceError

from hub.app import utc_now
from hub.db import faults
from hub.db.engine import Database, WriteQueueError
from hub.db.faults import fault_of
from hub.db.migrate import upgrade
from hub.jobs.supervisor import Jobs
from hub.kit.clock import ClockWentBackError

if TYPE_CHECKING:
    from pathlib import Path


class _Postgres(Exception):  # noqa: N818 - the driver's errors have a state, not a name
    """An error of the driver as it names its state."""

    def __init__(self, sqlstate: str | None) -> None:
        super().__init__("a driver's words")
        self.sqlstate = sqlstate


def _sqlite(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("a driver's words")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (OSError(errno.ENOSPC, "x"), faults.DISK_FULL),
        (OSError(errno.EDQUOT, "x"), faults.DISK_FULL),
        (OSError(errno.EFBIG, "x"), faults.DISK_FULL),
        (OSError(errno.EROFS, "x"), faults.READ_ONLY),
        (PermissionError(errno.EACCES, "x"), faults.READ_ONLY),
        (OSError(errno.EIO, "x"), faults.DISK_FAILS),
        (_sqlite(sqlite3.SQLITE_FULL), faults.DISK_FULL),
        (_sqlite(sqlite3.SQLITE_IOERR_SHMSIZE), faults.DISK_FULL),
        (_sqlite(sqlite3.SQLITE_IOERR_WRITE), faults.DISK_FAILS),
        (_sqlite(sqlite3.SQLITE_READONLY_DBMOVED), faults.READ_ONLY),
        (_sqlite(sqlite3.SQLITE_BUSY_SNAPSHOT), faults.DATABASE_BUSY),
        (WriteQueueError(), faults.DATABASE_BUSY),
        (ClockWentBackError(), faults.CLOCK_WENT_BACK),
        (_Postgres("53100"), faults.DISK_FULL),
        (_Postgres("25006"), faults.READ_ONLY),
        (_Postgres("40P01"), faults.DATABASE_BUSY),
        (_Postgres("23505"), faults.DATABASE_BUSY),
        (InterfaceError("a statement", None, _Postgres(None)), faults.DATABASE_UNREACHABLE),
        (DBAPIError("a statement", None, _Postgres(None), connection_invalidated=True), faults.DATABASE_UNREACHABLE),
        (DBAPIError("a statement", None, _Postgres("53100")), faults.DISK_FULL),
        (GenericError("Generic S3 error"), faults.STORE_UNREACHABLE),
        (GenericError("Unable to copy: No space left on device (os error 28)"), faults.DISK_FULL),
        (ExceptionGroup("several", [ValueError("x"), OSError(errno.ENOSPC, "x")]), faults.DISK_FULL),
    ],
)
def test_a_failure_is_known_by_its_code(error: Exception, fault: faults.Fault) -> None:
    """By what the operating system, SQLite, Postgres or the store calls it, never by words for people."""
    assert fault_of(error) is fault
    wrapped = RuntimeError("in the middle of an act")
    wrapped.__cause__ = error
    assert fault_of(wrapped) is fault


@pytest.mark.parametrize(
    "error",
    [
        ValueError("a bug"),
        KeyError("a bug"),
        OSError("no number"),
        FileNotFoundError(errno.ENOENT, "x"),
        TimeoutError(),
        _sqlite(sqlite3.SQLITE_CONSTRAINT),
        _Postgres("23503"),
        DBAPIError("a statement", None, _Postgres(None)),
    ],
)
def test_a_bug_is_no_fault(error: Exception) -> None:
    """It stays what it is, with its traceback."""
    assert fault_of(error) is None


def test_every_fault_is_a_refusal_for_later() -> None:
    """None is the asker's own, so none is a 4xx, and each says what to do."""
    told = [each for each in vars(faults).values() if isinstance(each, faults.Fault)]
    assert len({each.rule for each in told}) == len(told) == 7
    assert {each.status for each in told} == {503, 507}
    assert all("try again" in each.message for each in told)


async def test_a_job_that_meets_a_fault_is_one_line_and_a_bug_is_a_traceback(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Both are tried again; only the bug shows where it happened."""
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'hub.sqlite'}")
    await upgrade(database)
    jobs = Jobs(database, utc_now)
    runs = {"full": 0, "bug": 0}
    done = asyncio.Event()

    def failing(name: str, error: Exception) -> None:
        async def run() -> None:
            runs[name] += 1
            if min(runs.values()) > 1:
                done.set()
            raise error

        jobs.every(name, 3600, run, in_each_worker=True)

    failing("full", OSError(errno.ENOSPC, "x"))
    failing("bug", ValueError("x"))
    async with jobs.running(), asyncio.timeout(30):
        await done.wait()
    told = {each.getMessage().split(" ")[1]: each for each in caplog.records if each.getMessage().startswith("Job")}
    assert told["full"].exc_info is None
    assert "the disk is full: free some of it (disk_full, OSError)" in told["full"].getMessage()
    assert told["bug"].exc_info is not None
    await database.close()
