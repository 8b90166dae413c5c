"""Bytes as text, read strictly and written: base64url without padding, and standard base64 with it (RFC 4648)."""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Final

from .errors import ProtocolError, Rule
from .values import read_string

if TYPE_CHECKING:
    from .canonical import JsonValue

_B64: Final = re.compile(r"[A-Za-z0-9_-]*")


def read_b64(value: JsonValue, where: str) -> bytes:
    """Return the bytes of a canonical base64url text without padding (RFC 4648 section 5)."""
    text = read_string(value, where)
    if _B64.fullmatch(text) is None:
        raise ProtocolError(Rule.NOT_B64, where)
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error as error:
        raise ProtocolError(Rule.NOT_B64, where) from error
    if b64(data) != text:  # unused bits that are not zero
        raise ProtocolError(Rule.NOT_B64, where)
    return data


def read_base64(value: JsonValue, where: str) -> bytes:
    """Return the bytes of a canonical standard base64 text with padding (RFC 4648 section 4)."""
    text = read_string(value, where)
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error) as error:
        raise ProtocolError(Rule.NOT_B64, where) from error
    if base64.b64encode(data).decode("ascii") != text:
        raise ProtocolError(Rule.NOT_B64, where)
    return data


def b64(data: bytes) -> str:
    """Return canonical base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def standard_base64(data: bytes) -> str:
    """Return standard base64 with padding."""
    return base64.b64encode(data).decode("ascii")
