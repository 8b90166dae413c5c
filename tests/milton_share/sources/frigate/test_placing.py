"""The times of Frigate's files: never surer than they are. Pure."""

from __future__ import annotations

import math
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.milton_share.sources.frigate.placing import (
    LATE_MAX_S,
    RUN_BEGINS_LATE_S,
    SEAM_S,
    WAITS_MAX_S,
    Take,
    place,
)

LENGTHS = st.lists(st.floats(min_value=1.0, max_value=20.0), min_size=1, max_size=30)


@given(
    began_s=st.floats(min_value=1_760_000_000, max_value=1_760_000_100),
    lengths=LENGTHS,
    data=st.data(),
)
def test_every_file_of_a_run_lies_within_what_is_stated(
    began_s: float, lengths: list[float], data: st.DataObject
) -> None:
    """Names are cut to the second and late; the first is later still; lengths are wrong by a little at each seam."""
    truth = list(accumulate(lengths[:-1], initial=began_s))
    late = data.draw(
        st.lists(st.floats(min_value=0, max_value=LATE_MAX_S), min_size=len(truth), max_size=len(truth)), label="late"
    )
    late[0] = data.draw(st.floats(min_value=0, max_value=RUN_BEGINS_LATE_S), label="first late")
    names = [math.floor(at + by) for at, by in zip(truth, late, strict=True)]
    wrong = data.draw(
        st.lists(st.floats(min_value=-SEAM_S, max_value=SEAM_S), min_size=len(truth), max_size=len(truth)),
        label="wrong",
    )
    takes = [
        Take(start_s=name, length_s=length + by, prompt=True)
        for name, length, by in zip(names, lengths, wrong, strict=True)
    ]
    for placed, at in zip(place(takes), truth, strict=True):
        assert abs(placed.from_s - at) <= placed.uncertainty_s + 1e-6


@given(lengths=LENGTHS)
def test_what_follows_without_a_gap_stays_without_one(lengths: list[float]) -> None:
    """No gap and no overlap comes from names that are cut to the second."""
    truth = list(accumulate(lengths[:-1], initial=1_760_000_000.4))
    takes = [
        Take(start_s=math.floor(at), length_s=length, prompt=True) for at, length in zip(truth, lengths, strict=True)
    ]
    found = place(takes)
    for (take, one), other in zip(zip(takes, found, strict=True), found[1:], strict=False):
        assert other.from_s - (one.from_s + take.length_s) == pytest.approx(0, abs=SEAM_S)


def test_a_file_alone_may_be_the_first_of_its_run_and_says_so() -> None:
    """Seconds older than its name: ffmpeg looked at the stream before it wrote."""
    (alone,) = place([Take(start_s=1_000, length_s=10.0, prompt=True)])
    assert alone.uncertainty_s == pytest.approx((RUN_BEGINS_LATE_S + 1) / 2)
    assert 1_000 - RUN_BEGINS_LATE_S < alone.from_s < 1_000


def test_the_file_after_it_makes_the_first_of_a_run_known() -> None:
    """What follows it without a gap was named when it was written."""
    first, second = place(
        [Take(start_s=1_000, length_s=12.5, prompt=True), Take(start_s=1_010, length_s=10.0, prompt=True)]
    )
    assert first.from_s + 12.5 == pytest.approx(second.from_s)
    assert first.uncertainty_s < 1.2
    assert second.uncertainty_s < 1.0


def test_a_gap_begins_a_new_run_that_starts_after_the_old_one_ended() -> None:
    """The camera was away for a minute."""
    before, _, after = place(
        [
            Take(start_s=1_000, length_s=10.0, prompt=True),
            Take(start_s=1_010, length_s=10.0, prompt=True),
            Take(start_s=1_023, length_s=5.0, prompt=True),
        ]
    )
    assert before.uncertainty_s < 1.0
    assert after.from_s - after.uncertainty_s >= 1_010 + 10.0 - LATE_MAX_S - 2 * SEAM_S
    assert after.from_s > 1_020


def test_a_clock_that_was_set_back_makes_no_file_surer() -> None:
    """The second begins, it is said, in the middle of the first."""
    first, second = place(
        [Take(start_s=1_000, length_s=10.0, prompt=True), Take(start_s=1_003, length_s=10.0, prompt=True)]
    )
    assert first.uncertainty_s == pytest.approx((RUN_BEGINS_LATE_S + 1) / 2)
    assert second.uncertainty_s == pytest.approx((RUN_BEGINS_LATE_S + 1) / 2)


def test_a_file_that_may_have_been_waited_for_is_ten_seconds_less_sure() -> None:
    """Sound was announced and didn't come, perhaps. One in the run that wasn't waited for tells of the others."""
    silent = [Take(start_s=1_000 + 10 * index, length_s=10.0, prompt=False) for index in range(3)]
    assert min(one.uncertainty_s for one in place(silent)) > WAITS_MAX_S / 2
    heard = Take(start_s=1_030, length_s=10.0, prompt=True)
    assert max(one.uncertainty_s for one in place([*silent, heard])) < 1.5
