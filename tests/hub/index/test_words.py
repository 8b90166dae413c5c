"""What things are found by."""

from __future__ import annotations

from hub.index.words import WORD_MAX_CHARS, WORDS_MAX, words_of


def test_words_have_no_case_and_no_accents_and_are_each_there_once() -> None:
    """As people write them or not."""
    assert words_of("Étude, ÉTUDE; 26-104417", "O.C.G.A. 16-8-18 & straße") == [
        "etude",
        "26",
        "104417",
        "16",
        "18",
        "strasse",
    ]


def test_words_are_bounded() -> None:
    """In their length and their number."""
    assert words_of("x" * 100) == ["x" * WORD_MAX_CHARS]
    assert len(words_of(" ".join(f"word{number}" for number in range(1_000)))) == WORDS_MAX
    assert words_of("a - _ %") == []
