"""An agency's pattern of case numbers, for who types one."""

from __future__ import annotations

import pytest

from hub.policy.case_numbers import example_of, pattern_words
from hub.policy.values import Policy


@pytest.mark.parametrize(
    ("pattern", "words", "example"),
    [
        (r"[0-9]{2}-[0-9]{4,8}", "2 digits, “-”, 4 to 8 digits", "26-104417"),
        (r"MPD[A-Z]{2}[0-9]{6}", "“MPD”, 2 capital letters, 6 digits", "MPDAB261044"),
        (r"\d{4}\.[a-z]", "4 digits, “.”, 1 small letter", "2610.a"),
        (r"C{2}/[0-9]", "“CC/”, 1 digit", "CC/2"),
    ],
)
def test_a_pattern_is_said_in_words_with_a_number_that_it_takes(pattern: str, words: str, example: str) -> None:
    """Whatever the administrators made of it."""
    assert (pattern_words(pattern), example_of(pattern)) == (words, example)
    assert Policy(case_number=pattern).is_case_number(example)


@pytest.mark.parametrize("pattern", [r"(?:A|B)[0-9]+", r"[0-9A-F]{4}", r".*", r"[0-9]{2}|x", r"C{2,4}", ""])
def test_a_pattern_of_another_kind_is_shown_as_it_stands(pattern: str) -> None:
    """No wrong words, and no example that may be none."""
    assert (pattern_words(pattern), example_of(pattern)) == (pattern, "")
