"""What Frigate has is copied when it is held: whole, by its digest, and for as long as the hold lasts."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import shutil
import stat
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from custom_components.milton_share.sources.errors import SourceError
from custom_components.milton_share.sources.frigate import FrigateAdapter, FrigateClient, FrigateServer
from custom_components.milton_share.sources.media_folder import FolderAdapter, FolderServer
from custom_components.milton_share.sources.media_folder.adapter import CAMERA as FILES
from custom_components.milton_share.sources.recorder_clients import CopyRule, RecorderCamera, RecorderStanding
from custom_components.milton_share.sources.recorder_clients.archive import progress
from custom_components.milton_share.sources.recorder_clients.failures import TRIES_MAX
from tests.milton_share.sources.frigate.kitchen import CAMERA, CAMERA_ID, LATER, LENGTH_S, Kitchen, cooking, refused_by
from tests.simulators.frigate.peer import VERSION
from tests.simulators.frigate.recording import path_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from custom_components.milton_share.sources.model import Coverage

EDGE = timedelta(seconds=10)


async def until(check: Callable[[], object], patience_s: float = 20.0) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(patience_s):
        while not check():  # noqa: ASYNC110  it happens in another task
            await asyncio.sleep(0.02)


async def hold(kitchen: Kitchen, hold_id: str = "case", deadline: timedelta = LATER) -> Coverage:
    """Hold all that there is, and ten seconds around it; wait until all of it is here."""
    span = (kitchen.began - EDGE, kitchen.until + EDGE)
    deadline_at = datetime.now(UTC) + deadline
    coverage = await kitchen.source.hold(hold_id, CAMERA_ID, *span, deadline_at)
    async with asyncio.timeout(20):
        while coverage.pending and coverage.trouble is None:
            await asyncio.sleep(0.05)
            coverage = await kitchen.source.hold(hold_id, CAMERA_ID, *span, deadline_at)
    return coverage


async def test_what_is_held_are_frigates_own_bytes(kitchen: Kitchen, parts: list[Path]) -> None:
    """Each file once, with its digest, private, in order; what is around them are gaps, and nothing is pending."""
    coverage = await hold(kitchen)
    assert [segment.sha256 for segment in coverage.segments] == [
        hashlib.sha256(part.read_bytes()).hexdigest() for part in parts
    ]
    for segment in coverage.segments:
        assert hashlib.sha256(segment.path.read_bytes()).hexdigest() == segment.sha256
        assert stat.S_IMODE(segment.path.stat().st_mode) == 0o600
    assert all(abs((other.from_ - one.until).total_seconds()) < 0.2 for one, other in pairwise(coverage.segments))
    (before, after) = coverage.gaps
    assert before[0] == kitchen.began - EDGE
    assert after[1] == kitchen.until + EDGE
    assert (coverage.pending, coverage.trouble, coverage.software) == ((), None, (("frigate", VERSION),))
    assert coverage.clock.method == "source"
    assert 500 < coverage.clock.uncertainty_ms < 5_000


async def test_what_there_is_can_be_asked_without_copying(kitchen: Kitchen) -> None:
    """A list, nothing else; and nothing of another time."""
    extent = await kitchen.source.coverage(CAMERA_ID, kitchen.began, kitchen.until)
    assert len(extent.spans) == 4
    assert kitchen.peer.asked["file"] == 0
    assert (await kitchen.source.coverage(CAMERA_ID, kitchen.began - LATER, kitchen.began - LATER + EDGE)).spans == ()


async def test_only_what_touches_the_range_is_copied(kitchen: Kitchen) -> None:
    """Two seconds in the middle of the third file."""
    middle = kitchen.began + timedelta(seconds=2.5 * LENGTH_S)
    span = (middle - timedelta(seconds=0.4), middle + timedelta(seconds=0.4))
    coverage = await kitchen.source.hold("case", CAMERA_ID, *span, datetime.now(UTC) + LATER)
    assert 1 <= len(coverage.segments) <= 2
    assert kitchen.peer.asked["file"] == len(coverage.segments)


async def test_holding_the_same_again_copies_nothing_again(kitchen: Kitchen) -> None:
    """Nor asks: nothing more can come of a range that is long over."""
    first = await hold(kitchen)
    asked = kitchen.peer.asked.copy()
    assert await hold(kitchen) == first
    assert kitchen.peer.asked["file"] == asked["file"]
    assert kitchen.peer.asked["recordings"] == asked["recordings"]


async def test_what_frigate_overwrites_afterwards_stays_held_and_comes_into_another_hold(kitchen: Kitchen) -> None:
    """A hold for the court is made of the files of the first, which may then go."""
    held = await hold(kitchen)
    kitchen.peer.rows.clear()
    span = (kitchen.began - EDGE, kitchen.until + EDGE)
    court = await kitchen.source.hold("court", CAMERA_ID, *span, datetime.now(UTC) + LATER)
    await kitchen.source.release("case")
    assert [segment.sha256 for segment in court.segments] == [segment.sha256 for segment in held.segments]
    assert all(segment.path.is_file() for segment in court.segments)
    assert not any(segment.path.exists() for segment in held.segments)
    assert len((await kitchen.source.coverage(CAMERA_ID, kitchen.began, kitchen.until)).spans) == 4


async def test_two_holds_of_the_same_files_fetch_them_once(kitchen: Kitchen) -> None:
    """Begun at once."""
    one, other = await asyncio.gather(hold(kitchen, "one"), hold(kitchen, "other"))
    assert [segment.sha256 for segment in one.segments] == [segment.sha256 for segment in other.segments]
    assert kitchen.peer.asked["file"] == 4


async def test_a_released_hold_is_wiped_and_unknown(kitchen: Kitchen) -> None:
    """Not a byte of it is left; releasing what isn't there does nothing."""
    await hold(kitchen)
    await kitchen.source.release("case")
    await kitchen.source.release("case")
    assert await refused_by(kitchen.source.held("case")) == CopyRule.HOLD_UNKNOWN
    assert list(kitchen.folder.rglob("*.mp4")) == []


