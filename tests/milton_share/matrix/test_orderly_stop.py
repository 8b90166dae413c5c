"""Law 8: Home Assistant is stopped in order in the middle of a share. It ends by itself, and the next start goes on."""

from __future__ import annotations

import asyncio
import signal
from functools import partial
from typing import TYPE_CHECKING

from custom_components.milton_share.clips.steps import Step as CutterStep
from tests.e2e.processes import until
from tests.simulators.nursery import PATIENCE_S, Kill, state_of

from . import journeys
from .context import arrived_once, enrolled_with_footage, files_under, folder, rows

if TYPE_CHECKING:
    from pathlib import Path

    from .home import MortalHome


async def test_a_stop_while_a_clip_is_cut_and_while_it_is_sent_loses_and_doubles_nothing(
    home: MortalHome, segment_file: Path
) -> None:
    """The cut leaves no child and no half clip; of what was sent the rest is sent, from where the hub stands."""
    request_id = await enrolled_with_footage(home, segment_file)
    await home.begin()
    home.doom_child(Kill(next(iter(CutterStep)), "before"), signal.SIGSTOP)
    cutting = asyncio.ensure_future(journeys.look(home, request_id))
    child = await home.doomed_child()
    assert await stopped(home) == 0
    assert state_of(child) == "Z", "the cutter outlived an orderly stop"
    await ended(cutting)
    assert files_under(folder(home).root / "clips") == []

    home.hub.pause = asyncio.Event()
    await home.begin()
    sharing = asyncio.ensure_future(journeys.share(home, request_id))
    await until(partial(_is_sent, home), PATIENCE_S, "nothing is sent")
    assert await stopped(home) == 0
    await ended(sharing)
    assert rows(home, "SELECT state FROM cases") == [("sealed",)]
    home.hub.pause.set()
    home.hub.pause = None

    await home.begin()
    await journeys.share(home, request_id)
    await home.case(request_id, "receipted")
    arrived_once(home, receipts=1)
    assert await stopped(home) == 0


async def stopped(home: MortalHome) -> int:
    """Ask it to stop when its start is over; return its exit code. Before, the signal itself ends Home Assistant."""
    await home.wait_until_running()
    return await home.quit()


async def _is_sent(home: MortalHome) -> bool:
    return any(path.startswith("PATCH") for path in home.hub.paths())


async def ended(going: asyncio.Future[object]) -> None:
    """End what the owner was doing in front of a home that is gone."""
    going.cancel()
    await asyncio.gather(going, return_exceptions=True)
