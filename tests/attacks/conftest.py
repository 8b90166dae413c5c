"""A hub with everybody in it, made anew for each attack, and its database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.simulators.answered import answered_agency
from tests.simulators.database_file import Books

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.simulators.answered import Answered


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Answered]:
    """Run a hub with one answered request."""
    async with answered_agency(tmp_path) as started:
        yield started


@pytest.fixture
def books(town: Answered) -> Books:
    """Open its database."""
    return Books(path=town.agency.settings.folder / "hub.sqlite")
