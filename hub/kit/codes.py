"""Enrollment codes: ``MS-XXXX-XXXX-XXXX`` in Crockford's base32 (60 random bits), read as people type them."""

from __future__ import annotations

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # crockford.com/base32.html
PREFIX = "MS"
GROUPS = 3
GROUP_CHARS = 4
_LOOKALIKES = str.maketrans({"I": "1", "L": "1", "O": "0"})


def new_code() -> str:
    """Return a new random code."""
    groups = ["".join(secrets.choice(ALPHABET) for _ in range(GROUP_CHARS)) for _ in range(GROUPS)]
    return "-".join([PREFIX, *groups])


def normalise(text: str) -> str | None:
    """Return the code that ``text`` means (case, dashes, spaces, I/L/O forgiven), None when it can't be one."""
    plain = text.strip().upper().replace("-", "").replace(" ", "")
    body = plain.removeprefix(PREFIX).translate(_LOOKALIKES)
    if len(body) != GROUPS * GROUP_CHARS or set(body) - set(ALPHABET):
        return None
    return "-".join([PREFIX, *(body[start : start + GROUP_CHARS] for start in range(0, len(body), GROUP_CHARS))])
