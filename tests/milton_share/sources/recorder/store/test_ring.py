"""What goes when there is no more room: exactly at a limit nothing, beyond it the oldest, and no more than that."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from custom_components.milton_share.sources.recorder.store.index import Row, Usage
from custom_components.milton_share.sources.recorder.store.ring import (
    AHEAD_MS,
    Limits,
    eased,
    evict,
    too_much,
    with_more,
)
from tests.milton_share.sources.recorder.test_decisions import NOON_MS, names, row

AGE = timedelta(seconds=30)
LIMITS = Limits(camera_bytes=300, total_bytes=400, age=AGE)


def usage(rows: list[Row]) -> list[Usage]:
    """Sum up what each camera has, as the index does."""
    return [
        Usage(
            camera_id=camera,
            size_bytes=sum(one.size_bytes for one in own),
            oldest_until_ms=min(one.until_ms for one in own),
        )
        for camera in sorted({one.camera_id for one in rows})
        for own in [[one for one in rows if one.camera_id == camera]]
    ]


def test_exactly_at_a_limit_nothing_goes() -> None:
    """A camera's share, the total, and the age, each reached and not passed."""
    rows = [row(0), row(1), row(2), row(2, camera="b")]
    at_its_age_ms = rows[0].until_ms + 30_000
    assert not too_much(usage(rows), LIMITS, at_its_age_ms)
    assert evict(rows, LIMITS, at_its_age_ms) == ()
    assert too_much(usage(rows), LIMITS, at_its_age_ms + 1)
    assert names(evict(rows, LIMITS, at_its_age_ms + 1)) == ["a/000"]


def test_a_byte_more_than_a_share_or_the_total_is_too_much() -> None:
    """Each by itself."""
    share = [row(0), row(1), row(2, size_bytes=101)]
    assert too_much(usage(share), LIMITS, NOON_MS)
    assert names(evict(share, LIMITS, NOON_MS)) == ["a/000"]
    total = [row(0), row(1), row(2, camera="b"), row(3, camera="b", size_bytes=101)]
    assert too_much(usage(total), LIMITS, NOON_MS)
    assert names(evict(total, LIMITS, NOON_MS)) == ["b/002"]


def test_what_came_since_the_ring_was_counted_is_added_up() -> None:
    """As if all were counted; a camera may be new, and an older recording may come late."""
    came = [row(2), row(-1), row(0, camera="b"), row(0, camera="c", size_bytes=7)]
    counted = [row(0), row(1), row(1, camera="b")]
    assert sorted(with_more(usage(counted), came), key=lambda one: one.camera_id) == usage([*counted, *came])
    assert with_more((), ()) == ()


def test_who_takes_most_gives_where_all_together_take_too_much() -> None:
    """A camera that is recorded all the time leaves others what they have of events, though that is older."""
    events = [row(number, camera="b") for number in range(2)]
    always = [row(number) for number in range(10, 20)]
    limits = Limits(total_bytes=600)
    assert names(evict([*events, *always], limits, NOON_MS)) == [f"a/{number:03}" for number in range(10, 16)]
    two = [*events, *always, *(row(number, camera="c") for number in range(8))]
    gone = names(evict(two, limits, NOON_MS))
    assert gone == [f"c/{number:03}" for number in range(6)] + [f"a/{number:03}" for number in range(10, 18)]


def test_what_one_camera_loses_for_its_share_costs_no_other_anything() -> None:
    """Its room is free again before the total is reckoned."""
    rows = [row(0, camera="b"), *(row(number) for number in range(1, 6))]
    assert names(evict(rows, LIMITS, NOON_MS)) == ["a/001", "a/002"]


def test_an_eviction_leaves_a_fiftieth_free() -> None:
    """Of bytes and of time: the next one isn't due at once."""
    assert eased(Limits(camera_bytes=1000, total_bytes=2000, age=timedelta(seconds=100))) == Limits(
        camera_bytes=980, total_bytes=1960, age=timedelta(seconds=98)
    )


def test_of_two_that_end_at_the_same_moment_the_one_that_is_named_first_goes() -> None:
    """In whatever order they are told of: the same is chosen each time."""
    rows = [row(0, name="a/1"), row(0, name="a/2")]
    for told in (rows, rows[::-1]):
        assert names(evict(told, Limits(total_bytes=100), NOON_MS)) == ["a/1"]


ROWS = st.lists(
    st.builds(row, st.integers(0, 9), camera=st.sampled_from("abc"), size_bytes=st.integers(1, 200)),
    max_size=20,
    unique_by=lambda one: one.name,
)


def test_what_a_clock_that_was_put_back_left_goes_before_what_comes() -> None:
    """In its order; else all that is recorded would be let go at once, until that time has come."""
    ahead = [row(number) for number in range(3)]
    come = [row(number - 100_000, name=f"a/now{number}") for number in range(2)]
    limits = Limits(camera_bytes=300)
    latest_ms = come[-1].until_ms + AHEAD_MS
    assert names(evict([*ahead, *come], limits, come[-1].until_ms, latest_ms)) == ["a/000", "a/001"]
    too_old = row(-200_000, name="a/old")
    limits = Limits(camera_bytes=500, age=timedelta(days=1))
    assert names(evict([too_old, *ahead, *come], limits, come[-1].until_ms, latest_ms)) == ["a/old"]


def test_what_a_clock_that_was_put_back_left_is_too_old_once_something_later_is() -> None:
    """Else it would stay for as long as that clock was ahead: years, whatever the owner said. Of any camera."""
    before, after = row(1, name="a/before"), row(2, name="a/after")
    too_old, now = row(-200_000, name="b/old", camera="b"), row(-100_000, name="a/now")
    limits, latest_ms = Limits(camera_bytes=500, age=timedelta(days=1)), now.until_ms + AHEAD_MS
    found = evict([before, too_old, after, now], limits, now.until_ms, latest_ms)
    assert names(found) == ["b/old", "a/before"]


@given(rows=ROWS, later_s=st.integers(0, 120))
def test_after_an_eviction_all_limits_hold_and_of_each_camera_only_the_oldest_went(
    rows: list[Row], later_s: int
) -> None:
    """And where none was broken, nothing went."""
    now_ms = NOON_MS + later_s * 1000
    gone = evict(rows, LIMITS, now_ms)
    left = [one for one in rows if one not in gone]
    assert not too_much(usage(left), LIMITS, now_ms)
    assert bool(gone) == too_much(usage(rows), LIMITS, now_ms)
    for one in gone:
        assert all(one.until_ms < other.until_ms for other in left if other.camera_id == one.camera_id)
