"""Strict readers of single values: texts, numbers, points and choices (docs/protocol.md section 1).

``where`` is the value's place in its message, for the refusal's detail.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from .errors import ProtocolError, Rule
from .geometry import LATITUDE_MAX_E7, LONGITUDE_MAX_E7, Point

if TYPE_CHECKING:
    from enum import StrEnum

    from .canonical import JsonValue

_HEX: Final = re.compile(r"[0-9a-f]+")
# C0, DEL and C1 controls; what breaks a line; the bidirectional controls, which make a text read otherwise than it is;
# what nobody sees (Unicode's default-ignorable characters, the Braille blank, annotations); every space but U+0020,
# which all look alike; private-use code points, noncharacters and the planes without characters, which each device
# shows as it likes. Given as code points, not as Unicode properties: readers of different age must agree.
_FORBIDDEN: Final = re.compile(
    "[\u0000-\u001f\u007f-\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f"
    "\u205f-\u206f\u2800\u3000\u3164\ue000-\uf8ff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U0001fffe\U0001ffff\U0002fffe\U0002ffff\U0003fffe-\U0010ffff]"
)
# A digit, or a letter of the Latin script: both of the languages that homes are asked in are written with it.
_LETTER_OR_DIGIT: Final = re.compile("[0-9A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f]")
CODE: Final = r"(?=.*[A-Za-z0-9])[A-Za-z0-9./#_-]+(?: [A-Za-z0-9./#_-]+)*"
_CODE: Final = re.compile(CODE)
_PHONE_NUMBER: Final = re.compile(r"\+?[0-9][0-9 ().-]{5,37}[0-9]")
HOST: Final = r"[a-z0-9.-]{1,150}"
PORT: Final = r"(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"  # 1 to 65535
NO_CODE: Final = "-"  # where there is none


def read_string(value: JsonValue, where: str) -> str:
    """Return a text, whatever it holds; refuse every other type (``wrong_type``)."""
    if not isinstance(value, str):
        raise ProtocolError(Rule.WRONG_TYPE, where)
    return value


def read_text(value: JsonValue, where: str, max_chars: int, *, min_chars: int = 1) -> str:
    """Return a text of ``min_chars`` to ``max_chars`` characters that are seen, without a space at an end."""
    text = read_string(value, where)
    require_bounds(len(text), where, min_chars, max_chars)
    if _FORBIDDEN.search(text) or text != text.strip(" "):
        raise ProtocolError(Rule.FORBIDDEN_CHARACTER, where)
    return text


def says_something(text: str) -> bool:
    """Tell whether a text has a digit or a Latin letter."""
    return _LETTER_OR_DIGIT.search(text) is not None


def is_code(text: str) -> bool:
    """Tell whether a text may be a case number, a badge or an offense code.

    ASCII letters, digits and ``- . / # _``, with single spaces between them; at least one letter or digit. Of two that
    look alike, both are the same.
    """
    return _CODE.fullmatch(text) is not None


def is_phone_number(text: str) -> bool:
    """Tell whether a text is a phone number: 7 to 40 ASCII digits, spaces and ``( ) . -``, perhaps after a ``+``."""
    return _PHONE_NUMBER.fullmatch(text) is not None


def read_integer(value: JsonValue, where: str, lo: int, hi: int) -> int:
    """Return an integer from ``lo`` to ``hi``."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise ProtocolError(Rule.WRONG_TYPE, where)
    require_bounds(value, where, lo, hi)
    return value


def read_point(value: JsonValue, where: str) -> Point:
    """Return a point ``[lat_e7, lon_e7]``."""
    match value:
        case [latitude, longitude]:
            return Point(
                lat_e7=read_integer(latitude, f"{where}[0]", -LATITUDE_MAX_E7, LATITUDE_MAX_E7),
                lon_e7=read_integer(longitude, f"{where}[1]", -LONGITUDE_MAX_E7, LONGITUDE_MAX_E7),
            )
        case _:
            raise ProtocolError(Rule.WRONG_TYPE, where)


def read_hex(value: JsonValue, where: str, chars: int) -> str:
    """Return a lower-case hexadecimal text of exactly ``chars`` characters."""
    text = read_string(value, where)
    if len(text) != chars or _HEX.fullmatch(text) is None:
        raise ProtocolError(Rule.NOT_HEX, where)
    return text


def read_choice[T: StrEnum](value: JsonValue, where: str, choices: type[T]) -> T:
    """Return one of the enumerated texts."""
    text = read_string(value, where)
    try:
        return choices(text)
    except ValueError as error:
        raise ProtocolError(Rule.UNKNOWN_CHOICE, where) from error


def require_bounds(number: int, where: str, lo: int, hi: int) -> None:
    """Refuse a number, or a count of characters, bytes or entries, below ``lo`` or above ``hi`` (``out_of_bounds``)."""
    if not lo <= number <= hi:
        raise ProtocolError(Rule.OUT_OF_BOUNDS, f"{where}: {number} is not {lo}-{hi}")
