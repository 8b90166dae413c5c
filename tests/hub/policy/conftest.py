"""Fixtures: a running hub with two administrators."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.simulators.administrators import administrators

if TYPE_CHECKING:
    from tests.simulators.administrators import Administrators
    from tests.simulators.agency import Agency


@pytest.fixture
async def desks(agency: Agency) -> Administrators:
    """Seat the two."""
    return await administrators(agency)
