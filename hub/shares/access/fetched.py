"""Actions by people who downloaded a share on this device; each is recorded in the audit trail.

Invariant: nobody has anything written down of what they may not open, nor of what they never fetched.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from hub.audit.model import AuditRow
from hub.shares.record import repository
from hub.shares.record.rules import check_readable, not_opened

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.kit.access import Actor
    from hub.shares.record.context import CustodyContext
    from hub.shares.record.model import ShareRow

SHOWN_MAX: Final = 50  # on a page; auditors search the rest


async def fetched(context: CustodyContext, session: AsyncSession, actor: Actor, share_id: str) -> ShareRow:
    """Return the share, locked, that this person fetched on this device.

    Raises ``share_unknown`` (404), ``not_opened`` (409), and what :func:`check_readable` raises.
    """
    row = await repository.visible(session, actor, share_id, lock=True)
    check_readable(row)
    if not await context.receipts.has_fetched(session, share_id, actor):
        raise not_opened()
    return row


async def has_said(session: AsyncSession, actor: Actor, share_id: str, act: str, *how: ColumnElement[bool]) -> bool:
    """Return whether the audit trail has an ``act`` of this person on a share that fits ``how``."""
    said = _said(share_id, act)
    same = select(AuditRow.number).where(*said, AuditRow.actor == actor.id, *how)
    return await session.scalar(same.limit(1)) is not None


async def said_of(session: AsyncSession, share_id: str, act: str) -> Sequence[AuditRow]:
    """Return the audit rows of the newest ``act`` of anyone on a share, newest first."""
    rows = select(AuditRow).where(*_said(share_id, act))
    return (await session.scalars(rows.order_by(AuditRow.number.desc()).limit(SHOWN_MAX))).all()


def _said(share_id: str, act: str) -> tuple[ColumnElement[bool], ...]:
    return AuditRow.subject == share_id, AuditRow.action == act