async def test_a_hold_that_is_let_go_just_as_its_copying_begins_can_be_held_again(kitchen: Kitchen) -> None:
    """An owner stops their own clip and begins it anew, under the same name: it waited for a copying that never was."""
    holding = asyncio.create_task(hold(kitchen))
    for _ in range(1_000_000):
        if any(task.get_name() == "copied copy" for task in asyncio.all_tasks()):
            break
        await asyncio.sleep(0)
    holding.cancel()
    await kitchen.source.release("case")
    coverage = await hold(kitchen)
    assert (len(coverage.segments), coverage.pending) == (4, ())


async def test_a_hold_ends_at_its_deadline(kitchen: Kitchen) -> None:
    """By itself, also while it is still copied for."""
    deadline = datetime.now(UTC) + timedelta(seconds=2)
    copying = kitchen.source.hold("case", CAMERA_ID, kitchen.began, kitchen.until, deadline)
    assert await refused_by(copying) in (None, CopyRule.HOLD_UNKNOWN)

    async def gone() -> bool:
        return await refused_by(kitchen.source.held("case")) == CopyRule.HOLD_UNKNOWN

    async with asyncio.timeout(20):
        while not await gone() or list(kitchen.folder.rglob("*.mp4")):  # noqa: ASYNC110  it ends in another task
            await asyncio.sleep(0.05)


async def test_a_restart_finds_what_was_held_and_wipes_what_was_on_its_way(kitchen: Kitchen) -> None:
    """And after it the rest is asked for again: what wasn't known to be missing is no gap."""
    held = await hold(kitchen)
    await kitchen.source.stop()
    await kitchen.source.stop()
    assert await refused_by(kitchen.source.held("case")) == CopyRule.STOPPED
    (landing,) = (kitchen.folder / "ring").iterdir()
    (landing / "1700000000.part").write_bytes(b"half a file")
    await kitchen.source.start()
    assert list(landing.iterdir()) == []
    found = await kitchen.source.held("case")
    assert found.segments == held.segments
    assert found.gaps == ()
    assert len(found.pending) >= 2
    again = await hold(kitchen)
    assert (again.pending, again.gaps) == ((), held.gaps)


