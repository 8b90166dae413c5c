"""A statement, its rows and its end are one call to the connection's thread; a long answer comes piece by piece."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from hub.db.engine import Database
from hub.db.statement import ROWS_AHEAD, Statement

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LONG = 3 * ROWS_AHEAD + 1


class Line:
    """A connection to a table of numbers, whose calls are counted."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Fill the table."""
        self.connection, self.calls = connection, 0
        connection.execute("CREATE TABLE numbers (number INTEGER PRIMARY KEY)")
        connection.executemany("INSERT INTO numbers VALUES (?)", [(number,) for number in range(LONG)])

    async def call(self, function: Callable[..., object], *arguments: object) -> object:
        """Do what the thread would."""
        self.calls += 1
        return function(*arguments)

    async def said(self, sql: str, *parameters: object) -> Statement:
        """Carry out a statement."""
        statement = Statement(self.connection, self.call)
        await statement.execute(sql, parameters)
        return statement


@pytest.fixture
def line() -> Iterator[Line]:
    """Open one in memory, as the engine has it: no transaction but those that are begun by hand."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        yield Line(connection)


@pytest.mark.parametrize("rows", [0, 1, ROWS_AHEAD - 1])
async def test_what_is_asked_for_comes_in_one_call(line: Line, rows: int) -> None:
    """The statement, its rows and its end."""
    statement = await line.said("SELECT number FROM numbers WHERE number < ?", rows)
    assert statement.description is not None
    assert [number for (number,) in await statement.fetchall()] == list(range(rows))
    await statement.close()
    assert line.calls == 1


@pytest.mark.parametrize("size", [1, 100, ROWS_AHEAD, LONG + 1])
async def test_a_long_answer_comes_whole_in_pieces_of_any_size(line: Line, size: int) -> None:
    """No row lacks and none is twice where what came first and what comes later meet."""
    statement, found = await line.said("SELECT number FROM numbers ORDER BY number"), []
    while piece := await statement.fetchmany(size):
        assert len(piece) == min(size, LONG - len(found))
        found.extend(number for (number,) in piece)
    assert found == list(range(LONG))
    await statement.close()


async def test_a_long_answer_is_not_read_before_it_is_asked_for(line: Line) -> None:
    """Who reads a table row by row has a part of it in memory; the rest can be had at once, too."""
    statement = await line.said("SELECT number FROM numbers ORDER BY number")
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        line.connection.execute("DROP TABLE numbers")
    assert await statement.fetchone() == (0,)
    assert line.calls == 1
    assert [number for (number,) in await statement.fetchall()] == list(range(1, LONG))
    assert await statement.fetchone() is None
    line.connection.execute("DROP TABLE numbers")


async def test_an_answer_that_is_not_read_to_its_end_holds_nothing_up_once_it_is_closed(line: Line) -> None:
    """SQLite ends its statement then, and not when Python collects it."""
    statement = await line.said("SELECT number FROM numbers")
    await statement.close()
    line.connection.execute("DROP TABLE numbers")
    await statement.close()


async def test_what_is_written_says_how_many_rows_and_which(line: Line) -> None:
    """One statement, and one with many rows' values."""
    statement = await line.said("INSERT INTO numbers VALUES (?)", LONG)
    assert (statement.description, statement.rowcount, statement.lastrowid) == (None, 1, LONG)
    several = Statement(line.connection, line.call)
    await several.executemany("DELETE FROM numbers WHERE number = ?", [(1,), (2,), (LONG + 9,)])
    assert (several.description, several.rowcount) == (None, 2)
    assert line.calls == 2


async def test_an_error_is_sqlites_own_and_ends_the_statement(line: Line) -> None:
    """Also one that comes with a later row."""
    with pytest.raises(sqlite3.IntegrityError):
        await line.said("INSERT INTO numbers VALUES (1)")
    late = await line.said("SELECT abs(iif(number < ?, number, -9223372036854775808)) FROM numbers", LONG - 1)
    with pytest.raises(sqlite3.OperationalError, match="overflow"):
        await late.fetchall()
    await late.close()
    line.connection.execute("DROP TABLE numbers")


async def test_sessions_read_through_it_whole_or_row_by_row(database: Database) -> None:
    """By SQLAlchemy's own ways of asking."""
    numbers = text("WITH RECURSIVE n(x) AS (SELECT 0 UNION ALL SELECT x + 1 FROM n WHERE x < :last) SELECT x FROM n")
    async with database.reading() as session:
        assert (await session.scalars(numbers, {"last": LONG})).all() == list(range(LONG + 1))
        streamed = [number async for number in await session.stream_scalars(numbers, {"last": LONG})]
        assert streamed == list(range(LONG + 1))
        async for number in await session.stream_scalars(numbers, {"last": LONG}):
            assert number == 0
            break


async def test_a_long_answer_that_nobody_reads_on_leaves_an_old_moment_to_nobody(database: Database) -> None:
    """Left in the middle, or cancelled at any moment: whoever comes next reads what is there, and writes at once."""
    numbers, add = text("SELECT number FROM numbers"), text("INSERT INTO numbers VALUES (:number)")
    elsewhere = Database(database.engine.url.render_as_string(hide_password=False))
    async with database.session("test") as session:
        await session.execute(text("CREATE TABLE numbers (number INTEGER PRIMARY KEY)"))
        await session.execute(add, [{"number": number} for number in range(LONG)])

    async def read(until: int) -> None:
        async with database.reading() as session:
            async for number in await session.stream_scalars(numbers):
                if number == until:
                    return

    for turn in range(0, 80, 2):
        task = asyncio.create_task(read(LONG if turn % 4 else 3))
        if turn % 4:
            await asyncio.sleep(turn * 0.0001)
            task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        async with elsewhere.session("test") as session:
            await session.execute(add, {"number": LONG + turn})
        async with database.reading() as session:
            assert max((await session.scalars(numbers)).all()) == LONG + turn
        async with database.session("test") as session:
            await session.execute(add, {"number": LONG + turn + 1})
    await elsewhere.close()
