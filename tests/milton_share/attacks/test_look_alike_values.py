"""What an officer signs, with a hub that was altered for it, so that a value looks like another one that it is not."""

from __future__ import annotations

from typing import Any

import pytest

from custom_components.milton_share.shared.milton_protocol.messages.requests.request import Officer
from tests.simulators.city import City

LOOK_ALIKES = {
    "a space at its end": "26-1120-07 ",
    "a space at its start": " 26-1120-07",
    "two spaces in a row": "26  1120-07",
    "a no-break space": "26\u00a01120-07",
    "fullwidth digits": "\uff12\uff16-1120-07",
    "a hyphen that is not ASCII": "26\u20101120-07",
    "a noncharacter": "26-1120-07\uffff",
    "a letter that nobody sees": "26-1120\u200b-07",
    "a Cyrillic letter": "26-1120-07\u0410",
    "a mark upon a digit": "26-1120-07\u0301",
    "nothing but separators": "- / .",
}


def rule_of(**changes: Any) -> str | None:  # noqa: ANN401
    """Return the rule by which a request with these fields is refused."""
    city = City()
    return getattr(city.verify(city.publish(**changes)), "rule", None)


@pytest.mark.parametrize("field", ["case_number", "offence_code"])
def test_a_case_number_or_an_offense_code_that_only_looks_like_another_is_refused(field: str) -> None:
    """Two that look the same to the owner, or to who reads the log, are the same."""
    for name, value in LOOK_ALIKES.items():
        assert rule_of(**{field: value}) in {"not_a_code", "forbidden_character"}, name


def test_a_badge_that_only_looks_like_another_is_refused() -> None:
    """Before the directory is asked whose it is."""
    for name, value in LOOK_ALIKES.items():
        officer = Officer(person_id="officer-1", badge=value)
        assert rule_of(officer=officer) in {"not_a_code", "forbidden_character"}, name


def test_a_contact_that_nobody_can_call_is_refused() -> None:
    """It is what an owner checks the officer by."""
    for contact in (
        "ask at the desk",
        "678-242-250\uff10",
        "678\u2010242-2500",
        "678-242-2500 ",
        "javascript:alert(1)",
        "911",
    ):
        assert rule_of(contact=contact) in {"not_a_phone_number", "forbidden_character"}, contact


def test_case_numbers_as_agencies_write_them_are_taken() -> None:
    """Letters, digits, and a few separators between them."""
    for number in ("26-1120-07", "2026/00417", "MPD 26.1120", "CR#26_1120-A", "7"):
        assert rule_of(case_number=number) is None, number


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("reason", "¿Quién vio el auto del señor Íñigo Peña-Muñoz? ¡Llámenos, por favor!"),
        (
            "reason",
            "Somebody took Zoë's bicycle \u2013 a blue “Cannondale” \u2013 from Łukasz & Søn\u2019s porch at 5° F…",
        ),
        ("offence_name", "Robo con allanamiento de morada, § 16-7-1"),
    ],
)
def test_texts_with_letters_and_signs_of_other_languages_are_taken(field: str, said: str) -> None:
    """Everybody sees them."""
    assert rule_of(**{field: said}) is None
