"""What is kept of refusals: merged, bounded, there before the answer."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from hub.audit.denials import KEPT, Denials
from hub.audit.model import DenialRow
from hub.audit.watched import Attempt

if TYPE_CHECKING:
    from pathlib import Path

    from hub.db.engine import Database

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
THEIRS = Attempt(rule="not_allowed", route="GET /cosign", person_id="officer", device="desk")
NOBODYS = Attempt(rule="not_signed_in", route="GET /cosign")


async def rows(database: Database) -> list[tuple[str, datetime, int]]:
    """Return who, since when, how often."""
    async with database.reading() as session:
        found = await session.scalars(select(DenialRow).order_by(DenialRow.number))
        return [(row.person_id, row.at, row.count) for row in found]


async def test_the_first_is_written_at_once_and_a_flood_is_a_number(database: Database) -> None:
    """A row for each minute; another device, rule or route is another row."""
    denials = Denials(database)
    for second in (0, 1, 59):
        await denials.note(THEIRS, NOON + timedelta(seconds=second))
    assert await rows(database) == [("officer", NOON, 1)]
    await denials.keep(NOON + timedelta(seconds=59))
    await denials.note(THEIRS, NOON + timedelta(seconds=59))
    await denials.note(THEIRS, NOON + timedelta(seconds=60))
    other = Attempt(rule=THEIRS.rule, route=THEIRS.route, person_id="officer", device="another")
    await denials.note(other, NOON + timedelta(seconds=61))
    await denials.keep(NOON + timedelta(seconds=62))
    minute = NOON + timedelta(minutes=1)
    assert await rows(database) == [("officer", NOON, 4), ("officer", minute, 1), ("officer", minute, 1)]


async def test_nobodys_are_written_with_the_next_count_and_merged_by_the_hour(database: Database) -> None:
    """Whoever has no session makes the hub write nothing by asking."""
    denials = Denials(database)
    for minute in range(61):
        await denials.note(NOBODYS, NOON + timedelta(minutes=minute))
    assert await rows(database) == []
    await denials.keep(NOON + timedelta(minutes=61))
    await denials.keep(NOON + timedelta(minutes=62))
    assert await rows(database) == [("", NOON, 60), ("", NOON + timedelta(hours=1), 1)]


async def test_the_table_has_an_end_and_forgets_nobodys_first(database: Database) -> None:
    """A stranger's flood pushes out strangers, not what is known of people; what is old goes."""
    denials = Denials(database, rows_max=4)
    for hour in range(4):
        await denials.note(NOBODYS, NOON + timedelta(hours=hour))
        await denials.note(THEIRS, NOON + timedelta(hours=hour))
    await denials.keep(NOON + timedelta(hours=4))
    assert await rows(database) == [("officer", NOON + timedelta(hours=hour), 1) for hour in range(4)]
    await denials.keep(NOON + KEPT + timedelta(hours=3))
    assert await rows(database) == [("officer", NOON + timedelta(hours=3), 1)]


async def test_what_could_not_be_written_is_written_by_the_next(database: Database, tmp_path: Path) -> None:
    """A failure counts nothing twice and forgets nothing."""
    denials = Denials(database)
    with closing(sqlite3.connect(tmp_path / "hub.sqlite", isolation_level=None)) as direct:
        direct.execute("CREATE TRIGGER broken BEFORE INSERT ON denial BEGIN SELECT RAISE(ABORT, 'refused'); END")
        with pytest.raises(Exception, match="refused"):
            await denials.note(THEIRS, NOON)
        await denials.note(NOBODYS, NOON)
        with pytest.raises(Exception, match="refused"):
            await denials.keep(NOON)
        direct.execute("DROP TRIGGER broken")
    await denials.note(THEIRS, NOON)
    await denials.keep(NOON)
    assert sorted(await rows(database)) == [("", NOON, 1), ("officer", NOON, 1)]
