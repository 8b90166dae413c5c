"""Routes of what people write beside a case.

==========================================  ==========================================================================
``POST /api/cases/{id}/notes``              ``{"note_id", "share_id" or null, "text"}``: the note
``POST /api/cases/{id}/tags``, ``…/end``    ``{"tag"}``: ``{"tags"}``
``POST /api/shares/{id}/question``          ``{"note_id", "text"}``: ask custodians about a share; the note
``POST /api/shares/{id}/answer``            ``{"note_id", "text"}``: a custodian's answer; the note
==========================================  ==========================================================================

``note_id`` is 32 hex, made by the page. All are safe to repeat.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web
from sqlalchemy import select

from hub.cases import repository
from hub.cases.model import NOTE_MAX_CHARS, TAG_MAX_CHARS, CaseFile
from hub.casework import routes, service
from hub.casework.contents import note_value, tags_of
from hub.casework.service import Note
from hub.requests.model import RequestRow
from hub.shares.record import repository as shares
from hub.shares.record.model import SHARE_ID_CHARS
from hub.web.actor import actor_of
from hub.web.bodies import read_object

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import datetime

    from aiohttp.typedefs import Handler
    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.cases.model import CaseNote
    from hub.kit.access import Actor
    from hub.web.context import Hub
    from hub.web.routing import Route

type Write = Callable[[AsyncSession, Actor, CaseFile, Note, datetime], Awaitable[CaseNote]]
type Tag = Callable[[AsyncSession, Actor, CaseFile, str, datetime], Awaitable[None]]

NOTE_ID_CHARS = 32


class CaseApi:
    """The handlers of one hub."""

    def __init__(self, hub: Hub) -> None:
        """Keep what the handlers need."""
        self._hub = hub

    def handlers(self) -> Mapping[Route, Handler]:
        """Return what answers each route of the officers' application."""
        return {
            routes.NOTE: self.note,
            routes.TAG: self.tag,
            routes.UNTAG: self.untag,
            routes.ASK: self.ask,
            routes.ANSWER: self.answer,
        }

    async def note(self, request: web.Request) -> web.Response:
        """Write a note."""
        actor, fields = actor_of(request), await read_object(request)
        note = Note(
            note_id=fields.hex("note_id", NOTE_ID_CHARS),
            share_id=fields.optional("share_id", lambda name: fields.hex(name, SHARE_ID_CHARS)),
            text=fields.text("text", NOTE_MAX_CHARS),
        )
        fields.done()
        async with self._hub.database.session("desk.changed") as session:
            case = await repository.find(session, actor, request.match_info["case_id"])
            if note.share_id is not None:
                await _check_in(session, actor, case, note.share_id)
            row = await service.write(session, actor, case, note, self._hub.clock())
            return web.json_response(note_value(row))

    async def tag(self, request: web.Request) -> web.Response:
        """Put a tag on."""
        return await self._tag(request, service.tag)

    async def untag(self, request: web.Request) -> web.Response:
        """Take a tag off."""
        return await self._tag(request, service.untag)

    async def ask(self, request: web.Request) -> web.Response:
        """Ask custodians."""
        return await self._about(request, service.ask)

    async def answer(self, request: web.Request) -> web.Response:
        """Answer as a custodian."""
        return await self._about(request, service.answer)

    async def _tag(self, request: web.Request, act: Tag) -> web.Response:
        actor, fields = actor_of(request), await read_object(request)
        words = fields.text("tag", TAG_MAX_CHARS)
        fields.done()
        async with self._hub.database.session("desk.changed") as session:
            case = await repository.find(session, actor, request.match_info["case_id"], lock=True)
            await act(session, actor, case, words, self._hub.clock())
            await session.flush()
            return web.json_response({"tags": await tags_of(session, case)})

    async def _about(self, request: web.Request, act: Write) -> web.Response:
        actor, fields = actor_of(request), await read_object(request)
        share_id = request.match_info["share_id"]
        note_id, text = fields.hex("note_id", NOTE_ID_CHARS), fields.text("text", NOTE_MAX_CHARS)
        fields.done()
        async with self._hub.database.session("desk.changed") as session:
            share = await shares.visible(session, actor, share_id)
            of_share = select(CaseFile).join(RequestRow, RequestRow.case_number == CaseFile.case_number)
            case = (await session.scalars(of_share.where(RequestRow.request_id == share.request_id))).one()
            note = Note(note_id=note_id, share_id=share_id, text=text)
            row = await act(session, actor, case, note, self._hub.clock())
            return web.json_response(note_value(row))


async def _check_in(session: AsyncSession, actor: Actor, case: CaseFile, share_id: str) -> None:
    """Raise ``share_unknown`` (404) unless the share is in the case and ``actor`` sees it."""
    share = await shares.visible(session, actor, share_id)
    of_case = select(RequestRow.request_id).where(
        RequestRow.request_id == share.request_id, RequestRow.case_number == case.case_number
    )
    if await session.scalar(of_case) is None:
        raise shares.share_unknown()
