"""What is stated covers what is true, however many clocks are between them. Pure."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.milton_share.sources.bounds import Bounds, agreed, met

SECONDS = st.floats(-7200.0, 7200.0)
DOUBTS = st.floats(0.0, 60.0)
ROUNDED_S = 1e-6


@st.composite
def witnesses(draw: st.DrawFn, truth: float) -> Bounds:
    """Make one that allows the truth."""
    return Bounds(low_s=truth - draw(DOUBTS), high_s=truth + draw(DOUBTS))


@given(data=st.data(), steps=st.lists(SECONDS, min_size=1, max_size=6))
def test_the_doubts_of_clocks_one_after_the_other_add_up(data: st.DataObject, steps: list[float]) -> None:
    """Lens to camera, camera to home, home to UTC: what is stated of the whole way covers it."""
    way = Bounds.around(0.0, 0.0)
    for step in steps:
        way = way.then(data.draw(witnesses(step)))
    assert abs(way.middle_s - sum(steps)) <= way.doubt_of(way.middle_s) + ROUNDED_S
    assert way.wider(ROUNDED_S).allows(sum(steps))


@given(data=st.data(), truth=SECONDS, count=st.integers(1, 6))
def test_witnesses_that_are_right_narrow_it_and_never_lose_it(data: st.DataObject, truth: float, count: int) -> None:
    """All that all of them allow."""
    seen = [data.draw(witnesses(truth)) for _ in range(count)]
    found = agreed(seen)
    assert found is not None
    assert found.allows(truth)
    assert all(found.doubt_of(truth) <= one.doubt_of(truth) for one in seen)


@given(data=st.data(), truth=SECONDS, lie=SECONDS)
def test_one_witness_that_lies_makes_nothing_surer_than_it_is(data: st.DataObject, truth: float, lie: float) -> None:
    """Where both can't be right, all that either allows; where they can, that's what is true of both."""
    honest, liar = data.draw(witnesses(truth)), data.draw(witnesses(lie))
    found = agreed([honest, liar])
    assert found is not None
    if met(honest, liar) is None:
        assert found.allows(truth)
    else:
        assert honest.low_s <= found.low_s <= found.high_s <= honest.high_s


def test_doubts_are_never_added_as_roots_of_squares() -> None:
    """Two clocks that are both off by all that they may be: the sum, not 1.4 of it."""
    both = Bounds.around(0.0, 1.0).then(Bounds.around(0.0, 1.0))
    assert both.doubt_of(0.0) == 2.0


@pytest.mark.parametrize("stated", [-2.0, 0.0, 0.5, 3.0])
def test_who_states_a_number_doubts_it_by_the_farther_side(stated: float) -> None:
    """Rule 3."""
    true = Bounds(low_s=-1.0, high_s=2.0)
    assert true.doubt_of(stated) == max(stated + 1.0, 2.0 - stated)


def test_nobody_says_nothing() -> None:
    """Without a witness there is no bound."""
    assert agreed([]) is None
    assert met(Bounds.around(0.0, 1.0), Bounds.around(9.0, 1.0)) is None


def test_a_thousand_homes_state_enough() -> None:
    """Each asks a device five times over a line of its own; what it states covers what is true in all of them."""
    dice = random.Random(7)  # noqa: S311  a simulation
    for _ in range(1000):
        truth = dice.uniform(-3600.0, 3600.0)
        seen = []
        for _ in range(5):
            asked_s = dice.uniform(0.0, 60.0)
            there_s, back_s = dice.expovariate(20), dice.expovariate(20)
            said_s = float(math.floor(asked_s + there_s - truth))
            seen.append(Bounds(low_s=asked_s - said_s - 1.0, high_s=asked_s + there_s + back_s - said_s))
        found = agreed(seen)
        assert found is not None
        assert abs(found.middle_s - truth) <= found.doubt_of(found.middle_s) + ROUNDED_S
