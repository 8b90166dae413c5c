"""The request that an officer signs (section 4)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, Self

from ... import canonical
from ...base64_text import b64
from ...fields import Fields, require_sorted
from ...limits import (
    BADGE_MAX_CHARS,
    CASE_NUMBER_MAX_CHARS,
    CONTACT_MAX_CHARS,
    DIGEST_HEX_CHARS,
    DIGEST_SIZE_BYTES,
    NAME_MAX_CHARS,
    OFFENCE_CODE_MAX_CHARS,
    OFFENCE_NAME_MAX_CHARS,
    REASON_MAX_CHARS,
    REASON_MIN_CHARS,
    REQUEST_RECIPIENTS_MAX,
    REQUEST_RECIPIENTS_MIN,
)
from ...times import format_time
from ..areas import area_value, read_area
from ..city.directory import RecipientRole

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from ...canonical import JsonValue
    from ...geometry import Area


class Urgency(StrEnum):
    """Whether a request may break quiet hours."""

    ROUTINE = "routine"
    URGENT = "urgent"


class AudienceKind(StrEnum):
    """Whom a request asks."""

    AREA = "area"
    CODE = "code"


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Every home of the area, or those that were handed a code at the door."""

    kind: AudienceKind
    code_sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Officer:
    """Who asks."""

    person_id: str
    badge: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRecipient:
    """A key that the footage shall be sealed to."""

    recipient_id: str
    role: RecipientRole
    age_recipient: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request's payload; its id is the hash of its bytes (``request_id``)."""

    TYPE: ClassVar[str] = "milton/request"

    salt: bytes
    agency_id: str
    agency_name: str
    officer: Officer
    contact: str
    case_number: str
    offence_code: str
    offence_name: str
    reason: str
    urgency: Urgency
    drill: bool
    audience: Audience
    area: Area
    from_: datetime
    until: datetime
    created_at: datetime
    expires_at: datetime
    recipients: tuple[RequestRecipient, ...]

    @classmethod
    def from_bytes(cls, payload: bytes) -> Self:
        """Read a request's payload. Its limits are judged by ``policy_shape``, its signatures by ``verification``."""
        fields = Fields.of(canonical.decode(payload))
        fields.header(cls.TYPE)
        request = cls(
            salt=fields.b64("salt", DIGEST_SIZE_BYTES, DIGEST_SIZE_BYTES),
            agency_id=fields.id("agency_id"),
            agency_name=fields.text("agency_name", NAME_MAX_CHARS),
            officer=_read_officer(fields.child("officer")),
            contact=fields.phone_number("contact", CONTACT_MAX_CHARS),
            case_number=fields.code("case_number", CASE_NUMBER_MAX_CHARS),
            offence_code=fields.code("offence_code", OFFENCE_CODE_MAX_CHARS),
            offence_name=fields.words("offence_name", OFFENCE_NAME_MAX_CHARS),
            reason=fields.words("reason", REASON_MAX_CHARS, min_chars=REASON_MIN_CHARS),
            urgency=fields.choice("urgency", Urgency),
            drill=fields.boolean("drill"),
            audience=_read_audience(fields.child("audience")),
            area=read_area(fields.child("area")),
            from_=fields.time("from"),
            until=fields.time("until"),
            created_at=fields.time("created_at"),
            expires_at=fields.time("expires_at"),
            recipients=fields.objects("recipients", REQUEST_RECIPIENTS_MIN, REQUEST_RECIPIENTS_MAX, _read_recipient),
        )
        fields.done()
        require_sorted(tuple(recipient.recipient_id for recipient in request.recipients), "recipients")
        return request

    def sealed_to(self, recipients_sha256: str) -> tuple[RequestRecipient, ...] | None:
        """Return the recipients whose hash that is: all, or the custodians' alone; None for any other hash.

        The test card of a drill shows nobody, so it is sealed to all.
        """
        allowed = (self.recipients,) if self.drill else (self.recipients, custodians_of(self.recipients))
        return next((each for each in allowed if recipients_hash(each) == recipients_sha256), None)

    def is_flagged(self, recipients_sha256: str) -> bool:
        """Say whether a share that was sealed to these recipients was flagged by its owner: to custodians alone."""
        return self.sealed_to(recipients_sha256) not in {None, self.recipients}

    def to_bytes(self) -> bytes:
        """Return the canonical payload."""
        return canonical.encode(
            {
                "type": self.TYPE,
                "version": 1,
                "salt": b64(self.salt),
                "agency_id": self.agency_id,
                "agency_name": self.agency_name,
                "officer": {"person_id": self.officer.person_id, "badge": self.officer.badge},
                "contact": self.contact,
                "case_number": self.case_number,
                "offence_code": self.offence_code,
                "offence_name": self.offence_name,
                "reason": self.reason,
                "urgency": self.urgency.value,
                "drill": self.drill,
                "audience": _audience_value(self.audience),
                "area": area_value(self.area),
                "from": format_time(self.from_),
                "until": format_time(self.until),
                "created_at": format_time(self.created_at),
                "expires_at": format_time(self.expires_at),
                "recipients": _recipients_value(self.recipients),
            }
        )


def custodians_of(recipients: Sequence[RequestRecipient]) -> tuple[RequestRecipient, ...]:
    """Return whom a share is sealed to that its owner flagged: the custodians and the recovery key, in their order."""
    return tuple(recipient for recipient in recipients if recipient.role is not RecipientRole.OFFICER)


def request_id(payload: bytes) -> str:
    """Return the id of the request whose payload these bytes are: their hex SHA-256."""
    return hashlib.sha256(payload).hexdigest()


def recipients_hash(recipients: Sequence[RequestRecipient]) -> str:
    """Return the hex SHA-256 of the canonical ``recipients`` array: what an owner agrees to seal to."""
    return hashlib.sha256(canonical.encode(_recipients_value(recipients))).hexdigest()


def _read_officer(fields: Fields) -> Officer:
    officer = Officer(person_id=fields.id("person_id"), badge=fields.code_or_none("badge", BADGE_MAX_CHARS))
    fields.done()
    return officer


def _read_audience(fields: Fields) -> Audience:
    kind = fields.choice("kind", AudienceKind)
    code = fields.hex("code_sha256", DIGEST_HEX_CHARS) if kind is AudienceKind.CODE else None
    fields.done()
    return Audience(kind=kind, code_sha256=code)


def _read_recipient(fields: Fields) -> RequestRecipient:
    return RequestRecipient(
        recipient_id=fields.id("recipient_id"),
        role=fields.choice("role", RecipientRole),
        age_recipient=fields.age_recipient("age_recipient"),
    )


def _audience_value(audience: Audience) -> JsonValue:
    if audience.kind is AudienceKind.CODE:
        return {"kind": audience.kind.value, "code_sha256": audience.code_sha256}
    return {"kind": audience.kind.value}


def _recipients_value(recipients: Sequence[RequestRecipient]) -> JsonValue:
    return [
        {
            "recipient_id": recipient.recipient_id,
            "role": recipient.role.value,
            "age_recipient": recipient.age_recipient,
        }
        for recipient in recipients
    ]
