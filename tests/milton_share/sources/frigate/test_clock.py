"""How far Frigate's clock is off, by the dates of its answers. Pure."""

from __future__ import annotations

import time
from email.utils import formatdate

import pytest

from custom_components.milton_share.sources.recorder_clients.clock.offset import Window, offset_of, window

MOMENTS = tuple(100_000 + step for step in (0.05, 0.25, 0.45, 0.65, 0.85, 1.05))


def seen(ahead_s: float) -> list[Window]:
    """Answers of a Frigate whose clock is ahead of ours, at six moments; each took 10 ms."""
    found = [window(formatdate(int(at + ahead_s), usegmt=True), at - 0.005, at + 0.005) for at in MOMENTS]
    return [one for one in found if one is not None]


def test_clocks_that_agree_are_taken_to_agree() -> None:
    """To about as much as the answers are apart."""
    offset = offset_of(seen(0.0))
    assert offset is not None
    assert offset.offset_s == 0
    assert offset.uncertainty_s < 0.3


@pytest.mark.parametrize("ahead_s", [3_600.0, -7_200.0, 5.4])
def test_a_clock_that_is_off_is_corrected_and_may_have_been_right_before(ahead_s: float) -> None:
    """The uncertainty covers both: nobody knows when it went wrong."""
    offset = offset_of(seen(ahead_s))
    assert offset is not None
    assert offset.offset_s == pytest.approx(-ahead_s, abs=0.3)
    assert offset.uncertainty_s >= abs(offset.offset_s)


def test_a_clock_that_is_set_while_it_is_looked_at_makes_nothing_surer() -> None:
    """Windows that can't all be true."""
    offset = offset_of([*seen(0.0), *seen(10.0)])
    assert offset is not None
    assert offset.uncertainty_s >= 10


@pytest.mark.parametrize("date", ["", "soon", "Thu, 99 Jan 1970 00:00:00 GMT", "\x00"])
def test_an_answer_without_a_date_says_nothing(date: str) -> None:
    """And no answer with one leaves the clock unknown."""
    assert window(date, 1.0, 2.0) is None
    assert offset_of([]) is None


def test_a_date_without_a_zone_is_of_utc_wherever_this_home_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """RFC 5322 section 3.3: "-0000" is UTC, and says nothing of where it was written."""
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        assert window("Thu, 01 Jan 1970 01:00:00 -0000", 3_600.0, 3_600.0) == Window(low_s=-1.0, high_s=0.0)
    finally:
        monkeypatch.undo()
        time.tzset()
