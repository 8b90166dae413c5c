"""Around which moments footage is kept, and what becomes of the rest. Pure."""

from __future__ import annotations

import pytest

from custom_components.milton_share.sources.recorder.sieve import FORGET_AFTER_MS, Sieve
from custom_components.milton_share.sources.recorder.store.index import Row
from custom_components.milton_share.sources.recorder.store.ring import Limits
from custom_components.milton_share.sources.recorder.windows import (
    AFTER_MS,
    BEFORE_MS,
    LATE_MS,
    ON_MAX_MS,
    Fate,
    Way,
    Window,
    Windows,
    merged,
)

NOON_MS = 1_800_000_000_000
WAITED_MS = BEFORE_MS + LATE_MS + 1


def rung(at_ms: int = NOON_MS) -> Windows:
    """Ring once."""
    windows = Windows()
    windows.moment(at_ms)
    return windows


@pytest.mark.parametrize(
    ("from_s", "until_s", "fate"),
    [
        (-10, -5, Fate.KEEP),
        (-20, -9, Fate.KEEP),  # some of it lies in the window: whole segments are kept
        (115, 125, Fate.KEEP),
        (-25, -14, Fate.LET_GO),
        (124, 130, Fate.LET_GO),
    ],
)
def test_from_ten_seconds_before_a_ring_to_two_minutes_after_it_is_kept(from_s: int, until_s: int, fate: Fate) -> None:
    """And what nothing touches goes once it has waited."""
    found = rung().fate(NOON_MS + from_s * 1000, NOON_MS + until_s * 1000, WAITED_MS, NOON_MS + 200_000)
    assert found is fate


def test_what_may_still_come_before_something_waits() -> None:
    """For as long as a window reaches back, and the word of it may be late."""
    windows = Windows()
    assert windows.fate(NOON_MS - 5000, NOON_MS, BEFORE_MS + LATE_MS, NOON_MS) is Fate.WAIT
    assert windows.fate(NOON_MS - 5000, NOON_MS, WAITED_MS, NOON_MS) is Fate.LET_GO


def test_what_lasts_is_kept_while_it_lasts_and_two_minutes_more() -> None:
    """By a sensor's word; to say it again begins nothing anew, and an end without a beginning is nothing."""
    windows = Windows()
    windows.end("motion", NOON_MS)
    assert windows.all(NOON_MS) == ()
    windows.begin("motion", NOON_MS)
    windows.begin("motion", NOON_MS + 5000)
    assert windows.all(NOON_MS + 60_000) == (Window(from_ms=NOON_MS - BEFORE_MS, until_ms=NOON_MS + 60_000 + AFTER_MS),)
    windows.end("motion", NOON_MS + 90_000)
    assert windows.all(NOON_MS) == (Window(from_ms=NOON_MS - BEFORE_MS, until_ms=NOON_MS + 90_000 + AFTER_MS),)
    assert windows.is_open(NOON_MS + 90_000 + AFTER_MS - 1)
    assert not windows.is_open(NOON_MS + 90_000 + AFTER_MS)


def test_a_sensor_that_sticks_makes_nothing_continuous() -> None:
    """Its window ends."""
    windows = Windows()
    windows.begin("motion", NOON_MS)
    later_ms = NOON_MS + 24 * 3_600_000
    assert not windows.is_open(later_ms)
    assert windows.all(later_ms)[0].until_ms == NOON_MS + ON_MAX_MS + AFTER_MS


def test_an_end_that_a_clock_put_before_its_beginning_is_a_moment() -> None:
    """Not a span that ends before it begins."""
    windows = Windows()
    windows.begin("motion", NOON_MS)
    windows.end("motion", NOON_MS - 3_600_000)
    assert windows.all(NOON_MS) == rung().all(NOON_MS)


@pytest.mark.parametrize("by_ms", [-3_600_000, 3_600_000, 30_000])
def test_a_clock_that_is_put_while_something_lasts_takes_its_windows_along(by_ms: int) -> None:
    """The rest of the two minutes is timed by the new clock, what was filmed before by the old one. An end comes so."""
    windows = rung()
    windows.begin("motion", NOON_MS + 20_000)
    windows.put(by_ms, NOON_MS + 60_000 + by_ms)
    assert windows.fate(NOON_MS + 10_000, NOON_MS + 15_000, WAITED_MS, NOON_MS + 61_000 + by_ms) is Fate.KEEP
    windows.end("motion", NOON_MS + 90_000 + by_ms)
    end_ms = NOON_MS + 90_000 + by_ms + AFTER_MS
    for start_ms in range(NOON_MS + 60_000 + by_ms, end_ms, 5_000):
        assert windows.fate(start_ms, start_ms + 5_000, WAITED_MS, start_ms) is Fate.KEEP
        assert windows.is_open(start_ms)
    assert windows.fate(end_ms + LATE_MS, end_ms + 9_000, WAITED_MS, end_ms) is Fate.LET_GO


