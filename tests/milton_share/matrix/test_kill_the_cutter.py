"""Law 8: kill -9 of the cutting child at each of its steps, and of Home Assistant while a child is at one.

No half file is shown or shared, no child outlives its parent, and the next look works.
"""

from __future__ import annotations

import asyncio
import signal
from functools import partial
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.clips.steps import Step
from tests.e2e.processes import StepError, until
from tests.simulators.nursery import PATIENCE_S, Kill, state_of

from . import journeys
from .context import arrived, enrolled_with_footage, files_under, folder

if TYPE_CHECKING:
    from pathlib import Path

    from .home import MortalHome

KILLS = tuple(Kill(step, moment) for step in Step for moment in ("before", "after"))
PREVIEW_S, TRIM_S = 2, 4


async def test_a_killed_child_leaves_nothing_and_the_next_look_works(home: MortalHome, segment_file: Path) -> None:
    """At the first look and at a trim; the clip that was looked at before stays, and is what is shared."""
    request_id = await enrolled_with_footage(home, segment_file)
    await home.begin()
    await journeys.hold(home, request_id)
    for from_s in (PREVIEW_S, TRIM_S):
        there = clips(home)
        for kill in KILLS:
            home.doom_child(kill, signal.SIGKILL)
            with pytest.raises(StepError, match="cut_failed"):
                await journeys.look(home, request_id, from_s)
            assert clips(home) == there, f"killed {kill.moment} {kill.step}"
            assert not home.child_file.exists(), "no child was killed"
        shown = await journeys.look(home, request_id, from_s)
        assert clips(home) == [f"{shown['clip_sha256']}.mp4"]
    share_id = await journeys.share(home, request_id)
    await home.case(request_id, "receipted")
    assert arrived(home, share_id) == shown["clip_sha256"]
    await home.quit()


async def test_no_child_outlives_its_parent(home: MortalHome, segment_file: Path) -> None:
    """Home Assistant is killed while the child is at a step; the next start wipes what the child had written."""
    request_id = await enrolled_with_footage(home, segment_file)
    for number, kill in enumerate(KILLS[:-1]):
        await home.begin()
        await journeys.hold(home, request_id)
        home.doom_child(kill, signal.SIGSTOP)
        going = asyncio.ensure_future(journeys.look(home, request_id, PREVIEW_S + number))
        child = await home.doomed_child()
        await home.kill()
        await asyncio.gather(going, return_exceptions=True)
        await until(partial(_is_gone, child), PATIENCE_S, f"the child outlived its parent: {kill}", every_s=0.02)
    await home.begin()
    await journeys.hold(home, request_id)
    assert clips(home) == []
    shown = await journeys.look(home, request_id)
    assert clips(home) == [f"{shown['clip_sha256']}.mp4"]
    await home.quit()


async def _is_gone(pid: int) -> bool:
    return state_of(pid) == "Z"


def clips(home: MortalHome) -> list[str]:
    """Return what lies where clips are."""
    return files_under(folder(home).root / "clips")