async def test_copying_that_was_cut_short_goes_on(kitchen: Kitchen) -> None:
    """Frigate goes away after the first file; what is here can be had, the rest is pending, and comes later."""
    own = kitchen.peer._file  # noqa: SLF001  its own answer, after the fault

    async def once(request: web.Request) -> web.StreamResponse:
        if kitchen.peer.asked["file"] > 1:
            return web.Response(status=503)
        return await own(request)

    kitchen.peer.answer["file"] = once
    partly = await hold(kitchen)
    assert (len(partly.segments), partly.trouble) == (1, CopyRule.AWAY)
    assert len(partly.pending) == 3
    for start, end in partly.pending:
        assert all(end <= gap_start or start >= gap_end for gap_start, gap_end in partly.gaps)
    del kitchen.peer.answer["file"]
    await kitchen.source.hold("case", CAMERA_ID, kitchen.began - EDGE, kitchen.until + EDGE, datetime.now(UTC) + LATER)
    await until(lambda: kitchen.peer.asked["file"] >= 5)
    whole = await hold(kitchen)
    assert (len(whole.segments), whole.pending, whole.trouble) == (4, (), None)
    assert kitchen.changes


async def test_what_is_young_may_still_come(tmp_path: Path, parts: list[Path]) -> None:
    """Frigate lists a file some time after it was closed: the end of the range is pending, not a gap."""
    async with cooking(tmp_path, parts) as kitchen:
        now = datetime.now(UTC)
        coverage = await kitchen.source.hold("case", CAMERA_ID, now - timedelta(seconds=30), now, now + LATER)
        (start, end) = coverage.pending[-1]
        assert abs((end - now).total_seconds()) < 0.01
        assert coverage.gaps == ()
        assert start < now


