"""When no live statement was in force, because the hub was away: homes offered no share button meanwhile.

It is written into the audit trail, in the transaction of the first statement afterwards, and read from there.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from hub.audit.model import AuditRow
from hub.audit.trail import record
from milton_protocol.limits import LIVE_VALID_MAX
from milton_protocol.times import format_time

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.kit.access import Actor

_LOGGER = logging.getLogger(__name__)

ACTION = "live.resumed"
SHOWN_MAX = 3  # the newest: who reads a page wants to know why no share came, not a history


@dataclass(frozen=True, slots=True, kw_only=True)
class Lapse:
    """From the end of the last statement before to the first one after."""

    began: datetime
    ended: datetime


async def note_lapse(session: AsyncSession, actor: Actor, *, told_last: datetime | None, at: datetime) -> None:
    """Write down that no statement was in force, where that is so at ``at``, before the next one is issued."""
    if told_last is None or at - told_last <= LIVE_VALID_MAX:
        return
    began = format_time(told_last + LIVE_VALID_MAX)
    _LOGGER.warning("No live statement was in force since %s: homes offered no share button", began)
    await record(session, at=at, actor=actor, action=ACTION, subject=began)


async def lapses(session: AsyncSession, *, after: datetime) -> Sequence[Lapse]:
    """Return the newest lapses that ended after ``after``, newest first."""
    rows = select(AuditRow).where(AuditRow.action == ACTION, AuditRow.at > after)
    found = await session.scalars(rows.order_by(AuditRow.number.desc()).limit(SHOWN_MAX))
    return [Lapse(began=datetime.fromisoformat(row.subject), ended=row.at) for row in found]
