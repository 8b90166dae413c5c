"""What an officer's page sends to draft a request."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub.policy.settings import HOUR
from milton_protocol.limits import (
    CASE_NUMBER_MAX_CHARS,
    CONTACT_MAX_CHARS,
    OFFENCE_CODE_MAX_CHARS,
    REASON_MAX_CHARS,
    SHORT_ID_HEX_CHARS,
)
from milton_protocol.messages.areas import area_value, read_area
from milton_protocol.messages.requests.request import AudienceKind, Urgency
from milton_protocol.times import format_time_or_none

if TYPE_CHECKING:
    from datetime import datetime

    from hub.requests.model import RequestRow
    from milton_protocol.canonical import JsonValue
    from milton_protocol.fields import Fields
    from milton_protocol.geometry import Area
    from milton_protocol.messages.requests.request import Request

EXPIRES_IN_MAX_H = 10_000  # the policy refuses anything over ten days, by name


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A request that is being written; what is not filled in yet is None or empty, and the policy names it."""

    draft_id: str
    case_number: str
    contact: str
    offence_code: str
    reason: str
    why_larger: str  # for the supervisor where the area is above the ordinary limit
    urgency: Urgency
    drill: bool
    by_code: bool  # only for whom it is handed to at the door, with a code
    area: Area | None
    from_: datetime | None
    until: datetime | None
    expires_in_h: int

    def digest(self) -> str:
        """Return the hex SHA-256 over every field: the same draft id must come with the same words."""
        return hashlib.sha256(json.dumps(list(draft_value(self).values())).encode()).hexdigest()


def draft_value(draft: Draft) -> dict[str, JsonValue]:
    """Return a draft as ``read_draft`` reads it."""
    return {
        "draft_id": draft.draft_id,
        "case_number": draft.case_number,
        "contact": draft.contact,
        "offence_code": draft.offence_code,
        "reason": draft.reason,
        "why_larger": draft.why_larger,
        "urgency": draft.urgency.value,
        "drill": draft.drill,
        "by_code": draft.by_code,
        "area": None if draft.area is None else area_value(draft.area),
        "from": format_time_or_none(draft.from_),
        "until": format_time_or_none(draft.until),
        "expires_in_h": draft.expires_in_h,
    }


def draft_of(row: RequestRow, request: Request) -> Draft:
    """Return the draft that a request was made of, so that it can be judged again."""
    return Draft(
        draft_id=row.draft_id,
        case_number=request.case_number,
        contact=request.contact,
        offence_code=request.offence_code,
        reason=request.reason,
        why_larger=row.why_larger or "",
        urgency=request.urgency,
        drill=request.drill,
        by_code=request.audience.kind is AudienceKind.CODE,
        area=request.area,
        from_=request.from_,
        until=request.until,
        expires_in_h=(request.expires_at - request.created_at) // HOUR,
    )


def read_draft(fields: Fields) -> Draft:
    """Read a draft's fields; raise ProtocolError for what no page sends (a wrong type, an area that is none)."""
    draft = Draft(
        draft_id=fields.hex("draft_id", SHORT_ID_HEX_CHARS),
        case_number=fields.text("case_number", CASE_NUMBER_MAX_CHARS, min_chars=0),
        contact=fields.text("contact", CONTACT_MAX_CHARS, min_chars=0),
        offence_code=fields.text("offence_code", OFFENCE_CODE_MAX_CHARS, min_chars=0),
        reason=fields.text("reason", REASON_MAX_CHARS, min_chars=0),
        why_larger=fields.text("why_larger", REASON_MAX_CHARS, min_chars=0),
        urgency=fields.choice("urgency", Urgency),
        drill=fields.boolean("drill"),
        by_code=fields.boolean("by_code"),
        area=fields.optional("area", lambda name: read_area(fields.child(name))),
        from_=fields.optional("from", fields.time),
        until=fields.optional("until", fields.time),
        expires_in_h=fields.integer("expires_in_h", 0, EXPIRES_IN_MAX_H),
    )
    fields.done()
    return draft
