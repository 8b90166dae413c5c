"""Acts that are flagged."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import select

from hub.audit.trail import record
from hub.auditors.flags.rules import Bounds
from hub.auditors.model import FlagRow
from hub.kit.access import Actor, Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.db.engine import Database

BOUNDS = Bounds(zone=ZoneInfo("America/New_York"), denied_max=5)
MIDNIGHT = datetime(2026, 11, 26, 5, tzinfo=UTC)  # in New York


def officer(person_id: str = "officer") -> Actor:
    """Return an officer."""
    return Actor(id=f"person:{person_id}", roles=frozenset({Role.OFFICER}), person_id=person_id)


async def act(database: Database, *, night: int = 0, person_id: str = "officer", action: str = "share.fetched") -> None:
    """Act at midnight, some nights later."""
    at = MIDNIGHT + timedelta(days=night)
    async with database.session("test") as session:
        await record(session, at=at, actor=officer(person_id), action=action, subject="26-104417")


async def flags(database: Database) -> Sequence[FlagRow]:
    """Return all flags."""
    async with database.reading() as session:
        return (await session.scalars(select(FlagRow).order_by(FlagRow.number))).all()
