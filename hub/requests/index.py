"""By which words a request, and its case, are found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from hub.cases.model import CaseFile, CaseTag
from hub.index.model import Kind
from hub.index.service import keep
from hub.index.words import request_words, words_of
from hub.requests.model import RequestRow
from milton_protocol.messages.requests.request import Request

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

REQUESTS_READ = 20  # of a case, the newest: what they are about is what it is found by


async def keep_request(session: AsyncSession, row: RequestRow) -> None:
    """Let a new request, and its case, be found."""
    words = request_words(Request.from_bytes(row.payload))
    await keep(session, Kind.REQUEST, row.request_id, row.case_number, [*words, row.request_id[:16]])
    await keep_case(session, row.case_number)


async def keep_case(session: AsyncSession, case_number: str) -> None:
    """Let a case be found by its number, its tags and what its requests are about, as they are now."""
    await session.flush()
    case = await session.get_one(CaseFile, case_number)
    tags = (await session.scalars(select(CaseTag.tag).where(CaseTag.case_number == case_number))).all()
    newest = select(RequestRow.payload).where(RequestRow.case_number == case_number)
    newest = newest.order_by(RequestRow.created_at.desc()).limit(REQUESTS_READ)
    names = [Request.from_bytes(payload).offence_name for payload in (await session.scalars(newest)).all()]
    await keep(session, Kind.CASE, case.case_id, case_number, words_of(case_number, *tags, *names))
