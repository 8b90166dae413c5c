"""An approver ends a cut: while it waits for its turn, in the middle, too late; nothing of it is left."""

from __future__ import annotations

import asyncio
import os
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.errors import MiltonShareError
from custom_components.milton_share.shared.milton_protocol.messages.masks import Mask, MaskKey

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from custom_components.milton_share.case_models import CaseView, ClipView

    from .conftest import Home

pytestmark = pytest.mark.usefixtures("recorded")


def cutters() -> list[int]:
    """Return the cutting children of this process that still run."""
    pids = map(int, Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())
    return [pid for pid in pids if b"clips.child" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def files_of(home: Home, case: CaseView) -> list[str]:
    """Return the names of what lies in a case's folder."""
    folder = home.coordinator._parts.folder.clips(case.case_id)  # noqa: SLF001
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def masked_look(home: Home, case: CaseView) -> Callable[[], Awaitable[ClipView]]:
    """Return a look at twenty seconds that are all encoded."""
    start = case.footage_from
    assert start is not None
    mask = Mask(keys=(MaskKey(at=start, corners=((0, 0), (2_500, 0), (2_500, 2_500))),))
    until = start + timedelta(seconds=20)
    return partial(home.desk.look, home.owner.session, case.case_id, start, until, audio=True, masks=(mask,))


async def test_a_cut_that_is_stopped_leaves_no_file_and_no_process(home: Home) -> None:
    """It says so to who asked for it; the same part can be cut again."""
    await home.place_camera()
    case = await home.held()
    look = masked_look(home, case)
    stopping: list[asyncio.Task[None]] = []

    def stop_at_the_first_picture() -> None:
        if not stopping and (home.case(case.request_id).cutting or 0) > 0:
            stopping.append(asyncio.create_task(home.desk.give_up(home.owner.session, case.case_id)))

    home.coordinator.subscribe(stop_at_the_first_picture)
    with pytest.raises(MiltonShareError, match="cut_stopped"):
        await look()
    await stopping[0]
    assert cutters() == []
    assert files_of(home, case) == []
    assert (home.case(case.request_id).cutting, home.case(case.request_id).clip) == (None, None)
    assert (await look()).clip_sha256


async def test_a_cut_that_waits_for_its_turn_is_stopped_and_an_earlier_clip_stays(home: Home) -> None:
    """One clip is cut at a time: who waits can go, and keeps what was there."""
    await home.place_camera()
    case = await home.looked_at()
    assert case.clip is not None
    async with home.coordinator._parts.looks._queue.for_request():  # noqa: SLF001  another clip is being cut
        waiting = asyncio.ensure_future(masked_look(home, case)())
        await home.until(lambda: home.case(case.request_id).cutting is not None)
        await home.desk.give_up(home.owner.session, case.case_id)
        with pytest.raises(MiltonShareError, match="cut_stopped"):
            await waiting
    assert files_of(home, case) == [f"{case.clip.clip_sha256}.mp4"]
    assert home.case(case.request_id).clip == case.clip


async def test_what_is_not_cut_can_not_be_stopped(home: Home) -> None:
    """By a rule: before, after, and for a case that nobody knows."""
    await home.place_camera()
    case = await home.looked_at()
    with pytest.raises(MiltonShareError, match="not_cutting"):
        await home.desk.give_up(home.owner.session, case.case_id)
    with pytest.raises(MiltonShareError, match="unknown_case"):
        await home.desk.give_up(home.owner.session, "0" * 32)
    assert home.case(case.request_id).clip is not None
