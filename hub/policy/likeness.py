"""A text as a person reads it: letters that only look like others, and what nobody sees, are no way around a word.

Invariant: what looks the same is read the same by whatever judges a reason (``reasons``) or finds in it what was asked
for before (``mentions``); the words that people sign and read are never changed.
"""

from __future__ import annotations

import unicodedata
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# Capital and small letters of the Cyrillic and Greek alphabets that are drawn as Latin ones (Unicode TR 39, by hand).
_DRAWN_AS = (
    ("\u0410\u0412\u0415\u0405\u0406\u0408\u041a\u041c\u041d\u041e", "ABESIJKMHO"),
    ("\u0420\u0421\u0422\u0423\u0425\u050c\u04ae\u04ba\u051a\u051c", "PCTYXGYhQW"),
    ("\u0430\u0435\u0455\u0456\u0458\u043e\u0440\u0441\u0443\u0445", "aesijopcyx"),
    ("\u0501\u04bb\u051b\u051d\u04af\u043a\u043c\u043d\u0442\u0432", "dhqwykmhtb"),
    ("\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f", "ABEZHIKMNO"),
    ("\u03a1\u03a4\u03a5\u03a7", "PTYX"),
    ("\u03b1\u03b9\u03bd\u03bf\u03c1\u03c5\u03c7\u03f2\u03f3", "aivopuxcj"),
)
_LETTERS: Mapping[int, str] = MappingProxyType(
    {ord(drawn): read for those, these in _DRAWN_AS for drawn, read in zip(those, these, strict=True)}
)
_UNSEEN = frozenset({"Cf", "Mn", "Me"})  # joiners, soft hyphens, marks upon letters
_DASHES = MappingProxyType(dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212\ufe63\uff0d"), "-"))


def as_read(text: str) -> str:
    """Return ``text`` in plain letters, figures, spaces and hyphens, as far as it looks like such."""
    plain = unicodedata.normalize("NFKD", text).translate(_LETTERS).translate(_DASHES)
    return "".join(each for each in plain if unicodedata.category(each) not in _UNSEEN)
