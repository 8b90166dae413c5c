"""Lists page by page, newest first: a page begins after the last row of the one before, whatever came meanwhile."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Self

from sqlalchemy import String, literal, tuple_

from hub.db.base import UtcDateTime
from hub.kit.errors import HubError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Select
    from sqlalchemy.ext.asyncio import AsyncSession
    from sqlalchemy.orm import InstrumentedAttribute

BAD_REQUEST = 400
PAGE_ROWS = 50
_BEGAN = datetime(1970, 1, 1, tzinfo=UTC)
_CURSOR = re.compile(r"([0-9]{1,17})-([0-9a-f]{32,64})", re.ASCII)  # microseconds: until the year 5138


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """The last row of a page: its time, and its id where two have the same."""

    at: datetime
    id: str

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Return what a page's address says, None for the first page; raise ``page_unknown`` (400)."""
        if not text:
            return None
        found = _CURSOR.fullmatch(text)
        if found is None:
            rule = "page_unknown"
            raise HubError(rule, BAD_REQUEST, "There is no such page of the list.")
        return cls(at=_BEGAN + timedelta(microseconds=int(found[1])), id=found[2])

    def __str__(self) -> str:
        """Write it for an address."""
        return f"{(self.at - _BEGAN) // timedelta(microseconds=1)}-{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page[T]:
    """The rows of a page, and where the next begins; None at the end."""

    rows: Sequence[T]
    next: Cursor | None


async def read_page[T](  # noqa: PLR0913 - what orders the rows, and where to begin
    session: AsyncSession,
    rows: Select[T],
    at: InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None],
    id_: InstrumentedAttribute[str],
    *,
    after: Cursor | None,
    size: int = PAGE_ROWS,
) -> Page[T]:
    """Return ``size`` of ``rows`` by ``at``, newest first, those after ``after``. No row has an empty ``at``."""
    wanted = rows.order_by(at.desc(), id_.desc()).limit(size + 1)
    if after is not None:
        wanted = wanted.where(tuple_(at, id_) < tuple_(literal(after.at, UtcDateTime), literal(after.id, String)))
    found = (await session.scalars(wanted)).all()
    if len(found) <= size:
        return Page(rows=found, next=None)
    last = found[size - 1]
    return Page(rows=found[:size], next=Cursor(at=getattr(last, at.key), id=getattr(last, id_.key)))
