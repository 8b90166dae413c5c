"""An approver ends a cut: while it waits for its turn, in the middle, too late; nothing of it is left."""

from __future__ import annotations

import asyncio
import os
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from custom_components.milton_share.cases.state import ConsentError
from custom_components.milton_share.errors import MiltonShareError
from custom_components.milton_share.shared.milton_protocol.messages.shares.masks import Mask, MaskKey
from custom_components.milton_share.sources.errors import HOLD_UNKNOWN, SourceError
from tests.milton_share.sources.frigate.kitchen import refused_by

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from custom_components.milton_share.cases.model import CaseView, ClipView
    from custom_components.milton_share.sources.model import Coverage
    from tests.milton_share.conftest import Home

pytestmark = pytest.mark.usefixtures("recorded")


def cutters() -> list[int]:
    """Return the cutting children of this process that still run."""
    pids = map(int, Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())
    return [pid for pid in pids if b"clips.child" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def files_of(home: Home, case: CaseView) -> list[str]:
    """Return the names of what lies in a case's folder."""
    folder = home.services.folder.clips(case.case_id)
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def masked_look(home: Home, case: CaseView) -> Callable[[], Awaitable[ClipView]]:
    """Return a look at twenty seconds that are all encoded."""
    start = case.footage_from
    assert start is not None
    mask = Mask(keys=(MaskKey(at=start, corners=((0, 0), (2_500, 0), (2_500, 2_500))),))
    until = start + timedelta(seconds=20)
    return partial(home.panel.review.look, home.owner.session, case.case_id, start, until, audio=True, masks=(mask,))


async def test_a_cut_that_is_stopped_leaves_no_file_and_no_process(home: Home) -> None:
    """It says so to who asked for it; the same part can be cut again."""
    await home.place_camera()
    case = await home.held()
    look = masked_look(home, case)
    stopping: list[asyncio.Task[None]] = []

    def stop_at_the_first_picture() -> None:
        if not stopping and (home.case(case.request_id).cutting or 0) > 0:
            stopping.append(asyncio.create_task(home.panel.review.give_up(home.owner.session, case.case_id)))

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
    async with home.services.cutter._queue.for_request():  # noqa: SLF001  another clip is being cut
        waiting = asyncio.ensure_future(masked_look(home, case)())
        await home.until(lambda: home.case(case.request_id).cutting is not None)
        await home.panel.review.give_up(home.owner.session, case.case_id)
        with pytest.raises(MiltonShareError, match="cut_stopped"):
            await waiting
    assert files_of(home, case) == [f"{case.clip.clip_sha256}.mp4"]
    assert home.case(case.request_id).clip == case.clip


async def test_what_is_not_cut_can_not_be_stopped(home: Home) -> None:
    """By a rule: before, after, and for a case that nobody knows."""
    await home.place_camera()
    case = await home.looked_at()
    with pytest.raises(MiltonShareError, match="not_cutting"):
        await home.panel.review.give_up(home.owner.session, case.case_id)
    with pytest.raises(MiltonShareError, match="unknown_case"):
        await home.panel.review.give_up(home.owner.session, "0" * 32)
    assert home.case(case.request_id).clip is not None


async def test_a_cut_that_waits_while_somebody_says_no_holds_nothing_again(home: Home) -> None:
    """What was let go by the no was held anew when its turn came, until 72 hours after the request expires."""
    await home.place_camera()
    case = await home.held()
    services = home.services
    async with services.cutter._queue.for_request():  # noqa: SLF001  another clip is being cut
        waiting = asyncio.ensure_future(masked_look(home, case)())
        await home.until(lambda: home.case(case.request_id).cutting is not None)
        await home.panel.decisions.not_this_time(home.owner.session, case.request_id)
        await home.scheduler.acted()
    with pytest.raises(MiltonShareError, match="already_decided"):
        await waiting
    assert await refused_by(services.footage.source.held(case.case_id)) == HOLD_UNKNOWN
    assert files_of(home, case) == []


async def test_a_no_in_the_middle_of_a_cut_leaves_no_file_and_nothing_held(home: Home) -> None:
    """The clip that comes too late is wiped."""
    await home.place_camera()
    case = await home.held()
    saying: list[asyncio.Task[None]] = []

    def say_no_at_the_first_picture() -> None:
        if not saying and (home.case(case.request_id).cutting or 0) > 0:
            saying.append(asyncio.create_task(home.panel.decisions.not_this_time(home.owner.session, case.request_id)))

    home.coordinator.subscribe(say_no_at_the_first_picture)
    with pytest.raises(MiltonShareError):
        await masked_look(home, case)()
    await saying[0]
    await home.scheduler.acted()
    assert (cutters(), files_of(home, case)) == ([], [])
    source = home.services.footage.source
    assert await refused_by(source.held(case.case_id)) == HOLD_UNKNOWN


async def test_what_nobody_may_see_any_more_is_not_cut_to_its_end(home: Home) -> None:
    """Nothing of it was left before either, but the next clip waited for it: a masked hour takes hours."""
    await home.place_camera()
    case = await home.held()
    cutting_at_the_no: list[float | None] = []

    async def say_no() -> None:
        await home.panel.decisions.not_this_time(home.owner.session, case.request_id)
        cutting_at_the_no.append(home.services.cutter.cutting(case.case_id))

    saying: list[asyncio.Task[None]] = []

    def say_no_at_the_first_picture() -> None:
        if not saying and (home.case(case.request_id).cutting or 0) > 0:
            saying.append(asyncio.create_task(say_no()))

    home.coordinator.subscribe(say_no_at_the_first_picture)
    with pytest.raises(MiltonShareError, match="already_decided"):
        await masked_look(home, case)()
    await saying[0]
    assert (cutting_at_the_no, cutters(), files_of(home, case)) == ([None], [], [])


@pytest.mark.parametrize("withdrawn", [False, True])
async def test_what_is_let_go_while_it_is_about_to_be_held_is_not_held(
    home: Home, monkeypatch: pytest.MonkeyPatch, *, withdrawn: bool
) -> None:
    """A recorder takes half a minute to say what it has; somebody says no meanwhile, or the city takes it back."""
    await home.place_camera()
    case = await home.held()
    services = home.services
    source = services.footage.source
    assessment = home.scheduler.judgment.assessment
    assert assessment is not None
    verified = assessment.verified()[case.request_id]
    own, asked, goes_on = source.hold, asyncio.Event(), asyncio.Event()

    async def slow(*wanted: Any) -> Coverage:  # noqa: ANN401  as it is asked
        asked.set()
        await goes_on.wait()
        return await own(*wanted)

    monkeypatch.setattr(source, "hold", slow)
    looking = asyncio.ensure_future(masked_look(home, case)())
    await asked.wait()
    monkeypatch.setattr(source, "hold", own)
    if withdrawn:
        home.hub.city.withdrawn.update(home.hub.city.bundles)
        home.hub.publish()
        await home.until(lambda: home.request(case.request_id).refused == "withdrawn")
    else:
        await home.panel.decisions.not_this_time(home.owner.session, case.request_id)
    await home.scheduler.acted()
    goes_on.set()
    with pytest.raises((MiltonShareError, ConsentError), match="already_decided"):
        await looking
    assert await refused_by(source.held(case.case_id)) == HOLD_UNKNOWN

    async def away(*wanted: Any) -> Coverage:  # noqa: ANN401  as it is asked
        await own(*wanted)
        rule = "source_away"
        raise SourceError(rule)

    monkeypatch.setattr(source, "hold", away)  # what it keeps beside until that one is there goes, too
    with pytest.raises(ConsentError, match="already_decided"):
        await services.holds.hold(services.book.case(case.case_id), verified)
    assert await refused_by(source.held(case.case_id)) == HOLD_UNKNOWN
