"""Read requests; what an actor may not see is not found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select, true

from hub.cases.visibility import may_see
from hub.db.counting import how_many
from hub.kit.access import Action, require
from hub.kit.errors import HubError
from hub.requests.model import AssertionRow, RequestRow
from hub.requests.states import BEING_PUBLISHED, WAITING_FOR_SIGNATURES
from hub.web.pages.paging import Page, read_page
from milton_protocol.messages.requests.assertion import Assertion, AssertionRole
from milton_protocol.messages.requests.request import Request

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.ext.asyncio import AsyncSession
    from sqlalchemy.orm import InstrumentedAttribute

    from hub.kit.access import Actor
    from hub.web.pages.paging import Cursor

NOT_FOUND = 404
URGENT_SHOWN = 100  # at once: each closes within a day, and what is approved or turned down makes room


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingCount:
    """How many requests wait for a second person; ``urgent`` of them are."""

    waiting: int
    urgent: int


def seen(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that ``actor`` sees a request."""
    return may_see(actor, RequestRow.case_number, every=actor.may(Action.REQUEST_READ_ALL))


async def find(session: AsyncSession, actor: Actor, request_id: str, *, lock: bool = False) -> RequestRow:
    """Return the request with this id, with ``lock`` locked for a change; raise ``request_unknown`` (404)."""
    require(actor, Action.REQUEST_LIST)
    return await _get(session, request_id, seen(actor), lock=lock)


async def answered(session: AsyncSession, request_id: str) -> RequestRow:
    """Return the request that a share answers, for whoever may see the share; raise ``request_unknown`` (404)."""
    return await _get(session, request_id, true(), lock=False)


async def locked(session: AsyncSession, request_id: str) -> RequestRow:
    """Return the request for one of the hub's own jobs, locked for a change; raise ``request_unknown``."""
    return await _get(session, request_id, true(), lock=True)


async def visible(
    session: AsyncSession, actor: Actor, *conditions: ColumnElement[bool], after: Cursor | None = None
) -> Page[RequestRow]:
    """Return a page of the requests that ``actor`` may see and that keep the ``conditions``, newest first."""
    require(actor, Action.REQUEST_LIST)
    rows = select(RequestRow).where(seen(actor), *conditions)
    return await read_page(session, rows, RequestRow.created_at, RequestRow.request_id, after=after)


async def waiting(session: AsyncSession, actor: Actor, *, after: Cursor | None = None) -> Page[RequestRow]:
    """Return a page of the requests, however old, that wait for another person than their officer.

    Urgent ones stand before all others on the first page, what closes first above; the others are newest first.
    """
    rows, is_urgent = _waiting(actor), _is_urgent()
    page = await read_page(session, rows.where(~is_urgent), RequestRow.created_at, RequestRow.request_id, after=after)
    if after is not None:
        return page
    urgent = rows.where(is_urgent).order_by(RequestRow.expires_at, RequestRow.request_id).limit(URGENT_SHOWN)
    return Page(rows=(*(await session.scalars(urgent)).all(), *page.rows), next=page.next)


async def count_waiting(session: AsyncSession, actor: Actor) -> WaitingCount:
    """Count what waits for another person than its officer, ``actor``'s own left out."""
    rows = _waiting(actor).subquery()
    counts = select(func.count(), how_many(_is_urgent(rows.c.exceeded)))
    count, urgent = (await session.execute(counts.select_from(rows))).one()
    return WaitingCount(waiting=count, urgent=urgent)


def _waiting(actor: Actor) -> Select[RequestRow]:
    require(actor, Action.REQUEST_COSIGN)
    approved = select(AssertionRow.request_id).where(
        AssertionRow.request_id == RequestRow.request_id, AssertionRow.role == AssertionRole.APPROVER
    )
    return select(RequestRow).where(
        seen(actor),
        RequestRow.state.in_(WAITING_FOR_SIGNATURES),
        RequestRow.exceeded != "",
        RequestRow.officer_id != actor.person_id,
        ~approved.exists(),
    )


def _is_urgent(exceeded: ColumnElement[str] | InstrumentedAttribute[str] = RequestRow.exceeded) -> ColumnElement[bool]:
    """Return the condition that a request is urgent: always above the ordinary limits, and the only such word."""
    return exceeded.contains("urgent")


async def assertions(session: AsyncSession, request_id: str) -> tuple[AssertionRow, ...]:
    """Return the signatures of a request, the officer's first."""
    return (await assertions_of(session, (request_id,)))[request_id]


async def assertions_of(session: AsyncSession, request_ids: Collection[str]) -> Mapping[str, tuple[AssertionRow, ...]]:
    """Return the signatures of each of these requests, the officer's first."""
    found: dict[str, list[AssertionRow]] = {request_id: [] for request_id in request_ids}
    for row in (await session.scalars(select(AssertionRow).where(AssertionRow.request_id.in_(found)))).all():
        found[row.request_id].append(row)
    return {
        request_id: tuple(sorted(rows, key=lambda row: row.role != AssertionRole.OFFICER))
        for request_id, rows in found.items()
    }


def read_assertions(rows: Sequence[AssertionRow]) -> tuple[Assertion, ...]:
    """Return the assertions of ``rows`` as the protocol has them."""
    return tuple(Assertion.from_bytes(row.content) for row in rows)


async def last_contact(session: AsyncSession, actor: Actor) -> str:
    """Return the phone number of one's own newest request, or of the agency's newest that was published; or nothing."""
    newest = select(RequestRow.payload).order_by(RequestRow.created_at.desc(), RequestRow.request_id).limit(1)
    own = await session.scalar(newest.where(RequestRow.officer_id == actor.person_id))
    payload = own or await session.scalar(newest.where(RequestRow.published_at.is_not(None)))
    return "" if payload is None else Request.from_bytes(payload).contact


async def of_own_draft(session: AsyncSession, actor: Actor, draft_id: str) -> str | None:
    """Return the id of the request that a draft of ``actor``'s became, None where it is not theirs or became none."""
    own = select(RequestRow.request_id).where(RequestRow.draft_id == draft_id)
    found: str | None = await session.scalar(own.where(RequestRow.officer_id == actor.person_id))
    return found


async def requests_of_case(session: AsyncSession, case_number: str) -> int:
    """Count the requests of a case that are, or are being, published, or were."""
    of_case = RequestRow.case_number == case_number
    sent = RequestRow.published_at.is_not(None) | RequestRow.state.in_(BEING_PUBLISHED)
    return await session.scalar(select(func.count()).select_from(RequestRow).where(of_case, sent)) or 0


async def _get(session: AsyncSession, request_id: str, where: ColumnElement[bool], *, lock: bool) -> RequestRow:
    wanted = select(RequestRow).where(RequestRow.request_id == request_id, where)
    row = await session.scalar(wanted.with_for_update() if lock else wanted)
    if row is None:
        raise _unknown()
    return row


def _unknown() -> HubError:
    rule = "request_unknown"
    return HubError(rule, NOT_FOUND, "There is no such request.")
