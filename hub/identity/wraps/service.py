"""Keep and give back a person's wrapped opening keys.

Invariants: a person sees, adds and removes only their own; an opening key that the directory does not have is proposed
to it once it lies under two security keys, never before: what is sealed to it must outlive the loss of one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from hub.audit.trail import record
from hub.identity.accounts.proposals import propose_recipient
from hub.identity.wraps.model import KeyWrap
from hub.kit.access import Action, require
from hub.kit.errors import HubError
from milton_protocol.base64_text import b64

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.directory.service import DirectoryService
    from hub.identity.wraps.wrapped import Wrapped
    from hub.kit.access import Actor

WRAPS_MAX = 8  # four opening keys under two security keys each
ENOUGH = 2
CONFLICT, NOT_FOUND = 409, 404


class Wraps:
    """The wraps of one hub."""

    def __init__(self, directory: DirectoryService) -> None:
        """Keep where proposals are judged."""
        self._directory = directory

    async def of(self, session: AsyncSession, actor: Actor) -> Sequence[KeyWrap]:
        """Return the actor's own, oldest first."""
        require(actor, Action.KEY_WRAP)
        mine = select(KeyWrap).where(KeyWrap.person_id == actor.person_id)
        return (await session.scalars(mine.order_by(KeyWrap.created_at, KeyWrap.wrap_id))).all()

    async def keep(self, session: AsyncSession, actor: Actor, wrapped: Wrapped, at: datetime) -> KeyWrap:
        """Keep one more; the very same again is the same. Raises ``too_many_wraps`` and ``wrap_known`` (409)."""
        mine = await self.of(session, actor)
        person_id = actor.person_id or ""
        wrap_id = wrapped.id_for(person_id)
        known = next((row for row in mine if row.wrap_id == wrap_id), None)
        if known is not None:
            if (known.iv, known.wrap) != (wrapped.iv, wrapped.wrap):
                rule = "wrap_known"
                raise HubError(rule, CONFLICT, "This security key holds this opening key already. Remove that first.")
            return known
        if len(mine) >= WRAPS_MAX:
            rule = "too_many_wraps"
            raise HubError(rule, CONFLICT, f"No more than {WRAPS_MAX} are kept for a person. Remove one first.")
        row = KeyWrap(
            wrap_id=wrap_id,
            person_id=person_id,
            recipient=wrapped.recipient,
            credential_id=b64(wrapped.credential_id),
            label=wrapped.label,
            iv=wrapped.iv,
            wrap=wrapped.wrap,
            created_at=at,
        )
        session.add(row)
        await record(session, at=at, actor=actor, action="key.wrapped", subject=person_id, detail=wrap_id)
        if sum(each.recipient == wrapped.recipient for each in (*mine, row)) == ENOUGH:
            await self._propose(session, actor, wrapped.recipient, at)
        return row

    async def remove(self, session: AsyncSession, actor: Actor, wrap_id: str, at: datetime) -> None:
        """Remove one. Raises ``wrap_unknown`` (404), also for somebody else's."""
        row = next((each for each in await self.of(session, actor) if each.wrap_id == wrap_id), None)
        if row is None:
            rule = "wrap_unknown"
            raise HubError(rule, NOT_FOUND, "There is no such security key in your list.")
        await session.delete(row)
        await record(session, at=at, actor=actor, action="key.unwrapped", subject=row.person_id, detail=wrap_id)

    async def _propose(self, session: AsyncSession, actor: Actor, recipient: str, at: datetime) -> None:
        person = await self._directory.person(session, actor.person_id or "", at)
        directory = (await self._directory.in_force(session, at)).directory
        if all(each.age_recipient != recipient for each in directory.recipients):
            await propose_recipient(session, actor, person, recipient, at)
