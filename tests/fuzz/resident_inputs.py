"""What residents' browsers bring to the community house, and how far a reader of the feed has come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.community.registry.entries import Put
from hub.community.residents.accounts import KEY_CHARS, Joining, read_key
from hub.kit.errors import HubError
from hub.web.known import CURSOR_MAX_CHARS, read_cursor
from milton_protocol import canonical
from milton_protocol.errors import ProtocolError
from milton_protocol.fields import Fields
from tests.fuzz.short import json_bytes, short_target
from tests.fuzz.target import Shape

if TYPE_CHECKING:
    from collections.abc import Callable

JOINING = {"code": "MS-0123-4567-89AB", "account_id": "0f" * 16, "key_sha256": "ab" * 32, "language": "es"}
PUT = {"number": 1, "envelope": "e30="}
KEY = {"key": "0123456789ABCDEFGHJKMNPQRS"}


def _resident(data: bytes) -> object:
    """Read a body as each route would."""
    value = canonical.read(data, max_bytes=131_072)
    return [_judged(read, Fields.of(value)) for read in (Joining.of, _key, Put.of)]


def _key(fields: Fields) -> str:
    key = read_key(fields)
    assert len(key) == KEY_CHARS
    assert key.isascii()
    return key


def _judged(read: Callable[[Fields], object], fields: Fields) -> object:
    try:
        return read(fields)
    except (HubError, ProtocolError) as error:
        return error.rule


def _cursor(data: bytes) -> object:
    number = read_cursor(data.decode("latin-1"))
    assert 0 <= number < 10**CURSOR_MAX_CHARS
    return number


TARGETS = (
    short_target(
        "hub.resident", _resident, json_bytes(JOINING), json_bytes(KEY), json_bytes(PUT), refusals=(ProtocolError,)
    ),
    short_target("hub.cursor", _cursor, b"0", b"9007199254740991", refusals=(HubError,), shape=Shape.TEXT),
)
