"""A share of a hub of before: as it was flagged, or not, and nobody named beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from hub.db.engine import Database
from hub.db.migrate import migrate, upgrade
from hub.shares.record.model import ShareRow
from tests.hub.migrations.test_cases_filled import BEGAN

if TYPE_CHECKING:
    from pathlib import Path


async def test_a_share_of_before_stays_flagged_or_unflagged(tmp_path: Path) -> None:
    """Whose word it was, the trail alone has."""
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'hub.sqlite'}")
    rows = [
        {
            "share_id": f"{number:032x}",
            "request_id": "0" * 64,
            "payload": b"{}",
            "envelope": b"{}",
            "state": "received",
            "created_at": BEGAN,
            "sensitive_since": BEGAN if number else None,
        }
        for number in (0, 1)
    ]
    async with database.engine.begin() as connection:
        await connection.run_sync(migrate, "0021")
        await connection.execute(insert(ShareRow), rows)
    await upgrade(database)
    async with database.reading() as session:
        found = await session.execute(select(ShareRow.sensitive_since, ShareRow.flagged_by).order_by(ShareRow.share_id))
        assert found.all() == [(None, None), (BEGAN, None)]
    await database.close()
