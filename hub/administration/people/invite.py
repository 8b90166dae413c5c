"""Two administrators bring a person in.

Invariants: an invitation that one administrator asked for opens nothing until another has confirmed it; neither the
one who asked nor the one whom it is for confirms it; until then whoever is to leave the directory still leaves; a
person has one open invitation, and the newest takes the place of any before; with the last administrator behind it put
out, it opens nothing (:func:`hub.identity.accounts.invitations.invited`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from hub.audit.trail import record
from hub.identity.accounts.invitations import invitation_unknown, is_administrator, is_open, new_invitation
from hub.identity.accounts.proposals import withdraw_removal
from hub.identity.model import Invitation
from hub.kit.access import Action, require, require_other

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.directory.service import DirectoryService
    from hub.kit.access import Actor


async def invite(
    session: AsyncSession, directory: DirectoryService, actor: Actor, *, person_id: str, at: datetime
) -> str:
    """Ask for an invitation; return its code, which another administrator has to confirm. Raises ``person_unknown``."""
    require(actor, Action.PERSON_INVITE)
    await directory.person(session, person_id, at)
    return await ask(session, actor, person_id, at)


async def ask(session: AsyncSession, actor: Actor, person_id: str, at: datetime) -> str:
    """Make the invitation of a person whom the directory has."""
    await end_invitations(session, Invitation.person_id == person_id, at)
    made, code = new_invitation(person_id, at)
    made.asked_by = actor.person_id
    session.add(made)
    await record(session, at=at, actor=actor, action="person.invited", subject=person_id)
    return code


async def confirm(  # noqa: PLR0913 - who, whose, which
    session: AsyncSession,
    directory: DirectoryService,
    actor: Actor,
    *,
    person_id: str,
    invitation_id: str,
    at: datetime,
) -> None:
    """Confirm what another administrator asked for; the same again changes nothing.

    Who is brought in again leaves the directory no more: two say so, as one alone takes back nobody's removal.

    Raises ``invitation_unknown`` (404) for whatever is not open, and ``own_act`` (403).
    """
    require(actor, Action.PERSON_CONFIRM)
    row = await _open(session, person_id, invitation_id, at)
    if row.asked_by is None or not is_administrator(await directory.in_force(session, at), row.asked_by):
        raise invitation_unknown()
    require_other(actor, row.asked_by)
    require_other(actor, row.person_id)
    if row.confirmed_at is None:
        row.confirmed_at, row.confirmed_by = at, actor.person_id
        await withdraw_removal(session, person_id, at)
        await record(session, at=at, actor=actor, action="person.confirmed", subject=person_id, detail=row.asked_by)


async def take_back(session: AsyncSession, actor: Actor, *, person_id: str, invitation_id: str, at: datetime) -> None:
    """End an open invitation, whoever asked for it. Raises ``invitation_unknown`` (404)."""
    require(actor, Action.PERSON_INVITE)
    row = await _open(session, person_id, invitation_id, at)
    row.ended_at = at
    await record(session, at=at, actor=actor, action="person.invitation_ended", subject=person_id)


async def end_invitations(session: AsyncSession, which: ColumnElement[bool], at: datetime) -> None:
    """End every invitation among ``which`` that was not used."""
    rows = select(Invitation).where(which, Invitation.used_at.is_(None), Invitation.ended_at.is_(None))
    for row in await session.scalars(rows.with_for_update()):
        row.ended_at = at


async def _open(session: AsyncSession, person_id: str, invitation_id: str, at: datetime) -> Invitation:
    row = await session.get(Invitation, invitation_id, with_for_update=True)
    if row is None or row.person_id != person_id or not is_open(row, at):
        raise invitation_unknown()
    return row
