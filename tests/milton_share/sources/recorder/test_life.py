"""What happens to a recorder: killed children, cameras without power, restarts, full disks, owners' holds."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import hashlib
import os
import signal
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.sources.recorder import Limits, Recorder, RecorderError, RecorderRule, State
from tests.simulators.doorbell import pixels

from .conftest import BRISK_LIMITS as LIMITS
from .conftest import ROOT, Doorbell, at, doorbell, segments, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from custom_components.milton_share.sources.model import Coverage

CAMERA = "camera.front_door"
HOUR = timedelta(hours=1)
NEAR_S = 0.3


@contextlib.asynccontextmanager
async def recording(
    folder: Path, bell: Doorbell, limits: Limits = LIMITS, **parts: Callable
) -> AsyncIterator[Recorder]:
    """Record a doorbell until the end of the block."""
    recorder = Recorder(folder, limits, **parts)
    await recorder.start()
    try:
        await recorder.set_cameras({CAMERA: at(bell.urls[0])})
        yield recorder
    finally:
        await recorder.stop()


async def around_now(recorder: Recorder) -> Coverage:
    """All there is."""
    now = datetime.now(UTC)
    return await recorder.coverage(CAMERA, now - HOUR, now + HOUR)


def taken(coverage: Coverage) -> list[float]:
    """When the pictures say they were taken."""
    return [
        sample.stamp.epoch_ms / 1000
        for segment in coverage.segments
        for sample in pixels.samples(segment.path)
        if sample.stamp
    ]


async def test_a_killed_process_leaves_a_readable_segment_and_is_started_again(bell: Doorbell, tmp_path: Path) -> None:
    """Kill -9 in the middle of a segment."""
    async with recording(tmp_path / "r", bell) as recorder:
        since = datetime.now(UTC)
        await until(lambda: _at_least(recorder, since, 1))
        await asyncio.sleep(0.8)
        first = recorder.pid(CAMERA)
        assert first is not None
        os.kill(first, signal.SIGKILL)
        await until(lambda: _at_least(recorder, since, 4))
        assert recorder.pid(CAMERA) != first
        coverage = await around_now(recorder)
        pictures = taken(coverage)
    last_of_each = [segment.until for segment in coverage.segments]
    assert len(set(last_of_each)) == len(last_of_each)
    jumps = [(a, b) for a, b in pairwise(pictures) if b - a > NEAR_S]
    stated = [(a.timestamp(), b.timestamp()) for a, b in coverage.gaps[1:-1]]
    assert len(jumps) == len(stated) == 1
    assert abs(jumps[0][0] - stated[0][0]) < NEAR_S
    assert abs(jumps[0][1] - stated[0][1]) < NEAR_S


async def test_a_camera_without_power_is_a_stated_gap(bell: Doorbell, tmp_path: Path) -> None:
    """Its last picture before and its first after bound the gap."""
    async with recording(tmp_path / "r", bell) as recorder:
        since = datetime.now(UTC)
        await until(lambda: _at_least(recorder, since, 2))
        await asyncio.to_thread(bell.turn, "outage?seconds=2")
        before = await _count(recorder, since)
        await until(lambda: _at_least(recorder, since, before + 2))
        coverage = await around_now(recorder)
        pictures = taken(coverage)
    jump = max(pairwise(pictures), key=lambda pair: pair[1] - pair[0])
    (gap,) = coverage.gaps[1:-1]
    assert abs(gap[0].timestamp() - jump[0]) < NEAR_S
    assert abs(gap[1].timestamp() - jump[1]) < NEAR_S


HOST = """
import asyncio, sys
from pathlib import Path
from tests.simulators.light import without_home_assistant
without_home_assistant()
from custom_components.milton_share.sources.recorder import Limits, Recorder
async def url(): return sys.argv[2]
async def main():
    recorder = Recorder(Path(sys.argv[1]), Limits(segment_s=2.0))
    await recorder.start()
    await recorder.set_cameras({"camera.front_door": url})
    while recorder.pid("camera.front_door") is None:
        await asyncio.sleep(0.05)
    print(recorder.pid("camera.front_door"), flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""


async def test_after_kill_9_of_its_host_everything_is_found_again(bell: Doorbell, tmp_path: Path) -> None:
    """Entered segments and the half-written one; and no ffmpeg goes on alone."""
    host = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HOST, str(tmp_path / "r"), bell.urls[0],
        stdout=asyncio.subprocess.PIPE, cwd=ROOT,
    )  # fmt: skip
    assert host.stdout is not None
    child = int(await host.stdout.readline())
    await until(lambda: _segment_files(tmp_path / "r", 3), 30)
    await asyncio.sleep(1.5)  # a group of pictures of the third is written, and it is not closed
    host.kill()
    await host.wait()
    await until(lambda: _gone(child))
    files = len(await asyncio.to_thread(lambda: list((tmp_path / "r").rglob("*.mp4"))))
    recorder = Recorder(tmp_path / "r", LIMITS)
    await recorder.start()
    before = await around_now(recorder)
    await recorder.set_cameras({CAMERA: at("rtsp://127.0.0.1:1/nothing")})
    await until(lambda: _more_than(recorder, len(before.segments)))
    coverage = await around_now(recorder)
    await recorder.stop()
    assert 1 <= len(before.segments) < files
    assert len(coverage.segments) in {files - 1, files}  # a file without one whole group has nothing to find
    assert len(coverage.segments) >= 3
    assert len(coverage.gaps) == 2
    for segment in coverage.segments:
        assert hashlib.sha256(segment.path.read_bytes()).hexdigest() == segment.sha256
        first = next(iter(pixels.samples(segment.path)))
        assert first.stamp is not None
        assert abs(segment.from_.timestamp() - first.stamp.epoch_ms / 1000) < NEAR_S


