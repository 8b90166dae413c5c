"""Fixtures: a running hub."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.simulators.hub_bench import running_hub

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.simulators.hub_bench import HubBench


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[HubBench]:
    """Run a hub with one published request and one enrolled home."""
    async with running_hub(tmp_path) as started:
        yield started
