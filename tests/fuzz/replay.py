"""What CI does with each target: replays what campaigns kept, and bends some good inputs, the same ones each time."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from tests.fuzz import corpus
from tests.fuzz.bending import bend
from tests.fuzz.target import check

if TYPE_CHECKING:
    from random import Random

    from tests.fuzz.target import Target

BENT = 40  # inputs of each parser; a campaign makes a million
bent = settings(
    max_examples=BENT, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)


@cache
def seeds(target: Target) -> tuple[bytes, ...]:
    """Return what a campaign begins with."""
    return tuple(target.seeds())


def check_kept(target: Target) -> None:
    """Check the seeds, what led to a new place, and what was found."""
    kept = (corpus.kept(folder, target.name) for folder in (corpus.CORPUS, corpus.FOUND))
    for data in (*seeds(target), *(each for one in kept for each in one)):
        check(target, data)


def check_bent(target: Target, data: st.DataObject) -> None:
    """Check a good input, bent."""
    good = data.draw(st.sampled_from(seeds(target)))
    random: Random = data.draw(st.randoms(use_true_random=False))
    check(target, bend(good[: target.size_max_bytes], target.shape, random))
