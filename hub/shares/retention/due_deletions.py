"""The end of a share's bytes.

Invariants: bytes are erased only after a committed decision that nobody can take back, never while the share is held,
nor by a time that is not so any more, and a share counts as deleted only after they are gone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, or_, select

from hub.audit.trail import record
from hub.kit.access import Action, require, system
from hub.shares.record import repository
from hub.shares.record.ends import settle
from hub.shares.record.model import ShareRow, ShareState
from milton_protocol.messages.shares.receipt import ReceiptEvent

if TYPE_CHECKING:
    from hub.shares.record.context import CustodyContext
    from hub.shares.upload.service import Submissions

RETENTION = system("retention")


class Deleting:
    """Deletes what is due."""

    def __init__(self, context: CustodyContext, submissions: Submissions) -> None:
        """Keep ``context``; ``submissions`` knows where bytes lie."""
        self._context = context
        self._submissions = submissions

    async def delete_due(self) -> None:
        """Delete every share whose time is up, and finish deletions that were cut short.

        One that fails keeps no other's bytes: all are tried, then an ExceptionGroup says what failed.
        """
        due = select(ShareRow.share_id).where(
            ShareRow.deleted_at.is_(None),
            or_(
                and_(ShareRow.delete_after <= self._context.clock(), ShareRow.held_since.is_(None)),
                ShareRow.state == ShareState.DELETED,
            ),
        )
        async with self._context.database.reading() as session:
            share_ids = (await session.scalars(due)).all()
        failures: list[Exception] = []
        for share_id in share_ids:
            try:
                await self.delete_if_due(share_id)
            except Exception as error:  # noqa: BLE001 - every one is raised below
                failures.append(error)
        if failures:
            message = "shares whose time is up could not be deleted"
            raise ExceptionGroup(message, failures)

    async def delete_if_due(self, share_id: str) -> None:
        """Decide, erase, then say so: a cut at any point is taken up by :meth:`delete_due`."""
        require(RETENTION, Action.SHARE_DELETE)
        context = self._context
        async with context.database.session("share.deletion_decided") as session:
            row = await repository.locked(session, share_id)
            if row.received_at is not None and row.state != ShareState.DELETED:
                await settle(session, row)  # its case may have been opened again while it was accepted
            is_due = row.delete_after is not None and row.delete_after <= context.clock() and row.held_since is None
            if row.deleted_at is not None or not (is_due or row.state == ShareState.DELETED):
                return
            row.state = ShareState.DELETED
        await self._submissions.erase(share_id)
        now = context.clock()
        async with context.database.session("share.deleted") as session:
            row = await repository.locked(session, share_id)
            if row.deleted_at is not None:
                return
            row.deleted_at = now
            if row.received_at is not None or row.withdrawn_at is not None:
                await context.receipts.add(session, row, ReceiptEvent.DELETED, at=now)
            await record(
                session, at=now, actor=RETENTION, action="share.deleted", subject=share_id, detail=row.delete_why or ""
            )
