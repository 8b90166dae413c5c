"""Strict readers and writers of the field types of docs/protocol.md section 1.

A ``Fields`` reads one JSON object field by field and refuses, in ``done``, what nobody asked for.
"""

from __future__ import annotations

import base64
import binascii
import re
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from .ed25519 import check_key
from .errors import ProtocolError, Rule
from .geometry import LATITUDE_MAX_E7, LONGITUDE_MAX_E7, Point
from .limits import AGE_RECIPIENT_CHARS, ED25519_KEY_SIZE_BYTES, ID_MAX_CHARS, INTEGER_MAX

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from enum import StrEnum

    from .canonical import JsonValue

# The first use of all reads a module from the disk: now, not in the middle of an event loop.
datetime.strptime("1970", "%Y").replace(tzinfo=UTC)

_ID: Final = re.compile(rf"[a-z0-9-]{{1,{ID_MAX_CHARS}}}")
_HEX: Final = re.compile(r"[0-9a-f]+")
_B64: Final = re.compile(r"[A-Za-z0-9_-]*")
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_TIME_MS: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)
# Bech32's data alphabet; the checksum is judged where the key is used (sealing).
_AGE_RECIPIENT: Final = re.compile(rf"age1[023456789acdefghjklmnpqrstuvwxyz]{{{AGE_RECIPIENT_CHARS - 4}}}")
_HOST: Final = re.compile(r"[a-z0-9.-]{1,150}")
_ORIGIN: Final = re.compile(rf"https?://{_HOST.pattern}(:[0-9]{{1,5}})?")
# C0, DEL and C1 controls; what breaks a line; the bidirectional controls, which make a text read otherwise than it is;
# and what nobody sees (Unicode's default-ignorable characters, the Braille blank, annotations): by one of these two
# case numbers that look the same would be two, and a reason of them alone would be none.
_FORBIDDEN: Final = re.compile(
    "[\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


class Fields:
    """One JSON object, read strictly."""

    def __init__(self, value: Mapping[str, JsonValue], where: str = "") -> None:
        """Read ``value``; ``where`` is its place in the message, for the refusal's detail."""
        self._value = value
        self._where = where
        self._asked: set[str] = set()

    @classmethod
    def of(cls, value: JsonValue, where: str = "") -> Fields:
        """Read ``value``, which must be an object (else ``wrong_type``)."""
        if not isinstance(value, dict):
            raise ProtocolError(Rule.WRONG_TYPE, where or "the message is not an object")
        return cls(value, where)

    def header(self, type_: str, version: int = 1) -> None:
        """Require the fields ``type`` and ``version`` to be these."""
        if self._get("type") != type_:
            raise ProtocolError(Rule.UNKNOWN_TYPE, f"not {type_}")
        self.constant_version(version)

    def constant_version(self, version: int) -> None:
        """Require ``version`` to be this one."""
        if self.integer("version", 0, INTEGER_MAX) != version:
            raise ProtocolError(Rule.UNKNOWN_VERSION, f"not {version}")

    def constant(self, name: str, text: str) -> None:
        """Require a text field to be exactly ``text``; else ``unknown_type``."""
        if self._get(name) != text:
            raise ProtocolError(Rule.UNKNOWN_TYPE, f"{self._at(name)} is not {text}")

    def text(self, name: str, max_chars: int, *, min_chars: int = 1) -> str:
        """Return a text of ``min_chars`` to ``max_chars`` characters, no control and none that nobody sees."""
        return read_text(self._get(name), self._at(name), max_chars, min_chars=min_chars)

    def words(self, name: str, max_chars: int, *, min_chars: int = 1) -> str:
        """Return a text that says something: it has a letter or a digit (else ``out_of_bounds``)."""
        said = self.text(name, max_chars, min_chars=min_chars)
        if not any(letter.isalnum() for letter in said):
            raise ProtocolError(Rule.OUT_OF_BOUNDS, f"{self._at(name)} has no letter and no digit")
        return said

    def raw_text(self, name: str, max_chars: int) -> str:
        """Return a text that may hold line feeds: a C2SP note or proof, judged by its own parser."""
        return _bounded(_text(self._get(name), self._at(name)), self._at(name), 1, max_chars)

    def id(self, name: str) -> str:
        """Return the id of a person, recipient or agency."""
        value = _text(self._get(name), self._at(name))
        if _ID.fullmatch(value) is None:
            raise ProtocolError(Rule.NOT_AN_ID, self._at(name))
        return value

    def integer(self, name: str, lo: int, hi: int) -> int:
        """Return an integer from ``lo`` to ``hi``."""
        return read_integer(self._get(name), self._at(name), lo, hi)

    def boolean(self, name: str) -> bool:
        """Return a boolean."""
        value = self._get(name)
        if not isinstance(value, bool):
            raise ProtocolError(Rule.WRONG_TYPE, self._at(name))
        return value

    def b64(self, name: str, lo: int, hi: int) -> bytes:
        """Return the ``lo`` to ``hi`` bytes of a canonical base64url text without padding."""
        data = read_b64(self._get(name), self._at(name))
        _in_bounds(len(data), self._at(name), lo, hi)
        return data

    def ed25519_key(self, name: str) -> bytes:
        """Return a raw Ed25519 public key, a base64url text; refuse one by which anybody signs (``key_weak``)."""
        key = self.b64(name, ED25519_KEY_SIZE_BYTES, ED25519_KEY_SIZE_BYTES)
        check_key(key, self._at(name))
        return key

    def base64(self, name: str, lo: int, hi: int) -> bytes:
        """Return the ``lo`` to ``hi`` bytes of a canonical standard base64 text with padding."""
        data = read_base64(self._get(name), self._at(name))
        _in_bounds(len(data), self._at(name), lo, hi)
        return data

    def hex(self, name: str, chars: int) -> str:
        """Return a lower-case hexadecimal text of exactly ``chars`` characters."""
        return read_hex(self._get(name), self._at(name), chars)

    def time(self, name: str) -> datetime:
        """Return an aware UTC time of whole seconds."""
        return _time(self._get(name), self._at(name), _TIME, "%Y-%m-%dT%H:%M:%SZ")

    def time_ms(self, name: str) -> datetime:
        """Return an aware UTC time of whole milliseconds."""
        return _time(self._get(name), self._at(name), _TIME_MS, "%Y-%m-%dT%H:%M:%S.%fZ")

    def day(self, name: str) -> date:
        """Return a date ``YYYY-MM-DD``."""
        return _time(self._get(name), self._at(name), _DAY, "%Y-%m-%d").date()

    def point(self, name: str) -> Point:
        """Return a point ``[lat_e7, lon_e7]``."""
        return read_point(self._get(name), self._at(name))

    def rp_id(self, name: str) -> str:
        """Return a relying party id: a host name."""
        value = _text(self._get(name), self._at(name))
        if _HOST.fullmatch(value) is None:
            raise ProtocolError(Rule.NOT_AN_ADDRESS, self._at(name))
        return value

    def origin(self, name: str) -> str:
        """Return a web origin: scheme, host and, where it is not the usual one, port."""
        value = _text(self._get(name), self._at(name))
        if _ORIGIN.fullmatch(value) is None:
            raise ProtocolError(Rule.NOT_AN_ADDRESS, self._at(name))
        return value

    def age_recipient(self, name: str) -> str:
        """Return an ``age1…`` recipient (its form; the checksum is judged by ``sealing``)."""
        value = _text(self._get(name), self._at(name))
        if _AGE_RECIPIENT.fullmatch(value) is None:
            raise ProtocolError(Rule.NOT_AN_AGE_RECIPIENT, self._at(name))
        return value

    def choice[T: StrEnum](self, name: str, choices: type[T]) -> T:
        """Return one of the enumerated texts."""
        return read_choice(self._get(name), self._at(name), choices)

    def optional[T](self, name: str, read: Callable[[str], T]) -> T | None:
        """Return null as None, else what ``read(name)`` makes of the field."""
        return None if self._get(name) is None else read(name)

    def child(self, name: str) -> Fields:
        """Return a strict reader of an object field; the caller calls its ``done``."""
        return Fields.of(self._get(name), self._at(name))

    def items(self, name: str, lo: int, hi: int) -> tuple[JsonValue, ...]:
        """Return the ``lo`` to ``hi`` values of a list field."""
        value = self._get(name)
        if not isinstance(value, list):
            raise ProtocolError(Rule.WRONG_TYPE, self._at(name))
        _in_bounds(len(value), self._at(name), lo, hi)
        return tuple(value)

    def objects[T](self, name: str, lo: int, hi: int, read: Callable[[Fields], T]) -> tuple[T, ...]:
        """Return what ``read`` makes of each object of a list field, each read to its end."""
        found = []
        for index, value in enumerate(self.items(name, lo, hi)):
            fields = Fields.of(value, f"{self._at(name)}[{index}]")
            found.append(read(fields))
            fields.done()
        return tuple(found)

    def value(self, name: str) -> JsonValue:
        """Return the field's value unread, for a caller that reads it itself."""
        return self._get(name)

    def names(self) -> tuple[str, ...]:
        """Return the object's own field names, for a map whose keys are data."""
        return tuple(self._value)

    def done(self) -> None:
        """Refuse fields that nobody asked for (``unknown_field``)."""
        further = sorted(self._value.keys() - self._asked)
        if further:
            raise ProtocolError(Rule.UNKNOWN_FIELD, self._at(further[0])[:100])

    def _get(self, name: str) -> JsonValue:
        self._asked.add(name)
        if name not in self._value:
            raise ProtocolError(Rule.MISSING_FIELD, self._at(name))
        return self._value[name]

    def _at(self, name: str) -> str:
        return f"{self._where}.{name}" if self._where else name


def read_text(value: JsonValue, where: str, max_chars: int, *, min_chars: int = 1) -> str:
    """Return a text of ``min_chars`` to ``max_chars`` characters, no control and none that nobody sees."""
    text = _bounded(_text(value, where), where, min_chars, max_chars)
    if _FORBIDDEN.search(text):
        raise ProtocolError(Rule.FORBIDDEN_CHARACTER, where)
    return text


def read_integer(value: JsonValue, where: str, lo: int, hi: int) -> int:
    """Return an integer from ``lo`` to ``hi``."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise ProtocolError(Rule.WRONG_TYPE, where)
    _in_bounds(value, where, lo, hi)
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
    text = _text(value, where)
    if len(text) != chars or _HEX.fullmatch(text) is None:
        raise ProtocolError(Rule.NOT_HEX, where)
    return text


def read_choice[T: StrEnum](value: JsonValue, where: str, choices: type[T]) -> T:
    """Return one of the enumerated texts."""
    text = _text(value, where)
    try:
        return choices(text)
    except ValueError as error:
        raise ProtocolError(Rule.UNKNOWN_CHOICE, where) from error


def read_b64(value: JsonValue, where: str) -> bytes:
    """Return the bytes of a canonical base64url text without padding (RFC 4648 section 5)."""
    text = _text(value, where)
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
    text = _text(value, where)
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


def format_time(moment: datetime) -> str:
    """Return ``YYYY-MM-DDTHH:MM:SSZ`` of an aware time; a part of a second is cut off."""
    return _utc(moment).replace(microsecond=0, tzinfo=None).isoformat(timespec="seconds") + "Z"


def format_time_or_none(moment: datetime | None) -> str | None:
    """Return what :func:`format_time` does of a time, None of none."""
    return None if moment is None else format_time(moment)


def format_time_ms(moment: datetime) -> str:
    """Return ``YYYY-MM-DDTHH:MM:SS.mmmZ`` of an aware time; a part of a millisecond is cut off."""
    return _utc(moment).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def require_sorted(keys: tuple[str, ...], where: str) -> None:
    """Refuse keys that are not in ascending order of code points (``not_sorted``) or not unique."""
    require_unique(keys, where)
    if list(keys) != sorted(keys):
        raise ProtocolError(Rule.NOT_SORTED, where)


def require_period(from_: datetime, until: datetime, where: str, max_length: timedelta | None = None) -> None:
    """Refuse a period that does not end after it begins, or is longer than ``max_length`` (``wrong_period``)."""
    if until <= from_ or (max_length is not None and until - from_ > max_length):
        raise ProtocolError(Rule.WRONG_PERIOD, where)


def require_unique(keys: tuple[object, ...], where: str) -> None:
    """Refuse a key that is there twice (``duplicate_item``)."""
    if len(set(keys)) != len(keys):
        raise ProtocolError(Rule.DUPLICATE_ITEM, where)


def _text(value: JsonValue, where: str) -> str:
    if not isinstance(value, str):
        raise ProtocolError(Rule.WRONG_TYPE, where)
    return value


def _bounded(text: str, where: str, lo: int, hi: int) -> str:
    _in_bounds(len(text), where, lo, hi)
    return text


def _in_bounds(number: int, where: str, lo: int, hi: int) -> None:
    if not lo <= number <= hi:
        raise ProtocolError(Rule.OUT_OF_BOUNDS, f"{where}: {number} is not {lo}-{hi}")


def _time(value: JsonValue, where: str, form: re.Pattern[str], layout: str) -> datetime:
    text = _text(value, where)
    if form.fullmatch(text) is None:
        raise ProtocolError(Rule.NOT_A_TIME, where)
    try:
        return datetime.strptime(text, layout).replace(tzinfo=UTC)
    except ValueError as error:
        raise ProtocolError(Rule.NOT_A_TIME, where) from error


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        message = "a time without a zone"
        raise ValueError(message)
    return moment.astimezone(UTC)
