"""What a segment's own fragments say of the camera's clock, and which of them are believed. Pure."""

from __future__ import annotations

import pytest

from custom_components.milton_share.sources.model import Clock
from custom_components.milton_share.sources.recorder.store.timeline import clock, coverage, from_ms
from custom_components.milton_share.sources.recorder.times.anchor import camera_zero
from custom_components.milton_share.sources.recorder.times.boxes import Contents, Fragment, Reference
from tests.milton_share.sources.recorder.test_decisions import NOON_MS, row

NOON_S = 1_800_000_000.0


def contents(*fragments: tuple[float, float, float | None]) -> Contents:
    """Make a segment of fragments: from when to when, and where their word puts its zero, in seconds after noon."""
    return Contents(
        fragments=tuple(
            Fragment(
                start_s=start_s,
                end_s=end_s,
                reference=None if zero_s is None else Reference(epoch_s=NOON_S + zero_s + start_s, media_s=start_s),
            )
            for start_s, end_s, zero_s in fragments
        ),
        gaps=(),
        whole_bytes=1,
        finished=True,
    )


def zero_of(*fragments: tuple[float, float, float | None], late_s: float = 0.1) -> float | None:
    """Return where media zero is after noon, of a segment that was written so long after its end."""
    found = camera_zero(contents(*fragments), NOON_S + fragments[-1][1] + late_s)
    return None if found is None else found - NOON_S


def test_no_word_is_none() -> None:
    """Of any fragment."""
    assert zero_of((0, 2, None), (2, 4, None)) is None


def test_the_last_word_counts_though_fragments_without_one_follow() -> None:
    """A report may be missing in between."""
    assert zero_of((0, 2, -1.0), (2, 4, None)) == -1.0


@pytest.mark.parametrize(("length_s", "zero_s"), [(0.24, 0.0), (0.23, None)])
def test_a_fragment_is_judged_when_its_start_can_be_told_from_its_write(length_s: float, zero_s: float | None) -> None:
    """A shorter one may carry the moment of writing."""
    assert zero_of((0, length_s, 0.0), late_s=1.0) == zero_s


@pytest.mark.parametrize(("zero_s", "found"), [(2.1, None), (2.25, None), (1.95, None), (2.4, 2.4), (1.8, 1.8)])
def test_a_word_that_is_the_moment_of_writing_is_none(zero_s: float, found: float | None) -> None:
    """Give or take a fifth of a second; the fragment ended at 4 s and was written at 4.1 s."""
    assert zero_of((0, 2, zero_s), (2, 4, zero_s)) == (None if found is None else pytest.approx(found, abs=1e-5))


def test_what_is_judged_before_a_short_last_fragment_was_written_as_much_earlier() -> None:
    """Its write lies before that of the file by what follows it."""
    assert zero_of((0, 2, 2.1), (2, 4, 2.1), (4, 4.2, 0.0)) is None
    assert zero_of((0, 2, 2.6), (2, 4, 2.6), (4, 4.2, 0.0)) == pytest.approx(2.6, abs=1e-5)


def test_words_from_before_the_first_report_are_outvoted_by_the_last_one() -> None:
    """However many they are: they are not of the same clock."""
    assert zero_of((0, 2, 2.1), (2, 4, 2.1), (4, 6, 0.0)) == 0.0


def test_words_that_nearly_agree_are_taken_by_their_middle() -> None:
    """A camera's reports jitter."""
    assert zero_of((0, 2, 0.0), (2, 4, -0.1), (4, 6, 0.2)) == pytest.approx(0.0, abs=1e-5)
    assert zero_of((0, 2, 0.1), (2, 4, -0.2), (4, 6, 0.0)) == pytest.approx(0.0, abs=1e-5)
    assert zero_of((0, 2, 0.1), (2, 4, 0.1), (4, 6, 0.0)) == pytest.approx(0.1, abs=1e-5)


def test_the_clock_of_nothing_is_as_unsure_as_arrival() -> None:
    """To say something."""
    assert clock([]) == Clock(offset_ms=0, uncertainty_ms=880, method="arrival")


def test_a_file_that_lies_beside_a_range_says_nothing_of_its_clock_and_leaves_no_gap() -> None:
    """It is there for its sound alone, and its own gaps are not the range's."""
    beside = row(0, uncertainty_ms=9_000, method="arrival", gaps=((NOON_MS, NOON_MS + 9_000),))
    found = [(one, None) for one in (beside, row(1))]
    stated = coverage(found, from_ms(NOON_MS + 10_000), from_ms(NOON_MS + 20_000))
    assert (stated.clock.uncertainty_ms, stated.clock.method, stated.gaps) == (100, "rtcp", ())
    assert len(stated.segments) == 2
