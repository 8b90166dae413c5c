"""A home whose clock nobody set yet, as after a power cut: what it records then is put right once it is set."""

from __future__ import annotations

import errno
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.sources.home_clock import UNSYNCHRONISED_S, HomeClock, KernelWord
from custom_components.milton_share.sources.recorder import Limits, Recorder, RecorderError, State, Way, windows
from custom_components.milton_share.sources.recorder import recorder as recorder_module
from custom_components.milton_share.sources.recorder.store.files import camera_folder
from custom_components.milton_share.sources.recorder.store.library import Library
from custom_components.milton_share.sources.recorder.timing import Timing
from custom_components.milton_share.sources.recorder.unset import LEFT_ALONE, NOTED_MAX, Known, Unset
from custom_components.milton_share.sources.steady import SteadyClock
from custom_components.milton_share.storage.disk import CLOCK_UNSET

from .conftest import BRISK_LIMITS, Doorbell, WallClock, at, until
from .test_clock_put import take
from .test_windows import NOON_MS, row

if TYPE_CHECKING:
    from collections.abc import Awaitable
    from pathlib import Path

    from custom_components.milton_share.sources.recorder.timing import Take
    from custom_components.milton_share.sources.recorder.workshop import Workshop

CAMERA = "camera.front_door"
HOUR = timedelta(hours=1)
OFF_S = 8 * 3_600.0
DAYS_S = 10 * 86_400.0
DOUBT_S, MINUTE_S = 0.06, 60.0
LED_S = 1_000.0
KNOWN = Known(lead_s=LED_S + OFF_S, at_s=MINUTE_S, doubt_s=DOUBT_S)
UNSURE = replace(row(0), uncertainty_ms=880 + round(UNSYNCHRONISED_S * 1000), gaps=((NOON_MS + 1, NOON_MS + 2),))
"""By arrival, as sure as that is, and an hour more."""


def put_right(method: str, offset_ms: int) -> tuple[int, int, int, int]:
    """Return a row's time, gap, offset and doubt a minute later, by a clock that was put ahead by eight hours."""
    unset = Unset()
    unset.note(UNSURE.name, LED_S, 0.0)
    found = unset.right(replace(UNSURE, method=method, offset_ms=offset_ms), KNOWN)
    assert found.until_ms - found.from_ms == UNSURE.until_ms - UNSURE.from_ms
    assert unset.right(found, KNOWN) == found  # it is tried again where something failed meanwhile
    return found.from_ms, found.gaps[0][0], found.offset_ms, found.uncertainty_ms


@pytest.mark.parametrize(
    ("method", "before_ms", "after_ms"),
    [
        ("arrival", 0, 0),  # nothing is known of the camera's clock
        ("arrival", -28_800_100, 0),  # it was right all along, but for what arrival can't tell
        ("arrival", -3_600_000, 25_200_000),
        ("rtcp", 0, 28_800_000),  # it agreed with this home's
    ],
)
def test_a_recording_is_moved_with_the_clock_and_as_sure_as_that_is_now(
    method: str, before_ms: int, after_ms: int
) -> None:
    """Its gaps too; by what the camera's clock was off then, it is off by as much less now."""
    moved_ms = NOON_MS + round(OFF_S * 1000)
    doubt_ms = 880 + round((DOUBT_S + LEFT_ALONE * MINUTE_S) * 1000)
    assert put_right(method, before_ms) == (moved_ms, moved_ms + 1, after_ms, doubt_ms)


def test_what_was_recorded_before_the_clock_was_set_is_weighed_by_nothing_that_came_after() -> None:
    """Also where it was right all along: a row that was put right would else be doubted again."""
    timing = Timing()
    before = [row.name for number in range(2) for row in timing.rows(unsure(number), None, 0.0)]
    assert before == ["0.mp4", "0.mp4", "1.mp4"]
    assert [row.name for number in (2, 3, 4) for row in timing.rows(take(number), None, 0.0)][:2] == ["2.mp4", "3.mp4"]


def unsure(number: int) -> Take:
    """Record one before the clock was set."""
    return replace(take(number), home_doubt_s=UNSYNCHRONISED_S)


def test_of_a_clock_that_nobody_ever_sets_no_more_is_noted_than_of_two_days() -> None:
    """A machine without the internet runs for years; what was let go is forgotten at once."""
    unset = Unset()
    for number in range(NOTED_MAX + 5):
        unset.note(f"{number}.mp4", LED_S, 0.0)
    assert len(unset.names) == NOTED_MAX
    assert "4.mp4" not in unset.names
    unset.forget(["5.mp4", "4.mp4"])
    assert len(unset.names) == NOTED_MAX - 1


