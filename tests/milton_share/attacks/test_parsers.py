"""Every parser of a home, under inputs that a campaign found and some that nobody wrote.

The campaigns themselves are tests/long/test_parsers.py; what they reached and what they broke is replayed here.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components import milton_share
from tests.fuzz import corpus
from tests.fuzz.home_inputs import CALLS, FILLED, MESSAGES
from tests.fuzz.home_targets import TARGETS
from tests.fuzz.readers import called_by, raw_readers
from tests.fuzz.replay import bent, check_bent, check_kept

HOME = re.compile(r"(?:home|media|recorder)\.")
READERS = re.compile(r"from_bytes|decode\w*|parse\w*|read(?:_\w+)?|split\w*")
BY_THE_PROTOCOL = {"custom_components.milton_share.outbox.receipts.read_receipts"}  # all of it: custody.open_receipts
FEW = 6  # inputs of a target show what it calls
PAGE = (Path(__file__).parents[3] / "docs" / "reliability.md").read_text()
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


def test_inputs_are_kept_for_parsers_that_exist() -> None:
    """A renamed parser takes its inputs along, and its row of the campaigns."""
    kept = {path.stem for folder in (corpus.CORPUS, corpus.FOUND) for path in folder.glob("*.txt")}
    rows = set(re.findall(r"^\| ([a-z_.0-9]+\.[a-z_.0-9]+) \|", PAGE, re.MULTILINE))
    assert {name for name in kept if HOME.match(name)} - TARGETS.keys() == set()
    assert {name for name in rows if HOME.match(name)} == TARGETS.keys()


def test_every_parser_of_a_home_is_a_campaigns_target() -> None:
    """Found in the code by what it is called and given: text, bytes or a query of somebody else's."""
    known = raw_readers(milton_share, READERS)
    called = called_by((TARGETS[name] for name in QUICK), lambda data: data[:FEW])
    assert len(known) > 20
    assert {name for name, code in known.items() if code not in called} == BY_THE_PROTOCOL
