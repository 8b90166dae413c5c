"""Bring a database to the newest schema (alembic, from the first table on)."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config

from hub.kit.steps import durable

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from hub.db.engine import Database

MIGRATIONS = Path(__file__).parents[1] / "migrations"


async def upgrade(database: Database, migrations: Path = MIGRATIONS) -> None:
    """Run every migration that ``database`` has not seen; ``migrations`` is the folder of a house's own history."""
    async with database.engine.connect() as connection:
        await connection.run_sync(partial(migrate, migrations=migrations))
        with durable("schema.upgraded"):
            await connection.commit()


def migrate(connection: Connection, revision: str = "head", *, migrations: Path = MIGRATIONS) -> None:
    """Run the migrations up to a revision; nothing is committed."""
    config = Config()
    config.set_main_option("script_location", str(migrations))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
