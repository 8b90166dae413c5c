"""Whether a published request may be shown with a share button (docs/protocol.md section 7).

Invariants: a ``VerifiedRequest`` exists only when every rule held, in the order of the page; bad input is never an
exception but a ``Refusal`` with the first broken rule; the hub's key appears in none of the checks of a request; a
request is proven in the one log that the live statement names, never in another tree by the same log key.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from .base64_text import b64
from .errors import ProtocolError, Rule
from .limits import CLOCK_SKEW_MAX
from .messages.city.directory import RecipientRole, Role
from .messages.city.record import ServedBy
from .messages.log.leaf import leaf_of
from .messages.requests.bundle import Bundle
from .messages.requests.request import Request, request_id
from .passkey import verify_assertion
from .policy_shape import check_area, check_times, needs_approver
from .revoked import revoked_part
from .sealing.keys import parse_recipient
from .translog.rules import LogRule
from .translog.witness import verify_logged
from .trust import Pins, Trust, check_city_record, check_still_valid, check_trust, log_verifier_key

if TYPE_CHECKING:
    from datetime import datetime

    from .messages.city.directory import Person, SigningCredential
    from .messages.requests.assertion import Assertion
    from .messages.requests.request import RequestRecipient
    from .translog.witness import Logged

__all__ = [
    "Notice",
    "Pins",
    "Refusal",
    "Trust",
    "VerifiedRequest",
    "check_city_record",
    "check_trust",
    "verify_request",
]


class Notice(StrEnum):
    """What is shown in amber beside a verified request."""

    DEMO_CITY = "demo_city"
    SIGNER_SERVED_BY_HUB = "signer_served_by_hub"
    NO_WITNESS = "no_witness"


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedRequest:
    """A request that kept every rule; ``payload`` are the bytes that were signed."""

    request: Request
    request_id: str
    payload: bytes
    officer: Person
    approver: Person | None
    logged: Logged  # where the public log has it, and which of the home's witnesses have seen that log
    notices: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """The first rule that a request broke."""

    rule: str
    detail: str = ""


def verify_request(bundle: bytes, trust: Trust, pins: Pins, now: datetime) -> VerifiedRequest | Refusal:
    """Return the verified request, or why it is refused. Pure; ``now`` is aware."""
    try:
        return _verify(bundle, trust, pins, now)
    except ProtocolError as error:
        return Refusal(rule=error.rule, detail=error.detail)


def _verify(data: bytes, trust: Trust, pins: Pins, now: datetime) -> VerifiedRequest:
    check_still_valid(trust, now)
    bundle = Bundle.from_bytes(data)
    request = Request.from_bytes(bundle.payload)
    id_ = request_id(bundle.payload)
    _check_not_revoked(request, bundle, trust, now)
    _check_live(id_, trust)
    _check_agency(request, trust)
    officer = _officer(request, trust)
    if bundle.officer_assertion.person_id != officer.person_id:
        raise ProtocolError(Rule.OFFICER_ASSERTION_MISSING, "another person's")
    _check_assertion(officer, bundle.officer_assertion, id_, trust)
    approver = _approver(request, bundle.approver_assertion, id_, trust)
    _check_recipients(request, trust)
    check_times(request)
    _check_clock(request, now)
    check_area(request.area, trust.city_record.jurisdiction)
    policy = pins.witness_policy.at_least(trust.city_record.witness_quorum)
    log_key = log_verifier_key(trust.city_record)
    logged = verify_logged(bundle.log_proof, leaf_of(request, id_).to_bytes(), log_key, policy, now)
    _check_followed(logged, trust)
    if pins.seen_salts.get(b64(request.salt), id_) != id_:
        raise ProtocolError(Rule.REPLAYED)
    return VerifiedRequest(
        request=request,
        request_id=id_,
        payload=bundle.payload,
        officer=officer,
        approver=approver,
        logged=logged,
        notices=_notices(trust, logged),
    )


def _check_not_revoked(request: Request, bundle: Bundle, trust: Trust, now: datetime) -> None:
    """Refuse what rests on something revoked, before the hub's word counts: it must not hide why a request ended."""
    found = revoked_part(request, bundle.assertions, [trust.directory], trust.revocations, now)
    if found is not None:
        raise ProtocolError(Rule.REVOKED, f"{found.part.value}: {found.revoked.kind.value} {found.revoked.id}")


def _check_live(id_: str, trust: Trust) -> None:
    if id_ in trust.live.withdrawn:
        raise ProtocolError(Rule.WITHDRAWN)
    if id_ not in trust.live.live:
        raise ProtocolError(Rule.NOT_LIVE)