def test_windows_that_meet_are_one_and_old_ones_are_forgotten() -> None:
    """So that a busy street costs no memory."""
    windows = rung()
    windows.moment(NOON_MS + 60_000)
    windows.moment(NOON_MS + 1_000_000)
    assert len(windows.all(NOON_MS)) == 2
    windows.forget(NOON_MS + 900_000)
    assert [window.from_ms for window in windows.all(NOON_MS)] == [NOON_MS + 1_000_000 - BEFORE_MS]
    inside = (Window(from_ms=0, until_ms=9), Window(from_ms=2, until_ms=4))
    assert merged(inside) == (Window(from_ms=0, until_ms=9),)


def test_a_segment_that_is_timed_three_seconds_wrong_still_touches_a_window() -> None:
    """To the millisecond, before it and after it."""
    window = Window(from_ms=0, until_ms=1000)
    assert window.touches(1000 + LATE_MS - 1, 9000)
    assert not window.touches(1000 + LATE_MS, 9000)
    assert window.touches(-9000, 1 - LATE_MS)
    assert not window.touches(-9000, -LATE_MS)


def test_a_window_is_open_from_its_first_millisecond_on_and_forgotten_after_its_last() -> None:
    """A camera's word of an event may come before its time by this home's clock."""
    windows = rung()
    assert windows.is_open(NOON_MS - BEFORE_MS)
    assert not windows.is_open(NOON_MS - BEFORE_MS - 1)
    windows.moment(NOON_MS + 3_600_000)
    assert windows.is_open(NOON_MS)  # that one of them is over or yet to come closes no other
    windows = rung()
    windows.forget(NOON_MS + AFTER_MS)
    assert windows.all(NOON_MS) == rung().all(NOON_MS)
    windows.forget(NOON_MS + AFTER_MS + 1)
    assert windows.all(NOON_MS) == ()


def test_windows_that_only_touch_are_one_and_those_a_millisecond_apart_are_two() -> None:
    """Whichever was told of first."""
    early, late = Window(from_ms=0, until_ms=5), Window(from_ms=5, until_ms=9)
    assert merged((late, early)) == (Window(from_ms=0, until_ms=9),)
    long, inside, longer = (Window(from_ms=start, until_ms=end) for start, end in ((20, 50), (30, 40), (45, 60)))
    assert merged((early, long, inside, longer)) == (early, Window(from_ms=20, until_ms=60))
    apart = Window(from_ms=6, until_ms=9)
    assert merged((apart, early)) == (early, apart)


def row(number: int, *, method: str = "arrival") -> Row:
    """Make the segment of five seconds with that number."""
    from_ms = NOON_MS + number * 5000
    return Row(
        name=f"cam/{number}.mp4",
        camera_id="camera.front_door",
        from_ms=from_ms,
        until_ms=from_ms + 5000,
        size_bytes=1,
        sha256="00",
        media_start_s=0.0,
        offset_ms=0,
        uncertainty_ms=300,
        method=method,
    )


def sieve_with(windows: Windows, *numbers: int) -> Sieve:
    """Make a sieve in which these segments wait since their end."""
    sieve = Sieve(windows)
    for number in numbers:
        assert sieve.take([row(number)], row(number).name, (number + 1) * 5.0) == ()
    return sieve


def test_the_time_before_a_ring_is_kept_and_what_came_earlier_goes() -> None:
    """The ring comes while the segment of its moment is still being written."""
    windows = Windows()
    sieve = sieve_with(windows, *range(6))
    windows.moment(NOON_MS + 32_000)
    sifted = sieve.sift(Way.EVENTS, (), now_ms=NOON_MS + 33_000, now_s=33.0)
    assert sifted.kept == tuple(row(number) for number in (3, 4, 5))
    assert sifted.gone == tuple(row(number) for number in (0, 1, 2))
    assert sieve.names == frozenset()


