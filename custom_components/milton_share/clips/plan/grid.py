"""Whether players that count pictures by a rate tell all of a clip's pictures apart. Pure, over ticks.

Cameras and phones take pictures a little early or late. FFmpeg, where it decodes to nothing or to another rate, puts
them at the nearest places that the rate has; seen from the middle between two places one is early and the next late,
and both get the same one: it complains, or drops a picture. From where they are seen is where a track begins.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from ..timeline import TICKS_PER_S, usual_distance

if TYPE_CHECKING:
    from collections.abc import Sequence

RATES = tuple(sorted(Fraction(each) * slow for each in range(1, 241) for slow in (1, Fraction(1000, 1001))))
HALF = Fraction(1, 2)
APART = Fraction(3, 2)  # of the usual distance: what is farther apart had a picture left out between


def rates_of(stored: Sequence[int]) -> tuple[Fraction, ...]:
    """Return the rates that pictures at these ticks, in order, may be taken to have: few of them tell no rate exactly.

    None of a time lapse, of a single picture, or of a camera that keeps no rate.
    """
    usual = usual_distance(list(stored))
    near = [after - before for before, after in pairwise(stored) if 0 < after - before <= APART * usual]
    if not near or usual > TICKS_PER_S:
        return ()
    mean = Fraction(TICKS_PER_S * len(near), sum(near))
    return tuple(rate for rate in RATES if abs(rate / mean - 1) * len(near) < HALF)


def are_told_apart(stored: Sequence[int], zero: int, rates: Sequence[Fraction]) -> bool:
    """Whether each picture has a place of its own, of those that each of `rates` has from the tick `zero` on."""
    for rate in rates:
        once, unit = 2 * rate.numerator, TICKS_PER_S * rate.denominator
        places = (((tick - zero) * once + unit) // (2 * unit) for tick in stored)
        if not all(before < after for before, after in pairwise(places)):
            return False
    return True
