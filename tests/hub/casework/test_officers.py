"""Which officer a badge or a name means."""

from __future__ import annotations

import pytest

from hub.casework.officers import meant
from hub.kit.errors import HubError
from milton_protocol.messages.city.directory import Person, Role


def person(person_id: str, name: str, badge: str) -> Person:
    """Return an officer."""
    return Person(person_id=person_id, name=name, badge=badge, roles=(Role.OFFICER,), credentials=())


OFFICERS = (
    person("a", "Dana Whitfield", "4117"),
    person("b", "Lee Ortiz", "1519"),
    person("c", "Lee Ortiz", "1602"),
    person("d", "1602 Somebody", "K-9"),
)


@pytest.mark.parametrize(
    ("words", "person_id"),
    [("4117", "a"), ("dana  WHITFIELD ", "a"), ("1602", "c"), ("k-9", "d"), ("1602 somebody", "d")],
)
def test_a_badge_or_a_whole_name_means_one_officer(words: str, person_id: str) -> None:
    """However its letters and spaces are typed."""
    assert meant(OFFICERS, words).person_id == person_id


@pytest.mark.parametrize(
    ("words", "rule"),
    [("Dana", "no_officer"), ("a", "no_officer"), ("", "no_officer"), ("lee ortiz", "officer_ambiguous")],
)
def test_a_part_of_a_name_or_a_name_of_several_lets_nobody_in(words: str, rule: str) -> None:
    """Footage is at stake; the refusal says the badges."""
    with pytest.raises(HubError, match=rule) as refused:
        meant(OFFICERS, words)
    assert rule != "officer_ambiguous" or "1519, 1602" in refused.value.message
