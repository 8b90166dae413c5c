"""Fixtures: a database in which flags are raised."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hub.audit.watched import WATCH
from hub.auditors.flags.service import Flags
from hub.db.engine import Database
from hub.db.migrate import upgrade
from tests.simulators.flagged import BOUNDS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """Make an empty database that is watched."""
    made = Database(f"sqlite+aiosqlite:///{tmp_path / 'hub.sqlite'}")
    await upgrade(made)
    made.hand(WATCH, Flags(BOUNDS))
    yield made
    await made.close()
