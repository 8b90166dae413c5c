"""When the bytes of a share go, written down anew after each act that changes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from hub.policy.repository import versions
from hub.requests.model import RequestRow
from hub.shares.record.custody import ClosedCaseRow, DeletionRow, HoldRow
from hub.shares.record.model import ShareState
from hub.shares.record.periods import after_hold, end_of

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.shares.record.model import ShareRow


async def settle(session: AsyncSession, share: ShareRow) -> None:
    """Write down when the bytes of a share that has arrived go, and why; the caller holds its row."""
    end = end_of(
        share,
        policy_at=(await versions(session)).at,
        is_drill=await is_drill(session, share),
        case_closed_at=await _closed_at(session, share),
        undelete_until=await _undelete_until(session, share),
    )
    released_at = await _released_at(session, share)
    if end is not None and released_at is not None:
        end = after_hold(end, released_at)
    share.delete_after, share.delete_why = (None, None) if end is None else (end.at, end.why.value)


async def is_drill(session: AsyncSession, share: ShareRow) -> bool:
    """Say whether the share is the test card of an exercise."""
    return bool(await session.scalar(select(RequestRow.is_drill).where(RequestRow.request_id == share.request_id)))


async def _closed_at(session: AsyncSession, share: ShareRow) -> datetime | None:
    closed = (
        select(ClosedCaseRow.closed_at)
        .join(RequestRow, RequestRow.case_number == ClosedCaseRow.case_number)
        .where(RequestRow.request_id == share.request_id)
    )
    closed_at: datetime | None = await session.scalar(closed)
    return closed_at


async def _undelete_until(session: AsyncSession, share: ShareRow) -> datetime | None:
    if share.state != ShareState.REMOVED:
        return None
    decided = (
        select(DeletionRow.undelete_until)
        .where(DeletionRow.share_id == share.share_id, DeletionRow.ended_at.is_(None))
        .order_by(DeletionRow.number.desc())
        .limit(1)
    )
    return await session.scalar(decided)


async def _released_at(session: AsyncSession, share: ShareRow) -> datetime | None:
    if share.held_since is not None:
        return None
    ended = select(func.max(HoldRow.released_at)).where(HoldRow.share_id == share.share_id)
    return await session.scalar(ended)
