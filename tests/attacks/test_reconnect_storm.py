"""Every home of a city loses its broker at once and comes back at once: nothing is lost or heard twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.simulators.storm import storm

if TYPE_CHECKING:
    from pathlib import Path

HOMES, REQUESTS = 20, 3  # two thousand in tests/long


async def test_homes_that_all_lose_the_broker_are_back_with_every_live_request_once(tmp_path: Path) -> None:
    """What was published while nobody was connected is there, what was withdrawn is not live."""
    came = await storm(tmp_path, HOMES, REQUESTS)
    assert came.twice == 0
