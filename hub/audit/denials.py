"""What was refused: who tried what, by which rule, how often. Read by whoever looks for misuse.

Invariants: a refusal of somebody whom the hub knows is on the disk before it is answered; a flood is one row for each
minute, person, rule and route (for each hour where nobody is known), and nobody unknown makes the hub write: theirs are
counted and written once a minute, so that a sudden end costs a minute's counts and no first refusal of anybody known. A
row has the route's pattern, never what was asked for. The table is bounded: when it is full, nobody's oldest go first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select, update

from hub.audit.model import DenialRow
from hub.audit.watched import Attempt, watch_of

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.db.engine import Database

MERGED = timedelta(minutes=1)  # an attack is seen as it goes on
MERGED_OF_NOBODY = timedelta(hours=1)  # no session: a scanner, a page that was left open overnight
KEPT = timedelta(days=400)  # a year's report, and time to write it
ROWS_MAX = 200_000  # about 40 MB


@dataclass(slots=True)
class _Counted:
    count: int = 1
    number: int | None = None  # the row's, once there is one


class Denials:
    """The refusals of one worker of a hub."""

    def __init__(self, database: Database, *, rows_max: int = ROWS_MAX) -> None:
        """Begin with none."""
        self._database = database
        self._rows_max = rows_max
        self._open: dict[tuple[Attempt, datetime], _Counted] = {}

    async def note(self, attempt: Attempt, at: datetime) -> None:
        """Count a refusal; the first of somebody in a minute is written at once."""
        key = (attempt, _begin(attempt, at))
        counted = self._open.get(key)
        if counted is not None:
            counted.count += 1
            return
        self._open[key] = counted = _Counted()
        if not attempt.person_id:
            return
        try:
            async with self._database.session("denial.noted") as session:
                number = await _written(session, key, counted)
        except BaseException:
            del self._open[key]  # the next one tries again
            raise
        counted.number = number

    async def keep(self, at: datetime) -> None:
        """Write what was counted, let go of what can't grow any more, forget what is old or too much."""
        counts = tuple(self._open.items())
        async with self._database.session("denials.kept") as session:
            numbers = [await _written(session, key, counted) for key, counted in counts]
            await _forget(session, at, self._rows_max)
        for (_, counted), number in zip(counts, numbers, strict=True):
            counted.number = number
        self._open = {key: counted for key, counted in self._open.items() if key[1] >= _begin(key[0], at)}


async def _written(session: AsyncSession, key: tuple[Attempt, datetime], counted: _Counted) -> int:
    """Write a count, into its row where it has one; return the row's number."""
    attempt, begin = key
    if counted.number is not None:
        row = update(DenialRow).where(DenialRow.number == counted.number)
        await session.execute(row.values(count=counted.count))
        await _watched(session, attempt, counted.number, begin)
        return counted.number
    made = DenialRow(
        at=begin,
        person_id=attempt.person_id,
        device=attempt.device,
        rule=attempt.rule,
        route=attempt.route,
        count=counted.count,
    )
    session.add(made)
    await session.flush()
    await _watched(session, attempt, made.number, begin)
    return made.number


async def _watched(session: AsyncSession, attempt: Attempt, number: int, at: datetime) -> None:
    watch = watch_of(session)
    if watch is not None:
        await watch.denied(session, attempt, number, at)


async def _forget(session: AsyncSession, at: datetime, rows_max: int) -> None:
    await session.execute(delete(DenialRow).where(DenialRow.at < at - KEPT))
    over = (await session.scalar(select(func.count()).select_from(DenialRow)) or 0) - rows_max
    if over > 0:
        oldest = select(DenialRow.number).order_by(DenialRow.person_id != "", DenialRow.number).limit(over)
        await session.execute(delete(DenialRow).where(DenialRow.number.in_(oldest)))


def _begin(attempt: Attempt, at: datetime) -> datetime:
    """Return when the time begins in which equal attempts are one row."""
    merged = MERGED if attempt.person_id else MERGED_OF_NOBODY
    return at - timedelta(seconds=at.timestamp() % merged.total_seconds())
