"""What officers' pages and their addresses bring to a hub: the end of a ceremony, a search of the trail, a quarter."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from hub.auditors.report.quarters import Quarter
from hub.auditors.trail.search import NUMBER_MAX_CHARS, TEXT_MAX_CHARS, Search
from hub.kit.errors import HubError
from hub.kit.passkeys.answers import CEREMONY_ID_CHARS, read_answer
from milton_protocol import canonical
from milton_protocol.errors import ProtocolError
from milton_protocol.fields import Fields
from tests.fuzz.short import json_bytes, short_target
from tests.fuzz.target import Shape

if TYPE_CHECKING:
    from milton_protocol.canonical import JsonValue

ZONE = ZoneInfo("America/New_York")
CEREMONY: JsonValue = {"ceremony": "0f" * 16, "credential": {"id": "AA", "response": {"clientDataJSON": "e30"}}}


def _ceremony(data: bytes) -> object:
    ceremony_id, credential = read_answer(Fields.of(canonical.read(data, max_bytes=131_072)))
    assert len(ceremony_id) == CEREMONY_ID_CHARS
    assert isinstance(credential, dict)
    return ceremony_id, credential


def _trail(data: bytes) -> object:
    """Read an address's query to the end: what is taken makes a page and a time that the database can be asked for."""
    search = Search.of(dict(parse_qsl(data.decode("latin-1"), keep_blank_values=True)))
    number, (begin, end) = search.number(), search.period(ZONE)
    assert number is None or 0 <= number < 10**NUMBER_MAX_CHARS
    assert all(len(text) <= TEXT_MAX_CHARS for text in (search.person, search.action, search.subject))
    return search, number, begin, end, search.filters, search.actor


def _quarter(data: bytes) -> object:
    """Read a quarter: its name is what was read, and it has a beginning and an end."""
    text = data.decode("latin-1")
    quarter = Quarter.parse(text)
    assert quarter.name == text
    assert quarter.begin(ZONE) < quarter.end(ZONE)
    assert quarter.before().after() == quarter
    return quarter


TARGETS = (
    short_target("hub.ceremony", _ceremony, json_bytes(CEREMONY), refusals=(ProtocolError, HubError)),
    short_target(
        "hub.trail",
        _trail,
        b"person=ida&action=share.&from=2026-11-01&until=2026-11-26&before=120",
        b"subject=26-104417&from=2026-11-26T05:00:00Z&until=9999-12-31",
        refusals=(HubError,),
        shape=Shape.TEXT,
    ),
    short_target("hub.quarter", _quarter, b"2026-Q3", b"9000-Q4", refusals=(HubError,), shape=Shape.TEXT),
)
