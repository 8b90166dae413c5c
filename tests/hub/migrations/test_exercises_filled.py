"""Which requests of before were exercises: read out of their payloads, once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from hub.db.engine import Database
from hub.db.migrate import migrate, upgrade
from hub.requests.model import RequestRow
from milton_protocol.canonical import encode
from tests.hub.migrations.test_cases_filled import SAID, row

if TYPE_CHECKING:
    from pathlib import Path


async def test_an_exercise_of_before_is_known_as_one(tmp_path: Path) -> None:
    """Every other request is none."""
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'hub.sqlite'}")
    real, drill = (
        row(number, "26-1", "officer", number) | {"payload": encode(SAID | {"drill": bool(number)})}
        for number in (0, 1)
    )
    async with database.engine.begin() as connection:
        await connection.run_sync(migrate, "0020")
        await connection.execute(insert(RequestRow), [real, drill])
    await upgrade(database)
    async with database.reading() as session:
        found = await session.execute(select(RequestRow.request_id, RequestRow.is_drill))
        assert dict(found.all()) == {real["request_id"]: False, drill["request_id"]: True}
    await database.close()
