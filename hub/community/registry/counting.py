"""How many accounts have a camera in each cell, counted once a night and told in buckets.

Invariants: a cell with fewer than five has no row, so it isn't told apart from an empty one; nothing that an officer
asks changes what is counted, or when.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select

from hub.community.registry.model import CellCountRow, CountedNight, Entry
from milton_protocol.messages.homes.camera_entry import EntryState

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.ext.asyncio import AsyncSession

FLOOR = 5  # docs/domain.md: a count is shown only when five or more can be in it
MANY_FROM = 10
SOME, MANY = "some", "many"
ONLY = 1
COUNT_ID_BYTES = 16  # random: no two counts have the same, whichever processes count


async def is_counted(session: AsyncSession, day: date) -> bool:
    """Say whether the cells were counted on ``day`` already."""
    night = await session.get(CountedNight, ONLY)
    return night is not None and night.day >= day


async def count_cells(session: AsyncSession, day: date) -> int:
    """Count all cells anew; return how many are told. Paused entries don't count, nor does a street."""
    accounts = func.count(Entry.account_id.distinct())
    counted = (
        select(Entry.cell_row, Entry.cell_column, accounts)
        .where(Entry.state == EntryState.ACTIVE, Entry.cell_row.is_not(None))
        .group_by(Entry.cell_row, Entry.cell_column)
        .having(accounts >= FLOOR)
    )
    found = (await session.execute(counted)).all()
    await session.execute(delete(CellCountRow))
    session.add_all(
        CellCountRow(cell_row=row, cell_column=column, bucket=MANY if count >= MANY_FROM else SOME)
        for row, column, count in found
    )
    await session.merge(CountedNight(number=ONLY, day=day, count_id=secrets.token_hex(COUNT_ID_BYTES)))
    return len(found)
