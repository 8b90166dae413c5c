"""Real doorbells behind a server that keeps pictures: what is stated of their times, and a cut across its moods."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.clips.job import Job, JobSegment
from custom_components.milton_share.clips.make import make_clip
from custom_components.milton_share.sources.recorder import Recorder
from custom_components.milton_share.sources.recorder.filming.heaps import HEAP_S
from custom_components.milton_share.sources.recorder.times.anchor import AGREE_S
from tests.simulators.doorbell import pixels

from .conftest import BRISK, BRISK_LIMITS, at, doorbell, late_s, segments, set_clock, until
from .test_times import errors_s

if TYPE_CHECKING:
    from pathlib import Path

    from custom_components.milton_share.sources.model import Coverage, Segment

HOUR = timedelta(hours=1)
REPORTS = (*BRISK, "--report-every", "1")
WITH_SOUND = "falls_behind_with_sound"
MUTE = (*REPORTS, "--sound", "none")
BELLS = {
    "catches_up": (*MUTE, "--kept", "0.8", "--by-sending"),
    "falls_behind": (*MUTE, "--by-sending"),
    WITH_SOUND: (*REPORTS, "--by-sending"),
    "late": (*MUTE, "--kept", "4"),
}
KNOBS = {
    "catches_up": "keep?seconds=0",
    "falls_behind": "keep?seconds=1.5",
    WITH_SOUND: "keep?seconds=4",
}
BEFORE, AFTER = 5, 6  # segments
IN_TIME_S = HEAP_S + AGREE_S


@pytest.mark.long
async def test_no_picture_that_a_server_keeps_is_farther_from_its_time_than_is_stated_and_a_cut_goes_across(
    tmp_path: Path,
) -> None:
    """By true reports that come in time, and by such as say what is sent is of now."""
    recorder = Recorder(tmp_path / "r", BRISK_LIMITS, home_clock=set_clock())
    await recorder.start()
    with contextlib.ExitStack() as stack:
        bells = {kind: stack.enter_context(doorbell(*arguments)) for kind, arguments in BELLS.items()}
        began = datetime.now(UTC)
        await recorder.set_cameras({kind: at(bell.urls[0]) for kind, bell in bells.items()})
        for wanted in (BEFORE, BEFORE + AFTER):
            for kind in bells:
                await until(lambda kind=kind, wanted=wanted: _has(recorder, kind, began, wanted), 120)
            for kind, knob in KNOBS.items():
                await asyncio.to_thread(bells[kind].turn, knob)
        await recorder.set_cameras({})
        found = {kind: await recorder.coverage(kind, began - HOUR, began + HOUR) for kind in bells}
        late = {kind: await late_s(bell) for kind, bell in bells.items()}
    await recorder.stop()
    for kind, coverage in found.items():
        for segment in coverage.segments:
            assert segment.clock is not None
            allowed_s = segment.clock.uncertainty_ms / 1000 + late[kind]
            assert max(abs(error) for error in errors_s(segment)) <= allowed_s, kind
        _cut_across(coverage, tmp_path / f"{kind}.mp4")
    segments_found = found["catches_up"].segments
    busy_s = max(_written_late_s(segment) for segment in segments_found[-AFTER:])
    for before, after in pairwise(segments_found):
        assert before.clock is not None
        assert after.clock is not None
        stated_s = (before.clock.uncertainty_ms + after.clock.uncertainty_ms) / 1000
        overlap_s = (before.until - after.from_).total_seconds()
        # Arrival that is late by more than word and arrival must agree (`AGREE_S`) tells nothing of a server.
        assert overlap_s < (0.25 if busy_s < IN_TIME_S else stated_s)


def _written_late_s(segment: Segment) -> float:
    """How much later than its last picture was taken a file was written: a heap, and what a busy machine adds."""
    last = max(sample.stamp.epoch_ms for sample in pixels.samples(segment.path) if sample.stamp)
    return segment.path.stat().st_mtime - last / 1000


async def _has(recorder: Recorder, kind: str, began: datetime, wanted: int) -> bool:
    return await segments(recorder, kind, began - HOUR) >= wanted


def _cut_across(coverage: Coverage, out: Path) -> None:
    files = tuple(
        JobSegment(
            path=one.path,
            from_ms=one.from_.timestamp() * 1000,
            until_ms=one.until.timestamp() * 1000,
            uncertainty_ms=(one.clock or coverage.clock).uncertainty_ms,
        )
        for one in coverage.segments
    )
    job = Job(
        segments=files,
        from_ms=round(files[0].from_ms),
        until_ms=round(files[-1].until_ms),
        audio=False,
        masks=(),
        out=out,
        preview=False,
    )
    make_clip(job, lambda _: None)
