"""What fails around the hub: its disk, its database, its blob store, its clock. Each failure has a stated outcome.

A rule's name and an HTTP status for who asked, one line in the log for who runs the hub, a sentence for a person. What
is not known here is a bug, and stays one (500, with its traceback in the log). Nothing of what was asked for is in the
line: it names the rule and the kind of the error.
"""

from __future__ import annotations

import errno
import logging
import re
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING

from obstore.exceptions import BaseError as StoreError
from sqlalchemy.exc import DBAPIError, InterfaceError

from hub.db.engine import WriteQueueError
from hub.kit.clock import ClockWentBackError

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOGGER = logging.getLogger(__name__)

UNAVAILABLE = 503
NO_ROOM = 507
RETRY_AFTER_S = 60  # a person has to free a disk or start a database; homes wait longer by themselves


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One kind of failure: ``rule`` is stable, ``message`` is for who asked, ``advice`` for who runs the hub."""

    rule: str
    status: int
    message: str
    advice: str


DISK_FULL = Fault(
    rule="disk_full",
    status=NO_ROOM,
    message="The hub's disk is full. What you sent was not taken; try again later.",
    advice="the disk is full: free some of it",
)
READ_ONLY = Fault(
    rule="disk_read_only",
    status=UNAVAILABLE,
    message="The hub can't write to its disk. What you sent was not taken; try again later.",
    advice="the data folder can't be written: look at its mount and its owner",
)
DISK_FAILS = Fault(
    rule="disk_fails",
    status=UNAVAILABLE,
    message="The hub's disk fails. What you sent was not taken; try again later.",
    advice="the disk fails: look at the machine's own log",
)
DATABASE_BUSY = Fault(
    rule="database_busy",
    status=UNAVAILABLE,
    message="The hub's database is busy. What you sent was not taken; try again.",
    advice="another program holds the database's lock",
)
DATABASE_UNREACHABLE = Fault(
    rule="database_unreachable",
    status=UNAVAILABLE,
    message="The hub does not reach its database. What you sent was not taken; try again later.",
    advice="the database is not reached",
)
STORE_UNREACHABLE = Fault(
    rule="store_unreachable",
    status=UNAVAILABLE,
    message="The hub does not reach its store. What you sent is kept where it got to; try again later.",
    advice="the blob store is not reached, or refuses",
)
CLOCK_WENT_BACK = Fault(
    rule="clock_went_back",
    status=UNAVAILABLE,
    message="The hub's clock is wrong: it stands before what the hub signed last. Nothing was done; try again later.",
    advice="the clock stands before what the hub told last: set it right, then look at milton-hub clock",
)

_BY_ERRNO = {
    errno.ENOSPC: DISK_FULL,
    errno.EDQUOT: DISK_FULL,
    errno.EFBIG: DISK_FULL,
    errno.EROFS: READ_ONLY,
    errno.EACCES: READ_ONLY,
    errno.EPERM: READ_ONLY,
    errno.EIO: DISK_FAILS,
}
_BY_SQLITE_CODE = {  # result codes (sqlite.org/rescode.html), by the extended one where it says more
    sqlite3.SQLITE_IOERR_SHMSIZE: DISK_FULL,
    sqlite3.SQLITE_FULL: DISK_FULL,
    sqlite3.SQLITE_READONLY: READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: READ_ONLY,
    sqlite3.SQLITE_IOERR: DISK_FAILS,
    sqlite3.SQLITE_BUSY: DATABASE_BUSY,
    sqlite3.SQLITE_LOCKED: DATABASE_BUSY,
}
_PRIMARY_CODE = 0xFF
_BY_SQLSTATE = {  # postgresql.org/docs/current/errcodes-appendix.html
    "53100": DISK_FULL,
    "25006": READ_ONLY,
    "58030": DISK_FAILS,
    "55P03": DATABASE_BUSY,
    "40P01": DATABASE_BUSY,
    "23505": DATABASE_BUSY,  # two made the same at once; the second finds it. Its text has the values: it is no log's
}
_OS_ERROR = re.compile(r"\(os error (\d+)\)")  # how the store of a local folder words an errno


def fault_of(error: BaseException) -> Fault | None:
    """Return the failure that ``error`` comes from, None when it is none of these."""
    for each in _causes(error):
        fault = _known(each)
        if fault is not None:
            return fault
    return None


def note(fault: Fault, error: BaseException, where: str) -> None:
    """Write the one line."""
    _LOGGER.error("%s: %s (%s, %s)", where, fault.advice, fault.rule, type(error).__name__)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield ``error`` and what it was raised from, at most once each."""
    waiting, seen = [error], set[int]()
    while waiting:
        each = waiting.pop(0)
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        if isinstance(each, BaseExceptionGroup):
            waiting.extend(each.exceptions)
        if isinstance(each, DBAPIError) and each.orig is not None:
            waiting.append(each.orig)
        waiting.extend(cause for cause in (each.__cause__, each.__context__) if cause is not None)


def _known(error: BaseException) -> Fault | None:
    if isinstance(error, WriteQueueError):
        return DATABASE_BUSY
    if isinstance(error, ClockWentBackError):
        return CLOCK_WENT_BACK
    if isinstance(error, StoreError):
        worded = _OS_ERROR.search(str(error))
        return (_BY_ERRNO.get(int(worded[1])) if worded else None) or STORE_UNREACHABLE
    if isinstance(error, OSError):
        return _BY_ERRNO.get(error.errno or 0)
    return _of_database(error)


def _of_database(error: BaseException) -> Fault | None:
    if isinstance(error, sqlite3.Error):
        code: int = getattr(error, "sqlite_errorcode", 0)
        return _BY_SQLITE_CODE.get(code) or _BY_SQLITE_CODE.get(code & _PRIMARY_CODE)
    if isinstance(error, DBAPIError) and (error.connection_invalidated or isinstance(error, InterfaceError)):
        return DATABASE_UNREACHABLE
    return _BY_SQLSTATE.get(getattr(error, "sqlstate", None) or "")
