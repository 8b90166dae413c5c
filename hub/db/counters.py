"""Numbers without gaps, given out in commit order.

The row stays locked until the transaction ends, so a lower number is never committed after a higher one, on any
database; a transaction that is rolled back gives its number back.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from sqlalchemy import Integer, String, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from hub.db.base import Base

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession


class Counter(Base):
    """The last number given out under one name."""

    __tablename__ = "counter"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[int] = mapped_column(Integer)


async def next_number(session: AsyncSession, name: str) -> int:
    """Give out the next number of ``name``, from 1."""
    counted = (
        update(Counter)
        .where(Counter.name == name)
        .values(value=Counter.value + 1)
        .returning(Counter.value)
        .execution_options(synchronize_session=False)
    )
    value = (await session.execute(counted)).scalar_one_or_none()
    if value is not None:
        return value
    await _begin(session, name)
    return (await session.execute(counted)).scalar_one()


async def hold(session: AsyncSession, name: str) -> None:
    """Let no other transaction take a number of ``name`` until this one ends; what is read after it is the newest."""
    if await session.get(Counter, name, with_for_update=True, populate_existing=True) is None:
        await _begin(session, name)
        await session.get(Counter, name, with_for_update=True, populate_existing=True)


async def _begin(session: AsyncSession, name: str) -> None:
    """Make the row; on Postgres another transaction may do so at the same moment, and is waited for."""
    with suppress(IntegrityError):
        async with session.begin_nested():
            session.add(Counter(name=name, value=0))


async def last_number(session: AsyncSession, name: str) -> int:
    """Return the last number given out under ``name``, 0 when none was."""
    counter = await session.get(Counter, name, populate_existing=True)
    return 0 if counter is None else counter.value
