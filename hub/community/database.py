"""The community house's database: what was erased is overwritten."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import event, text

from hub.community.base import CommunityBase
from hub.db.engine import Database

if TYPE_CHECKING:
    from sqlalchemy.engine.interfaces import DBAPIConnection

_SQLITE = "sqlite"


def database_at(url: str) -> Database:
    """Prepare the database at ``url``; on SQLite a deleted row's bytes become zeros."""
    database = Database(url)
    if database.engine.dialect.name == _SQLITE:
        event.listen(database.engine.sync_engine, "connect", _overwrite_deleted)
    return database


async def clear_journal(database: Database) -> None:
    """Write SQLite's journal into the file and empty it, so that it has nothing of what was erased.

    A reader may keep it from being emptied: the next call does it. For Postgres there is :func:`rewrite`.
    """
    if database.engine.dialect.name == _SQLITE:
        async with database.engine.connect() as connection:
            driver = (await connection.get_raw_connection()).driver_connection  # none of SQLAlchemy's: it would begin
            if driver is not None:
                await driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")


async def rewrite(database: Database) -> None:
    """Have Postgres write its tables anew without what was deleted, and count what its planner goes by anew.

    A vacuum alone leaves a row's bytes in its page until another needs the room, and autovacuum begins at a fifth of a
    table. Each table is locked meanwhile: some seconds for a million entries. SQLite overwrites by itself.
    """
    if database.engine.dialect.name == _SQLITE:
        return
    async with database.engine.connect() as connection:
        outside = await connection.execution_options(isolation_level="AUTOCOMMIT")
        for table in CommunityBase.metadata.sorted_tables:
            await outside.execute(text(f"VACUUM (FULL, ANALYZE) {table.name}"))


def _overwrite_deleted(connection: DBAPIConnection, _record: Any) -> None:  # noqa: ANN401 - SQLAlchemy's event signature
    cursor = connection.cursor()
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.close()
