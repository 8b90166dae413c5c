"""Names that others chose, shown as the letters that they are.

Home Assistant's forms and repairs are Markdown with some HTML: there a name must be no link, no picture of another
machine, and above all nothing that hides what stands after it. A city whose name began a comment could hide the words
that its key is compared by.
"""

from __future__ import annotations

import re
from typing import Final

# CommonMark 0.31 section 2.4: after a backslash each of these is itself, in a word as at the beginning of a line.
_PUNCTUATION: Final = re.compile(r"[!-/:-@\[-`{-~]")


def literal(text: str) -> str:
    """Return Markdown that is shown as exactly this text. Of one line: a line feed becomes a space."""
    return _PUNCTUATION.sub(lambda mark: f"\\{mark[0]}", " ".join(text.splitlines()))


def visible(text: str) -> str:
    """Return it with what nobody sees spelled out, lone surrogates of a file's name among it.

    Else two names that differ by that alone would look the same.
    """
    return "".join(letter if letter.isprintable() else f"\\u{ord(letter):04x}" for letter in text)
