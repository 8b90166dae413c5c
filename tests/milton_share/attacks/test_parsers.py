"""Every parser of a home, under inputs that a campaign found and some that nobody wrote.

The campaigns themselves are tests/long/test_parsers.py; what they reached and what they broke is replayed here.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz import corpus
from tests.fuzz.bending import bend
from tests.fuzz.home_inputs import CALLS, FILLED, MESSAGES
from tests.fuzz.home_targets import TARGETS
from tests.fuzz.target import check

if TYPE_CHECKING:
    from random import Random

BENT = 40  # inputs of each parser; a campaign makes a million
QUICK = [name for name in TARGETS if name != "media.child"]  # a process each: tests/clips has it, and the campaign


@cache
def seeds(name: str) -> tuple[bytes, ...]:
    """Return what a campaign begins with."""
    return tuple(TARGETS[name].seeds())


@pytest.mark.parametrize("name", QUICK)
def test_what_a_campaign_reached_is_refused_or_read_exactly(name: str) -> None:
    """The seeds, what led to a new place, and what was found."""
    for data in (*seeds(name), *corpus.kept(corpus.CORPUS, name), *corpus.kept(corpus.FOUND, name)):
        check(TARGETS[name], data)


@pytest.mark.parametrize("name", QUICK)
@given(data=st.data())
@settings(max_examples=BENT, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
def test_what_is_nearly_good_is_refused_or_read_exactly(name: str, data: st.DataObject) -> None:
    """A good input, bent."""
    good = data.draw(st.sampled_from(seeds(name)))
    random: Random = data.draw(st.randoms(use_true_random=False))
    check(TARGETS[name], bend(good[: TARGETS[name].size_max_bytes], TARGETS[name].shape, random))


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message["type"])
def test_every_command_of_the_page_has_a_good_message_to_bend(message: dict[str, object]) -> None:
    """One that is refused at its first field would hide the others."""
    CALLS[str(message["type"])](message)


def test_no_message_is_made_for_a_command_that_is_gone() -> None:
    """A renamed command takes its fields along."""
    assert {f"milton_share/{name}" for name in FILLED} <= CALLS.keys()
