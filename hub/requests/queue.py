"""What waits for a second person, as a supervisor reads it: what is asked, which limit it passes and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from hub.policy.repository import versions
from hub.policy.settings import MINUTE, SETTINGS, Unit, number_words
from hub.requests.listing import state_words
from hub.requests.repository import assertions_of
from hub.web.pages.paging import Page
from milton_protocol.geometry import area_m2
from milton_protocol.messages.areas import area_value
from milton_protocol.messages.requests.request import Request, Urgency

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.policy.values import Policy
    from hub.requests.model import AssertionRow, RequestRow
    from milton_protocol.canonical import JsonValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One request that waits; ``above`` says each ordinary limit that it passes, in words."""

    row: RequestRow
    asked: Request
    state_words: str
    above: tuple[str, ...]

    @property
    def is_urgent(self) -> bool:
        """Say whether it closes within a day."""
        return self.asked.urgency is Urgency.URGENT

    @property
    def area(self) -> JsonValue:
        """Return the area as the page's script reads it, for its map."""
        return area_value(self.asked.area)

    @classmethod
    def of(cls, row: RequestRow, signed: Sequence[AssertionRow], policy: Policy) -> Self:
        """Return what a supervisor reads of ``row``, which was made under ``policy``."""
        asked = Request.from_bytes(row.payload)
        return cls(row=row, asked=asked, state_words=state_words(row, signed), above=above(row.exceeded, asked, policy))


async def waiting_page(session: AsyncSession, page: Page[RequestRow]) -> Page[Waiting]:
    """Return a page of what waits."""
    signed = await assertions_of(session, [row.request_id for row in page.rows])
    known = await versions(session)
    rows = [Waiting.of(row, signed[row.request_id], known.at(row.created_at)) for row in page.rows]
    return Page(rows=rows, next=page.next)


def above(exceeded: str, asked: Request, policy: Policy) -> tuple[str, ...]:
    """Return the ordinary limits that a request passes, each with its number, by the policy that it was made under."""
    size, length = round(area_m2(asked.area)), (asked.until - asked.from_) // MINUTE
    alone = {each.name: number_words(each.unit, policy.number(each.name)) for each in SETTINGS}
    words = {
        "area": f"{number_words(Unit.AREA, size)}, above {alone['area_ordinary_m2']}",
        "duration": f"{number_words(Unit.MINUTES, length)} of footage, above {alone['duration_ordinary_min']}",
        "look_back": f"{(asked.created_at - asked.from_).days} days back, above {policy.look_back_ordinary_days}",
        "urgent": "Urgent, closes within 24 h",
        "requests_of_case": "One more request for a case that has had its ordinary number",
    }
    return tuple(words[name] for name in exceeded.split())
