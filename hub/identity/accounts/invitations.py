"""Single-use links by which a person of the directory registers a device.

Invariants: a link is shown once and kept as its SHA-256; it works once, for one person, for three days, and only while
nobody who stands behind it was revoked. Two administrators stand behind it (:mod:`hub.administration.people.invite`);
the command line makes the first administrators' alone, and in a demonstration city everybody's.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from hub.audit.trail import record
from hub.identity.model import Invitation, SignInCredential
from hub.kit.access import Action, require
from hub.kit.digests import secret_digest
from hub.kit.errors import HubError
from milton_protocol.messages.city.directory import Role

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.directory.service import DirectoryService
    from hub.directory.trust import Trusted
    from hub.kit.access import Actor
    from milton_protocol.messages.city.directory import Person

INVITATION_VALID = timedelta(days=3)  # handed over in person or through the agency's own mail
CODE_BYTES = 24
ADMINISTRATORS = 2  # who invite everybody else, and change the policy
NOT_FOUND, CONFLICT = 404, 409
FOUNDING, DEMONSTRATION = "founding", "demonstration"


async def found(
    session: AsyncSession, directory: DirectoryService, actor: Actor, *, person_id: str, at: datetime
) -> str:
    """Make an invitation of one of the first administrators, which works at once; return its code.

    Raises ``person_unknown`` (404), and ``administrators_invite`` (409) for anybody but an administrator, and for
    everybody once two administrators can sign in.
    """
    require(actor, Action.PERSON_FOUND)
    person = await directory.person(session, person_id, at)
    if not await _may_found(session, await directory.in_force(session, at), person):
        rule = "administrators_invite"
        sentence = (
            "Two administrators invite people, on the page People. The command line invites administrators alone, "
            "until two of them can sign in."
        )
        raise HubError(rule, CONFLICT, sentence)
    return await _made_at_once(session, actor, person_id, FOUNDING, at)


async def demonstrate(
    session: AsyncSession, directory: DirectoryService, actor: Actor, *, person_id: str, at: datetime
) -> str:
    """Make anybody's invitation, which works at once, in a demonstration city. Raises ``person_unknown`` (404)."""
    require(actor, Action.PERSON_FOUND)
    await directory.person(session, person_id, at)
    return await _made_at_once(session, actor, person_id, DEMONSTRATION, at)


async def _made_at_once(session: AsyncSession, actor: Actor, person_id: str, why: str, at: datetime) -> str:
    made, code = new_invitation(person_id, at)
    made.confirmed_at = at
    session.add(made)
    await record(session, at=at, actor=actor, action="person.invited", subject=person_id, detail=why)
    return code


async def end_founding(session: AsyncSession, directory: DirectoryService, at: datetime) -> None:
    """End the links of the founding for good once two administrators can sign in: putting one out revives none."""
    current = await directory.in_force(session, at)
    if current.city_record.demo or await _signing_in(session, current) < ADMINISTRATORS:
        return
    spare = select(Invitation).where(
        Invitation.asked_by.is_(None), Invitation.used_at.is_(None), Invitation.ended_at.is_(None)
    )
    for row in await session.scalars(spare.with_for_update()):
        row.ended_at = at


def new_invitation(person_id: str, at: datetime) -> tuple[Invitation, str]:
    """Return a new invitation, which nobody has confirmed, and its code."""
    code = secrets.token_urlsafe(CODE_BYTES)
    made = Invitation(
        code_sha256=secret_digest(code), person_id=person_id, created_at=at, expires_at=at + INVITATION_VALID
    )
    return made, code


async def invited(session: AsyncSession, directory: DirectoryService, code: str, at: datetime) -> Invitation:
    """Return the invitation of ``code``, locked.

    Raises ``invitation_unknown`` for a wrong, used, old or unconfirmed one, one that was taken back, one behind which
    somebody stands who is no administrator any more, and one of the founding once that is over.
    """
    row = await session.get(Invitation, secret_digest(code), with_for_update=True)
    if row is None or row.confirmed_at is None or not is_open(row, at):
        raise invitation_unknown()
    current = await directory.in_force(session, at)
    if row.asked_by is None and not current.city_record.demo:  # the founding is over once two can sign in
        person = current.person(row.person_id)
        if person is None or not await _may_found(session, current, person):
            raise invitation_unknown()
    if not all(is_administrator(current, each) for each in (row.asked_by, row.confirmed_by) if each is not None):
        raise invitation_unknown()
    return row


def is_open(row: Invitation, at: datetime) -> bool:
    """Say whether an invitation was neither used nor ended, and has not run out."""
    return row.used_at is None and row.ended_at is None and row.expires_at > at


def is_administrator(current: Trusted, person_id: str) -> bool:
    """Say whether a person is an administrator of the directory in force."""
    person = current.person(person_id)
    return person is not None and Role.ADMINISTRATOR in person.roles


def administrators(current: Trusted) -> Sequence[str]:
    """Return the ids of the administrators of the directory in force."""
    return [each.person_id for each in current.directory.people if is_administrator(current, each.person_id)]


def invitation_unknown() -> HubError:
    """Return the one answer to whatever is no invitation that works."""
    rule = "invitation_unknown"
    sentence = "This invitation is not known, was used, or has expired. Ask for a new one."
    return HubError(rule, NOT_FOUND, sentence)


def link(officers_origin: str, code: str) -> str:
    """Return the address to hand over; the fragment never reaches a server's log."""
    return f"{officers_origin}/invite#code={code}"


async def _may_found(session: AsyncSession, current: Trusted, person: Person) -> bool:
    return Role.ADMINISTRATOR in person.roles and await _signing_in(session, current) < ADMINISTRATORS


async def _signing_in(session: AsyncSession, current: Trusted) -> int:
    """Count the administrators who have a passkey."""
    have = select(SignInCredential.person_id).where(
        SignInCredential.removed_at.is_(None), SignInCredential.person_id.in_(administrators(current))
    )
    return len(set((await session.scalars(have)).all()))
