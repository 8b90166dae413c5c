"""The community house: its settings, its own database, and who answers under its name."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from hub.__main__ import main
from hub.community.context import MIGRATIONS
from hub.community.database import clear_journal, database_at
from hub.community.migrations.tables import METADATA
from hub.community.settings import CommunitySettings
from hub.db.migrate import upgrade
from hub.kit.settings import Settings
from hub.kit.settings_table import SETTINGS_NAME
from tests.simulators.hub_bench import found_city
from tests.simulators.ports import free_port

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

    from tests.simulators.community import CommunityBench

OWN = "community.localhost"


def changed(folder: Path, before: str, after: str) -> Settings:
    """Change the settings of the city in ``folder``."""
    file = found_city(folder).folder / SETTINGS_NAME
    assert before in file.read_text()
    file.write_text(file.read_text().replace(before, after))
    return Settings.load(folder)


async def test_the_migrations_make_the_very_tables_of_the_models(tmp_path: Path) -> None:
    """In a database of the house's own; a second run does nothing."""
    database = database_at(f"sqlite+aiosqlite:///{tmp_path / 'community.sqlite'}")
    for _ in range(2):
        await upgrade(database, MIGRATIONS)

    def differences(connection: Connection) -> list[object]:
        return compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), METADATA)

    async with database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []
        assert await connection.scalar(text("PRAGMA secure_delete")) == 1
    await clear_journal(database)
    assert (tmp_path / "community.sqlite-wal").stat().st_size == 0
    await database.close()


async def test_the_house_answers_under_its_own_name_alone(bench: CommunityBench) -> None:
    """It is well when its database answers; a page of another site that was led here reads nothing."""
    assert await bench.ask("GET", "/health") == (200, {"ready": True})
    assert (await bench.ask("GET", "/health", Host="evil.example"))[1]["error"] == "host_unknown"


def test_a_city_without_the_table_has_no_house(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And its command says so in one line."""
    settings = changed(tmp_path, "[community]", "[elsewhere]")
    assert CommunitySettings.of(settings) is None
    assert main(["community", "serve", str(tmp_path)]) == 1
    assert "no table [community]" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("origin", "message"),
    [
        ("http://localhost:8444", "a hostname of its own"),
        ("http://sign.localhost:8444", "a hostname of its own"),
        ("", "a hostname of its own"),
        ("ftp://community.localhost", "begins with https"),
    ],
)
def test_the_residents_pages_have_a_hostname_of_their_own(tmp_path: Path, origin: str, message: str) -> None:
    """Else residents' cookies and officers' would go to both."""
    settings = changed(tmp_path, f'"http://{OWN}:8444"', f'"{origin}"')
    with pytest.raises(ValueError, match=message):
        CommunitySettings.of(settings)


def test_residents_and_police_share_no_database(tmp_path: Path) -> None:
    """Not even by a mistake in the settings."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'hub' / 'hub.sqlite'}"
    with pytest.raises(ValueError, match="another one than the police's"):
        CommunitySettings.of(changed(tmp_path, "[community]", f'[community]\ndatabase = "{url}"'))


async def test_the_house_runs_alone(tmp_path: Path) -> None:
    """By its own command, without the police's applications."""
    port = free_port()
    await asyncio.to_thread(changed, tmp_path, '"127.0.0.1:8444"', f'"127.0.0.1:{port}"\napart = true')
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "hub", "community", "serve", str(tmp_path)), stdout=subprocess.PIPE
    )
    assert child.stdout is not None
    said = [(await child.stdout.readline()).decode().strip() for _ in range(2)]
    assert said == [f"residents: 127.0.0.1:{port}", "The community house is ready."]
    child.send_signal(signal.SIGTERM)
    await child.communicate()
    assert child.returncode == 0
