"""Fixtures: a real mosquitto over a real database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hub.broker.errors import BrokerError
from hub.broker.mosquitto import Installed, Listener
from tests.simulators.broker_bench import running_bench
from tests.simulators.ports import free_port

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.simulators.broker_bench import Bench


@pytest.fixture(name="installed")
def installed_mosquitto() -> Installed:
    """Find mosquitto, or skip and say why."""
    try:
        return Installed.find()
    except BrokerError as error:
        pytest.skip(f"no real broker here: {error.detail}")


@pytest.fixture
async def bench(tmp_path: Path, installed: Installed) -> AsyncIterator[Bench]:
    """Start a broker without TLS."""
    async with running_bench(tmp_path, installed, Listener(host="127.0.0.1", port=free_port())) as started:
        yield started
