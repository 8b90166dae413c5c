"""Wrong codes: ten an hour from one network are written down, further ones are answered slowly; nobody is locked out.

Invariants: a right code is taken at once, whatever else came from its network; no try waits for another's slow answer
(:mod:`hub.kit.guesses`). What keeps a code from being guessed is its 60 random bits, not this
(docs/adr/0012, 0093): the count keeps one network from filling the database and the trail.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select

from hub.enrollment.model import WrongCode

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncSession

PER_NETWORK_MAX = 10
# Residents mistype a few codes a day. Above it the trail says once an hour that somebody guesses, and not each try.
NOTED_IN_ALL = 60
COUNTED_IN_ALL = 10_000  # rows at once; who has a thousand networks is stopped by the code alone
WINDOW = timedelta(hours=1)


async def is_spent(session: AsyncSession, network_digest: str, now: datetime) -> bool:
    """Say whether this network has used up the wrong tries that are written down within the hour."""
    return await _count(session, now, WrongCode.address_digest == network_digest) >= PER_NETWORK_MAX


async def note_wrong(session: AsyncSession, network_digest: str, now: datetime) -> int:
    """Count one wrong try; return how many there were within the hour, from everywhere, with this one."""
    before = await _count(session, now)
    if before < COUNTED_IN_ALL:
        session.add(WrongCode(address_digest=network_digest, at=now))
    return before + 1


async def forget_old(session: AsyncSession, now: datetime) -> None:
    """Delete the tries that count no more."""
    await session.execute(delete(WrongCode).where(WrongCode.at <= now - WINDOW))


async def _count(session: AsyncSession, now: datetime, *where: ColumnElement[bool]) -> int:
    recent = WrongCode.at > now - WINDOW
    return await session.scalar(select(func.count()).select_from(WrongCode).where(recent, *where)) or 0
