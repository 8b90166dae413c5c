"""Homes in processes of their own, so nothing of the test kit's Home Assistant is used here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aiohttp
import pytest

from tests.simulators.hub import HubSimulator, running
from tests.simulators.nursery import Nursery

from .home import MortalHome

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def _quick_clock() -> None:
    """Leave the clock alone: it is the other process's."""


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """Import all of Home Assistant once for all files here: one lives at a time."""
    one = Nursery()
    yield one
    one.close()


@pytest.fixture
async def hub() -> AsyncIterator[HubSimulator]:
    """Run a hub."""
    async for one in running(HubSimulator()):
        yield one


@pytest.fixture
async def home(tmp_path: Path, nursery: Nursery, hub: HubSimulator) -> AsyncIterator[MortalHome]:
    """Make a Home Assistant with an owner; it isn't running, and the city is still to be joined."""
    async with aiohttp.ClientSession() as session:
        one = MortalHome(tmp_path / "home", nursery, hub, session)
        try:
            await one.make()
            yield one
        finally:
            await one.close()
