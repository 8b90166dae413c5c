"""What waits for a second person, as a supervisor reads it: what is asked, which limit it passes and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from hub.requests.listing import state_words
from hub.requests.repository import assertions_of
from hub.web.paging import Page
from milton_protocol.geometry import area_m2
from milton_protocol.messages.request import Request

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.requests.model import AssertionRow, RequestRow

M2_PER_SQUARE_MILE = 2_589_988.110336


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One request that waits; ``above`` says each ordinary limit that it passes, in words."""

    row: RequestRow
    asked: Request
    state_words: str
    above: tuple[str, ...]

    @classmethod
    def of(cls, row: RequestRow, signed: Sequence[AssertionRow]) -> Self:
        """Return what a supervisor reads of ``row``."""
        asked = Request.from_bytes(row.payload)
        return cls(row=row, asked=asked, state_words=state_words(row, signed), above=above(row.exceeded, asked))


async def waiting_page(session: AsyncSession, page: Page[RequestRow]) -> Page[Waiting]:
    """Return a page of what waits."""
    signed = await assertions_of(session, [row.request_id for row in page.rows])
    return Page(rows=[Waiting.of(row, signed[row.request_id]) for row in page.rows], next=page.next)


def above(exceeded: str, asked: Request) -> tuple[str, ...]:
    """Return the ordinary limits that a request passes, each with its number."""
    words = {
        "area": f"{area_m2(asked.area) / M2_PER_SQUARE_MILE:.3f} sq mi, above 0.100",
        "duration": f"{_hours(asked.until - asked.from_)} of footage, above 2 h",
        "look_back": f"{(asked.created_at - asked.from_).days} days back, above 30",
        "urgent": "Urgent, closes within 24 h",
        "requests_of_case": "One more request for a case that has had its ordinary number",
    }
    return tuple(words[name] for name in exceeded.split())


def _hours(length: timedelta) -> str:
    hours, minutes = divmod(round(length.total_seconds() / 60), 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"
