"""Every parser of a home, under inputs that a campaign found and some that nobody wrote.

The campaigns themselves are tests/long/test_parsers.py; what they reached and what they broke is replayed here.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.home_inputs import CALLS, FILLED, MESSAGES
from tests.fuzz.home_targets import TARGETS
from tests.fuzz.replay import bent, check_bent, check_kept

QUICK = [name for name in TARGETS if name != "media.child"]  # a process each: tests/clips has it, and the campaign


@pytest.mark.parametrize("name", QUICK)
def test_what_a_campaign_reached_is_refused_or_read_exactly(name: str) -> None:
    """The seeds, what led to a new place, and what was found."""
    check_kept(TARGETS[name])


@pytest.mark.parametrize("name", QUICK)
@given(data=st.data())
@bent
def test_what_is_nearly_good_is_refused_or_read_exactly(name: str, data: st.DataObject) -> None:
    """A good input, bent."""
    check_bent(TARGETS[name], data)


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message["type"])
def test_every_command_of_the_page_has_a_good_message_to_bend(message: dict[str, object]) -> None:
    """One that is refused at its first field would hide the others."""
    CALLS[str(message["type"])](message)


def test_no_message_is_made_for_a_command_that_is_gone() -> None:
    """A renamed command takes its fields along."""
    assert {f"milton_share/{name}" for name in FILLED} <= CALLS.keys()
