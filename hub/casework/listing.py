"""How cases read in their list: as many queries for fifty as for one."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select, tuple_

from hub.cases.model import CaseFile, CaseTag, ShareTriage
from hub.cases.repository import seen
from hub.db.counting import how_many
from hub.kit.access import Action
from hub.requests.model import RequestRow
from hub.requests.states import State
from hub.shares.record.custody import ClosedCaseRow
from hub.shares.record.model import ShareRow, ShareState
from hub.shares.record.repository import seen as share_seen
from hub.web.pages.paging import Page, read_page
from milton_protocol.messages.requests.request import Request

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.kit.access import Actor
    from hub.web.pages.paging import Cursor


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLine:
    """One line: ``unseen`` are the shares that nobody opened or declined, ``asked`` those that wait for an answer.

    ``drills`` are those of its requests that are exercises.
    """

    case_id: str
    case_number: str
    offence_name: str
    opened_at: datetime
    is_closed: bool
    requests: int
    open_requests: int
    drills: int
    shares: int
    unseen: int
    asked: int
    tags: tuple[str, ...]


async def cases_page(
    session: AsyncSession, actor: Actor, *conditions: ColumnElement[bool], after: Cursor | None = None
) -> Page[CaseLine]:
    """Return a page of the cases that ``actor`` sees and that keep the ``conditions``, newest first."""
    rows = select(CaseFile).where(seen(actor), *conditions)
    page = await read_page(session, rows, CaseFile.opened_at, CaseFile.case_id, after=after)
    return Page(rows=await lines_of(session, actor, page.rows), next=page.next)


async def lines_of(session: AsyncSession, actor: Actor, cases: Sequence[CaseFile]) -> list[CaseLine]:
    """Return the lines of these cases."""
    numbers = [each.case_number for each in cases]
    requests, offences = await _requests(session, numbers), await _offences(session, numbers)
    shares = await _shares(session, actor, numbers) if actor.may(Action.SHARE_LIST) else {}
    tags = defaultdict(list)
    for row in (await session.scalars(select(CaseTag).where(CaseTag.case_number.in_(numbers)))).all():
        tags[row.case_number].append(row.tag)
    closed_rows = select(ClosedCaseRow.case_number).where(ClosedCaseRow.case_number.in_(numbers))
    closed = set((await session.scalars(closed_rows)).all())
    return [
        CaseLine(
            case_id=each.case_id,
            case_number=each.case_number,
            offence_name=offences.get(each.case_number, ""),
            opened_at=each.opened_at,
            is_closed=each.case_number in closed,
            requests=requests.get(each.case_number, (0, 0, 0))[0],
            open_requests=requests.get(each.case_number, (0, 0, 0))[1],
            drills=requests.get(each.case_number, (0, 0, 0))[2],
            shares=shares.get(each.case_number, (0, 0, 0))[0],
            unseen=shares.get(each.case_number, (0, 0, 0))[1],
            asked=shares.get(each.case_number, (0, 0, 0))[2],
            tags=tuple(sorted(tags[each.case_number])),
        )
        for each in cases
    ]


type _Counts = Mapping[str, tuple[int, ...]]


async def _requests(session: AsyncSession, numbers: Collection[str]) -> _Counts:
    is_open, is_drill = how_many(RequestRow.state == State.PUBLISHED), how_many(RequestRow.is_drill)
    counts = select(RequestRow.case_number, func.count(), is_open, is_drill)
    rows = counts.where(RequestRow.case_number.in_(numbers)).group_by(RequestRow.case_number)
    return {number: tuple(values) for number, *values in await session.execute(rows)}


async def _offences(session: AsyncSession, numbers: Collection[str]) -> Mapping[str, str]:
    """Return what the newest request of each case is about."""
    newest = select(RequestRow.case_number, func.max(RequestRow.created_at))
    newest = newest.where(RequestRow.case_number.in_(numbers)).group_by(RequestRow.case_number)
    rows = select(RequestRow).where(tuple_(RequestRow.case_number, RequestRow.created_at).in_(newest))
    found = (await session.scalars(rows)).all()
    return {row.case_number: Request.from_bytes(row.payload).offence_name for row in found}


async def _shares(session: AsyncSession, actor: Actor, numbers: Collection[str]) -> _Counts:
    fresh = (ShareRow.state == ShareState.RECEIVED) & ShareRow.opened_at.is_(None) & ShareRow.declined_at.is_(None)
    waits = ShareTriage.asked_at.is_not(None) & ShareTriage.answered_at.is_(None)
    rows = (
        select(RequestRow.case_number, func.count(), how_many(fresh), how_many(waits))
        .join(ShareRow, ShareRow.request_id == RequestRow.request_id)
        .outerjoin(ShareTriage, ShareTriage.share_id == ShareRow.share_id)
        .where(RequestRow.case_number.in_(numbers), ShareRow.received_at.is_not(None), share_seen(actor))
        .group_by(RequestRow.case_number)
    )
    return {number: tuple(values) for number, *values in await session.execute(rows)}
