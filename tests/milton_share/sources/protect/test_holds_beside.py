"""Two holds of one camera whose ranges overlap: each has every picture once, in files that were asked for its range."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import formatdate
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from custom_components.milton_share.clips.make import make_clip
from custom_components.milton_share.sources.model import ToHold
from custom_components.milton_share.sources.protect import pieces
from tests.clips.recordings import numbers_in
from tests.milton_share.held_films import CAMERA_ID, LATER
from tests.milton_share.sources.frigate.kitchen import refused_by
from tests.milton_share.sources.protect.console import FPS, LENGTH_S, running
from tests.milton_share.sources.protect.test_seams import clip
from tests.milton_share.sources.protect.test_source import ROUNDING_S, wrong_by_s

if TYPE_CHECKING:
    from pathlib import Path

    from custom_components.milton_share.sources.model import Coverage
    from tests.milton_share.sources.protect.console import Console

RANGES = {"one": (5, 35), "two": (20, 50), "three": (10, 45)}


def digests(coverage: Coverage) -> list[str]:
    """Return what a hold has, by content."""
    return [segment.sha256 for segment in coverage.segments]


def cut(console: Console, coverage: Coverage, out: Path, from_s: float, until_s: float) -> list[int]:
    """Cut a clip out of what a hold has; return its pictures."""
    job = clip(console, coverage, out, from_s, until_s)
    make_clip(job, lambda _: None)
    return list(numbers_in(job.out))


def to_hold(console: Console, hold_id: str, from_s: float, until_s: float) -> ToHold:
    """Name a range of the film, in seconds after its start."""
    return ToHold(
        hold_id=hold_id,
        camera_id=CAMERA_ID,
        from_=console.at(from_s),
        until=console.at(until_s),
        deadline=datetime.now(UTC) + LATER,
    )


async def looked_at_anew(console: Console, ahead_s: float) -> None:
    """Have the console say of its clock that it is so far ahead, whatever it stamped, and the source ask it again."""

    async def nvr(_request: web.Request) -> web.Response:
        said = {"Date": formatdate(time.time() + ahead_s, usegmt=True)}
        return web.json_response(console.peer.nvr(), headers=said)

    console.peer.answer["nvr"] = nvr
    await console.source.stop()
    await console.source.start()


async def test_two_requests_that_overlap_in_time_have_each_picture_once(console: Console, tmp_path: Path) -> None:
    """Whatever came first, also after a restart: a clip of each can be cut, without a picture twice."""
    for name, span in RANGES.items():
        await console.hold(*span, name)
    await console.source.stop()
    await console.source.start()
    for name, (from_s, until_s) in RANGES.items():
        coverage = await console.hold(from_s, until_s, name)
        assert len(coverage.segments) == 1
        shown = cut(console, coverage, tmp_path / f"{name}.mp4", from_s + 2, until_s - 2)
        assert shown == list(range(shown[0], shown[0] + (until_s - from_s - 4) * FPS))
    assert console.peer.asked["export"] == len(RANGES)


async def test_what_is_kept_for_the_court_is_the_files_of_the_case_to_the_bit(console: Console) -> None:
    """Of a part of its range, beside another hold of that time; nothing is exported for it, also after a restart."""
    await console.hold(*RANGES["three"], "other")
    case = await console.hold(*RANGES["one"])
    asked = console.peer.asked["export"]
    kept = await console.source.hold_beside("case", to_hold(console, "court", 12, 20))
    assert digests(kept) == digests(case)
    await console.source.stop()
    await console.source.start()
    await console.source.release("case")
    again = await console.hold(12, 20, "court")
    assert (digests(again), again.gaps, again.pending) == (digests(case), (), ())
    assert [one.from_ for one in again.segments] == [one.from_ for one in case.segments]
    assert console.peer.asked["export"] == asked


async def test_what_comes_for_the_case_later_is_kept_for_the_court_too(
    tmp_path: Path, film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was begun while some of the case's files were still to come."""
    monkeypatch.setattr(pieces, "PIECE_MS", 17_000)
    async with running(tmp_path, film) as console:
        own, asked = console.peer._export, 0  # noqa: SLF001  what it does by itself

        async def once(request: web.Request) -> web.StreamResponse:
            nonlocal asked
            asked += 1
            return await own(request) if asked == 1 else web.Response(status=503)

        console.peer.answer["export"] = once
        begun = await console.hold(5, 55)
        first = await console.source.hold_beside("case", to_hold(console, "court", 5, 55))
        assert digests(first) == digests(begun)
        assert len(begun.segments) == 1
        console.peer.answer.clear()
        case = await console.hold(5, 55)
        while case.pending:
            case = await console.hold(5, 55)
        kept = await console.source.hold_beside("case", to_hold(console, "court", 5, 55))
        assert digests(kept) == digests(case)
        assert len(kept.segments) > 1


