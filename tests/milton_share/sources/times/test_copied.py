"""The time of a copied file: its recorder's, moved by how far that clock is off, and never surer than that. Pure."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.milton_share.sources.recorder.store.index import Row
from custom_components.milton_share.sources.recorder_clients.archive.archive import METHOD, Placed, timed
from custom_components.milton_share.sources.recorder_clients.clock.offset import ClockOffset, Window, offset_of
from custom_components.milton_share.sources.recorder_clients.times.file_names import Habits, Take, place

NOON_S = 1_800_000_000
DOUBTS = st.floats(0.0, 60.0)
ROUNDED_MS = 1e-3


def copied(from_ms: int = 0) -> Row:
    """Return a file of ten seconds with a gap in it, as it is entered."""
    return Row(
        name="a/1.mp4",
        camera_id="a",
        from_ms=from_ms,
        until_ms=from_ms + 10_000,
        size_bytes=1,
        sha256="00",
        media_start_s=0.0,
        offset_ms=0,
        uncertainty_ms=0,
        method=METHOD,
        gaps=((from_ms + 2_000, from_ms + 4_000),),
    )


@pytest.mark.parametrize("before_ms", [0, 1_700_000_000_000])
def test_a_file_and_its_gaps_move_together_to_the_home_s_time(before_ms: int) -> None:
    """Also one that had a time, which is better known now."""
    placed, offset = Placed(from_s=NOON_S, uncertainty_s=1.0), ClockOffset(offset_s=-2.5, uncertainty_s=0.25)
    row = timed(copied(before_ms), placed, offset, 0.125)
    start_ms = NOON_S * 1000 - 2_500
    assert (row.from_ms, row.until_ms, row.gaps) == (
        start_ms,
        start_ms + 10_000,
        ((start_ms + 2_000, start_ms + 4_000),),
    )
    assert (row.offset_ms, row.uncertainty_ms) == (-2_500, 1_375)


@pytest.mark.parametrize(("hours", "doubt_ms"), [(-13, 500), (-12, 1_500), (0, 1_500), (12, 1_500), (13, 500)])
def test_what_was_filmed_around_a_leap_second_is_as_unsure_as_that_whenever_it_is_copied(
    hours: int, doubt_ms: int
) -> None:
    """The home's own clock is long right again when a request comes, days later."""
    filmed_s = datetime(2027, 1, 1, tzinfo=UTC).timestamp() + hours * 3_600
    placed, offset = Placed(from_s=filmed_s, uncertainty_s=0.25), ClockOffset(offset_s=0.0, uncertainty_s=0.125)
    assert timed(copied(), placed, offset, 0.125).uncertainty_ms == doubt_ms


@pytest.mark.parametrize(
    ("windows", "offset_s", "doubt_s"),
    [
        ([(2, 4)], 3, 4),
        ([(-4, -2)], -3, 4),
        ([(-1, 2)], 0, 2),
        ([(-2, 1)], 0, 2),
        ([(0, 2)], 0, 2),
        ([(-2, 0)], 0, 2),
        ([(1, 9), (3, 5)], 4, 5),
        ([(1, 3), (3, 5)], 3, 3),
        ([(1, 2), (5, 7)], 4, 7),
    ],
    ids=["behind", "ahead", "either", "or", "just not behind", "just not ahead", "both", "a point", "against"],
)
def test_a_recorder_s_clock_is_off_by_the_middle_of_what_all_its_answers_allow(
    windows: list[tuple[float, float]], offset_s: float, doubt_s: float
) -> None:
    """Not at all where that is allowed; else as unsure as it is off besides, for it may have been right before."""
    found = offset_of(Window(low_s=low, high_s=high) for low, high in windows)
    assert found == ClockOffset(offset_s=offset_s, uncertainty_s=doubt_s)


def test_files_of_two_runs_are_placed_each_by_its_own() -> None:
    """A gap lies between them; within a run one begins where the one before ended."""
    habits = Habits(late_max_s=1.0, early_max_s=1.0, first_late_max_s=1.0, waits_max_s=0.0, seam_s=0.5)
    found = place([Take(start_s=at, length_s=10.0, prompt=True) for at in (0, 10, 100, 110)], habits)
    assert [(one.from_s, one.uncertainty_s) for one in found] == [(at, 1.0) for at in (0, 10, 100, 110)]


@given(placed_s=DOUBTS, clock_s=DOUBTS, home_s=DOUBTS)
def test_a_copied_file_is_never_stated_surer_than_its_three_doubts_together(
    placed_s: float, clock_s: float, home_s: float
) -> None:
    """Whole milliseconds are stated: half a one that is left off would be a doubt that nobody is told of."""
    placed, offset = Placed(from_s=NOON_S, uncertainty_s=placed_s), ClockOffset(offset_s=0.0, uncertainty_s=clock_s)
    stated_ms = timed(copied(), placed, offset, home_s).uncertainty_ms
    true_ms = (placed_s + clock_s + home_s) * 1000
    assert true_ms - ROUNDED_MS <= stated_ms < true_ms + 1 + ROUNDED_MS