async def test_who_looks_is_told_when_nothing_more_comes_of_what_was_young(
    tmp_path: Path, parts: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where nothing came: else it would be seen a minute later."""
    async with cooking(tmp_path, parts) as kitchen:
        span = (kitchen.began - timedelta(seconds=60), kitchen.began - timedelta(seconds=30))
        young_ms = 2_000
        settles_ms = round((datetime.now(UTC) - span[1]).total_seconds() * 1000) + young_ms
        monkeypatch.setattr(progress, "SETTLE_MS", settles_ms)
        for _ in range(2):
            await kitchen.source.hold("case", CAMERA_ID, *span, datetime.now(UTC) + LATER)
            for job in tuple(kitchen.source._jobs.values()):  # noqa: SLF001
                await job
        told = len(kitchen.changes)
        assert (await kitchen.source.held("case")).pending
        await asyncio.sleep(young_ms / 1000)
        await kitchen.source.hold("case", CAMERA_ID, *span, datetime.now(UTC) + LATER)
        for job in tuple(kitchen.source._jobs.values()):  # noqa: SLF001
            await job
        assert len(kitchen.changes) == told + 1
        assert not (await kitchen.source.held("case")).pending


async def test_a_quota_stops_copying_before_it_is_passed(tmp_path: Path, parts: list[Path]) -> None:
    """Two files fit; that there was no room is said, and what is here stays."""
    sizes = [part.stat().st_size for part in parts]
    async with cooking(tmp_path, parts, hold_bytes=sizes[0] + sizes[1] + 10) as kitchen:
        coverage = await hold(kitchen)
        assert (len(coverage.segments), coverage.trouble) == (2, CopyRule.HOLD_QUOTA)
        assert len(coverage.pending) == 2


async def test_a_disk_that_is_nearly_full_is_left_alone(tmp_path: Path, parts: list[Path]) -> None:
    """Home Assistant needs the rest. Nothing at all is held: that is an error."""
    async with cooking(tmp_path, parts, free_bytes=10**9) as kitchen:
        span = (kitchen.began, kitchen.until)
        hold_ = kitchen.source.hold("case", CAMERA_ID, *span, datetime.now(UTC) + LATER)
        assert await refused_by(hold_) == CopyRule.DISK_FULL
        assert kitchen.peer.asked["file"] == 0


async def test_another_range_of_a_hold_is_refused(kitchen: Kitchen) -> None:
    """As the own recorder does."""
    await hold(kitchen)
    other = kitchen.source.hold("case", CAMERA_ID, kitchen.began, kitchen.until, datetime.now(UTC) + LATER)
    assert await refused_by(other) == "hold_id_taken"


async def test_it_is_known_which_cameras_frigate_records(tmp_path: Path, parts: list[Path]) -> None:
    """One is recorded, one isn't, one it doesn't know, and one is no camera of a Frigate."""
    server = FrigateServer(url="")
    async with cooking(tmp_path, parts, cameras={}) as kitchen:
        assert kitchen.source.standing(CAMERA_ID) is None
    cameras = {}
    async with cooking(tmp_path / "other", parts, cameras=cameras) as kitchen:
        server = kitchen.server
        cameras |= {name: RecorderCamera(server=server, name=name) for name in (CAMERA, "yard", "gone")}
        assert kitchen.source.standing(CAMERA) == RecorderStanding(kind="frigate")
        await until(lambda: kitchen.changes)
        found = [kitchen.source.standing(name) for name in (CAMERA, "yard", "gone")]
        assert found == [
            RecorderStanding(kind="frigate", records=True),
            RecorderStanding(kind="frigate", records=False),
            RecorderStanding(kind="frigate", records=None),
        ]


async def test_a_frigate_that_goes_away_and_comes_back_is_seen(
    kitchen: Kitchen, caplog: pytest.LogCaptureFixture
) -> None:
    """What it last said stays; that it is away is said once, without its address."""
    await until(lambda: kitchen.source.standing(CAMERA_ID) == RecorderStanding(kind="frigate", records=True))

    async def down(_request: web.Request) -> web.Response:
        return web.Response(status=502)

    kitchen.peer.answer |= {"version": down, "config": down}
    await until(
        lambda: (
            kitchen.source.standing(CAMERA_ID) == RecorderStanding(kind="frigate", records=True, trouble=CopyRule.AWAY)
        )
    )
    asked = kitchen.peer.asked["version"]
    await until(lambda: kitchen.peer.asked["version"] > asked + 2)
    kitchen.peer.answer.clear()
    await until(lambda: kitchen.source.standing(CAMERA_ID) == RecorderStanding(kind="frigate", records=True))
    said = [record.getMessage() for record in caplog.records if "can't be asked" in record.getMessage()]
    assert len(said) == 1
    assert kitchen.peer.url not in caplog.text


async def test_a_camera_that_left_home_assistant_keeps_what_is_held(tmp_path: Path, parts: list[Path]) -> None:
    """The owner removed Frigate's entry: held files stay, and the rest is refused as away."""
    cameras: dict[str, RecorderCamera] = {}
    async with cooking(tmp_path, parts, cameras=cameras) as kitchen:
        cameras[CAMERA_ID] = RecorderCamera(server=kitchen.server, name=CAMERA)
        span = (kitchen.began, kitchen.until)
        await kitchen.source.hold("case", CAMERA_ID, *span, datetime.now(UTC) + LATER)
        cameras.clear()
        assert len((await kitchen.source.coverage(CAMERA_ID, *span)).spans) == 4
        later = (span[0] + LATER, span[1] + LATER)
        assert await refused_by(kitchen.source.hold("none", CAMERA_ID, *later, later[1] + LATER)) == CopyRule.AWAY
        assert len((await kitchen.source.held("case")).segments) == 4


@pytest.mark.parametrize("files", [1, 4])
async def test_a_camera_that_is_given_another_kind_of_recorder_has_no_moment_twice(
    kitchen: Kitchen, parts: list[Path], tmp_path: Path, files: int
) -> None:
    """Its owner names a folder while a request is open: both have those seconds, at times that differ by one."""
    kitchen.peer.rows = kitchen.peer.rows[:2]
    before = await hold(kitchen)
    folder = tmp_path / "nvr"
    folder.mkdir()
    for number, part in enumerate(parts[:files]):
        began_s = kitchen.began.timestamp() + 1 + number * LENGTH_S
        at = folder / f"{datetime.fromtimestamp(began_s, UTC):%Y%m%d%H%M%S}.mp4"
        shutil.copyfile(part, at)
        os.utime(at, (began_s + LENGTH_S, began_s + LENGTH_S))
    server = FolderServer(folder=str(folder), zone="UTC", roots=(str(folder),))
    kitchen.cameras[CAMERA_ID] = RecorderCamera(server=server, name=FILES)
    await kitchen.ask_by(FolderAdapter(server, stumbles_s=0.0))
    await kitchen.source.hold("case", CAMERA_ID, kitchen.began - EDGE, kitchen.until + EDGE, datetime.now(UTC) + LATER)
    await until(lambda: len([*kitchen.folder.glob("holds/*/*")]) == len(before.segments) + files)
    after = await kitchen.source.held("case")
    assert all(one.until <= other.from_ + timedelta(seconds=0.25) for one, other in pairwise(after.segments))
    if files == 1:  # the other has less
        assert [one.sha256 for one in after.segments] == [one.sha256 for one in before.segments]
        assert after.software == (("frigate", "unknown"),)
    else:
        assert len(after.segments) == files
        assert after.software == (("media_folder", "files"),)


async def test_a_disk_that_fails_is_said_and_copying_goes_on_later(
    kitchen: Kitchen, caplog: pytest.LogCaptureFixture
) -> None:
    """Where files should land there is a file in the way."""
    ring = kitchen.folder / "ring"
    ring.rmdir()
    ring.write_bytes(b"in the way")
    span = (kitchen.began, kitchen.until)
    hold_ = kitchen.source.hold("case", CAMERA_ID, *span, datetime.now(UTC) + LATER)
    assert await refused_by(hold_) == CopyRule.HOLD_FAILED
    assert "could not be copied" in caplog.text
    ring.unlink()
    ring.mkdir()
    assert len((await hold_again(kitchen)).segments) == 4


@pytest.mark.parametrize("how", ["an error", "a page", "half of it", "silence"])
async def test_a_file_that_frigate_never_gives_whole_keeps_no_other_from_being_copied(
    kitchen: Kitchen, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bad sector: what it fails at again and again is a gap, where it is well otherwise."""
    monkeypatch.setattr("custom_components.milton_share.sources.recorder_clients.connection.line.READ_S", 0.3)
    bad = sorted(row.start_time for row in kitchen.peer.rows)[1]
    own = kitchen.peer._file  # noqa: SLF001

    async def give(request: web.Request) -> web.StreamResponse:
        if request.path != f"/{path_of(CAMERA, bad)}":
            return await own(request)
        if how == "an error":
            return web.Response(status=500)
        if how == "a page":
            return web.Response(text="<!doctype html>", content_type="text/html")
        answer = web.StreamResponse(headers={"Content-Type": "video/mp4", "Content-Length": "100000"})
        await answer.prepare(request)
        await answer.write(b"half")
        if how == "silence":
            await asyncio.sleep(60)
        assert request.transport is not None
        request.transport.close()
        return answer

    kitchen.peer.answer["file"] = give
    await hold_in_vain(kitchen, times=TRIES_MAX)
    held = await kitchen.source.held("case")
    assert (len(held.segments), len(held.gaps), held.pending) == (3, 1, ())


async def test_a_file_that_frigate_does_not_give_for_a_moment_comes_later(kitchen: Kitchen) -> None:
    """Its disk is a share that somebody restarts, while all else of it answers: no gap, however often it was asked."""
    peer = FrigateAdapter(kitchen.client())
    await kitchen.ask_by(peer)

    async def fail(_: web.Request) -> web.Response:
        return web.Response(status=500)

    kitchen.peer.answer["file"] = fail
    await hold_in_vain(kitchen, times=TRIES_MAX * 4 + 1)
    assert (await kitchen.source.held("case")).pending
    kitchen.peer.answer.clear()
    held = await hold_again(kitchen)
    assert (len(held.segments), held.gaps) == (4, ())


async def test_what_frigate_lists_and_does_not_have_is_no_gap_at_once(kitchen: Kitchen) -> None:
    """The disk that it records to isn't there yet after a restart: its web server has none of the files."""

    async def not_there(_: web.Request) -> web.Response:
        return web.Response(status=404)

    kitchen.peer.answer["file"] = not_there
    await hold_in_vain(kitchen, times=1)
    held = await kitchen.source.held("case")
    assert (held.segments, held.trouble, len(held.pending)) == ((), "source_away", 4)
    kitchen.peer.answer.clear()
    assert len((await hold_again(kitchen)).segments) == 4


async def test_what_frigate_has_deleted_and_still_lists_is_a_gap_in_the_end(kitchen: Kitchen) -> None:
    """Somebody deleted files of its disk; all else is copied at once."""
    rows = sorted(kitchen.peer.rows, key=lambda row: row.start_time)
    for row in rows[:2]:
        (kitchen.peer.media / path_of(CAMERA, row.start_time)).unlink()
    await hold_in_vain(kitchen, times=1)
    assert len((await kitchen.source.held("case")).segments) == 2
    await hold_in_vain(kitchen, times=TRIES_MAX - 1)
    held = await kitchen.source.held("case")
    assert (len(held.segments), len(held.gaps), held.pending, held.trouble) == (2, 1, (), None)


@pytest.mark.parametrize("how", ["broken", "gone"])
async def test_a_copy_that_can_not_be_read_any_more_keeps_no_other_from_being_copied(
    kitchen: Kitchen, how: str
) -> None:
    """A worn-out memory card: what was weighed by it before a restart is weighed without it."""
    rows = sorted(kitchen.peer.rows, key=lambda row: row.start_time)
    kitchen.peer.rows[:] = rows[:2]
    await hold_in_vain(kitchen, times=1)
    copy = (await kitchen.source.held("case")).segments[0].path
    if how == "broken":
        copy.write_bytes(b"\0" * copy.stat().st_size)
    else:
        copy.unlink()
    kitchen.peer.rows[:] = rows
    await kitchen.source.stop()
    await kitchen.source.start()
    held = await hold_again(kitchen)
    assert (len(held.segments), held.trouble) == (4, None)


async def test_files_that_frigate_does_not_give_now_keep_no_other_from_being_copied_at_once(kitchen: Kitchen) -> None:
    """Each of many would have the rest wait for a minute, and Frigate overwrites meanwhile."""
    peer = FrigateAdapter(kitchen.client())
    await kitchen.ask_by(peer)
    bad = {f"/{path_of(CAMERA, start)}" for start in sorted(row.start_time for row in kitchen.peer.rows)[:2]}
    own = kitchen.peer._file  # noqa: SLF001

    async def give(request: web.Request) -> web.StreamResponse:
        return web.Response(status=500) if request.path in bad else await own(request)

    kitchen.peer.answer["file"] = give
    await hold_in_vain(kitchen, times=1)
    held = await kitchen.source.held("case")
    assert (len(held.segments), held.trouble, len(held.pending)) == (2, "source_away", 2)
    kitchen.peer.answer.clear()
    assert len((await hold_again(kitchen)).segments) == 4


async def test_who_looks_again_at_what_is_new_is_not_told_of_a_file_that_fails_as_before(kitchen: Kitchen) -> None:
    """They hold again when they are told: a file that fails would be asked for without end."""
    peer = FrigateAdapter(kitchen.client())
    await kitchen.ask_by(peer)
    bad = max(row.start_time for row in kitchen.peer.rows)
    own = kitchen.peer._file  # noqa: SLF001

    async def give(request: web.Request) -> web.StreamResponse:
        return web.Response(status=500) if request.path == f"/{path_of(CAMERA, bad)}" else await own(request)

    kitchen.peer.answer["file"] = give
    await hold_in_vain(kitchen, times=1)
    told = len(kitchen.changes)
    assert told > 0
    await hold_in_vain(kitchen, times=TRIES_MAX)
    assert len(kitchen.changes) == told
    kitchen.peer.answer.clear()
    await hold_again(kitchen)
    assert len(kitchen.changes) > told


async def test_a_file_at_which_frigate_falls_silent_is_a_gap_in_the_end(
    kitchen: Kitchen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is left alone for a moment each time, but is well: else the request would wait for that file for good."""
    monkeypatch.setattr("custom_components.milton_share.sources.recorder_clients.connection.line.READ_S", 0.3)
    peer = FrigateAdapter(FrigateClient(kitchen.session, kitchen.server, rest_s=3600.0), stumbles_s=0.0)
    await kitchen.ask_by(peer)
    bad = min(row.start_time for row in kitchen.peer.rows)
    own = kitchen.peer._file  # noqa: SLF001

    async def give(request: web.Request) -> web.StreamResponse:
        if request.path == f"/{path_of(CAMERA, bad)}":
            await asyncio.sleep(60)
        return await own(request)

    kitchen.peer.answer["file"] = give
    await hold_in_vain(kitchen, times=TRIES_MAX)
    held = await kitchen.source.held("case")
    assert (len(held.segments), len(held.gaps), held.pending) == (3, 1, ())


async def hold_in_vain(kitchen: Kitchen, *, times: int) -> None:
    """Hold the range so many times, each after what the one before began has ended."""
    for _ in range(times):
        with contextlib.suppress(SourceError):
            await kitchen.source.hold("case", CAMERA_ID, kitchen.began, kitchen.until, datetime.now(UTC) + LATER)
        for job in tuple(kitchen.source._jobs.values()):  # noqa: SLF001
            await job


async def hold_again(kitchen: Kitchen) -> Coverage:
    """Hold the range without its edges until all is there."""
    span = (kitchen.began, kitchen.until)
    async with asyncio.timeout(20):
        while True:
            coverage = await kitchen.source.hold("case", CAMERA_ID, *span, datetime.now(UTC) + LATER)
            if not coverage.pending:
                return coverage
            await asyncio.sleep(0.05)


async def test_a_clock_that_is_an_hour_ahead_is_corrected_and_stated(tmp_path: Path, parts: list[Path]) -> None:
    """Frigate's machine is wrong: its files are asked for by its own time, and put where they belong by ours."""
    async with cooking(tmp_path, parts) as kitchen:
        await kitchen.source.stop()
        for row in tuple(kitchen.peer.rows):
            source = kitchen.peer.media / path_of(CAMERA, row.start_time)
            target = kitchen.peer.media / path_of(CAMERA, row.start_time + 3_600)
            target.parent.mkdir(parents=True, exist_ok=True)
            source.rename(target)
        kitchen.peer.ahead_s = 3_600
        await kitchen.source.start()
        await until(lambda: kitchen.source.standing(CAMERA_ID) == RecorderStanding(kind="frigate", records=True))
        coverage = await hold(kitchen)
        assert len(coverage.segments) == 4
        assert abs((coverage.segments[0].from_ - kitchen.began).total_seconds()) < 5
        assert abs(coverage.clock.offset_ms + 3_600_000) < 1_000
        assert coverage.clock.uncertainty_ms > 3_600_000