async def test_a_hold_outlives_its_ring_takes_what_comes_and_is_wiped(bell: Doorbell, tmp_path: Path) -> None:
    """Held footage stays while the ring runs over it; after release no name of it is left."""
    limits = replace(LIMITS, camera_bytes=500_000)
    folder = tmp_path / "r"
    async with recording(folder, bell, limits) as recorder:
        since = datetime.now(UTC)
        await until(lambda: _at_least(recorder, since, 1))
        range_ = (since, since + timedelta(seconds=3))
        held = await recorder.hold("case-1", CAMERA, *range_, since + HOUR)
        assert held.segments
        first = held.segments[0]
        await until(lambda: _evicted(folder, first.path.name))
        full = await recorder.held("case-1")
        assert len(full.segments) > len(held.segments)
        assert first.path in {segment.path for segment in full.segments}  # its time may be better known by now
        assert hashlib.sha256(first.path.read_bytes()).hexdigest() == first.sha256
        assert first.path in {segment.path for segment in (await around_now(recorder)).segments}
        same = await recorder.hold("case-1", CAMERA, *range_, since + HOUR)
        assert {segment.path for segment in same.segments} >= {segment.path for segment in full.segments}
        with pytest.raises(RecorderError) as refused:
            await recorder.hold("case-1", CAMERA, since, since + HOUR, since + HOUR)
        assert refused.value.rule is RecorderRule.HOLD_ID_TAKEN
        await recorder.release("case-1")
        await recorder.release("case-1")
        assert not list((folder / "holds").iterdir())
        with pytest.raises(RecorderError) as unknown:
            await recorder.held("case-1")
        assert unknown.value.rule is RecorderRule.HOLD_UNKNOWN
        ring = sum(path.stat().st_size for path in (folder / "ring").rglob("*.mp4"))
        assert ring < limits.camera_bytes + 500_000


async def test_a_full_disk_stops_recording_and_room_starts_it_again(bell: Doorbell, tmp_path: Path) -> None:
    """Before it hurts, not when writes fail."""
    free = [10 * LIMITS.free_bytes_min]
    async with recording(tmp_path / "r", bell, free_bytes=lambda _folder: free[0]) as recorder:
        await until(lambda: _is(recorder, State.RECORDING))
        free[0] = LIMITS.free_bytes_min - 1
        await until(lambda: _is(recorder, State.DISK_FULL))
        assert recorder.pid(CAMERA) is None
        kept = await _count(recorder, datetime.now(UTC) - HOUR)
        assert kept
        free[0] = 10 * LIMITS.free_bytes_min
        await until(lambda: _is(recorder, State.RECORDING))


