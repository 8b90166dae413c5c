"""Keep what things are found by, in the transaction of the act that makes or changes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select

from hub.cases.model import CaseFile, CaseTag
from hub.casework.search.model import Kind, SearchItem, SearchWord
from hub.index.words import request_words, words_of
from hub.requests.model import RequestRow
from milton_protocol.messages.request import Request

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.cases.model import CaseNote
    from hub.shares.record.model import ShareRow

NOTE_MARK = "note-"
REQUESTS_READ = 20  # of a case, the newest: what they are about is what it is found by


async def keep_request(session: AsyncSession, row: RequestRow) -> None:
    """Let a new request, and its case, be found."""
    words = request_words(Request.from_bytes(row.payload))
    await _keep(session, Kind.REQUEST, row.request_id, row.case_number, [*words, row.request_id[:16]])
    await keep_case(session, row.case_number)


async def keep_share(session: AsyncSession, share: ShareRow) -> None:
    """Let a share that arrived be found, by its request's words too."""
    row = (await session.scalars(select(RequestRow).where(RequestRow.request_id == share.request_id))).one()
    words = request_words(Request.from_bytes(row.payload))
    await _keep(session, Kind.SHARE, share.share_id, row.case_number, [*words, share.share_id])


async def keep_case(session: AsyncSession, case_number: str) -> None:
    """Let a case be found by its number, its tags and what its requests are about, as they are now."""
    await session.flush()
    case = await session.get_one(CaseFile, case_number)
    tags = (await session.scalars(select(CaseTag.tag).where(CaseTag.case_number == case_number))).all()
    newest = select(RequestRow.payload).where(RequestRow.case_number == case_number)
    newest = newest.order_by(RequestRow.created_at.desc()).limit(REQUESTS_READ)
    names = [Request.from_bytes(payload).offence_name for payload in (await session.scalars(newest)).all()]
    await _keep(session, Kind.CASE, case.case_id, case_number, words_of(case_number, *tags, *names))


async def keep_note(session: AsyncSession, note: CaseNote) -> None:
    """Let a note be found by its words."""
    await _keep(session, Kind.NOTE, note_key(note.note_id), note.case_number, words_of(note.text))


def note_key(note_id: str) -> str:
    """Return what a note is kept by: a page makes its id, and makes it no other thing's."""
    return f"{NOTE_MARK}{note_id}"


async def _keep(session: AsyncSession, kind: Kind, id_: str, case_number: str, words: Collection[str]) -> None:
    item = await session.scalar(select(SearchItem).where(SearchItem.id == id_))
    if item is None:
        item = SearchItem(kind=kind, id=id_, case_number=case_number)
        session.add(item)
        await session.flush()
    else:
        await session.execute(delete(SearchWord).where(SearchWord.number == item.number))
    if rows := [{"word": word, "number": item.number} for word in dict.fromkeys(words)]:
        await session.execute(insert(SearchWord), rows)
