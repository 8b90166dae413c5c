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
# and what nobody sees (Unicode's default-ignorable characters, the Braille blank, annotations): by one of these two
# case numbers that look the same would be two, and a reason of them alone would be none.
_FORBIDDEN: Final = re.compile(
    "[\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


def read_string(value: JsonValue, where: str) -> str:
    """Return a text, whatever it holds; refuse every other type (``wrong_type``)."""
    if not isinstance(value, str):
        raise ProtocolError(Rule.WRONG_TYPE, where)
    return value


def read_text(value: JsonValue, where: str, max_chars: int, *, min_chars: int = 1) -> str:
    """Return a text of ``min_chars`` to ``max_chars`` characters, no control and none that nobody sees."""
    text = read_string(value, where)
    require_bounds(len(text), where, min_chars, max_chars)
    if _FORBIDDEN.search(text):
        raise ProtocolError(Rule.FORBIDDEN_CHARACTER, where)
    return text


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
