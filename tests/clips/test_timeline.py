"""Ticks are exact: whole numbers give what fractions give."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from custom_components.milton_share.clips.timeline import TICKS_PER_S, Ruler

TIME_BASES = st.builds(Fraction, st.integers(1, 1001), st.sampled_from([1, 1000, 12_800, 15_360, 44_100, 90_000]))
TIMESTAMPS = st.integers(-(2**63), 2**63 - 1)


@given(
    segment_tick=st.integers(-(10**12), 10**12), start=TIMESTAMPS, base=TIME_BASES, other=TIME_BASES, stamp=TIMESTAMPS
)
def test_a_ruler_rounds_as_the_fraction_does(
    segment_tick: int, start: int, base: Fraction, other: Fraction, stamp: int
) -> None:
    """Whatever the time bases of the pictures and the sound are, and however far the timestamps are."""
    ruler = Ruler(segment_tick=segment_tick, start_s=start * other, time_base=base)
    assert ruler.tick(stamp) == segment_tick + round((stamp * base - start * other) * TICKS_PER_S)
    assert ruler.span(stamp) == round(stamp * base * TICKS_PER_S)
