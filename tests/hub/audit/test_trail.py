"""The audit trail: in the transaction of the act, and every change of it shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, update

from hub.audit.model import AuditRow
from hub.audit.trail import first_broken, record
from hub.kit.access import OPERATOR
from tests.simulators.city import NOW

if TYPE_CHECKING:
    from hub.db.engine import Database

ROWS = 5


@pytest.fixture
async def database(database: Database) -> Database:
    """Make a database with five rows in its trail."""
    async with database.session("test") as session:
        for number in range(ROWS):
            await record(session, at=NOW, actor=OPERATOR, action="try", subject=str(number))
    return database


async def broken(database: Database) -> int | None:
    """Return the first row that does not follow."""
    async with database.reading() as session:
        return await first_broken(session)


async def test_an_untouched_trail_holds(database: Database) -> None:
    """From the first row to the last."""
    assert await broken(database) is None


@pytest.mark.parametrize("column", ["actor", "action", "subject", "detail"])
async def test_a_row_that_was_changed_shows(database: Database, column: str) -> None:
    """Whatever was changed."""
    async with database.session("test") as session:
        await session.execute(update(AuditRow).where(AuditRow.number == 3).values({column: "else"}))
    assert await broken(database) == 3


async def test_a_row_that_was_taken_out_shows(database: Database) -> None:
    """At its place."""
    async with database.session("test") as session:
        await session.execute(delete(AuditRow).where(AuditRow.number == 2))
    assert await broken(database) == 2


@pytest.mark.parametrize("kept", [0, 2])
async def test_rows_that_were_taken_off_the_end_show(database: Database, kept: int) -> None:
    """The counter knows how many were written."""
    async with database.session("test") as session:
        await session.execute(delete(AuditRow).where(AuditRow.number > kept))
    assert await broken(database) == kept + 1


async def test_an_act_that_is_rolled_back_leaves_no_row_and_no_gap(database: Database) -> None:
    """The next row takes the number."""

    async def fail() -> None:
        async with database.session("test") as session:
            await record(session, at=NOW, actor=OPERATOR, action="never", subject="-")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    async with database.session("test") as session:
        await record(session, at=NOW, actor=OPERATOR, action="after", subject="-")
        assert await session.get(AuditRow, ROWS + 1) is not None
    assert await broken(database) is None
