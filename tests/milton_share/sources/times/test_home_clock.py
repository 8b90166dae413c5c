"""How sure the home's own clock is: the kernel's word, carried on, and never believed too long."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.milton_share.panel.websocket.forms import time as read_time
from custom_components.milton_share.sources import home_clock
from custom_components.milton_share.sources.bounds import DRIFT
from custom_components.milton_share.sources.home_clock import (
    GROWN_WITHIN_S,
    KERNEL_GROWS,
    LEAP_S,
    SERVER_DOUBT_S,
    UNSYNCHRONISED_S,
    HomeClock,
    KernelWord,
    ask_kernel,
    is_synchronised,
    leap_doubt_s,
    word_of,
)
from custom_components.milton_share.sources.recorder.store.timeline import from_ms, to_ms

MAY = datetime(2026, 5, 5, tzinfo=UTC)


@dataclass(slots=True, kw_only=True)
class Machine:
    """A machine whose clock drifts and is set by a time service now and then, as the kernel tells it."""

    now_s: float = 0.0
    lead_s: float = 0.0
    error_s: float | None = 0.0
    wall: datetime = MAY
    clock: HomeClock = field(init=False)

    def __post_init__(self) -> None:
        """Look at itself."""
        self.clock = HomeClock(
            lambda: KernelWord(error_s=self.error_s),
            monotonic_s=lambda: self.now_s,
            lead_s=lambda: self.lead_s,
            now_s=self.wall.timestamp,
        )

    def go(self, seconds: float) -> None:
        """Let time pass: the kernel doubts more."""
        self.now_s += seconds
        self.error_s = None if self.error_s is None else self.error_s + KERNEL_GROWS * seconds


def test_a_leap_second_is_added_where_no_time_service_sets_the_clock_too() -> None:
    """Around New Year it is as unsure as an hour, and a second."""
    new_year = Machine(error_s=None, wall=datetime(2027, 1, 1, tzinfo=UTC))
    assert new_year.clock.look().doubt_s == UNSYNCHRONISED_S + LEAP_S


@pytest.mark.parametrize(("state", "is_known"), [(-1, False), (0, True), (4, True), (5, False)])
def test_by_the_kernel_s_word_a_clock_is_in_error_or_is_not(state: int, *, is_known: bool) -> None:
    """`TIME_ERROR` is five (adjtimex(2)), and minus one that it could not be asked."""
    assert (word_of(state, 0, 0, 1, 1).error_s is not None) is is_known


def test_a_clock_that_is_set_is_as_sure_as_the_kernel_says() -> None:
    """And the time service's own answer may be off."""
    assert Machine(error_s=0.02).clock.look() == home_clock.HomeTime(doubt_s=0.02 + SERVER_DOUBT_S, synchronised=True)


def test_the_best_word_is_carried_on_by_what_a_crystal_drifts() -> None:
    """Half an hour after it was set the kernel says 1 s; no crystal is as bad as that."""
    machine = Machine(error_s=0.01)
    machine.clock.look()
    machine.go(2000)
    found = machine.clock.look()
    assert machine.error_s == pytest.approx(1.01)
    assert found.doubt_s == pytest.approx(0.01 + DRIFT * 2000 + SERVER_DOUBT_S)


def test_no_word_is_carried_over_a_clock_that_was_put_or_left_alone() -> None:
    """What was known was known of another clock."""
    machine = Machine(error_s=0.01)
    machine.clock.look()
    machine.go(2000)
    machine.lead_s += 3.0
    assert machine.clock.look().doubt_s == pytest.approx(1.01 + SERVER_DOUBT_S)
    machine.error_s = None
    assert machine.clock.look().doubt_s == UNSYNCHRONISED_S
    machine.error_s = 2.0
    assert machine.clock.look().doubt_s == pytest.approx(2.0 + SERVER_DOUBT_S)
    machine.error_s = 0.01
    machine.clock.look()
    machine.go(16)
    machine.error_s = 0.4  # a new word, that the one before was too good
    assert machine.clock.look().doubt_s == pytest.approx(0.4 + SERVER_DOUBT_S)


@given(
    steps=st.lists(
        st.tuples(st.floats(1.0, 1024.0), st.booleans(), st.floats(0.0, 0.2), st.floats(-DRIFT, DRIFT)), max_size=40
    )
)
def test_what_is_stated_covers_how_wrong_the_clock_is(steps: list[tuple[float, bool, float, float]]) -> None:
    """Through polls of any distance, whatever each leaves uncorrected, with any crystal."""
    machine, wrong_s = Machine(error_s=0.3), 0.3
    for seconds, is_set, left_s, drift in steps:
        machine.go(seconds)
        wrong_s += drift * seconds
        assert machine.error_s is not None
        if is_set and abs(left_s - machine.error_s) > GROWN_WITHIN_S:  # else nothing tells it from the last, grown
            wrong_s, machine.error_s = left_s, left_s
        assert abs(wrong_s) <= machine.clock.look().doubt_s + GROWN_WITHIN_S


