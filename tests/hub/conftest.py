"""Fixtures: a running hub whose people can sign, and a database alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hub.db.engine import Database
from hub.db.migrate import upgrade
from tests.simulators.agency import running_agency

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.simulators.agency import Agency


@pytest.fixture
async def agency(tmp_path: Path) -> AsyncIterator[Agency]:
    """Run a hub whose officer and supervisor have signing keys in the directory."""
    async with running_agency(tmp_path) as started:
        yield started


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """Make an empty database."""
    made = Database(f"sqlite+aiosqlite:///{tmp_path / 'hub.sqlite'}")
    await upgrade(made)
    yield made
    await made.close()
