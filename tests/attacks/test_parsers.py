"""Every parser of the protocol and of the hub, under inputs that a campaign found and some that nobody wrote.

The campaigns themselves are tests/long/test_parsers.py; what they reached and what they broke is replayed here.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import hub
import milton_protocol
from tests.fuzz import corpus
from tests.fuzz.hub_targets import HUB, PROTOCOL, TARGETS
from tests.fuzz.readers import called_by, raw_readers, readers
from tests.fuzz.replay import bent, check_bent, check_kept

READERS = re.compile(r"from_bytes|of|decode\w*|read\w*|parse\w*|open_\w*|verify_\w*|check_\w*|rewrap|split|cosigned_at")
OF_THE_HUB = re.compile(r"from_\w+|of|decode\w*|parse\w*|read(?:_\w+)?|open_\w+|split\w*")
BY_THE_PROTOCOL = {  # they hand all of it on to the protocol's own parsers: trust.directory and its like
    f"hub.directory.trust.open_{kind}" for kind in ("city_record", "directory", "revocation")
}
HOME = re.compile(r"(?:home|media|recorder)\.")
# What cameras, recorders and files in the house say: no protocol of the city's, and some of it slower to make.
IN_THE_HOUSE = re.compile(
    r"(?:media|recorder)\..*|home\.(?:announced|copied|file_\w+|folder_\w+|frigate|go2rtc|line|onvif|protect|reolink)\b.*"
)
MILLION = 1_000_000
ROW = re.compile(r"^\| ([a-z_.0-9]+\.[a-z_.0-9]+) \| (.*) \|$", re.MULTILINE)
PAGE = (Path(__file__).parents[2] / "docs" / "reliability.md").read_text()


@pytest.mark.parametrize("name", TARGETS)
def test_what_a_campaign_reached_is_refused_or_read_exactly(name: str) -> None:
    """The seeds, what led to a new place, and what was found."""
    check_kept(TARGETS[name])


@pytest.mark.parametrize("name", TARGETS)
@given(data=st.data())
@bent
def test_what_is_nearly_good_is_refused_or_read_exactly(name: str, data: st.DataObject) -> None:
    """A good input, bent."""
    check_bent(TARGETS[name], data)


def test_inputs_are_kept_for_parsers_that_exist() -> None:
    """A renamed parser takes its inputs along."""
    kept = {path.stem for folder in (corpus.CORPUS, corpus.FOUND) for path in folder.glob("*.txt")}
    assert [name for name in sorted(kept - TARGETS.keys()) if not HOME.match(name)] == []


def test_every_parser_of_the_protocol_is_a_campaigns_target() -> None:
    """A new one that no target runs fails here: add it to a table in tests/fuzz."""
    known = readers(milton_protocol, READERS)
    called = called_by(PROTOCOL.values())
    assert len(known) > 60
    assert [name for name, code in known.items() if code not in called] == []


def test_every_parser_of_the_hub_is_a_campaigns_target() -> None:
    """Found in the code by what it is called and given: text, bytes, fields or a query of somebody else's."""
    known = raw_readers(hub, OF_THE_HUB)
    called = called_by(HUB.values())
    assert len(known) > 20
    assert {name for name, code in known.items() if code not in called} == BY_THE_PROTOCOL


def test_every_parser_has_had_a_whole_campaign() -> None:
    """A million inputs each: the page has a row for each parser of the protocol, the hub and a home; none broke."""
    rows = {row[1]: row[2].split(" | ") for row in ROW.finditer(PAGE)}
    of_home = {name for name in rows if HOME.match(name)}
    assert len(of_home) > 50
    assert rows.keys() - of_home == TARGETS.keys()
    for name, (inputs, _, _, crashes, hangs, *_) in rows.items():
        assert IN_THE_HOUSE.fullmatch(name) or int(inputs.replace(",", "")) >= MILLION, name
        assert (crashes, hangs) == ("0", "0"), name
