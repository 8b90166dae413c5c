"""What a home calls durable is on its disk: the order of its writes and syncs, as the kernel saw them.

A kill leaves what was written in the kernel's memory; a power cut does not. So everything that the owner is answered,
and a share's whole way, goes under ``strace``: when a step is past, nothing that it was about may still be unsynced.
That nobody is told before a step is past is what the kills at every step show.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import aiohttp
import pytest

from tests.simulators.syscalls import Disk, loose_after_steps, tracer

from . import journeys
from .ground import enrolled_with_footage, request
from .home import MortalHome, Nursery
from .test_kill_at_every_step import DECLINED, HOLDING, JOINING, RECEIPTED, SETTLING_IN, SHARING, TAKEN_BACK

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.simulators.hub import HubSimulator

# SQLite builds its map of the log anew after a crash; what people save for themselves is wiped at each start.
NEED_NOT_SURVIVE = ("-shm", "/own")


MADE_TO_STAY = {*JOINING, *SETTLING_IN, *HOLDING, *SHARING, *RECEIPTED, *TAKEN_BACK, *DECLINED}


def keeps_ours(path: str) -> bool:
    """Say whether a file is ours and has to survive; Home Assistant's own files are its own affair."""
    return "milton_share" in path and not path.endswith(NEED_NOT_SURVIVE)


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


async def test_no_step_is_past_before_it_would_survive_a_power_cut(
    traced: MortalHome, segment_file: Path, tmp_path: Path
) -> None:
    """Settings, a look, a yes, a share, its receipt, taking it back, a no: after no step is anything loose."""
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
        steps = list(loose_after_steps(lines, disk, traced.steps))
    assert {step for step, _ in steps} >= MADE_TO_STAY
    early = [(step, sorted(each.replace(f"{traced.config}/", "") for each in loose)) for step, loose in steps]
    assert [(step, loose) for step, loose in early if loose] == []
