"""Every message is written in one form and read back; nothing that is not that form passes."""

from __future__ import annotations

import contextlib
import copy
import json
from functools import cache
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

from milton_protocol import canonical
from milton_protocol.errors import ProtocolError
from tests.protocol.message_strategies import MESSAGES

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES = pytest.mark.parametrize("name", MESSAGES)
# A part of another message, or the answer of a path that has the version.
PARTS_AND_ANSWERS = {"assertion", "enrol_answer", "city_answer", "error", "share_answer", "consistency", "leave_answer"}
MAPS_OF_DATA = {"software", "uploads"}  # their keys are data, not fields
QUICK = settings(deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate])
SOME = settings(QUICK, max_examples=50)
FEW = settings(QUICK, max_examples=8)  # each is bent at every field


@cache
def sample(name: str) -> object:
    """Return one message of a kind."""
    return find(MESSAGES[name], lambda _: True, settings=settings(QUICK, max_examples=1))


def rule_of(kind: type, data: bytes) -> str:
    """Return the rule that a message's bytes break."""
    with pytest.raises(ProtocolError) as caught:
        kind.from_bytes(data)  # type: ignore[attr-defined]
    return caught.value.rule


def objects(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield the paths of all objects whose keys are fields."""
    if isinstance(value, dict):
        if not MAPS_OF_DATA & set(path):
            yield path
        for key, child in value.items():
            yield from objects(child, (*path, key))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from objects(child, (*path, index))


def at(value: object, path: tuple[str | int, ...]) -> dict[str, object]:
    """Return the object at a path."""
    for step in path:
        value = value[step]  # type: ignore[index]
    assert isinstance(value, dict)
    return value


@NAMES
@given(data=st.data())
@SOME
def test_a_message_is_read_back_as_it_was_written(name: str, data: st.DataObject) -> None:
    """Field for field and byte for byte."""
    message = data.draw(MESSAGES[name])
    written = message.to_bytes()  # type: ignore[attr-defined]
    assert type(message).from_bytes(written) == message  # type: ignore[attr-defined]
    assert type(message).from_bytes(written).to_bytes() == written  # type: ignore[attr-defined]


@NAMES
@given(data=st.data())
@FEW
def test_no_object_lacks_a_field_or_has_a_further_one(name: str, data: st.DataObject) -> None:
    """At any depth."""
    message = data.draw(MESSAGES[name])
    value = json.loads(message.to_bytes())  # type: ignore[attr-defined]
    for path in objects(value):
        more = copy.deepcopy(value)
        at(more, path)["x"] = 1
        assert rule_of(type(message), canonical.encode(more)) == "unknown_field", path
        for field in at(value, path):
            less = copy.deepcopy(value)
            del at(less, path)[field]
            assert rule_of(type(message), canonical.encode(less)) == "missing_field", (path, field)


@NAMES
@given(data=st.data())
@FEW
def test_no_field_takes_a_value_of_another_type(name: str, data: st.DataObject) -> None:
    """A list of objects in the place of each."""
    message = data.draw(MESSAGES[name])
    value = json.loads(message.to_bytes())  # type: ignore[attr-defined]
    for path in objects(value):
        for field in at(value, path):
            bent = copy.deepcopy(value)
            at(bent, path)[field] = [{"x": "y"}]
            assert rule_of(type(message), canonical.encode(bent)), (path, field)


@pytest.mark.parametrize("name", sorted(MESSAGES.keys() - PARTS_AND_ANSWERS))
def test_another_version_is_refused(name: str) -> None:
    """A reader of version 1 doesn't guess what version 2 means."""
    message = sample(name)
    value = json.loads(message.to_bytes())  # type: ignore[attr-defined]
    place = value.get("predicate", value)
    place["version"] = 2
    assert rule_of(type(message), canonical.encode(value)) == "unknown_version"


@NAMES
def test_another_messages_bytes_are_refused(name: str) -> None:
    """A message of one type is never taken for one of another."""
    kind = type(sample(name))
    for other in MESSAGES:
        if other != name:
            data = sample(other).to_bytes()  # type: ignore[attr-defined]
            assert rule_of(kind, data) in {"unknown_type", "missing_field"}, other


@NAMES
@given(data=st.data())
@SOME
def test_bytes_that_were_changed_are_refused_or_mean_something_else(name: str, data: st.DataObject) -> None:
    """No two byte strings are the same message, and nothing but ProtocolError is raised."""
    message = data.draw(MESSAGES[name])
    written = bytearray(message.to_bytes())  # type: ignore[attr-defined]
    place = data.draw(st.integers(0, len(written) - 1))
    written[place] ^= data.draw(st.integers(1, 255))
    with contextlib.suppress(ProtocolError):
        assert type(message).from_bytes(bytes(written)) != message  # type: ignore[attr-defined]
