"""The code that an officer hands over at a door (docs/protocol.md section 4): ``MD-XXXX-XXXX-XXXX-XXXX``.

80 random bits in Crockford's base32, so that nobody finds a code from the hash that its request carries.
"""

from __future__ import annotations

import hashlib
from typing import Final

from .errors import ProtocolError, Rule
from .limits import DOOR_CODE_SIZE_BYTES

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # crockford.com/base32.html
PREFIX: Final = "MD"
CHARS: Final = 16
_GROUP_CHARS: Final = 4
_BITS: Final = 5
_LOOKALIKES: Final = str.maketrans({"I": "1", "L": "1", "O": "0"})
_CONTEXT: Final = b"milton/door-code/v1\n"


def new_door_code(random: bytes) -> str:
    """Return the code of 10 random bytes, as it is shown (``out_of_bounds`` for another number of them)."""
    if len(random) != DOOR_CODE_SIZE_BYTES:
        raise ProtocolError(Rule.OUT_OF_BOUNDS, "door code")
    number = int.from_bytes(random)
    shifts = range(_BITS * (CHARS - 1), -1, -_BITS)
    return _shown("".join(ALPHABET[number >> shift & (len(ALPHABET) - 1)] for shift in shifts))


def read_door_code(text: str) -> str | None:
    """Return the code that ``text`` means, as it is shown; None when it can't be one.

    Case, spaces, dashes, a missing prefix, and I, L and O for 1 and 0 are forgiven.
    """
    if not text.isascii():  # some letters beyond turn into these when put in upper case
        return None
    plain = text.upper().replace("-", "").replace(" ", "")
    if len(plain) == len(PREFIX) + CHARS:  # a code may begin with these letters too
        plain = plain.removeprefix(PREFIX)
    body = plain.translate(_LOOKALIKES)
    return None if len(body) != CHARS or set(body) - set(ALPHABET) else _shown(body)


def code_sha256(code: str) -> str:
    """Return what a request carries of a code (as ``new_door_code`` or ``read_door_code`` gave it): its hex SHA-256."""
    body = code.removeprefix(f"{PREFIX}-").replace("-", "")
    return hashlib.sha256(_CONTEXT + body.encode("ascii")).hexdigest()


def _shown(body: str) -> str:
    return "-".join([PREFIX, *(body[start : start + _GROUP_CHARS] for start in range(0, CHARS, _GROUP_CHARS))])