def test_a_machine_that_nobody_sets_says_so_in_its_number() -> None:
    """An hour: no bound, and no other uncertainty is stated so large."""
    found = Machine(error_s=None).clock.look()
    assert (found.doubt_s, found.synchronised) == (UNSYNCHRONISED_S, False)
    assert not is_synchronised(found.doubt_s)
    assert is_synchronised(Machine(error_s=16.0).clock.look().doubt_s)


@pytest.mark.parametrize(
    ("numbers", "error_s"),
    [
        ((0, 0x2001, 1_000_000, 30_000, 100), 0.031),  # the rest of a correction in ns
        ((0, 0x0001, 1_000_000, 30_000, 100), 1.03),  # in µs
        ((0, 0x2001, -1_000_000, 0, 40_000), 0.041),
        ((5, 0x0040, 0, 16_000_000, 16_000_000), None),  # TIME_ERROR: nobody sets it
        ((0, 0x0040, 0, 1, 1), None),
        ((0, 0x1001, 0, 1, 1), None),
        ((-1, 0, 0, 0, 0), None),  # may not be asked
        ((1, 0x2011, 0, 20_000, 0), 0.02),  # a leap second is announced
    ],
)
def test_the_kernel_s_numbers_are_read(numbers: tuple[int, int, int, int, int], error_s: float | None) -> None:
    """As adjtimex(2) has them."""
    found = word_of(*numbers).error_s
    assert found == (None if error_s is None else pytest.approx(error_s))


def test_this_machine_s_kernel_answers() -> None:
    """Whatever it says: some seconds, or that nobody sets its clock."""
    error_s = ask_kernel().error_s
    assert error_s is None or 0 <= error_s < 60


def test_a_system_that_has_no_such_call_knows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not Linux."""
    monkeypatch.setattr(home_clock.ctypes, "CDLL", lambda *_arguments, **_words: object())
    assert ask_kernel() == KernelWord(error_s=None)


@pytest.mark.parametrize(
    ("moment", "doubt_s"),
    [
        (datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC), LEAP_S),  # the last leap second that there was
        (datetime(2017, 1, 1, 0, 0, 0, tzinfo=UTC), LEAP_S),
        (datetime(2016, 12, 31, 11, 59, tzinfo=UTC), 0.0),
        (datetime(2016, 12, 31, 12, 1, tzinfo=UTC), LEAP_S),  # smeared from noon to noon
        (datetime(2026, 6, 30, 23, 0, tzinfo=UTC), LEAP_S),
        (datetime(2026, 7, 1, 13, 0, tzinfo=UTC), 0.0),
        (MAY, 0.0),
    ],
)
def test_around_a_leap_second_that_may_be_a_second_more_is_stated(moment: datetime, doubt_s: float) -> None:
    """No machine is told whether its time service smears."""
    assert leap_doubt_s(moment) == doubt_s
    assert Machine(error_s=0.0, wall=moment).clock.look().doubt_s == doubt_s + SERVER_DOUBT_S


def test_a_smeared_clock_is_never_farther_off_than_is_stated() -> None:
    """A clock that goes slower for a day around the leap second, as several time services do (24 h, noon to noon)."""
    leap = datetime(2017, 1, 1, tzinfo=UTC)
    for minutes in range(-719, 720, 7):
        at = leap + timedelta(minutes=minutes)
        behind_s = (minutes + 720) / 1440 - (1.0 if minutes >= 0 else 0.0)
        assert abs(behind_s) <= leap_doubt_s(at)


def test_the_sixty_first_second_is_no_time_here() -> None:
    """POSIX time has none: it is said again as the second before, and a page that names it is refused."""
    assert to_ms(datetime(2017, 1, 1, tzinfo=UTC)) - to_ms(datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)) == 1000
    with pytest.raises(Exception, match="expected a time"):
        read_time("2016-12-31T23:59:60Z")


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/London", "Australia/Lord_Howe", "UTC"])
def test_no_time_depends_on_the_zone_nor_on_a_change_of_the_clocks(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Through both nights on which an hour is left out, or comes twice."""
    monkeypatch.setenv("TZ", zone)
    home_clock.time.tzset()
    try:
        for night in (datetime(2026, 3, 8, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)):
            moments = [night + timedelta(minutes=10 * step) for step in range(144)]
            found = [to_ms(moment) for moment in moments]
            assert {after - before for before, after in pairwise(found)} == {600_000}
            assert [from_ms(each) for each in found] == moments
    finally:
        monkeypatch.undo()
        home_clock.time.tzset()
