"""Deletion by two people.

Invariants: one custodian asks with a reason, another confirms, and neither is the officer who asked for the footage;
from then on nobody opens the share; for seven days its sealed bytes are kept and the decision can be taken back; a
share that is held is never decided upon; a deletion that a revoked person asked for can't be confirmed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from hub.audit.trail import record
from hub.kit.access import Action, require, require_other
from hub.kit.errors import HubError
from hub.requests.model import RequestRow
from hub.shares.record import repository
from hub.shares.record.context import person_of
from hub.shares.record.custody import DeletionRow
from hub.shares.record.custody_repository import deletions_of
from hub.shares.record.ends import settle
from hub.shares.record.model import ShareState
from hub.shares.record.rules import CONFLICT, UNDELETE, check_disposable

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.kit.access import Actor
    from hub.shares.record.context import CustodyContext
    from hub.shares.record.model import ShareRow


_UNDECIDED = (DeletionRow.confirmed_at.is_(None), DeletionRow.ended_at.is_(None))
REVOKED_REASON = "Who asked for it was put out."


class Disposing:
    """Asks for a deletion, confirms it, takes it back."""

    def __init__(self, context: CustodyContext) -> None:
        """Keep ``context``."""
        self._context = context

    async def ask(self, actor: Actor, share_id: str, reason: str) -> None:
        """Ask for a share's deletion; nothing is deleted by it. A repeat changes nothing.

        Raises ``deletion_asked``, ``on_hold``, ``kept_for_court``, ``not_received`` (409), ``removed``, ``deleted``
        (410), ``own_act`` (403) for the officer who asked for the footage.
        """
        require(actor, Action.SHARE_DELETE_ASK)
        now = self._context.clock()
        async with self._context.database.session("share.deletion_asked") as session:
            row = await repository.visible(session, actor, share_id, lock=True)
            await _require_not_the_officer(session, actor, row)
            known = await deletions_of(session, share_id)
            last = known[-1] if known and known[-1].ended_at is None else None
            if last is not None and (last.asked_by, last.reason) == (person_of(actor), reason):
                return
            check_disposable(row)
            if last is not None:
                rule = "deletion_asked"
                raise HubError(rule, CONFLICT, "Somebody asked for this deletion before; another person confirms it.")
            number = len(known) + 1
            session.add(
                DeletionRow(share_id=share_id, number=number, reason=reason, asked_by=person_of(actor), asked_at=now)
            )
            detail = f"deletion {number}"
            await record(session, at=now, actor=actor, action="share.deletion_asked", subject=share_id, detail=detail)

    async def confirm(self, actor: Actor, share_id: str, number: int) -> None:
        """Confirm what another person asked for: the share is closed at once, its bytes go after seven days.

        A repeat by the same person changes nothing. Raises ``own_act`` (403), ``deletion_unknown`` (404),
        ``deletion_taken_back`` (409), and what :meth:`ask` does.
        """
        require(actor, Action.SHARE_DELETE_CONFIRM)
        now = self._context.clock()
        async with self._context.database.session("share.removed") as session:
            row, deletion = await self._open(session, actor, share_id, number)
            if deletion.ended_at is not None:
                rule = "deletion_taken_back"
                raise HubError(rule, CONFLICT, "This deletion was taken back; ask for it anew.")
            if deletion.confirmed_by == person_of(actor):
                return
            require_other(actor, deletion.asked_by)
            await _require_not_the_officer(session, actor, row)
            check_disposable(row)
            deletion.confirmed_by, deletion.confirmed_at = person_of(actor), now
            deletion.undelete_until = now + UNDELETE
            row.state = ShareState.REMOVED
            await session.flush()
            await settle(session, row)
            detail = f"deletion {number}"
            await record(session, at=now, actor=actor, action="share.removed", subject=share_id, detail=detail)

    async def take_back(self, actor: Actor, share_id: str, number: int, reason: str) -> None:
        """Take a deletion back, by whoever may ask for one: the request for it, or within seven days the decision.

        A repeat changes nothing. Raises ``deletion_unknown`` (404), ``time_is_up`` (409) after the seven days and where
        the share's own time ended meanwhile, ``withdrawn``, ``deleted`` (410).
        """
        require(actor, Action.SHARE_UNDELETE)
        now = self._context.clock()
        async with self._context.database.session("share.deletion_taken_back") as session:
            row, deletion = await self._open(session, actor, share_id, number)
            if deletion.ended_at is not None:
                return
            deletion.ended_by, deletion.ended_at, deletion.end_reason = person_of(actor), now, reason
            if row.state == ShareState.REMOVED:
                _check_time(row, now)
                row.state = ShareState.RECEIVED if row.accepted_at is None else ShareState.ACCEPTED
                await session.flush()
                await settle(session, row)
                _check_time(row, now)
            detail = f"deletion {number}"
            await record(
                session, at=now, actor=actor, action="share.deletion_taken_back", subject=share_id, detail=detail
            )

    async def _open(
        self, session: AsyncSession, actor: Actor, share_id: str, number: int
    ) -> tuple[ShareRow, DeletionRow]:
        """Return a deletion that is not done yet, and its share, locked."""
        row = await repository.visible(session, actor, share_id, lock=True)
        deletion = await session.get(DeletionRow, (share_id, number))
        if deletion is None:
            rule = "deletion_unknown"
            raise HubError(rule, repository.NOT_FOUND, "Nobody has asked for this deletion.")
        if row.state in {ShareState.DELETED, ShareState.WITHDRAWN}:
            rule = row.state
            raise HubError(rule, repository.GONE, "There is nothing left to decide: the share's bytes go, or are gone.")
        return row, deletion


async def end_all_of(session: AsyncSession, actor: Actor, person_id: str, at: datetime) -> None:
    """Cancel unconfirmed deletions of a revoked person: a thief of their passkey may have asked for them."""
    asked = select(DeletionRow.share_id).where(DeletionRow.asked_by == person_id, *_UNDECIDED)
    for share_id in (await session.scalars(asked)).all():
        await repository.locked(session, share_id)
        theirs = select(DeletionRow).where(
            DeletionRow.share_id == share_id, DeletionRow.asked_by == person_id, *_UNDECIDED
        )
        for row in (await session.scalars(theirs)).all():
            row.ended_by, row.ended_at, row.end_reason = person_of(actor), at, REVOKED_REASON
            detail = f"deletion {row.number}"
            await record(
                session, at=at, actor=actor, action="share.deletion_taken_back", subject=share_id, detail=detail
            )


async def _require_not_the_officer(session: AsyncSession, actor: Actor, row: ShareRow) -> None:
    officer = await session.scalar(select(RequestRow.officer_id).where(RequestRow.request_id == row.request_id))
    require_other(actor, officer or "")


def _check_time(row: ShareRow, now: datetime) -> None:
    if row.held_since is None and row.delete_after is not None and row.delete_after <= now:
        rule = "time_is_up"
        raise HubError(rule, CONFLICT, "The time of this share is over: its bytes go now.")
