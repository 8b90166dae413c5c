"""Times as they were recorded, made one line: decisions over numbers."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.milton_share.clips.timestamps import NEVER, Timestamps, decode_order, fill, in_order

TICK, FRAME = Fraction(1, 90_000), 6_000  # 15 frames a second
WRAP = 2**33
HOUR = 3_600 * 90_000


def timestamps(**changes: object) -> Timestamps:
    """Return the times of a transport stream's pictures, of a file that may last a minute."""
    return Timestamps(**{"time_base": TICK, "lasts": 60 * 90_000, "wrap": WRAP, **changes})  # type: ignore[arg-type]


@given(start=st.integers(0, WRAP - 1), count=st.integers(2, 400), reorder=st.booleans())
def test_over_a_wrap_time_just_goes_on(start: int, count: int, reorder: bool) -> None:  # noqa: FBT001  given
    """Wherever the 33 bits end, also between a picture's two times."""
    times = timestamps()
    order = [index ^ 1 if reorder and index ^ 1 < count else index for index in range(count)]
    for decoded, shown in enumerate(order):
        times.add((start + (shown + 2) * FRAME) % WRAP, (start + decoded * FRAME) % WRAP)
    assert times.resets == []
    assert [after - before for before, after in pairwise(times.decoded)] == [FRAME] * (count - 1)
    assert [at - times.decoded[0] for at in times.shown] == [(shown + 2) * FRAME for shown in order]


@given(
    first=st.integers(2, 60),
    second=st.integers(1, 60),
    began=st.integers(0, HOUR),
    again=st.one_of(st.integers(0, HOUR), st.integers(WRAP - HOUR, WRAP - 1)),
    wrap=st.sampled_from([0, WRAP]),
)
def test_after_a_reset_pictures_follow_without_a_gap(
    first: int, second: int, began: int, again: int, wrap: int
) -> None:
    """Counted anew from anywhere further than a recorder's slip; only where it is told from a pause."""
    times = timestamps(wrap=wrap)
    end = began + (first - 1) * FRAME
    ahead = (again - end + WRAP // 2) % WRAP - WRAP // 2 if wrap else again - end
    for index in range(first):
        times.add(began + index * FRAME, began + index * FRAME)
    for index in range(second):
        times.add(again + index * FRAME, again + index * FRAME)
    steps = [after - before for before, after in pairwise(times.shown)]
    if ahead < -45_000 or ahead > 61 * 90_000:
        assert len(times.resets) == 1
        assert times.resets[0][0] == first
        assert set(steps) == {FRAME}
    elif 0 < ahead <= 10 * 90_000:
        assert times.resets == []
        assert steps[first - 1] == ahead


def test_a_pause_that_the_file_has_room_for_is_a_pause() -> None:
    """Half a minute without a picture, in a file of a minute; beyond its end it is none."""
    times = timestamps()
    for at in (0, FRAME, 30 * 90_000, 30 * 90_000 + FRAME):
        times.add(at, at)
    assert times.resets == []
    times.add(HOUR, HOUR)
    assert times.resets == [(4, times.shown[-1] - HOUR)]


@pytest.mark.parametrize("frame", [FRAME, 5 * 90_000, 60 * 90_000], ids=["camera", "time lapse", "a picture a minute"])
def test_pictures_that_are_stored_before_earlier_ones_are_no_reset(frame: int) -> None:
    """Matroska tells only when a picture is shown: it goes back and forth by a few."""
    times = timestamps(wrap=0, lasts=HOUR)
    for at in (0, 4, 2, 1, 3, 8, 6, 5, 7):
        times.add(at * frame, None)
    assert times.resets == []
    assert (
        list(decode_order(times.shown)) == [(index - 3) * frame for index in range(9)]
        or min(shown - decoded for shown, decoded in zip(times.shown, decode_order(times.shown), strict=True)) == 0
    )


@given(order=st.lists(st.integers(-(10**6), 10**6), min_size=1, max_size=60))
def test_decode_times_are_sorted_and_none_is_after_its_picture(order: list[int]) -> None:
    """Whatever the pictures' order."""
    decoded = list(decode_order(order))
    assert decoded == sorted(decoded)
    assert all(at <= shown for at, shown in zip(decoded, order, strict=True))


@given(
    gaps=st.lists(st.integers(1, 20_000), min_size=1, max_size=40),
    start=st.integers(-200_000, 200_000),
    lost=st.lists(st.booleans(), min_size=41, max_size=41),
    end=st.integers(1, 200_000),
)
def test_a_picture_without_a_time_is_inside_only_where_it_surely_is(
    gaps: list[int], start: int, lost: list[bool], end: int
) -> None:
    """Those that have one keep it; the others are inside just where both neighbours are."""
    true = [start + sum(gaps[:index]) for index in range(len(gaps) + 1)]
    known = [NEVER if gone else at for at, gone in zip(true, lost, strict=False)]
    filled = list(fill(known, end))
    for index, at in enumerate(known):
        if at != NEVER:
            assert filled[index] == at
            continue
        before = next((known[back] for back in range(index, -1, -1) if known[back] != NEVER), None)
        after = next((each for each in known[index:] if each != NEVER), None)
        sure = before is not None and after is not None and before >= 0 and after < end
        assert (0 <= filled[index] < end) == sure
        if sure:
            assert before is not None
            assert after is not None
            assert before <= filled[index] <= after


def test_sound_is_moved_as_the_pictures_were() -> None:
    """It is reset at nearly the same place, and keeps its distance from them; what fits no reset is not heard."""
    pictures, sound = timestamps(), timestamps()
    for at in (*range(0, 10 * FRAME, FRAME), *range(7_000_000, 7_000_000 + 5 * FRAME, FRAME)):
        pictures.add(at, at)
    for at in (*range(1_000, 10 * FRAME, 5_760), *range(7_001_000, 7_001_000 + 3 * 5_760, 5_760)):
        sound.add(at, at, 5_760)
    sound.follow(pictures.moves_s, Fraction(1, 2))
    assert pictures.shown[10] == 10 * FRAME
    assert [at - pictures.shown[10] for at in sound.shown[-3:]] == [1_000, 6_760, 12_520]
    apart = timestamps()
    for at in (0, 5_760, 20 * HOUR, 20 * HOUR + 5_760):
        apart.add(at, at, 5_760)
    apart.follow([Fraction(0)], Fraction(1, 2))
    assert list(apart.shown) == [0, 5_760, NEVER, NEVER]


def test_sound_on_the_other_side_of_a_wrap_is_brought_over() -> None:
    """The first packet of sound lies just before the wrap, the first picture just after."""
    pictures, sound = timestamps(), timestamps()
    pictures.add(1_000, 1_000)
    sound.add(WRAP - 500, WRAP - 500)
    sound.add(5_260, 5_260)
    assert pictures.first is not None
    sound.near(pictures.first)
    assert list(sound.shown) == [-500, 5_260]


def test_a_track_without_any_time_has_none() -> None:
    """And is left as it is."""
    times = timestamps()
    assert times.add(None, None) == NEVER
    times.near(5)
    assert list(times.shown) == [NEVER]
    assert in_order([NEVER, 1, NEVER, 2])
    assert not in_order([2, NEVER, 1])
