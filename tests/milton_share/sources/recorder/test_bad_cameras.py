"""A camera that goes silent, sends noise, or films in another size: recorded again by itself, the gap stated."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import av
import pytest

from custom_components.milton_share.clips.job import Job, JobSegment
from custom_components.milton_share.own_clips.cutter import clip_of
from custom_components.milton_share.review.cutter import cut
from custom_components.milton_share.review.job import Wish
from custom_components.milton_share.shared.milton_protocol.messages.shares.manifest_parts import Period
from custom_components.milton_share.sources.recorder import Recorder, State

from .conftest import BRISK_LIMITS, Doorbell, at, doorbell, segments, set_clock, until
from .test_times import errors_s

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

CAMERA = "camera.front_door"
HOUR = timedelta(hours=1)
NEAR_MS = 400  # some pictures
AGAIN_MAX_S = 14.0  # a start, what was filmed, the patience, and a busy machine
STATED_MAX_S = 1.5  # by arrival, of one file alone
FRAMES_A_SECOND_MIN = 8  # of 15: most of both sides
LIMITS = replace(BRISK_LIMITS, read_timeout_s=1.0)


@pytest.fixture
async def recorder(bell: Doorbell, tmp_path: Path) -> AsyncIterator[Recorder]:
    """Record the doorbell."""
    one = Recorder(tmp_path / "r", LIMITS)
    await one.start()
    await one.set_cameras({CAMERA: at(bell.urls[0])})
    yield one
    await one.stop()


async def more(recorder: Recorder, count: int) -> None:
    """Wait for some segments more."""
    since = datetime.now(UTC)

    async def enough() -> bool:
        return await segments(recorder, CAMERA, since) >= count

    await until(enough, 60)


@pytest.mark.parametrize("knob", [pytest.param("silence?seconds=4", marks=pytest.mark.long), "garbage?seconds=4"])
async def test_a_camera_that_sends_nothing_or_noise_is_recorded_again(
    recorder: Recorder, bell: Doorbell, knob: str
) -> None:
    """It closes nothing; the recorder connects anew, and what is missing is a stated gap, never bridged."""
    await more(recorder, 2)
    began = datetime.now(UTC)
    await asyncio.to_thread(bell.turn, knob)
    await asyncio.sleep(4)
    await more(recorder, 2)
    found = await recorder.coverage(CAMERA, began - HOUR, datetime.now(UTC) + HOUR)
    for before, after in pairwise(found.segments):
        apart_s = (after.from_ - before.until).total_seconds()
        stated = any(start <= after.from_ and end >= before.until for start, end in found.gaps)
        assert apart_s < 0.5 or stated
    if knob.startswith("silence"):  # noise is recorded as what it is; nothing is recorded of silence
        assert any(end - start > timedelta(seconds=1) for start, end in found.gaps[1:-1])
    await until(lambda: _records(recorder))


@pytest.mark.parametrize(
    ("knob", "segment_s", "filmed_s"),
    [pytest.param("blind?seconds=20", 6.0, 1.0, marks=pytest.mark.long), ("silence?seconds=20", 2.0, 2.5)],
)
async def test_a_camera_whose_pictures_stop_is_connected_anew_and_those_before_keep_their_time(
    knob: str, segment_s: float, filmed_s: float, tmp_path: Path
) -> None:
    """Whether its sound goes on or not, and though their only file is longer than most and nothing else closes it.

    By its last write it was as much too late as that took; sound that went on was taken for a camera that is recorded.
    """
    with doorbell("--gop", "300", "--no-reports") as bell:
        recorder = Recorder(
            tmp_path / "r", replace(LIMITS, segment_s=segment_s, read_timeout_s=1.5), home_clock=set_clock()
        )
        await recorder.start()
        began = datetime.now(UTC)
        await recorder.set_cameras({CAMERA: at(bell.urls[0])})
        await until(lambda: _writes(tmp_path))
        await asyncio.sleep(filmed_s)
        await asyncio.to_thread(bell.turn, knob)
        await until(lambda: _has(recorder, began))
        late_s = (datetime.now(UTC) - began).total_seconds()
        (first, *_) = (await recorder.coverage(CAMERA, began, datetime.now(UTC))).segments
        await recorder.stop()
    assert late_s < AGAIN_MAX_S
    assert first.clock is not None
    assert max(map(abs, errors_s(first))) <= first.clock.uncertainty_ms / 1000 <= STATED_MAX_S


async def test_a_clip_over_a_change_of_size_is_cut_right(recorder: Recorder, bell: Doorbell, tmp_path: Path) -> None:
    """Both sides are in it; every frame decodes, in one size, none outside the range; gap and change are said."""
    await more(recorder, 2)
    await asyncio.to_thread(bell.turn, "outage?seconds=3")  # or the recorder may be back before there is a gap to state
    await asyncio.to_thread(bell.turn, "resize?width=320&height=240")
    await more(recorder, 2)
    now = datetime.now(UTC)
    found = await recorder.coverage(CAMERA, now - HOUR, now + HOUR)
    sizes = [_size(segment.path) for segment in found.segments]
    assert len(set(sizes)) == 2
    last_old = max(index for index, size in enumerate(sizes) if size == sizes[0])
    from_, until_ = found.segments[last_old].from_, found.segments[last_old + 1].until
    job = Job(
        segments=tuple(
            JobSegment(path=one.path, from_ms=_ms(one.from_), until_ms=_ms(one.until)) for one in found.segments
        ),
        from_ms=round(_ms(from_)),
        until_ms=round(_ms(until_)),
        audio=False,
        masks=(),
        out=tmp_path / "clip.mp4",
        preview=False,
    )
    result = await cut(job, on_progress=lambda _share: None)
    with av.open(str(result.clip.path), format="mp4") as container:
        frames = [(frame.width, frame.height) for frame in container.decode(video=0)]
    assert frames
    assert set(frames) == {(result.width, result.height)}
    (part,) = result.ranges
    assert part.first_frame_ms is not None
    assert part.last_frame_ms is not None
    assert job.from_ms <= part.first_frame_ms < job.from_ms + NEAR_MS
    assert job.until_ms - NEAR_MS < part.last_frame_ms < job.until_ms
    old, new = found.segments[last_old], found.segments[last_old + 1]
    assert len(frames) > FRAMES_A_SECOND_MIN * ((old.until - old.from_) + (new.until - new.from_)).total_seconds()
    (gap,) = (gap for gap in part.gaps if gap.until_ms - gap.from_ms > 1000)
    assert abs(gap.from_ms - _ms(old.until)) < NEAR_MS
    assert abs(gap.until_ms - _ms(new.from_)) < NEAR_MS
    wish = Wish(ranges=(Period(from_=from_, until=until_),), audio=False)
    (resized_at,) = clip_of(wish, found, result).resized_at
    assert abs(_ms(resized_at) - _ms(new.from_)) < NEAR_MS


async def test_a_camera_that_never_answers_is_named_as_silent(tmp_path: Path) -> None:
    """Counted by a clock that nobody can put; not while the disk is what is missing."""
    free = [10 * LIMITS.free_bytes_min]
    recorder = Recorder(tmp_path / "r", LIMITS, free_bytes=lambda _folder: free[0])
    await recorder.start()
    await recorder.set_cameras({CAMERA: at("rtsp://127.0.0.1:1/nothing")})
    await until(lambda: _silent(recorder, 0.2))
    assert recorder.silent(3600) == ()
    free[0] = 0
    await until(lambda: _paused(recorder))
    assert recorder.silent(0.2) == ()
    await recorder.stop()
    assert not recorder.is_paused


async def _silent(recorder: Recorder, after_s: float) -> bool:
    return recorder.silent(after_s) == (CAMERA,)


async def _paused(recorder: Recorder) -> bool:
    return recorder.is_paused


async def _writes(folder: Path) -> bool:
    return any(size > 20_000 for size in await asyncio.to_thread(_sizes, folder))


def _sizes(folder: Path) -> list[int]:
    return [path.stat().st_size for path in folder.rglob("*.mp4")]


async def _has(recorder: Recorder, since: datetime) -> bool:
    return await segments(recorder, CAMERA, since) >= 1


async def _records(recorder: Recorder) -> bool:
    return recorder.status(CAMERA).state is State.RECORDING


def _ms(moment: datetime) -> float:
    return moment.timestamp() * 1000


def _size(path: Path) -> tuple[int, int]:
    with av.open(str(path), format="mp4") as container:
        stream = container.streams.video[0]
        return stream.width, stream.height
