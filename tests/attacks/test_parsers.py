"""Every parser of the protocol and of the hub, under inputs that a campaign found and some that nobody wrote.

The campaigns themselves are tests/long/test_parsers.py; what they reached and what they broke is replayed here.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

import milton_protocol
from tests.fuzz import corpus
from tests.fuzz.floods import FLOOD_BYTES
from tests.fuzz.hub_targets import PROTOCOL, TARGETS
from tests.fuzz.replay import bent, check_bent, check_kept, seeds
from tests.fuzz.target import answer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType, FrameType

READERS = re.compile(r"from_bytes|of|decode\w*|read\w*|parse\w*|open_\w*|verify_\w*|check_\w*|rewrap|split|cosigned_at")


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
    home = re.compile(r"(?:home|media|recorder)\.")
    kept = {path.stem for folder in (corpus.CORPUS, corpus.FOUND) for path in folder.glob("*.txt")}
    assert [name for name in sorted(kept - TARGETS.keys()) if not home.match(name)] == []


def readers() -> Iterator[tuple[str, CodeType]]:
    """Yield every function of the protocol that reads what others wrote, by its name."""
    for info in pkgutil.walk_packages(milton_protocol.__path__, "milton_protocol."):
        module = importlib.import_module(info.name)
        for name, found in vars(module).items():
            if getattr(found, "__module__", None) != module.__name__:
                continue
            for inner, function in vars(found).items() if inspect.isclass(found) else [(name, found)]:
                plain = inspect.unwrap(getattr(function, "__func__", function))
                if inspect.isfunction(plain) and READERS.fullmatch(inner):
                    yield f"{module.__name__}.{plain.__qualname__}", plain.__code__


def test_every_parser_of_the_protocol_is_a_campaigns_target() -> None:
    """A new one that no target runs fails here: add it to a table in tests/fuzz."""
    called: set[CodeType] = set()

    def profile(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call":
            called.add(frame.f_code)

    for target in PROTOCOL.values():
        good = [data for data in seeds(target) if len(data) < FLOOD_BYTES // 2]
        sys.setprofile(profile)
        try:
            for data in good:
                answer(target, data)
        finally:
            sys.setprofile(None)
    known = dict(readers())
    assert len(known) > 60
    assert [name for name, code in known.items() if code not in called] == []
