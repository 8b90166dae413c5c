"""What looks the same is read the same: prohibited words, plates and addresses in letters of other alphabets."""

from __future__ import annotations

import unicodedata

import pytest

from hub.policy.likeness import as_read
from hub.policy.reasons import is_vague, prohibited
from hub.requests.draft.mentions import addresses, plates

DISGUISES = {
    "a soft hyphen": "im\u00admigration",
    "a zero-width space": "immi\u200bgration",
    "a zero-width joiner": "immigra\u200dtion",
    "a word joiner": "i\u2060mmigration",
    "full width": "\uff49\uff4d\uff4d\uff49\uff47\uff52\uff41\uff54\uff49\uff4f\uff4e",
    "mathematical letters": "".join(chr(0x1D41A + ord(each) - ord("a")) for each in "immigration"),
    "Cyrillic letters": "\u0456mmigr\u0430ti\u043en",
    "Greek letters": "\u03b9mmigr\u03b1ti\u03bfn",
    "marks upon letters": "i\u0301mmigra\u0308tion",
}


@pytest.mark.parametrize("word", DISGUISES.values(), ids=DISGUISES.keys())
def test_a_prohibited_word_in_other_letters_is_the_same_word(word: str) -> None:
    """For the person who reads it nothing is different."""
    reason = f"Everybody at the bus stop is asked about their {word} papers by the bank."
    assert "prohibited_immigration" in prohibited(reason)


@pytest.mark.parametrize(
    "plate",
    [
        "RXK\u00a04821",
        "RXK\u20114821",
        "RXK\u200b4821",
        "\uff32\uff38\uff2b\uff14\uff18\uff12\uff11",
        "R\u0425\u041a 4821",
        "R\u03a7\u039a-4821",
    ],
)
def test_a_plate_in_other_letters_is_the_same_plate(plate: str) -> None:
    """So who asks for it again is told, and flagged."""
    assert plates(f"A red Ford with plate {plate} was parked there all night.") == {"RXK4821"}


def test_an_address_in_other_letters_is_the_same_address() -> None:
    """A space that does not break, an o of another alphabet."""
    written = "at 1250\u00a0N. S\u043errel Run R\u0501."
    assert addresses(written) == addresses("at 1250 N. Sorrel Run Rd.") == {"1250 north sorrel run road"}


def test_words_of_other_languages_stay_words() -> None:
    """A name with marks, a text in Spanish: nothing of it becomes a prohibited word or none at all."""
    reason = "Jos\u00e9 Nu\u00f1ez dej\u00f3 su cami\u00f3n frente a la panader\u00eda y le rompieron la ventana."
    assert prohibited(reason) == ()
    assert not is_vague(reason)
    assert as_read("Nu\u00f1ez") == "Nunez"
    assert as_read("plain words, 12-34") == "plain words, 12-34"
    assert as_read(unicodedata.normalize("NFD", "\u00e9")) == as_read("\u00e9") == "e"
