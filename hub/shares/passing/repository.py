"""Read what is passed on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from hub.kit.errors import HubError
from hub.shares.passing.model import LinkRow, PassingRow
from hub.shares.passing.standing import standing_of
from hub.shares.record.custody_repository import consents_of
from hub.shares.record.repository import NOT_FOUND
from milton_protocol.messages.shares.consent import Consent

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.shares.passing.standing import QuestionStanding


async def passings_of(session: AsyncSession, share_id: str) -> Sequence[PassingRow]:
    """Return whom the owner of a share was asked about, in the order in which they were."""
    rows = select(PassingRow).where(PassingRow.share_id == share_id).order_by(PassingRow.number)
    return (await session.scalars(rows)).all()


async def passing(session: AsyncSession, share_id: str, number: int) -> PassingRow:
    """Return one; raise ``passing_unknown`` (404)."""
    row = await session.get(PassingRow, (share_id, number))
    if row is None:
        rule = "passing_unknown"
        raise HubError(rule, NOT_FOUND, "Nobody was asked that about this share.")
    return row


async def links_of(session: AsyncSession, share_id: str) -> Sequence[LinkRow]:
    """Return the links to a share, oldest first, also those that have ended."""
    rows = select(LinkRow).where(LinkRow.share_id == share_id).order_by(LinkRow.made_at, LinkRow.link_sha256)
    return (await session.scalars(rows)).all()


async def standing(session: AsyncSession, row: PassingRow, now: datetime) -> QuestionStanding:
    """Return what the owner says of it now."""
    words = [Consent.from_bytes(each.content) for each in await consents_of(session, row.share_id)]
    return standing_of(row.to, words, now)
