"""Write the audit trail.

Invariants: a row is written in the same transaction as the act, so there is never one without the other; rows are
numbered without a gap and chained by digest, so a row that was changed or taken out shows; no row says which home did
something, and no row has a plate, an address, a code or a token in it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from hub.audit.model import AuditRow
from hub.audit.watched import watch_of
from hub.db import counters
from hub.db.counters import last_number, next_number
from milton_protocol.canonical import encode
from milton_protocol.times import format_time_ms

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.kit.access import Actor

FIRST_DIGEST = "0" * 64
COUNTER = "audit"


async def record(  # noqa: PLR0913 - the columns of a row
    session: AsyncSession, *, at: datetime, actor: Actor, action: str, subject: str, detail: str = ""
) -> None:
    """Add the row of one act to ``session``'s transaction. ``detail`` is short, fixed words; never an owner's data."""
    number = await next_number(session, COUNTER)
    last = await session.get(AuditRow, number - 1)
    row = AuditRow(
        number=number,
        at=at,
        actor=actor.id,
        action=action,
        subject=subject,
        detail=detail,
    )
    row.digest = digest(row, FIRST_DIGEST if last is None else last.digest)
    session.add(row)
    await session.flush()
    watch = watch_of(session)
    if watch is not None:
        await watch.acted(session, row)


async def hold(session: AsyncSession) -> None:
    """Let no other transaction write into the trail until this one ends."""
    await counters.hold(session, COUNTER)


def digest(row: AuditRow, previous: str) -> str:
    """Return the hex SHA-256 that chains ``row`` to the row before it."""
    words: list[str | int] = [
        previous,
        row.number,
        format_time_ms(row.at),
        row.actor,
        row.action,
        row.subject,
        row.detail,
    ]
    return hashlib.sha256(encode(words)).hexdigest()


async def last_row(session: AsyncSession) -> int:
    """Return the number of the last row that was written, 0 before the first; it may have been taken out since."""
    return await last_number(session, COUNTER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The last row up to which the trail is whole, and its digest."""

    number: int = 0
    digest: str = FIRST_DIGEST


async def first_broken(session: AsyncSession) -> int | None:
    """Return the number of the first row that is missing or does not follow from the one before, None when all do."""
    _, broken = await followed(session, Head())
    return broken


async def followed(session: AsyncSession, head: Head) -> tuple[Head, int | None]:
    """Follow the trail from ``head`` on; return how far it is whole, and which row breaks it, None when none does."""
    written = await last_row(session)  # read first: a row that is added meanwhile is none too many
    later = select(AuditRow).where(AuditRow.number > head.number).order_by(AuditRow.number)
    async for row in await session.stream_scalars(later):
        if row.number != head.number + 1 or row.digest != digest(row, head.digest):
            return head, head.number + 1
        head = Head(number=row.number, digest=row.digest)
    return head, head.number + 1 if head.number < written else None
