"""Read what is kept of a share's custody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from hub.shares.record.custody import ConsentRow, DeletionRow, HeaderRow, HoldRow
from milton_protocol.messages.shares.consent import ConsentKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.ext.asyncio import AsyncSession


async def consents_of(session: AsyncSession, share_id: str) -> Sequence[ConsentRow]:
    """Return what the owner of a share agreed to, oldest first."""
    rows = select(ConsentRow).where(ConsentRow.share_id == share_id).order_by(ConsentRow.at, ConsentRow.sha256)
    return (await session.scalars(rows)).all()


async def holds_of(session: AsyncSession, share_id: str) -> Sequence[HoldRow]:
    """Return the holds of a share, oldest first, also those that have ended."""
    rows = select(HoldRow).where(HoldRow.share_id == share_id).order_by(HoldRow.number)
    return (await session.scalars(rows)).all()


async def deletions_of(session: AsyncSession, share_id: str) -> Sequence[DeletionRow]:
    """Return the deletions that were asked for of a share, oldest first."""
    rows = select(DeletionRow).where(DeletionRow.share_id == share_id).order_by(DeletionRow.number)
    return (await session.scalars(rows)).all()


async def headers_of(session: AsyncSession, share_id: str) -> Sequence[HeaderRow]:
    """Return the headers that custodians added to a share, by whom they are for."""
    rows = select(HeaderRow).where(HeaderRow.share_id == share_id).order_by(HeaderRow.recipient_id, HeaderRow.part)
    return (await session.scalars(rows)).all()


async def may_be_accepted_early(session: AsyncSession, share_id: str) -> bool:
    """Say whether the owner agreed that the share is accepted before its 24 hours are over."""
    return any(row.kind == ConsentKind.ACCEPT_EARLY for row in await consents_of(session, share_id))