async def test_a_hold_that_two_ask_for_at_once_is_copied_once(console: Console) -> None:
    """One of them after the other would ask for the same files, and go on when the hold is let go."""
    going_on = asyncio.Event()
    own = console.peer._export  # noqa: SLF001  what it does by itself

    async def slow(request: web.Request) -> web.StreamResponse:
        await going_on.wait()
        return await own(request)

    console.peer.answer["export"] = slow
    holding = [asyncio.create_task(console.hold(5, 35)) for _ in range(3)]
    while not console.peer.asked["export"]:  # noqa: ASYNC110  it is asked
        await asyncio.sleep(0.02)
    assert len([task for task in asyncio.all_tasks() if task.get_name() == "copied copy"]) == 1
    going_on.set()
    one, *others = await asyncio.gather(*holding)
    assert all(digests(other) == digests(one) for other in others)


async def test_a_console_that_is_gone_takes_nothing_from_what_is_kept_for_the_court(console: Console) -> None:
    """The files are here: nobody has to be asked."""
    case = await console.hold(*RANGES["one"])
    await console.source.stop()
    await console.peer.stop()
    await console.source.start()
    kept = await console.source.hold_beside("case", to_hold(console, "court", 12, 20))
    assert digests(kept) == digests(case)


async def test_a_hole_of_the_case_is_asked_for_no_more_by_what_is_kept_for_the_court(
    tmp_path: Path, film: Path
) -> None:
    """It has the halves that the case has."""
    async with running(tmp_path, film) as console:
        console.keep((0.0, 16.0), (42.0, LENGTH_S))
        case = await console.hold(0, LENGTH_S)
        asked = console.peer.asked["export"]
        kept = await console.source.hold_beside("case", to_hold(console, "court", 2, 58))
        while kept.pending:
            kept = await console.source.hold_beside("case", to_hold(console, "court", 2, 58))
        assert set(digests(kept)) == set(digests(case))
        assert console.peer.asked["export"] == asked


@pytest.mark.parametrize(
    "moved_s", [pytest.param(0.06, marks=pytest.mark.long), pytest.param(-0.11, marks=pytest.mark.long), 0.4]
)
async def test_a_console_whose_clock_is_measured_anew_gives_nothing_twice(
    tmp_path: Path, film: Path, moved_s: float
) -> None:
    """How far it is off comes out a little otherwise each time; what is here stays what it is."""
    async with running(tmp_path, film) as console:
        console.peer.ahead_s = 40.0
        await console.source.stop()
        await console.source.start()
        before = await console.hold(20, 40)
        console.peer.ahead_s += moved_s
        await console.source.stop()
        await console.source.start()
        after = await console.hold(20, 40)
        assert [(one.path, one.sha256) for one in after.segments] == [(one.path, one.sha256) for one in before.segments]
        assert len(after.segments) == console.peer.asked["export"] == 1
        assert wrong_by_s(console, after) <= after.clock.uncertainty_ms / 1000 + ROUNDING_S


async def test_a_clock_that_is_put_right_after_the_export_makes_no_time_surer_than_it_is(
    tmp_path: Path, film: Path
) -> None:
    """The console filmed by a right clock; it says another hour, then the right one again."""
    async with running(tmp_path, film) as console:
        for ahead_s in (15.0, 0.0, 40.0):
            await looked_at_anew(console, ahead_s)
            coverage = await console.hold(20, 40)
            assert wrong_by_s(console, coverage) <= coverage.clock.uncertainty_ms / 1000 + ROUNDING_S


async def test_a_clock_that_was_wrong_as_it_filmed_and_is_put_right_makes_no_time_surer_than_it_is(
    tmp_path: Path, film: Path
) -> None:
    """What it filmed has the wrong stamps for good; which of its clocks stamped it, nobody can say."""
    async with running(tmp_path, film) as console:
        console.peer.ahead_s = 15.0
        await looked_at_anew(console, 15.0)
        first = await console.hold(20, 40)
        await looked_at_anew(console, 0.0)
        coverage = await console.hold(20, 40)
        sure = [one for one in coverage.segments if one.path in {each.path for each in first.segments}]
        assert sure
        coverage = replace(coverage, segments=tuple(sure))
        assert wrong_by_s(console, coverage) <= coverage.clock.uncertainty_ms / 1000 + ROUNDING_S


async def test_what_the_console_has_overwritten_is_not_said_to_be_there_for_another_hold(console: Console) -> None:
    """What one hold has is that one's alone: a request that comes later would be told of footage that it can't have."""
    await console.hold(5, 35, "one")
    console.peer.films.clear()
    assert (await console.source.coverage(CAMERA_ID, console.at(5), console.at(35))).spans == ()
    assert (await console.source.held("one")).segments


async def test_a_hold_that_ended_and_is_asked_for_again_is_copied_again(tmp_path: Path, film: Path) -> None:
    """Nothing that was known of the first is taken for true of the second."""
    async with running(tmp_path, film, look_every_s=0.1) as console:
        span = console.at(5), console.at(35)
        first = await console.hold(5, 35, "two")
        await console.source.release("two")
        await console.source.hold("case", CAMERA_ID, *span, datetime.now(UTC) + timedelta(seconds=2))
        async with asyncio.timeout(30):
            while await refused_by(console.source.held("case")) is None:  # noqa: ASYNC110  its deadline comes
                await asyncio.sleep(0.05)
        again = await console.hold(5, 35)
        assert len(again.segments) == len(first.segments)
        assert (again.gaps, again.pending) == ((), ())
