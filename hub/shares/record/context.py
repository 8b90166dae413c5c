"""Shared dependencies of custody services, and a share as they see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub.shares.record.custody_repository import consents_of, deletions_of, headers_of, holds_of
from hub.shares.record.rules import has_ended
from milton_protocol.messages.shares.share import Share

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.db.engine import Database
    from hub.kit.access import Actor
    from hub.shares.record.custody import ConsentRow, DeletionRow, HeaderRow, HoldRow, ReceiptRow
    from hub.shares.record.model import ShareRow
    from hub.shares.record.receipts import Receipts


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareView:
    """A share as officers see it: its row, its clear facts, and what became of it."""

    row: ShareRow
    facts: Share
    receipts: Sequence[ReceiptRow]
    consents: Sequence[ConsentRow]
    headers: Sequence[HeaderRow]
    holds: Sequence[HoldRow]
    deletions: Sequence[DeletionRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class CustodyContext:
    """What every custody service needs: the hub's database, its receipts and its clock."""

    database: Database
    receipts: Receipts
    clock: Callable[[], datetime]

    async def view(self, session: AsyncSession, row: ShareRow) -> ShareView:
        """Return a share with all that became of it."""
        return ShareView(
            row=row,
            facts=Share.from_bytes(row.payload),
            receipts=await self.receipts.of_share(session, row.share_id),
            consents=await consents_of(session, row.share_id),
            headers=await headers_of(session, row.share_id),
            holds=await holds_of(session, row.share_id),
            deletions=await deletions_of(session, row.share_id),
        )


def brief_view(row: ShareRow) -> ShareView:
    """Return a share for a list, without what became of it."""
    facts = Share.from_bytes(row.payload)
    return ShareView(row=row, facts=facts, receipts=(), consents=(), headers=(), holds=(), deletions=())


def headers_for(view: ShareView, actor: Actor) -> tuple[HeaderRow, ...]:
    """Return the headers that were added for ``actor``, none once nobody reads the share any more."""
    return () if has_ended(view.row) else tuple(row for row in view.headers if row.person_id == actor.person_id)


def person_of(actor: Actor) -> str:
    """Return the person id to audit."""
    return actor.person_id or actor.id
