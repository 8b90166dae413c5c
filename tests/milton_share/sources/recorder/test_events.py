"""A camera that is recorded around events: a real doorbell, a real ffmpeg, and windows of seconds, not minutes."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import sqlite3
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.sources import steady
from custom_components.milton_share.sources.recorder import Recorder, State, Way, camera, intake, sieve, windows
from custom_components.milton_share.sources.recorder.store import files

from .conftest import BRISK_LIMITS, Doorbell, WallClock, at, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from custom_components.milton_share.sources.model import Coverage

CAMERA = "camera.front_door"
HOUR = timedelta(hours=1)
LIMITS = replace(BRISK_LIMITS, waiting_segment_s=0.6)


@pytest.fixture(autouse=True)
def _short_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep two seconds before and two after: the numbers only."""
    monkeypatch.setattr(windows, "BEFORE_MS", 2_000)
    monkeypatch.setattr(windows, "AFTER_MS", 2_000)
    monkeypatch.setattr(windows, "LATE_MS", 500)


@contextlib.asynccontextmanager
async def recording(folder: Path, bell: Doorbell, way: Way) -> AsyncIterator[Recorder]:
    """Record a doorbell in this way until the end of the block."""
    recorder = Recorder(folder, LIMITS)
    await recorder.start()
    try:
        await recorder.set_cameras({CAMERA: at(bell.urls[0])}, {CAMERA: way})
        yield recorder
    finally:
        await recorder.stop()


async def all_of(recorder: Recorder) -> Coverage:
    """All that is kept."""
    now = datetime.now(UTC)
    return await recorder.coverage(CAMERA, now - HOUR, now + HOUR)


def written(folder: Path) -> list[Path]:
    """List the files of the ring, kept or not."""
    return sorted((folder / "ring").rglob("*.mp4"))


async def test_only_what_lies_around_a_ring_is_kept(bell: Doorbell, tmp_path: Path) -> None:
    """Nothing before anything happens; then from before the ring to after it, without a hole; then nothing."""
    folder = tmp_path / "r"
    async with recording(folder, bell, Way.EVENTS) as recorder:
        first: list[Path] = []

        async def passed() -> bool:
            first.extend(written(folder)[:1])
            return bool(first) and not first[0].exists()

        await until(passed, 30)  # the first segment came, waited, and was let go
        assert (await all_of(recorder)).segments == ()
        rung = datetime.now(UTC)
        recorder.happened(CAMERA, rung)
        recorder.happened("camera.another", rung)

        async def over() -> bool:
            kept = (await all_of(recorder)).segments
            names = {path.name for path in written(folder)}
            return bool(kept) and kept[-1].path.name not in {max(names), *sorted(names)[-3:]}

        await until(over, 60)
        kept = await all_of(recorder)
    assert kept.segments[0].from_ <= rung - timedelta(seconds=1.5)
    assert kept.segments[0].until >= rung - timedelta(seconds=3.0)
    assert kept.segments[-1].until >= rung + timedelta(seconds=2)
    assert kept.segments[-1].from_ <= rung + timedelta(seconds=3.0)
    assert len(kept.gaps) == 2
    assert {path.name for path in written(folder)} == {segment.path.name for segment in kept.segments}


async def test_what_lasts_is_kept_while_it_lasts(bell: Doorbell, tmp_path: Path) -> None:
    """A motion that goes on, by the name of its sensor."""
    async with recording(tmp_path / "r", bell, Way.EVENTS) as recorder:
        began = datetime.now(UTC)
        recorder.began(CAMERA, "binary_sensor.motion", began)

        async def lasted() -> bool:
            kept = (await all_of(recorder)).segments
            return bool(kept) and kept[-1].until >= began + timedelta(seconds=5)

        await until(lasted, 60)
        recorder.ended(CAMERA, "binary_sensor.motion", datetime.now(UTC))
        recorder.began("camera.another", "x", began)
        recorder.ended("camera.another", "x", began)