def test_what_is_held_is_kept_though_nothing_happened() -> None:
    """No held range is ever let go."""
    sieve = sieve_with(Windows(), 0, 1, 2)
    held = (Window(from_ms=NOON_MS + 5000, until_ms=NOON_MS + 9000),)
    sifted = sieve.sift(Way.EVENTS, held, now_ms=NOON_MS + 90_000, now_s=90.0)
    assert (sifted.kept, sifted.gone) == ((row(1),), (row(0), row(2)))


def test_continuously_everything_is_kept_and_at_the_end_nothing_waits() -> None:
    """By the owner's word; else an end lets go what no window touches."""
    assert sieve_with(Windows(), 0, 1).sift(Way.CONTINUOUS, (), now_ms=0, now_s=0.0).kept == (row(0), row(1))
    ended = sieve_with(Windows(), 0, 1)
    assert ended.sift(Way.EVENTS, (), now_ms=NOON_MS, now_s=10.0).gone == ()
    assert ended.sift(Way.EVENTS, (), now_ms=NOON_MS, now_s=10.0, ended=True).gone == (row(0), row(1))


def test_a_better_time_reaches_what_waits_and_what_was_kept() -> None:
    """The run's clock becomes known: those that wait change here, the others are given back to be entered anew."""
    windows = Windows()
    sieve = sieve_with(windows, 2, 3)
    better = [row(number, method="rtcp") for number in (1, 2, 3, 4)]
    assert sieve.take(better, row(4).name, 25.0) == (better[0],)
    windows.moment(NOON_MS + 20_000)
    kept = sieve.sift(Way.EVENTS, (), now_ms=NOON_MS + 25_000, now_s=25.0).kept
    assert kept == tuple(better[1:])


def test_a_better_time_makes_nothing_wait_longer() -> None:
    """It waits since it was closed, not since its time was known."""
    sieve = sieve_with(Windows(), 0)
    sieve.take([row(0, method="rtcp")], row(0).name, 15.0)
    let_go_s = 5.0 + WAITED_MS / 1000
    assert sieve.sift(Way.EVENTS, (), now_ms=NOON_MS, now_s=let_go_s - 0.001).gone == ()
    assert sieve.sift(Way.EVENTS, (), now_ms=NOON_MS, now_s=let_go_s).gone == (row(0, method="rtcp"),)


def test_what_could_not_be_entered_is_kept_with_the_next_look_though_its_window_is_forgotten() -> None:
    """By its newest time; it is no stranger meanwhile, and is told of once."""
    windows = Windows()
    sieve = sieve_with(windows, 0)
    windows.moment(NOON_MS)
    long_after_ms = NOON_MS + 2 * FORGET_AFTER_MS
    sieve.owe(sieve.sift(Way.EVENTS, (), now_ms=NOON_MS, now_s=9.0).kept)
    sieve.owe(sieve.sift(Way.EVENTS, (), now_ms=long_after_ms, now_s=7200.0).kept)
    assert windows.all(long_after_ms) == ()
    assert sieve.names == {row(0).name}
    better = row(0, method="rtcp")
    assert sieve.take([better], row(9).name, 7201.0) == ()
    assert sieve.sift(Way.EVENTS, (), now_ms=long_after_ms, now_s=7202.0).kept == (better,)
    assert sieve.sift(Way.EVENTS, (), now_ms=long_after_ms, now_s=7203.0).kept == ()


def test_windows_are_forgotten_when_nothing_waits_for_them() -> None:
    """Long after they ended; what was just rung for is still to come."""
    ringing = rung()
    Sieve(ringing).sift(Way.EVENTS, (), now_ms=NOON_MS + AFTER_MS + FORGET_AFTER_MS, now_s=9.0)
    assert ringing.all(NOON_MS) == rung().all(NOON_MS)
    windows = rung()
    sieve_with(windows, 0).sift(Way.EVENTS, (), now_ms=NOON_MS + AFTER_MS + FORGET_AFTER_MS + 1, now_s=9.0)
    assert windows.all(NOON_MS) == ()


def test_segments_are_shorter_where_only_events_are_kept() -> None:
    """The kernel writes a file out after half a minute: by then it is gone."""
    limits = Limits()
    assert limits.segment_s_of(Way.CONTINUOUS) == 10.0
    assert limits.segment_s_of(Way.EVENTS) == limits.segment_s_of(Way.AT_EVENTS) == 5.0
    assert 2 * limits.waiting_segment_s + (BEFORE_MS + LATE_MS) / 1000 < 30.0
