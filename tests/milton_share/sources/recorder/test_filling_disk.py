"""A disk that really fills up under a running recorder: it stops in time, keeps what is held, and goes on by itself."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.sources.recorder import Recorder, State
from tests.simulators.small_disk import small_disk, take_room

from .conftest import BRISK_LIMITS, Doorbell, at, segments, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from custom_components.milton_share.sources.model import Coverage

CAMERA = "camera.front_door"
HOUR = timedelta(hours=1)
DISK_BYTES = 32 * 2**20
LEAST_BYTES = 12 * 2**20
"""What is to be left free for Home Assistant; as much again, and a tenth, is wanted to begin."""
SOON_BYTES = 2**18
"""So much above it the other program stops: the recorder's own next seconds take it."""
PASSED_BYTES = 2 * 2**20
"""More than is written between two looks at the disk, and until a process has closed its file."""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """Make a small disk."""
    with small_disk(tmp_path, DISK_BYTES) as one:
        yield one


@pytest.fixture
async def recorder(disk: Path, bell: Doorbell) -> AsyncIterator[Recorder]:
    """Record a doorbell on it."""
    one = Recorder(disk / "r", replace(BRISK_LIMITS, free_bytes_min=LEAST_BYTES))
    await one.start()
    try:
        await one.set_cameras({CAMERA: at(bell.urls[0])})
        yield one
    finally:
        await one.stop()


async def is_at(recorder: Recorder, state: State) -> bool:
    """Whether the camera's recorder is at something."""
    return recorder.status(CAMERA).state is state


async def has(recorder: Recorder, since: datetime, count: int) -> bool:
    """Whether so many segments are there since a moment."""
    return await segments(recorder, CAMERA, since) >= count


def digests(coverage: Coverage) -> dict[str, str]:
    """Read what is there, byte by byte; each file has its digest."""
    found = {one.path.name: hashlib.sha256(one.path.read_bytes()).hexdigest() for one in coverage.segments}
    assert found == {one.path.name: one.sha256 for one in coverage.segments}
    return found


async def test_recording_stops_while_home_assistant_still_has_room_and_goes_on_when_there_is_more(
    disk: Path, recorder: Recorder
) -> None:
    """It is its own recordings that cross the line. What others then take to the last byte costs nothing that is kept.

    What was held can be read all along, and is held as it was.
    """
    since = datetime.now(UTC)
    await until(lambda: has(recorder, since, 2))
    held = digests(await recorder.hold("case", CAMERA, since, datetime.now(UTC), since + HOUR))
    assert held
    ballast = await asyncio.to_thread(take_room, disk, LEAST_BYTES + SOON_BYTES)
    await until(lambda: is_at(recorder, State.DISK_FULL))
    assert recorder.is_paused
    assert recorder.pid(CAMERA) is None
    free_bytes = shutil.disk_usage(disk).free
    assert LEAST_BYTES - PASSED_BYTES <= free_bytes < LEAST_BYTES
    kept = digests(await recorder.coverage(CAMERA, since, datetime.now(UTC)))
    others = await asyncio.to_thread(take_room, disk, name="others")
    assert shutil.disk_usage(disk).free == 0
    await asyncio.sleep(5 * BRISK_LIMITS.look_every_s)
    assert digests(await recorder.held("case")).items() >= held.items()
    assert digests(await recorder.coverage(CAMERA, since, datetime.now(UTC))) == kept
    others.unlink()
    ballast.unlink()
    again = datetime.now(UTC)
    await until(lambda: is_at(recorder, State.RECORDING))
    await until(lambda: has(recorder, again, 2))
    assert digests(await recorder.held("case")).items() >= held.items()


async def test_a_disk_that_is_full_from_one_moment_to_the_next_loses_nothing_that_was_kept(
    disk: Path, recorder: Recorder
) -> None:
    """Another program takes all in less than a look: writing fails in the middle of a segment, and is gone on from."""
    since = datetime.now(UTC)
    await until(lambda: has(recorder, since, 2))
    held = digests(await recorder.hold("case", CAMERA, since, datetime.now(UTC), since + HOUR))
    ballast = await asyncio.to_thread(take_room, disk)
    await until(lambda: is_at(recorder, State.DISK_FULL))
    assert digests(await recorder.held("case")).items() >= held.items()
    digests(await recorder.coverage(CAMERA, since, datetime.now(UTC)))
    ballast.unlink()
    again = datetime.now(UTC)
    await until(lambda: has(recorder, again, 2))
    digests(await recorder.coverage(CAMERA, since, datetime.now(UTC)))
    assert digests(await recorder.held("case")).items() >= held.items()
