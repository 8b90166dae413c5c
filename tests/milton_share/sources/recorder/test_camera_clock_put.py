"""A real camera whose clock is put, or whose time stamps jump, while it is recorded."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from custom_components.milton_share.sources.recorder import Recorder
from custom_components.milton_share.sources.recorder.filming.heaps import HEAP_S

from .conftest import BRISK, BRISK_LIMITS, Doorbell, at, doorbell, late_s, segments, set_clock, until
from .test_times import errors_s

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from custom_components.milton_share.sources.model import Coverage

HOUR = timedelta(hours=1)
PUT_S = 5.0
KNOBS = {"put": f"put?seconds={PUT_S}", "leap": f"leap?seconds={PUT_S}"}
BEFORE, AFTER = 5, 9  # segments; the camera reports every five seconds
REPORTS = (*BRISK, "--report-every", "2")


async def _film(folder: Path, bells: dict[str, Doorbell]) -> dict[str, Coverage]:
    recorder = Recorder(folder, BRISK_LIMITS, home_clock=set_clock())
    await recorder.start()
    try:
        began = datetime.now(UTC)
        await recorder.set_cameras({kind: at(bell.urls[0]) for kind, bell in bells.items()})
        for wanted, knob in ((BEFORE, True), (BEFORE + AFTER, False)):
            for kind, bell in bells.items():
                await until(lambda kind=kind, wanted=wanted: _has(recorder, kind, began, wanted), 120)
                if knob:
                    await asyncio.to_thread(bell.turn, KNOBS[kind])
        await recorder.set_cameras({})
        return {kind: await recorder.coverage(kind, began - HOUR, began + HOUR) for kind in bells}
    finally:
        await recorder.stop()


async def _has(recorder: Recorder, kind: str, began: datetime, wanted: int) -> bool:
    return await segments(recorder, kind, began - HOUR) >= wanted


async def test_a_clock_that_is_put_while_it_is_recorded_makes_no_time_wronger_than_is_stated(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither where its reports alone jump, which is stated, nor where the time stamps of its stream do."""
    with contextlib.ExitStack() as stack:
        bells = {kind: stack.enter_context(doorbell(*REPORTS)) for kind in KNOBS}
        found = await _film(tmp_path / "r", bells)
        late = {kind: await late_s(bell) for kind, bell in bells.items()}
    for kind, coverage in found.items():
        allowed_s = coverage.clock.uncertainty_ms / 1000 + late[kind]
        assert max(abs(error) for segment in coverage.segments for error in errors_s(segment)) <= allowed_s, kind
    said = [record.getMessage() for record in caplog.records if record.name.startswith("custom_components")]
    assert [line for line in said if "ended" in line] == []  # stamps that go back end no process
    put = found["put"]
    # By arrival, which a heap makes uneven (ADR 51): the earliest of so few segments may be late by some of it.
    assert abs(put.clock.offset_ms / 1000 + PUT_S) <= HEAP_S + late["put"]
    assert put.clock.was_put
    # One zero for all, in the middle of the put, in whole milliseconds.
    for before, after in pairwise(put.segments):
        assert abs((after.from_ - before.until).total_seconds()) <= PUT_S / 2 + HEAP_S + 0.002
    assert found["leap"].clock.uncertainty_ms > PUT_S / 2 * 1000
