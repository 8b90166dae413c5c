"""What is in a case, as its page reads it: shares page by page, notes, tags. So many queries for any number of rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from hub.cases.model import CaseNote, CaseTag, ShareTriage
from hub.directory.names import called, names_of
from hub.requests.model import RequestRow
from hub.shares.record import repository as shares
from hub.shares.record.model import SharePartRow, ShareRow
from hub.web.pages.paging import Page, read_page
from milton_protocol.times import format_time_ms, format_time_or_none

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy import Select
    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.cases.model import CaseFile
    from hub.directory.names import Names
    from hub.kit.access import Actor
    from hub.web.pages.paging import Cursor
    from milton_protocol.canonical import JsonValue

SHARES_PAGE = 100
NOTES_PAGE = 100


def arrived(actor: Actor, case_number: str) -> Select[ShareRow]:
    """Return the shares of a case that have arrived and that ``actor`` sees."""
    of_case = select(RequestRow.request_id).where(RequestRow.case_number == case_number)
    return select(ShareRow).where(
        ShareRow.request_id.in_(of_case), ShareRow.received_at.is_not(None), shares.seen(actor)
    )


async def shares_page(
    session: AsyncSession, actor: Actor, case: CaseFile, *, request_id: str | None = None, after: Cursor | None = None
) -> Page[JsonValue]:
    """Return a page of the shares of a case, or of one of its requests, newest first."""
    rows = arrived(actor, case.case_number)
    if request_id is not None:
        rows = rows.where(ShareRow.request_id == request_id)
    page = await read_page(session, rows, ShareRow.received_at, ShareRow.share_id, after=after, size=SHARES_PAGE)
    return Page(rows=await _values(session, page.rows), next=page.next)


def shares_value(page: Page[JsonValue]) -> dict[str, JsonValue]:
    """Return a page as scripts read it."""
    return {"shares": list(page.rows), "next": None if page.next is None else str(page.next)}


async def shares_among(
    session: AsyncSession, actor: Actor, case: CaseFile, share_ids: Collection[str]
) -> list[JsonValue]:
    """Return those of these shares that are in the case and that ``actor`` sees."""
    rows = (await session.scalars(arrived(actor, case.case_number).where(ShareRow.share_id.in_(share_ids)))).all()
    return await _values(session, rows)


async def notes_of(
    session: AsyncSession, actor: Actor, case: CaseFile, note_ids: Collection[str] | None = None
) -> list[JsonValue]:
    """Return the newest notes of a case, or those of these ids, newest first; none of a share not seen."""
    of_seen = select(ShareRow.share_id).where(ShareRow.share_id == CaseNote.share_id, shares.seen(actor)).exists()
    rows = select(CaseNote).where(CaseNote.case_number == case.case_number, CaseNote.share_id.is_(None) | of_seen)
    rows = rows.order_by(CaseNote.at.desc(), CaseNote.note_id.desc()).limit(NOTES_PAGE)
    if note_ids is not None:
        rows = rows.where(CaseNote.note_id.in_(note_ids))
    return [note_value(row) for row in (await session.scalars(rows)).all()]


async def tags_of(session: AsyncSession, case: CaseFile) -> list[JsonValue]:
    """Return the tags of a case."""
    rows = select(CaseTag.tag).where(CaseTag.case_number == case.case_number).order_by(CaseTag.tag)
    return list((await session.scalars(rows)).all())


def note_value(row: CaseNote) -> dict[str, JsonValue]:
    """Return a note as the page has it."""
    return {
        "note_id": row.note_id,
        "share_id": row.share_id,
        "badge": row.badge,
        "at": format_time_ms(row.at),
        "text": row.text,
    }


async def _values(session: AsyncSession, rows: Sequence[ShareRow]) -> list[JsonValue]:
    share_ids = [row.share_id for row in rows]
    parts = select(SharePartRow.share_id, func.sum(SharePartRow.size_bytes)).where(SharePartRow.share_id.in_(share_ids))
    sizes = {share_id: int(size) for share_id, size in await session.execute(parts.group_by(SharePartRow.share_id))}
    triage = select(ShareTriage).where(ShareTriage.share_id.in_(share_ids))
    asked = {row.share_id: row for row in (await session.scalars(triage)).all()}
    names = await names_of(session, [row.flagged_by for row in rows])
    of_drills = select(RequestRow.request_id).where(
        RequestRow.request_id.in_({row.request_id for row in rows}), RequestRow.is_drill
    )
    drills = set((await session.scalars(of_drills)).all())
    return [
        _value(row, sizes.get(row.share_id, 0), asked.get(row.share_id), names, is_drill=row.request_id in drills)
        for row in rows
    ]


def _value(
    row: ShareRow, size_bytes: int, asked: ShareTriage | None, names: Names, *, is_drill: bool
) -> dict[str, JsonValue]:
    return {
        "share_id": row.share_id,
        "request_id": row.request_id,
        "state": row.state,
        "drill": is_drill,
        "size_bytes": size_bytes,
        "received_at": None if row.received_at is None else format_time_ms(row.received_at),  # the list's order
        "opened_at": format_time_or_none(row.opened_at),
        "declined_at": format_time_or_none(row.declined_at),
        "held_since": format_time_or_none(row.held_since),
        "sensitive_since": format_time_or_none(row.sensitive_since),
        "flagged_by": called(row.flagged_by, names),
        "delete_after": format_time_or_none(row.delete_after),
        "asked_at": None if asked is None else format_time_or_none(asked.asked_at),
        "answered_at": None if asked is None else format_time_or_none(asked.answered_at),
    }
