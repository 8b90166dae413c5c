"""One sealed leaf a day: what was done with shares, in the public log and readable by nobody (protocol section 11).

Invariants: every day that is over gets one leaf, also one on which nothing happened, so the log doesn't say on which
days something did; a day has every receipt up to its end that no earlier day has, so one that was written late, by a
clock that was set back say, is in the next; what was sealed is kept, and shows later whether a receipt or a row of the
trail was changed.
"""

from __future__ import annotations

import secrets
from collections import Counter
from datetime import UTC, date, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select, update

from hub.audit.model import AuditRow
from hub.audit.trail import FIRST_DIGEST, last_row
from hub.kit.days import day_begins
from hub.publiclog.model import LogLeaf
from hub.shares.record.custody import CustodyDayRow, ReceiptRow
from milton_protocol.limits import DIGEST_SIZE_BYTES
from milton_protocol.messages.log.custody_day import CustodyDay, EventCount, receipts_digest
from milton_protocol.messages.log.leaf import custody_leaf
from milton_protocol.messages.shares.receipt import ReceiptEvent, envelope_sha256

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.db.engine import Database
    from hub.publiclog.service import PublicLog

ONE_DAY = timedelta(days=1)
SETTLED_AFTER = timedelta(minutes=10)  # an act that began before midnight is committed by then, or never


class CustodyDays:
    """Seals the days of one agency."""

    def __init__(self, *, agency_id: str, database: Database, log: PublicLog, clock: Callable[[], datetime]) -> None:
        """Put leaves into ``log``."""
        self._agency_id = agency_id
        self._database = database
        self._log = log
        self._clock = clock

    async def seal_due(self) -> None:
        """Seal every day that is over and has no leaf yet, oldest first; the first is that of the trail's first row."""
        over = (self._clock() - SETTLED_AFTER).astimezone(UTC).date()
        async with self._database.reading() as session:
            day = await _first_open(session)
        while day is not None and day < over:
            await self._seal(day)
            day += ONE_DAY

    async def _seal(self, day: date) -> None:
        now = self._clock()
        async with self._database.session("custody.day_sealed") as session:
            if await session.get(CustodyDayRow, day.isoformat()) is not None:
                return
            await _take_in(session, day)
            custody = await _of(session, self._agency_id, day, secrets.token_bytes(DIGEST_SIZE_BYTES))
            leaf = custody_leaf(day, custody.seal)
            index = await self._log.append(session, leaf.to_bytes(), kind=leaf.kind.value, at=now)
            session.add(CustodyDayRow(day=day.isoformat(), content=custody.to_bytes(), leaf_index=index))


async def first_false_day(session: AsyncSession) -> str | None:
    """Return the first sealed day that is no longer what the log has, None when all are."""
    for row in (await session.scalars(select(CustodyDayRow).order_by(CustodyDayRow.day))).all():
        custody = CustodyDay.from_bytes(row.content)
        now = await _of(session, custody.agency_id, custody.day, custody.salt, until_row=custody.audit_number)
        leaf = await session.get(LogLeaf, row.leaf_index)
        if now != custody or leaf is None or leaf.leaf != custody_leaf(custody.day, custody.seal).to_bytes():
            return row.day
    return None


async def _first_open(session: AsyncSession) -> date | None:
    sealed = await session.scalar(select(func.max(CustodyDayRow.day)))
    if sealed is not None:
        return date.fromisoformat(sealed) + ONE_DAY
    first = await session.scalar(select(AuditRow.at).order_by(AuditRow.number).limit(1))
    return None if first is None else first.date()


async def _take_in(session: AsyncSession, day: date) -> None:
    """Let ``day`` have what no earlier day has."""
    late = update(ReceiptRow).where(ReceiptRow.sealed_day.is_(None), ReceiptRow.at < day_begins(day + ONE_DAY))
    await session.execute(late.values(sealed_day=day.isoformat()))


async def _of(
    session: AsyncSession, agency_id: str, day: date, salt: bytes, *, until_row: int | None = None
) -> CustodyDay:
    """Return a day as its receipts, and the trail up to a row (else its last), say it."""
    rows = select(ReceiptRow.event, ReceiptRow.envelope).where(ReceiptRow.sealed_day == day.isoformat())
    found = [(event, envelope_sha256(envelope)) for event, envelope in (await session.execute(rows)).all()]
    counts = Counter(event for event, _ in found)
    number = await last_row(session) if until_row is None else until_row
    last = await session.get(AuditRow, number)
    return CustodyDay(
        agency_id=agency_id,
        day=day,
        salt=salt,
        receipts=tuple(EventCount(event=ReceiptEvent(event), count=counts[event]) for event in sorted(counts)),
        receipts_sha256=receipts_digest(digest for _, digest in found),
        audit_number=number,
        audit_sha256=FIRST_DIGEST if last is None else last.digest,
    )