async def test_a_disk_that_fails_is_looked_at_again_and_said_once(
    bell: Doorbell, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Eviction and the watch over the free disk go on; the end is clean."""
    looks: list[int] = []

    def free_bytes(_folder: Path) -> int:
        looks.append(0)
        if 1 < len(looks) < 4:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return 10 * LIMITS.free_bytes_min if len(looks) < 6 else 0

    async with recording(tmp_path / "r", bell, free_bytes=free_bytes) as recorder:
        await until(lambda: _is(recorder, State.DISK_FULL))
    assert caplog.text.count("Recordings could not be looked after") == 1


async def test_a_file_that_can_t_be_read_keeps_no_camera_from_being_recorded_nor_others_from_being_found(
    bell: Doorbell, tmp_path: Path
) -> None:
    """What was written when the power went may lie on a bad place of the card."""
    began = datetime.now(UTC)
    async with recording(tmp_path / "r", bell) as recorder:
        await until(lambda: _at_least(recorder, began, 2))
    (tmp_path / "r" / "index.sqlite3").unlink()
    (folder,) = (tmp_path / "r" / "ring").iterdir()
    (folder / f"{0:013}-000000.mp4").mkdir()  # opening it fails, as there
    async with recording(tmp_path / "r", bell) as recorder:
        await until(lambda: _is(recorder, State.RECORDING), 20)
        assert await _count(recorder, began) >= 2


async def test_a_hold_that_can_t_be_wiped_keeps_no_recorder_from_starting(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Nor the whole integration, which would not be set up while a bad place of the disk is there."""
    recorder = Recorder(tmp_path / "r", LIMITS)
    await recorder.start()
    now = datetime.now(UTC)
    await recorder.hold("case", CAMERA, now - HOUR, now, now)
    await recorder.stop()
    (folder,) = (tmp_path / "r" / "holds").iterdir()
    folder.rmdir()
    folder.touch()  # it can't be gone through
    recorder = Recorder(tmp_path / "r", LIMITS)
    await recorder.start()
    assert not recorder.is_paused
    await until(lambda: _is_told("Recordings could not be looked after", caplog))
    folder.unlink()
    await until(lambda: _has_ended(recorder, "case"))
    await recorder.stop()


async def _is_told(words: str, caplog: pytest.LogCaptureFixture) -> bool:
    return words in caplog.text


async def _has_ended(recorder: Recorder, hold_id: str) -> bool:
    with contextlib.suppress(RecorderError):
        await recorder.held(hold_id)
        return False
    return True


async def test_a_wrong_login_is_told_without_the_login(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Neither the status nor the log has the address."""
    caplog.set_level("DEBUG")
    with doorbell("--user", "olivia", "--password", "right") as bell:
        url = bell.urls[0].replace("rtsp://", "rtsp://olivia:hunter2secret@")
        recorder = Recorder(tmp_path / "r", LIMITS)
        await recorder.start()
        await recorder.set_cameras({CAMERA: at(url)})
        await until(lambda: _is(recorder, State.WAITING))
        detail = recorder.status(CAMERA).detail
        await recorder.stop()
    assert "401" in detail
    assert "hunter2secret" not in detail + caplog.text
    assert "rtsp://" not in detail + caplog.text


@pytest.mark.long
async def test_a_child_that_hangs_is_killed_and_another_started(bell: Doorbell, tmp_path: Path) -> None:
    """Frozen, as by a debugger or a dead network file system."""
    async with recording(tmp_path / "r", bell, replace(LIMITS, read_timeout_s=0.5, group_s=0.0)) as recorder:
        await until(lambda: _is(recorder, State.RECORDING))
        frozen = recorder.pid(CAMERA)
        assert frozen is not None
        os.kill(frozen, signal.SIGSTOP)
        await until(lambda: _gone(frozen))
        await until(lambda: _another_than(recorder, frozen))


@pytest.mark.long
async def test_a_camera_that_sends_a_key_picture_only_now_and_then_is_recorded_all_the_time(tmp_path: Path) -> None:
    """As those do that spare bytes while nothing moves: no segment ends before the next one."""
    with doorbell("--gop", "75", "--report-after", "0.3", "--mid-group") as bell:
        async with recording(tmp_path / "r", bell, replace(LIMITS, segment_s=0.4, read_timeout_s=0.4)) as recorder:
            began = datetime.now(UTC)
            await until(lambda: _at_least(recorder, began, 2), 30)
            found = await around_now(recorder)
        assert len({segment.path.name.partition("-")[0] for segment in found.segments}) == 1


async def test_streams_that_could_be_scripts_are_refused(tmp_path: Path) -> None:
    """Only schemes whose demuxer is forced."""
    recorder = Recorder(tmp_path / "r", LIMITS)
    await recorder.start()
    await recorder.set_cameras({CAMERA: at("concat:/etc/passwd")})
    await until(lambda: _is(recorder, State.WAITING))
    assert recorder.status(CAMERA).detail.startswith("stream_unsupported")
    await recorder.stop()


async def _count(recorder: Recorder, since: datetime) -> int:
    return await segments(recorder, CAMERA, since)


async def _at_least(recorder: Recorder, since: datetime, number: int) -> bool:
    return await _count(recorder, since) >= number


async def _more_than(recorder: Recorder, number: int) -> bool:
    return len((await around_now(recorder)).segments) > number


async def _is(recorder: Recorder, state: State) -> bool:
    return recorder.status(CAMERA).state is state


async def _another_than(recorder: Recorder, pid: int) -> bool:
    return recorder.pid(CAMERA) not in {pid, None}


async def _segment_files(folder: Path, number: int) -> bool:
    return len(await asyncio.to_thread(lambda: list(folder.rglob("*.mp4")))) >= number


async def _gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


async def _evicted(folder: Path, name: str) -> bool:
    return not list((folder / "ring").rglob(name))
