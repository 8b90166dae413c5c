"""Strict reading of a message's objects (docs/protocol.md section 1); single values are read by its siblings.

A ``Fields`` reads one JSON object field by field and refuses, in ``done``, what nobody asked for.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from .base64_text import read_b64, read_base64
from .ed25519 import check_key
from .errors import ProtocolError, Rule
from .limits import AGE_RECIPIENT_CHARS, ED25519_KEY_SIZE_BYTES, ID_MAX_CHARS, INTEGER_MAX
from .sealing.keys import parse_recipient
from .times import read_day, read_time, read_time_ms
from .values import (
    HOST,
    NO_CODE,
    PORT,
    is_code,
    is_phone_number,
    read_choice,
    read_hex,
    read_integer,
    read_point,
    read_string,
    read_text,
    require_bounds,
    says_something,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date, datetime, timedelta
    from enum import StrEnum

    from .canonical import JsonValue
    from .geometry import Point

_ID: Final = re.compile(rf"[a-z0-9-]{{1,{ID_MAX_CHARS}}}")
# Bech32's data alphabet; the checksum is judged where the key is used (sealing).
_AGE_RECIPIENT: Final = re.compile(rf"age1[023456789acdefghjklmnpqrstuvwxyz]{{{AGE_RECIPIENT_CHARS - 4}}}")
_HOST: Final = re.compile(HOST)
# As browsers write it: without the port that is usual for the scheme.
_ORIGIN: Final = re.compile(rf"https://{HOST}(:(?!443$){PORT})?|http://{HOST}(:(?!80$){PORT})?")


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
        self.constant("type", type_)
        self.constant_version(version)

    def constant_version(self, version: int) -> None:
        """Require ``version`` to be this one; every other integer is ``unknown_version``."""
        if self.integer("version", -INTEGER_MAX, INTEGER_MAX) != version:
            raise ProtocolError(Rule.UNKNOWN_VERSION, f"not {version}")

    def constant(self, name: str, text: str) -> None:
        """Require a text field to be exactly ``text``; else ``unknown_type``."""
        if read_string(self._get(name), self._at(name)) != text:
            raise ProtocolError(Rule.UNKNOWN_TYPE, f"{self._at(name)} is not {text}")

    def text(self, name: str, max_chars: int, *, min_chars: int = 1) -> str:
        """Return a text of ``min_chars`` to ``max_chars`` characters that are seen, without a space at an end."""
        return read_text(self._get(name), self._at(name), max_chars, min_chars=min_chars)

    def words(self, name: str, max_chars: int, *, min_chars: int = 1) -> str:
        """Return a text that says something: it has a Latin letter or a digit (else ``out_of_bounds``)."""
        said = self.text(name, max_chars, min_chars=min_chars)
        if not says_something(said):
            raise ProtocolError(Rule.OUT_OF_BOUNDS, f"{self._at(name)} has no letter and no digit")
        return said

    def code(self, name: str, max_chars: int) -> str:
        """Return a case number or an offense code (else ``not_a_code``)."""
        return self._code(name, max_chars, ())

    def code_or_none(self, name: str, max_chars: int) -> str:
        """Return a badge, or what the log says of a case: a code, or ``-`` where there is none."""
        return self._code(name, max_chars, (NO_CODE,))

    def phone_number(self, name: str, max_chars: int) -> str:
        """Return a phone number (else ``not_a_phone_number``)."""
        number = self.text(name, max_chars)
        if not is_phone_number(number):
            raise ProtocolError(Rule.NOT_A_PHONE_NUMBER, self._at(name))
        return number

    def raw_text(self, name: str, max_chars: int) -> str:
        """Return a text that may hold line feeds: a C2SP note or proof, judged by its own parser."""
        text = read_string(self._get(name), self._at(name))
        require_bounds(len(text), self._at(name), 1, max_chars)
        return text

    def id(self, name: str) -> str:
        """Return the id of a person, recipient or agency."""
        return self._formed(name, _ID, Rule.NOT_AN_ID)

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
        require_bounds(len(data), self._at(name), lo, hi)
        return data

    def ed25519_key(self, name: str) -> bytes:
        """Return a raw Ed25519 public key, a base64url text; refuse one by which anybody signs (``key_weak``)."""
        key = self.b64(name, ED25519_KEY_SIZE_BYTES, ED25519_KEY_SIZE_BYTES)
        check_key(key, self._at(name))
        return key

    def base64(self, name: str, lo: int, hi: int) -> bytes:
        """Return the ``lo`` to ``hi`` bytes of a canonical standard base64 text with padding."""
        data = read_base64(self._get(name), self._at(name))
        require_bounds(len(data), self._at(name), lo, hi)
        return data

    def hex(self, name: str, chars: int) -> str:
        """Return a lower-case hexadecimal text of exactly ``chars`` characters."""
        return read_hex(self._get(name), self._at(name), chars)

    def time(self, name: str) -> datetime:
        """Return an aware UTC time of whole seconds."""
        return read_time(self._get(name), self._at(name))

    def time_ms(self, name: str) -> datetime:
        """Return an aware UTC time of whole milliseconds."""
        return read_time_ms(self._get(name), self._at(name))

    def day(self, name: str) -> date:
        """Return a date ``YYYY-MM-DD``."""
        return read_day(self._get(name), self._at(name))

    def point(self, name: str) -> Point:
        """Return a point ``[lat_e7, lon_e7]``."""
        return read_point(self._get(name), self._at(name))

    def rp_id(self, name: str) -> str:
        """Return a relying party id: a host name."""
        return self._formed(name, _HOST, Rule.NOT_AN_ADDRESS)

    def origin(self, name: str) -> str:
        """Return a web origin: scheme, host and, where it is not the usual one, port."""
        return self._formed(name, _ORIGIN, Rule.NOT_AN_ADDRESS)

    def age_recipient(self, name: str) -> str:
        """Return an ``age1…`` recipient (its form only: one bad key must not make a whole directory unreadable)."""
        return self._formed(name, _AGE_RECIPIENT, Rule.NOT_AN_AGE_RECIPIENT)

    def usable_recipient(self, name: str) -> str:
        """Return an ``age1…`` recipient that can be sealed to (``sealing.keys.parse_recipient``)."""
        recipient = self.age_recipient(name)
        parse_recipient(recipient)
        return recipient

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
        require_bounds(len(value), self._at(name), lo, hi)
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

    def _code(self, name: str, max_chars: int, also: tuple[str, ...]) -> str:
        code = self.text(name, max_chars)
        if code not in also and not is_code(code):
            raise ProtocolError(Rule.NOT_A_CODE, self._at(name))
        return code

    def _formed(self, name: str, form: re.Pattern[str], rule: Rule) -> str:
        text = read_string(self._get(name), self._at(name))
        if form.fullmatch(text) is None:
            raise ProtocolError(rule, self._at(name))
        return text

    def _at(self, name: str) -> str:
        return f"{self._where}.{name}" if self._where else name


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
