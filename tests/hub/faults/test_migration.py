"""A migration that is cut short leaves a whole version, and the next start goes on from it."""

from __future__ import annotations

import asyncio
import shutil
import signal
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from hub.db.engine import Database
from hub.db.migrate import MIGRATIONS, migrate, upgrade
from hub.migrations.tables import METADATA

ROOT = Path(__file__).resolve().parents[3]
VERSIONS = tuple(sorted(path.name[:4] for path in (MIGRATIONS / "versions").glob("[0-9]*.py")))
DYING = """
import asyncio, os, signal, sys
from sqlalchemy import event
from hub.db.engine import Database
from hub.db.migrate import upgrade

left = int(sys.argv[2])

def count(connection, cursor, statement, *rest):
    global left
    if statement.lstrip().upper().startswith(("CREATE", "ALTER", "DROP", "INSERT", "UPDATE")):
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

database = Database(f"sqlite+aiosqlite:///{sys.argv[1]}")
event.listen(database.engine.sync_engine, "after_cursor_execute", count)
asyncio.run(upgrade(database))
"""


async def make(path: Path, wanted: str) -> None:
    """Make a database of a version."""
    database = Database(f"sqlite+aiosqlite:///{path}")
    async with database.engine.connect() as connection:
        await connection.run_sync(migrate, wanted)
        await connection.commit()
    await database.close()


def put_in(path: Path) -> None:
    """Put something in that a migration must not lose."""
    with closing(sqlite3.connect(path, isolation_level=None)) as direct:
        direct.execute("INSERT INTO counter (name, value) VALUES ('log', 7)")


async def die_in_the_middle(path: Path, statement: int) -> bool:
    """Migrate in a process that is killed after this many changes; say whether it was."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", DYING, str(path), str(statement), cwd=ROOT)
    return await process.wait() == -signal.SIGKILL


def tables(path: Path) -> set[str]:
    """Return what is there, after SQLite has looked at every page."""
    with closing(sqlite3.connect(path)) as direct:
        assert direct.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return {name for (name,) in direct.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def version(path: Path) -> str | None:
    """Return the version that the database says it has."""
    with closing(sqlite3.connect(path)) as direct:
        found = direct.execute("SELECT version_num FROM alembic_version").fetchone()
        return None if found is None else found[0]


@pytest.fixture
async def whole(tmp_path: Path) -> dict[str, set[str]]:
    """Return the tables of each version."""
    found = {}
    for name in VERSIONS:
        path = tmp_path / f"whole-{name}.sqlite"
        await make(path, name)
        found[name] = tables(path)
    return found


@pytest.mark.parametrize("begins", [None, VERSIONS[0]])
async def test_a_migration_that_is_killed_anywhere_leaves_a_whole_version(
    tmp_path: Path, whole: dict[str, set[str]], begins: str | None
) -> None:
    """Never a half of one, and the version it says it has; the next start goes on, and what was in it stays."""
    for number in (1, 6, 25):
        path = tmp_path / f"{number}.sqlite"
        if begins is not None:
            shutil.copyfile(tmp_path / f"whole-{begins}.sqlite", path)
            put_in(path)
        killed = await die_in_the_middle(path, number)
        assert killed or number > 1
        there = tables(path)
        assert there == (whole[version(path) or ""] if "alembic_version" in there else set())
        database = Database(f"sqlite+aiosqlite:///{path}")
        await upgrade(database)
        await database.close()
        assert tables(path) == whole[VERSIONS[-1]]
        assert whole[VERSIONS[-1]] - {"alembic_version", "sqlite_sequence"} == set(METADATA.tables)
        if begins is not None:
            with closing(sqlite3.connect(path)) as direct:
                assert direct.execute("SELECT value FROM counter WHERE name = 'log'").fetchone() == (7,)


async def test_a_database_of_a_newer_hub_is_not_touched(tmp_path: Path) -> None:
    """Going back to an older release is no migration: it is refused, and nothing is changed."""
    path = tmp_path / "hub.sqlite"
    database = Database(f"sqlite+aiosqlite:///{path}")
    await upgrade(database)
    with closing(sqlite3.connect(path, isolation_level=None)) as direct:
        direct.execute("UPDATE alembic_version SET version_num = '9999'")
    before = tables(path)
    with pytest.raises(Exception, match="9999"):
        await upgrade(database)
    assert tables(path) == before
    await database.close()