def _check_agency(request: Request, trust: Trust) -> None:
    if request.agency_id != trust.city_record.agency_id or request.agency_name != trust.city_record.agency_name:
        raise ProtocolError(Rule.AGENCY_DIFFERS, "request")


def _officer(request: Request, trust: Trust) -> Person:
    officer = trust.directory.person(request.officer.person_id)
    if officer is None:
        raise ProtocolError(Rule.OFFICER_UNKNOWN)
    if request.officer.badge != officer.badge:
        raise ProtocolError(Rule.BADGE_DIFFERS)
    if Role.OFFICER not in officer.roles:
        raise ProtocolError(Rule.OFFICER_ROLE_MISSING)
    return officer


def _approver(request: Request, assertion: Assertion | None, id_: str, trust: Trust) -> Person | None:
    """Return the second person; one who signed without need is judged all the same."""
    if assertion is None:
        needed_for = needs_approver(request)
        if needed_for:
            raise ProtocolError(Rule.APPROVER_MISSING, ", ".join(needed_for))
        return None
    if assertion.person_id == request.officer.person_id:
        raise ProtocolError(Rule.APPROVER_IS_OFFICER)
    approver = trust.directory.person(assertion.person_id)
    if approver is None:
        raise ProtocolError(Rule.APPROVER_UNKNOWN)
    if Role.SUPERVISOR not in approver.roles:
        raise ProtocolError(Rule.APPROVER_ROLE_MISSING)
    _check_assertion(approver, assertion, id_, trust)
    return approver


def _check_assertion(person: Person, assertion: Assertion, id_: str, trust: Trust) -> None:
    credential = _credential(person, assertion)
    signer = trust.city_record.signer
    if credential.rp_id != signer.rp_id or credential.origin != signer.origin:
        raise ProtocolError(Rule.SIGNER_DIFFERS)
    verify_assertion(credential, assertion, bytes.fromhex(id_))


def _credential(person: Person, assertion: Assertion) -> SigningCredential:
    for credential in person.credentials:
        if credential.credential_id == assertion.credential_id:
            return credential
    raise ProtocolError(Rule.CREDENTIAL_UNKNOWN, f"of {person.person_id}")


def _check_recipients(request: Request, trust: Trust) -> None:
    for wanted in request.recipients:
        _check_recipient(wanted, request, trust)
    count = Counter(wanted.role for wanted in request.recipients)
    if count[RecipientRole.OFFICER] != 1 or count[RecipientRole.RECOVERY] != 1 or not count[RecipientRole.CUSTODIAN]:
        raise ProtocolError(Rule.RECIPIENT_MISSING, "one officer's, one recovery, at least one custodian's")


def _check_recipient(wanted: RequestRecipient, request: Request, trust: Trust) -> None:
    known = trust.directory.recipient(wanted.recipient_id)
    if known is None or (known.role, known.age_recipient) != (wanted.role, wanted.age_recipient):
        raise ProtocolError(Rule.RECIPIENT_UNKNOWN, wanted.recipient_id)
    parse_recipient(known.age_recipient)
    if known.role is RecipientRole.OFFICER and known.person_id != request.officer.person_id:
        raise ProtocolError(Rule.RECIPIENT_UNKNOWN, f"{wanted.recipient_id} is another officer's")


def _check_clock(request: Request, now: datetime) -> None:
    if request.created_at > now + CLOCK_SKEW_MAX:
        raise ProtocolError(Rule.NOT_YET_VALID)
    if request.expires_at <= now:
        raise ProtocolError(Rule.EXPIRED)


def _check_followed(logged: Logged, trust: Trust) -> None:
    """Refuse a proof under a checkpoint that isn't proven to belong to the log of the live statement."""
    checkpoint = logged.witnessed.checkpoint
    root = trust.log_roots.get(checkpoint.size)
    if root is None:
        raise ProtocolError(LogRule.LOG_NOT_FOLLOWED, f"a checkpoint of {checkpoint.size} entries")
    if root != checkpoint.root:
        raise ProtocolError(LogRule.LOG_NOT_CONSISTENT, f"another tree of {checkpoint.size} entries")


def _notices(trust: Trust, logged: Logged) -> tuple[str, ...]:
    shown = {
        Notice.DEMO_CITY: trust.city_record.demo,
        Notice.SIGNER_SERVED_BY_HUB: trust.city_record.signer.served_by is ServedBy.HUB,
        Notice.NO_WITNESS: not logged.witnessed.cosigned,
    }
    return tuple(notice for notice, is_shown in shown.items() if is_shown)
