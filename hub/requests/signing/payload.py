"""From an allowed draft to the payload that people sign."""

from __future__ import annotations

import secrets
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from hub.directory.keys import may_open
from milton_protocol.limits import DIGEST_SIZE_BYTES, REQUEST_RECIPIENTS_MAX
from milton_protocol.messages.city.directory import RecipientRole
from milton_protocol.messages.requests.request import Audience, AudienceKind, Officer, Request, RequestRecipient

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from hub.directory.trust import Trusted
    from hub.policy.offenses import Offense
    from hub.requests.draft.draft import Draft
    from milton_protocol.messages.city.directory import Person, Recipient

# All that the protocol has room for beside the officer's key and the recovery key (docs/adr/0063).
CUSTODIANS_MAX = REQUEST_RECIPIENTS_MAX - 2
_WANTED = {RecipientRole.OFFICER: 1, RecipientRole.CUSTODIAN: CUSTODIANS_MAX, RecipientRole.RECOVERY: 1}


def recipients_of(trusted: Trusted, officer_id: str) -> tuple[RequestRecipient, ...]:
    """Return the officer's key, the custodians' and the recovery key, sorted; empty when one kind is missing.

    Where there are more custodians' keys than the protocol has room for, each custodian's first goes before anybody's
    second, in the order of their ids.
    """
    chosen: list[Recipient] = []
    for role, count in _WANTED.items():
        able = [
            each for each in trusted.directory.recipients if each.role is role and _is_wanted(trusted, each, officer_id)
        ]
        if not able:
            return ()
        chosen.extend(_in_turn(able)[:count])
    return tuple(
        RequestRecipient(recipient_id=each.recipient_id, role=each.role, age_recipient=each.age_recipient)
        for each in sorted(chosen, key=lambda each: each.recipient_id)
    )


def _in_turn(able: Sequence[Recipient]) -> Sequence[Recipient]:
    """Return keys by their ids, everybody's first before anybody's second; a unit's own key is nobody else's."""
    before: Counter[str] = Counter()
    turns = []
    for each in sorted(able, key=lambda key: key.recipient_id):
        owner = each.recipient_id if each.person_id is None else f"person {each.person_id}"
        turns.append((before[owner], each.recipient_id, each))
        before[owner] += 1
    return [each for _, _, each in sorted(turns, key=lambda turn: turn[:2])]


def _is_wanted(trusted: Trusted, recipient: Recipient, officer_id: str) -> bool:
    if recipient.role is RecipientRole.OFFICER and recipient.person_id != officer_id:
        return False
    return may_open(trusted, recipient)


def request_of(draft: Draft, offence: Offense | None, officer: Person, trusted: Trusted, at: datetime) -> Request:
    """Return the request of an allowed ``draft`` to its whole area, created at ``at``, with a new random salt."""
    if draft.area is None or draft.from_ is None or draft.until is None or offence is None:
        message = "the policy lets no draft through without an area, a range and an offense"
        raise ValueError(message)
    created_at = at.replace(microsecond=0)
    return Request(
        salt=secrets.token_bytes(DIGEST_SIZE_BYTES),
        agency_id=trusted.city_record.agency_id,
        agency_name=trusted.city_record.agency_name,
        officer=Officer(person_id=officer.person_id, badge=officer.badge),
        contact=draft.contact,
        case_number=draft.case_number,
        offence_code=draft.offence_code,
        offence_name=offence.name,
        reason=draft.reason,
        urgency=draft.urgency,
        drill=draft.drill,
        audience=Audience(kind=AudienceKind.AREA),
        area=draft.area,
        from_=draft.from_,
        until=draft.until,
        created_at=created_at,
        expires_at=created_at + timedelta(hours=draft.expires_in_h),
        recipients=recipients_of(trusted, officer.person_id),
    )