async def test_a_home_that_starts_days_behind_finds_what_it_recorded_at_its_time(
    bell: Doorbell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hold for that time gets it; what was held of the wrong time has the right one too. A year has no leap now.

    Nothing is too old before that, though the clock by which it would be is set first.
    """
    clock, is_set = WallClock(monkeypatch), [False]
    clock.by_s = -DAYS_S
    home_clock = HomeClock(
        lambda: KernelWord(error_s=0.01 if is_set[0] else None),
        now_s=lambda: datetime(2026, 5, 5, tzinfo=UTC).timestamp(),
    )
    steady = SteadyClock(clock.now_s, is_set=lambda: is_set[0])
    limits = replace(BRISK_LIMITS, look_every_s=0.1)
    recorder = Recorder(tmp_path / "r", limits, clock=steady, home_clock=home_clock)
    await recorder.start()
    try:
        began = datetime.now(UTC)
        await recorder.set_cameras({CAMERA: at(bell.urls[0])})

        async def count(since: datetime) -> int:
            found = (await recorder.coverage(CAMERA, since, since + HOUR)).segments
            return sum(one.until > since for one in found)

        wrong = began - timedelta(seconds=DAYS_S)
        await until(lambda: _is(count(wrong), 2))
        await recorder.hold("wrong", CAMERA, wrong, wrong + HOUR, began + HOUR)
        await recorder.hold("right", CAMERA, began, began + HOUR, began + HOUR)
        known = (await recorder.held("wrong")).segments
        assert all(one.clock is not None and one.clock.uncertainty_ms >= UNSYNCHRONISED_S * 1000 for one in known)
        clock.by_s, is_set[0] = 0.0, True
        await until(lambda: _is(count(began), len(known)))
        found = {one.sha256: one for one in (await recorder.held("right")).segments}
        moved = [found[one.sha256].from_ - one.from_ for one in known]
        assert all(abs(by.total_seconds() - DAYS_S) < 0.1 for by in moved)
        assert all(found[one.sha256].clock.uncertainty_ms < 3_000 for one in known)
        kept = {one.sha256: one for one in (await recorder.held("wrong")).segments}
        assert all(kept[one.sha256].from_ == found[one.sha256].from_ for one in known)
        assert await count(wrong) == 0
    finally:
        await recorder.stop()


@pytest.mark.parametrize("stops", [State.ASLEEP, pytest.param(State.DISK_FULL, marks=pytest.mark.long)])
async def test_what_a_camera_recorded_that_sleeps_or_has_no_room_is_put_right_all_the_same(
    bell: Doorbell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stops: State
) -> None:
    """Else it would be too old by the clock that was set, and nothing would be let go as long as it waits."""
    clock, is_set = WallClock(monkeypatch), [False]
    clock.by_s = -DAYS_S
    monkeypatch.setattr(windows, "AFTER_MS", 1_000)
    home_clock = HomeClock(lambda: KernelWord(error_s=0.01 if is_set[0] else None))
    steady = SteadyClock(clock.now_s, is_set=lambda: is_set[0])
    limits = replace(BRISK_LIMITS, look_every_s=0.1)
    free = [10**12]
    recorder = Recorder(tmp_path / "r", limits, clock=steady, home_clock=home_clock, free_bytes=lambda _: free[0])
    await recorder.start()
    try:
        began = datetime.now(UTC)
        way = Way.AT_EVENTS if stops is State.ASLEEP else Way.CONTINUOUS
        await recorder.set_cameras({CAMERA: at(bell.urls[0])}, {CAMERA: way})
        recorder.happened(CAMERA, began - timedelta(seconds=DAYS_S))

        async def count(since: datetime) -> int:
            return len((await recorder.coverage(CAMERA, since - HOUR, since + HOUR)).segments)

        await until(lambda: _is(count(began - timedelta(seconds=DAYS_S)), 1))
        free[0] = 10**12 if stops is State.ASLEEP else 0
        await until(lambda: _stopped(recorder, stops))
        clock.by_s, is_set[0] = 0.0, True
        await until(lambda: _is(count(began), 1))
        assert await count(began - timedelta(seconds=DAYS_S)) == 0
    finally:
        await recorder.stop()


async def test_nothing_is_too_old_while_cameras_are_stopped_that_wait_for_their_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else what others recorded is deleted while the first closes its last segment, as where Home Assistant ends."""
    too_old_ms: list[int] = []

    class Waiting:
        def __init__(self, _camera_id: str, _url: object, _way: Way, workshop: Workshop) -> None:
            self._now_ms = workshop.now_ms

        def waits_for_clock(self) -> bool:
            return True

        async def stop(self) -> None:
            too_old_ms.append(self._now_ms())

    monkeypatch.setattr(recorder_module, "Camera", Waiting)
    recorder = Recorder(tmp_path / "r", home_clock=HomeClock(lambda: KernelWord(error_s=0.01)))
    await recorder.start()
    await recorder.set_cameras(dict.fromkeys(("one", "two"), at("")))
    await recorder.stop()
    assert too_old_ms == [0, 0]


async def test_what_an_earlier_process_left_unentered_is_as_unsure_as_its_clock(
    tmp_path: Path, segment_file: Path
) -> None:
    """A file says when it was written by a clock of which nothing else is known any more."""

    async def nowhere() -> None:
        return None

    async def uncertainties_ms(*, is_set: bool) -> list[int]:
        clock = HomeClock(lambda: KernelWord(error_s=0.01 if is_set else None), now_s=lambda: 1_777_939_200.0)
        recorder = Recorder(tmp_path / "r", Limits(), home_clock=clock)
        await recorder.start()
        try:
            await recorder.set_cameras({CAMERA: nowhere})
            await until(lambda: _is_idle(recorder))
            now = datetime.now(UTC)
            found = (await recorder.coverage(CAMERA, now - HOUR, now + HOUR)).segments
            return [one.clock.uncertainty_ms for one in found if one.clock is not None]
        finally:
            await recorder.stop()

    folder = tmp_path / "r" / "ring" / camera_folder(CAMERA)
    assert await uncertainties_ms(is_set=False) == []
    for number, are_unsure in enumerate([[True], [True, False]]):
        shutil.copyfile(segment_file, folder / f"1777939200000-{number:06}.mp4")
        found = await uncertainties_ms(is_set=True)
        assert [one >= UNSYNCHRONISED_S * 1000 for one in found] == are_unsure


async def test_that_the_clock_is_not_set_is_noted_also_where_a_hold_cannot_be_wiped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bad place of the disk lasts; what else is looked after goes on."""

    def refused(*_: object) -> None:
        raise OSError(errno.EIO, "of the disk")

    monkeypatch.setattr(Library, "make_room", refused)
    for is_set in (False, True):
        clock = HomeClock(lambda is_set=is_set: KernelWord(error_s=0.01 if is_set else None))
        recorder = Recorder(tmp_path / "r", Limits(), home_clock=clock)
        await recorder.start()
        await recorder.stop()
        assert (tmp_path / "r" / CLOCK_UNSET).exists() is not is_set


async def test_what_cannot_be_put_right_keeps_no_camera_from_being_recorded(
    bell: Doorbell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file of a hold may lie on a bad place of the disk: it is tried again with each look.

    Nor does it keep what is too old, and holds that ended, for good.
    """
    monkeypatch.setattr(recorder_module, "RIGHT_WITHIN_S", 2.0)
    is_set, tried = [False], list[object]()

    def refused(*_: object) -> None:
        tried.append(0)
        raise OSError(errno.EIO, "of the disk")

    monkeypatch.setattr(Library, "put_right", refused)
    home_clock = HomeClock(lambda: KernelWord(error_s=0.01 if is_set[0] else None))
    recorder = Recorder(tmp_path / "r", BRISK_LIMITS, home_clock=home_clock)
    await recorder.start()
    try:
        began = datetime.now(UTC)
        await recorder.set_cameras({CAMERA: at(bell.urls[0])})

        async def count() -> int:
            return len((await recorder.coverage(CAMERA, began, began + HOUR)).segments)

        await until(lambda: _is(count(), 1))
        is_set[0] = True
        await until(lambda: _is(count(), 4), 20)
        assert tried
        await recorder.hold("ended", CAMERA, began, began + HOUR, began)
        await until(lambda: _is_over(recorder, "ended"))
    finally:
        await recorder.stop()


async def _is_over(recorder: Recorder, hold_id: str) -> bool:
    try:
        await recorder.held(hold_id)
    except RecorderError:
        return True
    return False


async def _is_idle(recorder: Recorder) -> bool:
    return recorder.status(CAMERA).state is State.NO_STREAM


async def _stopped(recorder: Recorder, state: State) -> bool:
    return recorder.status(CAMERA).state is state


async def _is(count: Awaitable[int], least: int) -> bool:
    return await count >= least
