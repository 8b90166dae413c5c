"""How a request reads in a list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from hub.requests.forms import acts
from hub.requests.repository import assertions_of
from hub.requests.states import BEING_PUBLISHED, State
from hub.web.pages.paging import Page
from milton_protocol.messages.requests.assertion import AssertionRole
from milton_protocol.messages.requests.request import Request, Urgency

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.kit.access import Actor
    from hub.requests.model import AssertionRow, RequestRow

_WORDS = {
    State.DRAFTED: "Not signed",
    State.APPROVED: "Approved, waits for the officer",
    State.SIGNED: "Signed, not published",
    State.LOGGED: "Being published",
    State.COSIGNED: "Being published",
    State.PUBLISHED: "Open",
    State.EXPIRED: "Closed, its time is over",
    State.WITHDRAWN: "Withdrawn",
    State.RESOLVED: "Resolved",
    State.TURNED_DOWN: "Turned down by a supervisor",
    State.REVOKED: "Ended by a revocation",
}
_CHIPS = {
    State.DRAFTED: "is-warn",
    State.APPROVED: "is-warn",
    State.SIGNED: "is-warn",
    State.PUBLISHED: "is-law",
    State.TURNED_DOWN: "is-bad",
    State.REVOKED: "is-bad",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One line of a list."""

    request_id: str
    case_number: str
    offence_name: str
    from_: datetime
    expires_at: datetime
    state: str
    state_words: str
    chip: str
    drill: bool
    is_urgent: bool
    may: tuple[str, ...]

    @classmethod
    def of(cls, row: RequestRow, signed: Sequence[AssertionRow], actor: Actor) -> Self:
        """Return the line of ``row``, with what ``actor`` may do."""
        request = Request.from_bytes(row.payload)
        return cls(
            request_id=row.request_id,
            case_number=request.case_number,
            offence_name=request.offence_name,
            from_=request.from_,
            expires_at=request.expires_at,
            state=row.state,
            state_words=state_words(row, signed),
            chip=state_chip(row),
            drill=request.drill,
            is_urgent=request.urgency is Urgency.URGENT,
            may=acts(row, {AssertionRole(each.role) for each in signed}, actor),
        )


async def listed(session: AsyncSession, page: Page[RequestRow], actor: Actor) -> Page[Listed]:
    """Return the lines of a page of requests."""
    signed = await assertions_of(session, [row.request_id for row in page.rows])
    return Page(rows=[Listed.of(row, signed[row.request_id], actor) for row in page.rows], next=page.next)


def state_words(row: RequestRow, signed: Sequence[AssertionRow] = ()) -> str:
    """Return the state in words."""
    if row.state == State.DRAFTED and signed:
        return "Signed, waits for a second person"
    if row.state in BEING_PUBLISHED and row.witnesses_seen is not None:
        return "Waits for the log's witnesses"
    return _WORDS[State(row.state)]


def state_chip(row: RequestRow) -> str:
    """Return the class of the state's chip."""
    return _CHIPS.get(State(row.state), "")