async def test_a_held_range_is_kept_though_nothing_happens(bell: Doorbell, tmp_path: Path) -> None:
    """Whatever the recorder keeps by itself."""
    async with recording(tmp_path / "r", bell, Way.EVENTS) as recorder:
        start = datetime.now(UTC)
        await recorder.hold("case-1", CAMERA, start, start + timedelta(seconds=3), start + HOUR)

        async def held() -> bool:
            kept = (await recorder.held("case-1")).segments
            return bool(kept) and kept[-1].until >= start + timedelta(seconds=3)

        await until(held, 30)
        assert (await all_of(recorder)).segments[0].from_ <= start + timedelta(seconds=3)


@pytest.mark.long
async def test_what_the_index_could_not_take_is_entered_when_it_can_be_written_again(
    bell: Doorbell, tmp_path: Path
) -> None:
    """Another program holds it for longer than is waited for: nothing of the event waits for a run's end."""
    folder = tmp_path / "r"
    async with recording(folder, bell, Way.EVENTS) as recorder:

        async def fails() -> bool:
            return recorder.status(CAMERA).state is State.WAITING

        async def filmed() -> bool:
            return bool(written(folder))

        await until(filmed)
        with contextlib.closing(sqlite3.connect(folder / "index.sqlite3", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            recorder.happened(CAMERA, datetime.now(UTC))
            await until(fails, 30)
            names = {path.name for path in written(folder)}
            other.execute("ROLLBACK")

        async def entered() -> bool:
            return bool(names & {segment.path.name for segment in (await all_of(recorder)).segments})

        await until(entered, 20)


@pytest.mark.long
async def test_what_the_disk_could_not_take_is_kept_when_it_can_though_its_window_is_forgotten(
    bell: Doorbell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run may go on for days: what came when the disk failed for a moment is no stranger at its end."""
    monkeypatch.setattr(sieve, "FORGET_AFTER_MS", 1_000)
    keep, refused = files.keep, list[str]()

    def kept(path: Path) -> None:
        if len(refused) < 2:
            refused.append(path.name)
            raise OSError(errno.EIO, "of the disk")
        keep(path)

    monkeypatch.setattr(files, "keep", kept)
    async with recording(tmp_path / "r", bell, Way.EVENTS) as recorder:
        recorder.happened(CAMERA, datetime.now(UTC))

        async def entered() -> bool:
            found = {segment.path.name for segment in (await all_of(recorder)).segments}
            return len(refused) == 2 and found.issuperset(refused)

        await until(entered, 20)


async def test_a_file_that_the_disk_never_takes_keeps_no_other_from_being_kept(
    bell: Doorbell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It lies on a bad place."""
    keep, refused = files.keep, set[str]()

    def kept(path: Path) -> None:
        if not refused or path.name in refused:
            refused.add(path.name)
            raise OSError(errno.EIO, "of the disk")
        keep(path)

    monkeypatch.setattr(files, "keep", kept)
    async with recording(tmp_path / "r", bell, Way.CONTINUOUS) as recorder:

        async def others() -> bool:
            return len((await all_of(recorder)).segments) >= 3

        await until(others, 20)
        assert len(refused) == 1


@pytest.mark.long
async def test_what_an_earlier_process_left_is_kept_also_where_it_could_not_be_read_at_the_start(
    bell: Doorbell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What happened around it nobody knows any more, also when it can be read."""
    folder = tmp_path / "r"

    async def filmed() -> bool:
        return bool((await all_of(recorder)).segments)

    async def records() -> bool:
        return recorder.status(CAMERA).state is State.RECORDING

    async def asleep() -> bool:
        return recorder.status(CAMERA).state is State.ASLEEP

    async with recording(folder, bell, Way.CONTINUOUS) as recorder:
        await until(filmed)
    (folder / "index.sqlite3").unlink()
    left, unread, measure = set(written(folder)), set(written(folder)), files.measure

    def measured(path: Path) -> files.Measured:
        if path in unread:
            unread.remove(path)
            raise OSError(errno.EIO, "of the disk")
        return measure(path)

    monkeypatch.setattr(files, "measure", measured)
    async with recording(folder, bell, Way.EVENTS) as recorder:
        await until(records, 30)
        await recorder.set_cameras({CAMERA: at(bell.urls[0])}, {CAMERA: Way.AT_EVENTS})
        await until(asleep, 30)
    assert left
    assert left <= set(written(folder))


async def test_the_stream_of_a_camera_on_a_battery_is_open_only_when_something_happens(
    bell: Doorbell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asleep, awake at a ring, asleep again; nobody calls that silence."""
    monkeypatch.setattr(windows, "AFTER_MS", 8_000)  # a slow machine takes seconds to begin
    async with recording(tmp_path / "r", bell, Way.AT_EVENTS) as recorder:

        async def asleep() -> bool:
            return recorder.status(CAMERA).state is State.ASLEEP

        async def recorded() -> bool:
            return bool((await all_of(recorder)).segments)

        await until(asleep)
        assert bell.turn("stats")["admitted"] == 0
        assert recorder.silent(1e-9) == ()
        now = datetime.now(UTC)
        await recorder.hold("case-1", CAMERA, now - HOUR, now + HOUR, now + HOUR)
        await recorder.set_cameras({CAMERA: at(bell.urls[0])}, {CAMERA: Way.AT_EVENTS})  # as each minute
        assert await asleep()  # a request opens no stream: whoever sees that would learn of the match
        assert bell.turn("stats")["admitted"] == 0
        recorder.happened(CAMERA, datetime.now(UTC))
        await until(recorded, 30)
        await until(asleep, 30)
        assert bell.turn("stats")["admitted"] >= 1
        assert recorder.pid(CAMERA) is None


@pytest.mark.parametrize("way", [pytest.param(Way.AT_EVENTS, marks=pytest.mark.long), Way.EVENTS])
async def test_a_camera_that_fails_is_tried_again_at_once_when_something_happens(
    way: Way, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long it was left alone before: one on a battery takes some seconds to wake, and fails till then."""
    monkeypatch.setattr(camera, "PAUSE_MIN_S", 0.05)
    asked: list[float] = []

    async def no_stream() -> None:
        asked.append(time.monotonic())

    async def left_alone() -> bool:  # asleep after it failed, or in a pause that is long by now
        return len(asked) >= 7 or (len(asked) >= 4 and recorder.status(CAMERA).state is State.ASLEEP)

    recorder = Recorder(tmp_path / "r", LIMITS)
    await recorder.start()
    try:
        await recorder.set_cameras({CAMERA: no_stream}, {CAMERA: way})
        recorder.happened(CAMERA, datetime.now(UTC))
        await until(left_alone, 20)
        asked.clear()
        recorder.happened(CAMERA, datetime.now(UTC))
        await asyncio.sleep(0.5)
        assert len(asked) >= (2 if way is Way.AT_EVENTS else 1)
    finally:
        await recorder.stop()


async def test_what_happens_while_a_camera_is_tried_in_vain_has_it_tried_again_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To ask for its stream, and to connect, may take a quarter of an event's time."""
    monkeypatch.setattr(camera, "PAUSE_MIN_S", 0.05)
    asked, answered = list[float](), asyncio.Event()
    answered.set()

    async def no_stream() -> None:
        asked.append(time.monotonic())
        await answered.wait()

    async def left_alone() -> bool:
        return len(asked) >= 8

    recorder = Recorder(tmp_path / "r", LIMITS)
    await recorder.start()
    try:
        await recorder.set_cameras({CAMERA: no_stream}, {CAMERA: Way.EVENTS})
        await until(left_alone, 30)
        asked.clear()
        answered.clear()
        recorder.happened(CAMERA, datetime.now(UTC))
        await asyncio.sleep(0.3)
        assert len(asked) == 1
        recorder.happened(CAMERA, datetime.now(UTC))
        answered.set()
        await asyncio.sleep(0.5)
        assert len(asked) == 2
    finally:
        await recorder.stop()


async def test_a_machine_that_slept_takes_no_event_along(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock that nobody can put stood still meanwhile: what happened before it slept is long over."""
    monkeypatch.setattr(camera, "PAUSE_MIN_S", 0.05)
    monkeypatch.setattr(camera, "PAUSE_MAX_S", 0.05)

    async def no_stream() -> None:
        """Be away."""

    async def is_in(*states: State) -> bool:
        return recorder.status(CAMERA).state in states

    recorder = Recorder(tmp_path / "r", LIMITS)
    await recorder.start()
    try:
        await recorder.set_cameras({CAMERA: no_stream}, {CAMERA: Way.AT_EVENTS})
        recorder.began(CAMERA, "binary_sensor.motion", datetime.now(UTC))
        await until(lambda: is_in(State.NO_STREAM, State.WAITING))
        clock = WallClock(monkeypatch)
        clock.by_s = HOUR.total_seconds()
        lead_s = steady.wall_lead_s
        monkeypatch.setattr(intake, "wall_lead_s", lambda **clocks: lead_s(**clocks) + (0.0 if clocks else clock.by_s))
        await until(lambda: is_in(State.ASLEEP), 5)
    finally:
        await recorder.stop()


@pytest.mark.parametrize("by_s", [-3600.0, pytest.param(3600.0, marks=pytest.mark.long)])
async def test_what_is_left_of_an_event_is_filmed_though_the_clock_is_put(
    by_s: float, bell: Doorbell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By hours, as where it was wrong since a power cut: by the new clock nothing has happened."""
    monkeypatch.setattr(windows, "AFTER_MS", 8_000)
    async with recording(tmp_path / "r", bell, Way.EVENTS) as recorder:
        rung = datetime.now(UTC)
        recorder.happened(CAMERA, rung)

        async def kept() -> bool:
            return bool((await all_of(recorder)).segments)

        await until(kept, 30)
        clock = WallClock(monkeypatch)
        clock.by_s = by_s

        async def goes_on() -> bool:
            now = datetime.fromtimestamp(clock.now_s(), UTC)
            found = (await recorder.coverage(CAMERA, now - timedelta(minutes=1), now)).segments
            return any(abs((one.until - rung).total_seconds()) > HOUR.total_seconds() / 2 for one in found)

        await until(goes_on, 15)


@pytest.mark.parametrize("by_s", [-3600.0, pytest.param(3600.0, marks=pytest.mark.long)])
async def test_what_lasts_since_the_clock_was_put_is_filmed_while_it_lasts(
    by_s: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A camera that sleeps looks at no clock: what is timed by the new one does not go along with what was before."""
    monkeypatch.setattr(camera, "PAUSE_MIN_S", 0.05)
    monkeypatch.setattr(camera, "PAUSE_MAX_S", 0.05)

    async def no_stream() -> None:
        """Be away."""

    async def asleep() -> bool:
        return recorder.status(CAMERA).state is State.ASLEEP

    recorder = Recorder(tmp_path / "r", LIMITS)
    await recorder.start()
    try:
        await recorder.set_cameras({CAMERA: no_stream}, {CAMERA: Way.AT_EVENTS})
        await until(asleep)
        clock = WallClock(monkeypatch)
        clock.by_s = by_s
        recorder.began(CAMERA, "binary_sensor.motion", datetime.fromtimestamp(clock.now_s(), UTC))
        await asyncio.sleep(3)
        assert not await asleep()
        recorder.ended(CAMERA, "binary_sensor.motion", datetime.fromtimestamp(clock.now_s(), UTC))
        await asyncio.sleep(1)
        assert not await asleep()
        await until(asleep, 5)
    finally:
        await recorder.stop()


async def test_a_camera_that_is_given_storage_is_recorded_continuously_from_then_on(
    bell: Doorbell, tmp_path: Path
) -> None:
    """And no longer when that is taken back."""
    async with recording(tmp_path / "r", bell, Way.AT_EVENTS) as recorder:

        async def keeps() -> bool:
            return len((await all_of(recorder)).segments) >= 2

        async def asleep() -> bool:
            return recorder.status(CAMERA).state is State.ASLEEP

        await until(asleep)
        await recorder.set_cameras({CAMERA: at(bell.urls[0])}, {CAMERA: Way.CONTINUOUS})
        await until(keeps, 30)
        await recorder.set_cameras({CAMERA: at(bell.urls[0])}, {CAMERA: Way.AT_EVENTS})
        await until(asleep, 30)
