"""Whether a person's assertion signs a request (protocol section 4), judged as homes judge it.

The hub's check spares an officer a publication that no home would believe; it gives the hub no power, for homes check
again.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from hub.requests.model import AssertionRow
from milton_protocol.base64_text import b64
from milton_protocol.errors import ProtocolError, Rule
from milton_protocol.messages.city.directory import Role
from milton_protocol.messages.city.revocation import RevocationKind
from milton_protocol.messages.requests.assertion import AssertionRole
from milton_protocol.passkey import verify_assertion

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.directory.trust import Trusted
    from hub.kit.access import Actor
    from milton_protocol.messages.city.directory import Person, SigningCredential
    from milton_protocol.messages.requests.assertion import Assertion

SIGNED_LATELY = timedelta(minutes=5)  # the way back from the signer, and a slow line
_NEEDED_ROLE = {AssertionRole.OFFICER: Role.OFFICER, AssertionRole.APPROVER: Role.SUPERVISOR}
_UNKNOWN = {AssertionRole.OFFICER: Rule.OFFICER_UNKNOWN, AssertionRole.APPROVER: Rule.APPROVER_UNKNOWN}
_ROLE_MISSING = {AssertionRole.OFFICER: Rule.OFFICER_ROLE_MISSING, AssertionRole.APPROVER: Rule.APPROVER_ROLE_MISSING}


def check_signed(trusted: Trusted, request_id: str, officer_id: str, assertion: Assertion) -> None:
    """Return when ``assertion`` signs the request of ``officer_id``; raise ProtocolError with the broken rule."""
    is_officer = assertion.role is AssertionRole.OFFICER
    if is_officer and assertion.person_id != officer_id:
        raise ProtocolError(Rule.OFFICER_ASSERTION_MISSING, "another person's")
    if not is_officer and assertion.person_id == officer_id:
        raise ProtocolError(Rule.APPROVER_IS_OFFICER)
    person = trusted.person(assertion.person_id)
    if person is None:
        raise ProtocolError(_UNKNOWN[assertion.role])
    if _NEEDED_ROLE[assertion.role] not in person.roles:
        raise ProtocolError(_ROLE_MISSING[assertion.role])
    credential = _credential(trusted, person, assertion)
    verify_assertion(credential, assertion, bytes.fromhex(request_id))


async def signed_lately(session: AsyncSession, actor: Actor, request_id: str, at: datetime) -> bool:
    """Say whether the hub took a signature of ``actor``'s own for this request at most five minutes ago.

    It is a touch of a key after reading the request in words: publishing it needs no second one (docs/adr/0036).
    """
    lately = select(AssertionRow.role).where(
        AssertionRow.request_id == request_id,
        AssertionRow.person_id == actor.person_id,
        AssertionRow.at >= at - SIGNED_LATELY,
    )
    return (await session.scalars(lately)).first() is not None


def usable_credentials(trusted: Trusted, person_id: str) -> tuple[SigningCredential, ...]:
    """Return the person's keys by which a request can be signed now: of the city's signer, and not revoked."""
    person = trusted.person(person_id)
    signer = trusted.city_record.signer
    return tuple(
        each
        for each in (() if person is None else person.credentials)
        if (each.rp_id, each.origin) == (signer.rp_id, signer.origin)
        and not trusted.is_revoked(RevocationKind.CREDENTIAL, b64(each.credential_id))
    )


def _credential(trusted: Trusted, person: Person, assertion: Assertion) -> SigningCredential:
    for credential in person.credentials:
        if credential.credential_id != assertion.credential_id:
            continue
        if trusted.is_revoked(RevocationKind.CREDENTIAL, b64(credential.credential_id)):
            raise ProtocolError(Rule.REVOKED, f"credential of {person.person_id}")
        signer = trusted.city_record.signer
        if (credential.rp_id, credential.origin) != (signer.rp_id, signer.origin):
            raise ProtocolError(Rule.SIGNER_DIFFERS)
        return credential
    raise ProtocolError(Rule.CREDENTIAL_UNKNOWN, f"of {person.person_id}")
