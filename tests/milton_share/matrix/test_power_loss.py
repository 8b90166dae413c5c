"""What a home calls durable is on its disk: the order of its writes and syncs, as the kernel saw them.

A kill leaves what was written in the kernel's memory; a power cut does not. So everything that the owner is answered,
and a share's whole way, goes under ``strace``: when a step is past, nothing that it was about may still be unsynced.
That nobody is told before a step is past is what the kills at every step show. A step that is new there is one here.
"""

from __future__ import annotations

import asyncio
import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import aiohttp
import pytest

from custom_components.milton_share.sources.recorder.store.files import camera_folder
from custom_components.milton_share.sources.recorder.store.steps import Step as RecorderStep
from tests.simulators.maps import town
from tests.simulators.nursery import Nursery
from tests.simulators.syscalls import NAME_OF, Disk, loose_after_steps, tracer

from . import journeys
from .context import enrolled_with_footage, folder, request
from .copying import copy, digests, film_files, offer_frigate, running_frigate
from .home import CAMERA, MortalHome
from .test_kill_at_every_step import FORGOTTEN, LAPSED, VISITED_HERE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.simulators.hub import HubSimulator

# SQLite builds its map of the log anew after a crash; what people save for themselves, or try, is wiped at each start.
NEED_NOT_SURVIVE = ("-shm", "/own")
ON_ITS_WAY = ".part"  # wiped at each start until it has its own name, and what is loose of it goes with it to that name
MADE_TO_STAY = {*VISITED_HERE} - {*LAPSED, *FORGOTTEN}  # when a request ends no owner waits for an answer
NOBODY = 0  # in a trace's place of a thread: who is no more


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
    """From joining to leaving, with all that the owner is answered, and a Frigate: after no step is anything loose."""
    request_id = await enrolled_with_footage(traced, segment_file)
    await traced.begin()
    traced.hub.give_map(town())
    await journeys.be_given_the_map(traced)
    await journeys.settle_in(traced)
    await journeys.look(traced, request_id)
    await journeys.share(traced, request_id)
    await journeys.get_receipt(traced, request_id)
    await journeys.agree(traced, request_id)
    await journeys.flag(traced, request_id)
    await journeys.hear_of_a_view(traced, request_id)
    await journeys.say_of_passing(traced, request_id)
    await journeys.give_up(traced, request_id)
    await journeys.be_refused(traced, request_id)
    await journeys.take_back(traced, request_id)
    other_id = request(traced)
    await journeys.be_told(traced, other_id)
    await journeys.add_file(traced, other_id, await asyncio.to_thread(segment_file.read_bytes))
    await journeys.take_file_away(traced, other_id)
    await journeys.trim(traced, other_id)
    await journeys.say_no(traced, other_id)
    files = await asyncio.to_thread(film_files, tmp_path / "parts")
    async with running_frigate(tmp_path / "media", files) as frigate:
        await offer_frigate(traced, frigate)
        await copy(traced, request(traced), digests(files))
    await journeys.guess(traced)
    await traced.quit()
    left = await asyncio.to_thread(leave_segment, traced, segment_file)
    await traced.begin()
    await journeys.see_recordings(traced, left)
    await journeys.leave(traced)
    await traced.quit()
    steps = loose_after(traced, tmp_path / "trace")
    assert MADE_TO_STAY - {step for step, _ in steps} == set()
    assert [(step, loose) for step, loose in steps if loose] == []
    steps = loose_after(traced, tmp_path / "trace", str(left), f"{NAME_OF}{left}")
    synced = [step for step, _ in steps].index(RecorderStep.SEGMENT_SYNCED)
    # another step may be told of between its sync and its own step
    assert any(loose for _, loose in steps[:synced]), "nobody had to sync it"
    assert [(step, loose) for step, loose in steps[synced:] if loose] == []


def leave_segment(home: MortalHome, segment_file: Path) -> Path:
    """Put a segment where a home that is down records, as a process left it that is no more, and return where."""
    now_ms = round(datetime.now(UTC).timestamp() * 1000)
    left = folder(home).recordings / "ring" / camera_folder(CAMERA) / f"{now_ms:013}-000000.mp4"
    shutil.copy(segment_file, left)
    return left


def loose_after(home: MortalHome, trace: Path, *left: str) -> list[tuple[str, list[str]]]:
    """Return each step with what was loose after it; ``left`` is loose from the beginning, of nobody who lives."""
    disk = Disk(folder=home.config, counts=keeps_ours, loose=dict.fromkeys(left, 0), gone={NOBODY})
    disk.writers.update(dict.fromkeys(left, NOBODY))
    with trace.open(encoding="utf-8", errors="replace") as lines:
        steps = list(loose_after_steps(lines, disk, home.steps))
    return [
        (step, sorted(each.replace(f"{home.config}/", "") for each in loose if not each.endswith(ON_ITS_WAY)))
        for step, loose in steps
    ]
