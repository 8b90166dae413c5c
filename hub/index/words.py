"""Words that things are found by: pure."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from milton_protocol.messages.requests.request import Request

WORD_MIN_CHARS, WORD_MAX_CHARS = 2, 40
WORDS_MAX = 80  # of one thing: a reason has at most 500 characters
_WORD = re.compile(r"[^\W_]+")


def words_of(*texts: str) -> list[str]:
    """Return the words of texts, each once, as they come: without case and accents, long ones cut short."""
    plain = "".join(
        each for each in unicodedata.normalize("NFKD", " ".join(texts).casefold()) if not unicodedata.combining(each)
    )
    found = (word[:WORD_MAX_CHARS] for word in _WORD.findall(plain) if len(word) >= WORD_MIN_CHARS)
    return list(dict.fromkeys(found))[:WORDS_MAX]


def request_words(request: Request) -> list[str]:
    """Return the words of what residents read of a request, and of who asked."""
    return words_of(
        request.case_number, request.officer.badge, request.offence_name, request.offence_code, request.reason
    )
