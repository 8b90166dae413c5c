"""An administrator puts a person out: their sessions, or all that they get in with.

Invariants: with the commit no passkey of the person signs in, no session of theirs is open, no invitation works that
is theirs or that they stand behind, nothing that they proposed (keys of their own among it) or asked to be deleted
waits, and no link that they made shows anything; one administrator is enough to take away, and never for oneself. What
the directory says of a person (roles, signing and opening keys) is taken back by its keys alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import or_, select, update

from hub.administration.people.invite import ask, end_invitations
from hub.audit.trail import record
from hub.identity.accounts.proposals import propose_removal, withdraw_keys
from hub.identity.model import Invitation, OfficerSession, SignInCredential
from hub.identity.revoke import end_sessions
from hub.kit.access import Action, require, require_other
from hub.policy import service as policy
from hub.shares.passing import links
from hub.shares.retention import deletion_requests

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.directory.service import DirectoryService
    from hub.kit.access import Actor
    from hub.shares.record.receipts import Receipts


class PuttingOut:
    """Puts people out, and tells the owners whom it concerns."""

    def __init__(self, directory: DirectoryService, receipts: Receipts) -> None:
        """Know people by ``directory``; tell owners by ``receipts``."""
        self._directory = directory
        self._receipts = receipts

    async def end_all_sessions(self, session: AsyncSession, actor: Actor, person_id: str, at: datetime) -> None:
        """End what a person has open; their passkeys sign in again. Raises ``person_unknown`` (404)."""
        require(actor, Action.PERSON_END_SESSIONS)
        await _check_known(session, self._directory, person_id, at)
        await end_sessions(session, OfficerSession.person_id == person_id, at)
        await record(session, at=at, actor=actor, action="person.sessions_ended", subject=person_id)

    async def recover(self, session: AsyncSession, actor: Actor, person_id: str, at: datetime) -> str:
        """Put out all that a person had, and ask for an invitation; return its code. Raises ``person_unknown``."""
        require(actor, Action.PERSON_RECOVER)
        require_other(actor, person_id)
        await self._directory.person(session, person_id, at)
        await self._revoke(session, actor, person_id, at)
        await record(session, at=at, actor=actor, action="person.recovered", subject=person_id)
        return await ask(session, actor, person_id, at)

    async def revoke(self, session: AsyncSession, actor: Actor, person_id: str, at: datetime) -> None:
        """Put out all that a person had, and propose that they leave the directory. Raises ``person_unknown``."""
        require(actor, Action.PERSON_REVOKE)
        require_other(actor, person_id)
        await _check_known(session, self._directory, person_id, at)
        await self._revoke(session, actor, person_id, at)
        await record(session, at=at, actor=actor, action="person.revoked", subject=person_id)
        if (await self._directory.in_force(session, at)).directory.person(person_id) is not None:
            await propose_removal(session, actor, person_id, at)

    async def _revoke(self, session: AsyncSession, actor: Actor, person_id: str, at: datetime) -> None:
        held = select(SignInCredential).where(SignInCredential.person_id == person_id).with_for_update()
        await session.execute(held)  # a sign-in at this moment is either ended here or refused there
        standing = (SignInCredential.person_id == person_id, SignInCredential.removed_at.is_(None))
        await session.execute(update(SignInCredential).where(*standing).values(removed_at=at))
        await end_sessions(session, OfficerSession.person_id == person_id, at)
        behind = or_(
            Invitation.person_id == person_id, Invitation.asked_by == person_id, Invitation.confirmed_by == person_id
        )
        await end_invitations(session, behind, at)
        await policy.end_all_of(session, actor, person_id, at)
        await deletion_requests.end_all_of(session, actor, person_id, at)
        await links.end_all_of(session, self._receipts, actor, person_id, at)
        await withdraw_keys(session, person_id, at)


async def _check_known(session: AsyncSession, directory: DirectoryService, person_id: str, at: datetime) -> None:
    """Raise ``person_unknown`` for who neither is in the directory nor has a passkey here."""
    had = select(SignInCredential.credential_id).where(SignInCredential.person_id == person_id).limit(1)
    if await session.scalar(had) is None:
        await directory.person(session, person_id, at)
