"""Joining a city, and leaving it.

The root's words are compared by a person before the code is sent. The same code with the same home id gets the same
answer again, so a lost reply costs nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from ..errors import MiltonShareError
from ..hub_link.certificates import refused_certificate
from ..hub_link.client import HubAwayError, HubRefusedError
from ..shared.milton_protocol.dsse import open_envelope
from ..shared.milton_protocol.errors import ProtocolError
from ..shared.milton_protocol.limits import MESSAGE_SIZE_MAX_BYTES, RECORD_SIZE_MAX_BYTES
from ..shared.milton_protocol.messages.city.record import CityRecord
from ..shared.milton_protocol.messages.homes.enrollment import CityAnswer, EnrolAnswer, EnrolRequest
from ..shared.milton_protocol.messages.homes.erasure import LeaveAnswer

if TYPE_CHECKING:
    from datetime import datetime

    from ..hub_link.client import HubClient

_CODE = re.compile(r"MS(-[0-9A-HJKMNP-TV-Z]{4}){3}", re.ASCII)
_LOOKS_LIKE = str.maketrans("OIL", "011")  # Crockford's base32 reads them so
CODE_RULES = frozenset({"code_unknown", "code_used"})  # by which a hub refuses a code
_LEAVE_SIZE_MAX_BYTES = 2 * MESSAGE_SIZE_MAX_BYTES
_CITY_SIZE_MAX_BYTES = 2 * RECORD_SIZE_MAX_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """What the city gave the owner: a code, and the hub's address where it came as a link."""

    code: str
    hub_url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class City:
    """A city whose record its own root signed. Whether it is *the* city, a person decides by the root's words."""

    root_public_key: bytes
    record: CityRecord


def parse_invitation(text: str) -> Invitation:
    """Read a code, or the link that carries one after its ``#``; raise MiltonShareError `code_form`."""
    address, _, fragment = text.strip().partition("#")
    if not fragment:
        return Invitation(code=_code(address), hub_url=None)
    return Invitation(code=_code(fragment.removeprefix("code=")), hub_url=parse_hub_url(address))


def parse_hub_url(text: str) -> str:
    """Return the hub's origin; raise MiltonShareError `hub_url_form`. Plain http is for this machine alone."""
    rule = "hub_url_form"
    try:
        parts = urlsplit(text.strip() if "//" in text else f"https://{text.strip()}")
        port = parts.port
    except ValueError as error:  # a bracket without its other, a port that is no number
        raise MiltonShareError(rule) from error
    local = parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost", "::1"}
    if not parts.hostname or port == 0 or not (local or parts.scheme == "https") or "@" in parts.netloc:
        raise MiltonShareError(rule)
    return urlunsplit((parts.scheme, parts.netloc, "", "", ""))


async def ask_city(client: HubClient, now: datetime) -> City:
    """Ask a hub whose it is; raise MiltonShareError `hub_away`, `not_a_hub`, or the record's broken rule."""
    try:
        body, _ = await client.get("/v1/city", max_bytes=_CITY_SIZE_MAX_BYTES)
    except HubAwayError as error:
        rule = "certificate_refused" if refused_certificate(error) else "hub_away"
        raise MiltonShareError(rule) from error
    except HubRefusedError as error:
        rule = "not_a_hub"
        raise MiltonShareError(rule) from error
    try:
        return _city(body or b"", now)
    except ProtocolError as error:
        rule = "not_a_hub"
        raise MiltonShareError(rule) from error


async def enrol(client: HubClient, code: str, home_id: str, device_key: bytes) -> EnrolAnswer:
    """Use the code up; raise MiltonShareError `code_unknown` or `code_used`."""
    request = EnrolRequest(code=code, home_id=home_id, device_key=device_key)
    try:
        return EnrolAnswer.from_bytes(
            await client.post("/v1/enrol", request.to_bytes(), max_bytes=MESSAGE_SIZE_MAX_BYTES)
        )
    except HubRefusedError as error:
        raise MiltonShareError(error.rule if error.rule in CODE_RULES else "not_a_hub") from error
    except HubAwayError as error:
        rule = "hub_away"
        raise MiltonShareError(rule) from error
    except ProtocolError as error:
        rule = "not_a_hub"
        raise MiltonShareError(rule) from error


async def leave(client: HubClient) -> bytes:
    """Leave at the hub; return what it signed of that, unread; raise `HubAwayError`, `HubRefusedError`.

    A page that says 200 to everything is no hub.
    """
    try:
        return LeaveAnswer.from_bytes(await client.delete("/v1/enrolment", max_bytes=_LEAVE_SIZE_MAX_BYTES)).erasure
    except ProtocolError as error:
        raise HubAwayError from error


def _code(text: str) -> str:
    code = text.strip().upper()
    code = code[:3] + code[3:].translate(_LOOKS_LIKE)
    if not _CODE.fullmatch(code):
        rule = "code_form"
        raise MiltonShareError(rule)
    return code


def _city(body: bytes, now: datetime) -> City:
    answer = CityAnswer.from_bytes(body)
    payload = open_envelope(
        answer.city_record,
        CityRecord.PAYLOAD_TYPE,
        (answer.root_public_key,),
        required=1,
        max_bytes=RECORD_SIZE_MAX_BYTES,
    )
    record = CityRecord.from_bytes(payload)
    if not record.issued_at <= now < record.expires_at:
        rule = "city_record_expired"
        raise MiltonShareError(rule)
    return City(root_public_key=answer.root_public_key, record=record)
