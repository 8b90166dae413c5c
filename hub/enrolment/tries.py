"""How often a wrong code may be tried: 10 an hour an address, 60 an hour in all (protocol section 9)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select

from hub.enrolment.model import WrongCode
from hub.errors import HubError

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

PER_ADDRESS_MAX = 10
IN_ALL_MAX = 60
WINDOW = timedelta(hours=1)
TOO_MANY = 429


async def check(session: AsyncSession, address_digest: str, now: datetime) -> None:
    """Raise ``too_many_tries`` when this address, or everybody together, has used up the hour's wrong tries."""
    recent = WrongCode.at > now - WINDOW
    in_all = await session.scalar(select(func.count()).where(recent))
    here = await session.scalar(select(func.count()).where(recent, WrongCode.address_digest == address_digest))
    if (here or 0) >= PER_ADDRESS_MAX or (in_all or 0) >= IN_ALL_MAX:
        rule = "too_many_tries"
        wait_s = str(int(WINDOW.total_seconds()))
        raise HubError(rule, TOO_MANY, "Too many wrong codes; try again in an hour.", headers={"Retry-After": wait_s})


def note_wrong(session: AsyncSession, address_digest: str, now: datetime) -> None:
    """Count one wrong try."""
    session.add(WrongCode(address_digest=address_digest, at=now))


async def forget_old(session: AsyncSession, now: datetime) -> None:
    """Delete the tries that count no more."""
    await session.execute(delete(WrongCode).where(WrongCode.at <= now - WINDOW))
