"""The database engine: one session is one transaction.

What was committed is durable: SQLite runs in WAL with ``synchronous=FULL`` (each commit is an fsync), Postgres with its
default ``synchronous_commit``. Writers on SQLite begin with ``BEGIN IMMEDIATE`` one after the other, so none fails
half-way for want of the lock. Whoever may have lost the right to write while they waited for their turn is asked again
within the transaction (:func:`before_writing`). What is written is in no log line: errors name the statement without
its parameters, and the driver, which at DEBUG repeats every statement with them, is not heard below INFO.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from hub.db.opening import open_whole
from hub.kit.steps import past, reached

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

    from sqlalchemy import Connection
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.pool import ConnectionPoolEntry

    type Check = Callable[[AsyncSession], Awaitable[None]]

BUSY_TIMEOUT_MS = 10_000  # another process (the command line) may hold the lock for one commit, never for long
WRITE_WAIT_S = 30  # past this a writer is stuck; better an error than a silent queue
AFTER_COMMIT = "after_commit"
READ_ONLY = "milton_read_only"
_CHECKS: ContextVar[list[Check] | None] = ContextVar("checks", default=None)


class WriteQueueError(Exception):
    """No writer's turn came within ``WRITE_WAIT_S``; nothing was written."""


class Database:
    """Sessions on one database URL."""

    def __init__(self, url: str) -> None:
        """Prepare the engine; nothing is opened until the first session."""
        self.engine = create_async_engine(url, hide_parameters=True)
        logging.getLogger("aiosqlite").setLevel(logging.INFO)
        self._info: dict[str, object] = {}
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False)
        self._is_sqlite = self.engine.dialect.name == "sqlite"
        self._writers = asyncio.Lock()
        if self._is_sqlite:
            event.listen(self.engine.sync_engine, "do_connect", open_whole)
            event.listen(self.engine.sync_engine, "connect", _prepare_sqlite)
            event.listen(self.engine.sync_engine, "begin", _begin_sqlite)
            event.listen(self.engine.sync_engine, "invalidate", _roll_back_cancelled)

    def hand(self, name: str, value: object) -> None:
        """Let every session from now on bring ``value`` in its ``info``, under ``name``."""
        self._info[name] = value
        self._sessions.configure(info=self._info)

    @asynccontextmanager
    async def session(self, step: str) -> AsyncIterator[AsyncSession]:
        """One transaction: committed when the block ends well, rolled back when it raises.

        ``step`` names what the commit makes durable (``hub.kit.steps``). Callbacks given to :func:`after_commit` run
        once it is. Never nest two of these in one task.
        """
        async with self._writing(), self._sessions() as session:
            async with session.begin():
                await _check_first(session)
                yield session
                await session.flush()
                reached(step)
            past(step)
            for callback in session.info.pop(AFTER_COMMIT, ()):
                callback()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """One snapshot to read from; takes no write lock, and what is changed in it is rolled back."""
        async with self._sessions() as session:
            await session.connection(execution_options={READ_ONLY: True})
            yield session

    async def close(self) -> None:
        """Close every connection; one that is at work, once it has ended (a pool disposed of would keep it)."""
        pool = self.engine.pool
        await self.engine.dispose()
        event.listen(pool, "checkin", _close_late)

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[None]:
        if not self._is_sqlite:
            yield
            return
        try:
            async with asyncio.timeout(WRITE_WAIT_S):
                await self._writers.acquire()
        except TimeoutError as error:
            raise WriteQueueError from error
        try:
            yield
        finally:
            self._writers.release()


@contextmanager
def before_writing(check: Check) -> Iterator[None]:
    """Let the next transaction that this task writes begin with ``check``: what it raises, nothing is written of."""
    waiting = [check]
    before = _CHECKS.set(waiting)
    try:
        yield
    finally:
        waiting.clear()  # a task that was begun meanwhile and goes on is the hub's own
        _CHECKS.reset(before)


async def _check_first(session: AsyncSession) -> None:
    waiting = _CHECKS.get()
    if waiting:
        await waiting.pop()(session)


def after_commit(session: AsyncSession, callback: Callable[[], None]) -> None:
    """Run ``callback`` (quick, never raising) once the transaction of ``session`` is committed; once for equal ones."""
    callbacks: list[Callable[[], None]] = session.info.setdefault(AFTER_COMMIT, [])
    if callback not in callbacks:
        callbacks.append(callback)


def _prepare_sqlite(connection: DBAPIConnection, _record: Any) -> None:  # noqa: ANN401 - SQLAlchemy's event signature
    """Set WAL and full durability; leave BEGIN to :func:`_begin_sqlite`."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """Begin as a writer, except in a session that only reads."""
    read_only = connection.get_execution_options().get(READ_ONLY, False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


def _close_late(_connection: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
    record.close()


def _roll_back_cancelled(connection: DBAPIConnection, _record: Any, error: BaseException | None) -> None:  # noqa: ANN401 - SQLAlchemy's event signature
    """End the transaction of a connection that is thrown away because its task was cancelled.

    SQLite closes a connection with a statement in progress only when Python collects the cursor: until then its write
    lock would stop every other writer. The connection's thread runs one call after the other, so the statement that was
    cancelled has ended when the rollback runs.
    """
    if isinstance(error, asyncio.CancelledError):
        connection.rollback()
