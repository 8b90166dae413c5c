"""What a home has said is on its disk: the order of its writes, syncs and words, as the kernel saw them.

A kill leaves what was written in the kernel's memory; a power cut does not. So a share's whole way, and everything else
that the owner is answered, goes under ``strace``: when the owner is answered, and when the hub is told of a share,
nothing of ours may still be unsynced.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import aiohttp
import pytest

from tests.simulators.syscalls import Disk, loose_when_said, tracer

from . import journeys
from .ground import enrolled_with_footage, request
from .home import MortalHome, Nursery

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.simulators.hub import HubSimulator

TOLD_THE_HUB = ("POST /v1/shares", "PATCH /v1/uploads", "POST /v1/withdrawals")
TOLD_THE_OWNER = r"\"type\":\"result\",\"success\":true"
NEED_NOT_SURVIVE = ("-shm",)  # SQLite builds its map of the log anew after a crash
OWNERS_MIN, HUBS_MIN = 10, 4  # a trace that shows fewer was not read


def keeps_ours(path: str) -> bool:
    """Say whether a file is ours and has to survive; Home Assistant's own files are its own affair."""
    return "milton_share" in path and not path.endswith(NEED_NOT_SURVIVE)


def is_word(said: str) -> bool:
    """Say whether what was sent is an answer to the owner, or tells the hub of a share."""
    return said.startswith(TOLD_THE_HUB) or TOLD_THE_OWNER in said


@pytest.fixture
async def traced(tmp_path: Path, hub: HubSimulator) -> AsyncIterator[MortalHome]:
    """Make a home whose processes are traced into ``trace`` beside it."""
    before = tracer(tmp_path / "trace")
    if before is None:
        pytest.skip("no strace here (apt-get install strace)")
    nursery = Nursery(before=before)
    async with aiohttp.ClientSession() as session:
        one = MortalHome(tmp_path / "home", nursery, hub, session)
        try:
            await one.make()
            yield one
        finally:
            await one.close()
            nursery.close()


async def test_nothing_is_said_before_it_would_survive_a_power_cut(
    traced: MortalHome, segment_file: Path, tmp_path: Path
) -> None:
    """Settings, a look, a yes, a share, its receipt, taking it back, a no: at no word is anything loose."""
    request_id = await enrolled_with_footage(traced, segment_file)
    await traced.begin()
    await journeys.settle_in(traced)
    await journeys.look(traced, request_id)
    await journeys.share(traced, request_id)
    await journeys.get_receipt(traced, request_id)
    await journeys.take_back(traced, request_id)
    await journeys.say_no(traced, request(traced))
    await traced.quit()
    disk = Disk(folder=traced.config, counts=keeps_ours)
    with (tmp_path / "trace").open(encoding="utf-8", errors="replace") as lines:
        words = list(loose_when_said(lines, disk, is_word))
    assert sum(TOLD_THE_OWNER in said for said, _ in words) >= OWNERS_MIN
    assert sum(said.startswith(TOLD_THE_HUB) for said, _ in words) >= HUBS_MIN
    early = [(said[:200], sorted(each.replace(f"{traced.config}/", "") for each in loose)) for said, loose in words]
    assert [(said, loose) for said, loose in early if loose] == []
