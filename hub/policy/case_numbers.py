"""How an agency's pattern of case numbers reads, and one number of its form. Pure.

Administrators write it in parts (:mod:`hub.policy.rules`), which can be said; ``hub.toml`` may have any other pattern,
which is shown as it stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import cycle

_PART = re.compile(
    r"(?P<what>[A-Za-z0-9 _/-]|\\[.d/-]|\[[A-Za-z0-9-]+\])(?:\{(?P<least>\d{1,2})(?:,(?P<most>\d{1,2}))?\})?"
)
_NAMES = {"[0-9]": "digit", r"\d": "digit", "[A-Z]": "capital letter", "[a-z]": "small letter"}
_DIGITS_OF_THE_EXAMPLE = "26104417"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """So many characters of one kind, ``name``; without a name ``text`` itself."""

    name: str | None
    text: str
    least: int
    most: int


def pattern_words(pattern: str) -> str:
    """Return it for an officer: ``2 digits, “-”, 4 to 8 digits``."""
    parts = _parts(pattern)
    said: list[str] = []
    for part in parts or ():
        if part.name is None and said and said[-1].endswith("”"):
            said[-1] = f"{said[-1][:-1]}{part.text}”"
        elif part.name is None:
            said.append(f"“{part.text}”")
        elif part.least == part.most:
            said.append(f"{part.least} {part.name}{'' if part.least == 1 else 's'}")
        else:
            said.append(f"{part.least} to {part.most} {part.name}s")
    return ", ".join(said) or pattern


def example_of(pattern: str) -> str:
    """Return a number of this form, nothing where the pattern can't be said in parts."""
    of = {"digit": cycle(_DIGITS_OF_THE_EXAMPLE), "capital letter": cycle("ABC"), "small letter": cycle("abc")}
    made = ""
    for part in _parts(pattern) or ():
        count = (part.least + part.most) // 2
        made += part.text if part.name is None else "".join(next(of[part.name]) for _ in range(count))
    return made


def _parts(pattern: str) -> list[_Part] | None:
    """Return the parts of a pattern, None where it has others."""
    made, at = [], 0
    while at < len(pattern):
        found = _PART.match(pattern, at)
        if found is None:
            return None
        what, name = found["what"], _NAMES.get(found["what"])
        least, most = int(found["least"] or 1), int(found["most"] or found["least"] or 1)
        if name is None and (what.startswith("[") or least != most):
            return None
        made.append(_Part(name=name, text=what.removeprefix("\\") * least, least=least, most=most))
        at = found.end()
    return made
