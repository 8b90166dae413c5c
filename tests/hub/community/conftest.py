"""Fixtures: a community house of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.simulators.community import running_community

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.simulators.community import CommunityBench


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[CommunityBench]:
    """Serve a house without residents."""
    async with running_community(tmp_path) as started:
        yield started
