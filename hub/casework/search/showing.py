"""How what is found reads: as many queries for fifty as for one."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import shorten
from typing import TYPE_CHECKING

from sqlalchemy import select

from hub.cases.model import CaseFile, CaseNote
from hub.casework.listing import lines_of
from hub.casework.search.index import NOTE_MARK, note_key
from hub.index.model import Kind
from hub.requests.listing import listed
from hub.requests.model import RequestRow
from hub.shares.record.model import ShareRow, short_name
from hub.shares.record.stages import Stage, stage_of
from hub.web.pages.paging import Page

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.kit.access import Actor

NOTE_SHOWN_CHARS = 200  # of a note, its beginning
_SHARE_WORDS = {
    Stage.RECEIVED: "New",
    Stage.DECLINED: "Not needed",
    Stage.OPENED: "Opened",
    Stage.ACCEPTED: "In case",
    Stage.WITHDRAWN: "Withdrawn",
    Stage.REMOVED: "To be deleted",
    Stage.DELETED: "Deleted",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing that was found: where it leads, what it is, in which state, and since when it is there."""

    address: str
    name: str
    about: str
    state: str
    chip: str
    drill: bool
    at: datetime


async def lines(session: AsyncSession, actor: Actor, kind: Kind, ids: Sequence[str]) -> list[Line]:
    """Return the lines of these things, in this order; who asks may see them."""
    read = {Kind.CASE: _cases, Kind.REQUEST: _requests, Kind.SHARE: _shares, Kind.NOTE: _notes}[kind]
    found = await read(session, actor, ids)
    return [found[id_] for id_ in ids if id_ in found]


async def _cases(session: AsyncSession, actor: Actor, ids: Sequence[str]) -> dict[str, Line]:
    rows = (await session.scalars(select(CaseFile).where(CaseFile.case_id.in_(ids)))).all()
    return {
        each.case_id: Line(
            address=f"/cases/{each.case_id}",
            name=each.case_number,
            about=", ".join((each.offence_name, *each.tags)),
            state="Closed" if each.is_closed else f"{each.open_requests} open, {each.unseen} new",
            chip="" if each.is_closed or not (each.open_requests or each.unseen) else "is-law",
            drill=each.drills > 0,
            at=each.opened_at,
        )
        for each in await lines_of(session, actor, rows)
    }


async def _requests(session: AsyncSession, actor: Actor, ids: Sequence[str]) -> dict[str, Line]:
    rows = (await session.scalars(select(RequestRow).where(RequestRow.request_id.in_(ids)))).all()
    made = {row.request_id: row.created_at for row in rows}
    page = await listed(session, Page(rows=rows, next=None), actor)
    return {
        each.request_id: Line(
            address=f"/requests/{each.request_id}",
            name=each.case_number,
            about=each.offence_name,
            state=each.state_words,
            chip=each.chip,
            drill=each.drill,
            at=made[each.request_id],
        )
        for each in page.rows
    }


async def _shares(session: AsyncSession, _actor: Actor, ids: Sequence[str]) -> dict[str, Line]:
    asked = (RequestRow.case_number, RequestRow.is_drill)
    rows = select(ShareRow, *asked).join(RequestRow, RequestRow.request_id == ShareRow.request_id)
    found = (await session.execute(rows.where(ShareRow.share_id.in_(ids)))).all()
    return {
        share.share_id: Line(
            address=f"/shares/{share.share_id}",
            name=f"Share {short_name(share.share_id)}",
            about=f"Case {case_number}",
            state=_SHARE_WORDS.get(stage := stage_of(share), stage.value),
            chip="is-law" if stage is Stage.RECEIVED else "",
            drill=is_drill,
            at=share.received_at or share.created_at,
        )
        for share, case_number, is_drill in found
    }


async def _notes(session: AsyncSession, _actor: Actor, ids: Sequence[str]) -> dict[str, Line]:
    of_case = select(CaseNote, CaseFile.case_id).join(CaseFile, CaseFile.case_number == CaseNote.case_number)
    wanted = [id_.removeprefix(NOTE_MARK) for id_ in ids]
    found = (await session.execute(of_case.where(CaseNote.note_id.in_(wanted)))).all()
    return {
        note_key(note.note_id): Line(
            address=f"/cases/{case_id}",
            name=note.case_number,
            about=shorten(note.text, NOTE_SHOWN_CHARS, placeholder="…"),
            state=f"Badge {note.badge}",
            chip="",
            drill=False,
            at=note.at,
        )
        for note, case_id in found
    }
