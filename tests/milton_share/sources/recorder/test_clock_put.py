"""The machine's clock is put in the middle of a recording: what is timed stays, what comes goes by the new. Pure."""

from __future__ import annotations

import time

import pytest

from custom_components.milton_share.sources.recorder.store.files import Measured
from custom_components.milton_share.sources.recorder.times.boxes import Contents, Fragment, Reference
from custom_components.milton_share.sources.recorder.timing import Take, Timing
from custom_components.milton_share.sources.steady import LOOKS, boot_s, wall_lead_s

NOON_S, SEGMENT_S = 1_800_000_000.0, 10.0
HOUR_S = 3_600.0


def take(number: int, *, put_by_s: float = 0.0, late_s: float = 0.0, lead_s: float | None = None) -> Take:
    """Record the segment of that number with the clock put by so much, written so late."""
    media_s = SEGMENT_S * number
    fragment = Fragment(start_s=media_s, end_s=media_s + SEGMENT_S, reference=None)
    contents = Contents(fragments=(fragment,), gaps=(), whole_bytes=1, finished=True)
    return Take(
        name=f"{number}.mp4",
        camera_id="camera.front_door",
        measured=Measured(
            size_bytes=1,
            sha256="00",
            contents=contents,
            written_s=NOON_S + media_s + SEGMENT_S + put_by_s + late_s,
            lead_s=put_by_s if lead_s is None else lead_s,
        ),
    )


def reported(number: int, *, put_by_s: float = 0.0) -> Take:
    """Record one that carries the word of a camera whose clock is right and stays so."""
    plain = take(number, put_by_s=put_by_s)
    start_s = SEGMENT_S * number
    reference = Reference(epoch_s=NOON_S + start_s, media_s=start_s)
    fragment = Fragment(start_s=start_s, end_s=start_s + SEGMENT_S, reference=reference)
    contents = Contents(fragments=(fragment,), gaps=(), whole_bytes=1, finished=True)
    measured = Measured(
        size_bytes=1, sha256="00", contents=contents, written_s=plain.measured.written_s, lead_s=put_by_s
    )
    return Take(name=plain.name, camera_id=plain.camera_id, measured=measured)


def times(takes: list[Take]) -> dict[str, tuple[float, int, str]]:
    """Return the last word on each segment: its lateness to true media time in seconds, doubt, and method."""
    timing, found = Timing(), {}
    for one in takes:
        for row in timing.rows(one, None, 0.0):
            true_s = NOON_S + SEGMENT_S * int(row.name.partition(".")[0])
            found[row.name] = (round(row.from_ms / 1000 - true_s, 1), row.uncertainty_ms, row.method)
    return found


@pytest.mark.parametrize("put_by_s", [-HOUR_S, HOUR_S, -30.0, 0.5])
def test_no_time_is_changed_by_a_clock_that_was_put_later(put_by_s: float) -> None:
    """Neither those before by the new clock, nor those after by the old one."""
    before = [take(number) for number in range(3)]
    after = [take(number, put_by_s=put_by_s) for number in range(3, 6)]
    known = times(before)
    found = times([*before, *after])
    assert {name: found[name] for name in known} == known
    assert known["0.mp4"] == (-0.1, 880, "arrival")
    assert [found[f"{number}.mp4"] for number in range(3, 6)] == [
        (round(put_by_s - 0.12, 1), doubt_ms, "arrival") for doubt_ms in (1180, 880, 880)
    ]


@pytest.mark.parametrize("put_by_s", [-HOUR_S, HOUR_S])
def test_a_segment_that_was_written_before_the_clock_was_put_says_nothing_of_those_after(put_by_s: float) -> None:
    """It was only measured after that: its own time is by the old clock, and nobody else's."""
    found = times([take(0), take(1), take(2, lead_s=put_by_s), take(3, put_by_s=put_by_s), take(4, put_by_s=put_by_s)])
    late_s = round(put_by_s - 0.12, 1)
    assert [found[f"{number}.mp4"][0] for number in range(5)] == [-0.1, -0.1, -0.1, late_s, late_s]


def test_a_machine_that_was_only_busy_is_still_put_right_by_the_run() -> None:
    """A late write is no clock that was put; nor is one that drifts."""
    found = times([take(0), take(1, lead_s=0.01), take(2, late_s=40.0, lead_s=0.02), take(3, lead_s=0.03)])
    assert {late_s for late_s, _, _ in found.values()} == {-0.1}


def test_a_camera_that_was_believed_is_weighed_anew() -> None:
    """Its word from before the clock was put carries over to none that comes without a word."""
    before = [reported(number) for number in range(2)]
    found = times([*before, *(take(number, put_by_s=-HOUR_S) for number in range(2, 4))])
    assert [found[f"{number}.mp4"] for number in range(2)] == [(0.0, 1000, "rtcp")] * 2  # nobody compared the clocks
    assert [found[f"{number}.mp4"] for number in range(2, 4)] == [(-3600.1, 1180, "arrival")] * 2
    again = times([*before, *(reported(number, put_by_s=-HOUR_S) for number in range(2, 4))])
    assert [again[f"{number}.mp4"][0] for number in range(4)] == [0.0, 0.0, -3600.1, -3600.1]


def test_the_lead_of_the_wall_clock_is_taken_where_the_machine_stood_still_least() -> None:
    """Between the looks at the two clocks it may be stopped for long."""
    monotonic_s = iter([0.0, 9.0, 10.0, 10.1, 20.0, 24.0])
    wall_s = iter([1008.0, 1010.0, 1023.0])
    assert wall_lead_s(lambda: next(wall_s), lambda: next(monotonic_s)) == 1000.0
    assert LOOKS == 3


def test_the_clock_of_a_machine_that_slept_is_not_taken_for_one_that_was_put() -> None:
    """Where its recordings are to be moved with the clock: this one goes on meanwhile, as the wall's does."""
    assert boot_s() >= time.monotonic() - 1
    assert wall_lead_s(monotonic_s=boot_s) == pytest.approx(time.time() - boot_s(), abs=1)
