"""Whether a case is closed, since when, by whom and why, and how often that was taken back: what its page shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from hub.policy.repository import versions
from hub.shares.record.custody import CaseReopening, ClosedCaseRow

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.cases.model import CaseFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Closings:
    """``closed`` is None for an open case, ``kept_until`` when what was accepted into a closed one goes.

    ``kept_days`` is how long that would be if it were closed now; ``earlier`` are the times it was opened again.
    """

    closed: ClosedCaseRow | None
    kept_until: datetime | None
    kept_days: int
    earlier: Sequence[CaseReopening]

    @property
    def people(self) -> Iterator[str]:
        """Yield the ids of who closed it or opened it again."""
        if self.closed is not None:
            yield self.closed.closed_by
        for each in self.earlier:
            yield from (each.closed_by, each.reopened_by)


async def closings(session: AsyncSession, case: CaseFile) -> Closings:
    """Return them."""
    known = await versions(session)
    closed = await session.get(ClosedCaseRow, case.case_number)
    rows = select(CaseReopening).where(CaseReopening.case_number == case.case_number)
    return Closings(
        closed=closed,
        kept_until=None if closed is None else closed.closed_at + known.at(closed.closed_at).closed_case_kept,
        kept_days=known.current.closed_case_kept_days,
        earlier=(await session.scalars(rows.order_by(CaseReopening.number))).all(),
    )
