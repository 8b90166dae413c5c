"""The database: durable settings, one schema, one writer at a time, callbacks after the commit only."""

from __future__ import annotations

import asyncio
import gc
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import StatementError

from hub.db.counters import last_number, next_number
from hub.db.engine import Database, after_commit
from hub.db.migrate import MIGRATIONS
from hub.jobs.model import JobLease
from hub.migrations.tables import METADATA

if TYPE_CHECKING:
    from sqlalchemy import Connection

FULL = 2


async def test_the_migrations_make_the_very_tables_of_the_models(database: Database) -> None:
    """And there is one newest migration."""

    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return compare_metadata(context, METADATA)

    async with database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    assert len(ScriptDirectory(str(MIGRATIONS)).get_heads()) == 1


async def test_a_commit_is_an_fsync(database: Database) -> None:
    """WAL with synchronous=FULL, on every connection."""
    async with database.session("test") as session:
        assert await session.scalar(text("PRAGMA synchronous")) == FULL
        assert await session.scalar(text("PRAGMA journal_mode")) == "wal"
        assert await session.scalar(text("PRAGMA foreign_keys")) == 1


async def test_what_raises_is_rolled_back_and_tells_nobody(database: Database) -> None:
    """A callback runs after a commit, once, never after a rollback."""
    told: list[str] = []

    def tell() -> None:
        told.append("committed")

    async def act(*, fails: bool) -> None:
        async with database.session("test") as session:
            await next_number(session, "x")
            after_commit(session, tell)
            after_commit(session, tell)
            if fails:
                raise RuntimeError

    with pytest.raises(RuntimeError):
        await act(fails=True)
    assert told == []
    await act(fails=False)
    assert told == ["committed"]
    async with database.reading() as session:
        assert await last_number(session, "x") == 1


async def test_writers_at_once_wait_for_each_other(database: Database) -> None:
    """Also those of two processes (two engines here): fifty numbers, no gap, no error."""
    other = Database(str(database.engine.url))

    async def take(one: Database) -> int:
        async with one.session("test") as session:
            return await next_number(session, "x")

    numbers = await asyncio.gather(*(take(one) for one in (database, other) for _ in range(25)))
    await other.close()
    assert sorted(numbers) == list(range(1, 51))


async def test_a_reader_sees_one_moment_and_blocks_no_writer(database: Database) -> None:
    """A snapshot; and what a reader would write is not kept."""
    async with database.reading() as reader:
        assert await last_number(reader, "x") == 0
        async with database.session("test") as session:
            await next_number(session, "x")
        assert await last_number(reader, "x") == 0
    async with database.reading() as reader:
        reader.add(JobLease(name="x", holder="x", until=datetime.now().astimezone()))
        await reader.flush()
    async with database.reading() as reader:
        assert await reader.get(JobLease, "x") is None


async def test_a_time_without_a_zone_is_refused(database: Database) -> None:
    """UTC everywhere inside."""
    naive = datetime(2026, 1, 1)  # noqa: DTZ001 - what is refused
    with pytest.raises(StatementError, match="without a zone"):
        async with database.session("test") as session:
            session.add(JobLease(name="x", holder="x", until=naive))


async def test_a_writer_that_is_cancelled_at_any_moment_stops_nobody(database: Database) -> None:
    """Its transaction is rolled back; the next writer does not wait for Python to collect a cursor."""

    async def write() -> None:
        async with database.session("test") as session:
            for _ in range(20):
                await next_number(session, "x")

    loop = asyncio.get_running_loop()
    for turn in range(40):
        task = asyncio.create_task(write())
        await asyncio.sleep(turn * 0.0005)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        began = loop.time()
        async with database.session("test") as session:
            await next_number(session, "y")
        assert loop.time() - began < 5  # the lock's own time-out is ten seconds
    async with database.reading() as session:
        assert await last_number(session, "x") % 20 == 0


async def test_a_task_that_is_cancelled_while_it_opens_the_database_leaves_it_closed(tmp_path: Path) -> None:
    """At whatever moment of the opening, as a client that hangs up does."""
    left_open: list[object] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "unraisablehook", lambda unraised: left_open.append(unraised.exc_value))
        for turns in range(30):
            made = Database(f"sqlite+aiosqlite:///{tmp_path / 'hub.sqlite'}")
            task = asyncio.create_task(_read(made))
            for _ in range(turns):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait([task])
            await made.close()
        gc.collect()
    assert left_open == []


async def test_what_is_at_work_while_the_database_is_closed_is_closed_when_it_has_ended(tmp_path: Path) -> None:
    """It held the file open until Python collected its pool: a disk could not be made read-only for that long."""
    file = tmp_path / "hub.sqlite"

    def is_open() -> bool:
        return str(file) in {str(each.readlink()) for each in Path("/proc/self/fd").iterdir() if each.is_symlink()}

    database = Database(f"sqlite+aiosqlite:///{file}")
    gc.disable()
    try:
        async with database.reading() as session:
            await session.execute(text("SELECT 1"))
            await database.close()
            assert is_open()
            await session.execute(text("SELECT 1"))
        assert not is_open()
        await _read(database)
        assert is_open(), "who asks a closed one opens it anew, and it is kept"
        await database.close()
        assert not is_open()
    finally:
        gc.enable()


async def _read(database: Database) -> None:
    async with database.reading():
        await asyncio.sleep(1)
