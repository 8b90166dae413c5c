"""Read requests; what an actor may not see is not found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from hub.access import Action, require
from hub.errors import HubError
from hub.requests.model import AssertionRow, RequestRow
from hub.requests.states import BEING_PUBLISHED
from milton_protocol.messages.assertion import Assertion, AssertionRole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.access import Actor

NOT_FOUND = 404
LIST_MAX = 200


async def find(session: AsyncSession, actor: Actor, request_id: str, *, lock: bool = False) -> RequestRow:
    """Return the request with this id, with ``lock`` locked for a change; raise ``request_unknown`` (404)."""
    require(actor, Action.REQUEST_LIST)
    row = await _get(session, request_id, lock=lock)
    if row.officer_id != actor.person_id and not actor.may(Action.REQUEST_READ_ALL):
        raise _unknown()
    return row


async def locked(session: AsyncSession, request_id: str) -> RequestRow:
    """Return the request for one of the hub's own jobs, locked for a change; raise ``request_unknown``."""
    return await _get(session, request_id, lock=True)


async def visible(session: AsyncSession, actor: Actor) -> Sequence[RequestRow]:
    """Return the requests that ``actor`` may see, newest first, at most 200."""
    require(actor, Action.REQUEST_LIST)
    rows = select(RequestRow).order_by(RequestRow.created_at.desc(), RequestRow.request_id).limit(LIST_MAX)
    if not actor.may(Action.REQUEST_READ_ALL):
        rows = rows.where(RequestRow.officer_id == actor.person_id)
    return (await session.scalars(rows)).all()


async def assertions(session: AsyncSession, request_id: str) -> tuple[AssertionRow, ...]:
    """Return the signatures of a request, the officer's first."""
    rows = (await session.scalars(select(AssertionRow).where(AssertionRow.request_id == request_id))).all()
    return tuple(sorted(rows, key=lambda row: row.role != AssertionRole.OFFICER))


def read_assertions(rows: Sequence[AssertionRow]) -> tuple[Assertion, ...]:
    """Return the assertions of ``rows`` as the protocol has them."""
    return tuple(Assertion.from_bytes(row.content) for row in rows)


async def requests_of_case(session: AsyncSession, case_number: str) -> int:
    """Count the requests of a case that are, or are being, published, or were."""
    of_case = RequestRow.case_number == case_number
    sent = RequestRow.published_at.is_not(None) | RequestRow.state.in_(BEING_PUBLISHED)
    return await session.scalar(select(func.count()).select_from(RequestRow).where(of_case, sent)) or 0


async def _get(session: AsyncSession, request_id: str, *, lock: bool) -> RequestRow:
    wanted = select(RequestRow).where(RequestRow.request_id == request_id)
    row = await session.scalar(wanted.with_for_update() if lock else wanted)
    if row is None:
        raise _unknown()
    return row


def _unknown() -> HubError:
    rule = "request_unknown"
    return HubError(rule, NOT_FOUND, "There is no such request.")
