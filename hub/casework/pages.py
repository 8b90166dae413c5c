"""The officers' pages of cases: their list, one of them, and what an open one asks for as it changes.

=====================================  ===============================================================================
``GET /cases``                         the list, narrowed (``hub.casework.narrow``); ``?asked=yes``: a question waits;
                                       ``?left=yes``: open, and no officer of today is in it
``GET /lists/cases/events``            tells an open list that it reads differently now; ``?`` as the list's own
``GET /cases/{id}``                    one case
``GET /cases/{id}/events``             tells an open page that something changed, not what
``GET /api/cases/{id}/shares``         ``{"shares", "next"}``, newest first; ``?request=`` one request's, ``?after=``
``GET /api/cases/{id}/changes``        ``?after=``: what changed since; ``{"at", "whole", "shares", "flagged", "notes",
                                       "tags", "members", "requests", "set_aside"}``, the last four null where
                                       unchanged; ``flagged`` has ids cut short, as ``set_aside`` has them
=====================================  ===============================================================================
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aiohttp import web
from sqlalchemy import select

from hub.cases import repository
from hub.cases.visibility import attended
from hub.casework import changes, contents, routes
from hub.casework.closings import closings
from hub.casework.listing import cases_page, lines_of
from hub.casework.narrow import Narrow, Stage
from hub.casework.narrowed_list import NarrowedList
from hub.casework.set_aside import set_aside
from hub.casework.watching import watched
from hub.directory.names import names_of
from hub.kit.access import Action
from hub.kit.errors import HubError
from hub.policy.repository import current
from hub.requests.listing import listed
from hub.requests.model import RequestRow
from hub.requests.repository import seen as request_seen
from hub.shares.record.model import short_name
from hub.web.actor import actor_of
from hub.web.pages.paging import Cursor, Page
from milton_protocol.canonical import JsonValue

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp.typedefs import Handler
    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.cases.model import CaseFile
    from hub.casework.listing import CaseLine
    from hub.casework.members_api import MembersApi
    from hub.casework.narrowing import Narrowing
    from hub.identity.sessions.service import Sessions
    from hub.kit.access import Actor
    from hub.requests.listing import Listed
    from hub.web.context import Hub
    from hub.web.pages.lists import Lists
    from hub.web.pages.renderer import Pages
    from hub.web.routing import Route

BAD_REQUEST = 400
NUMBER_CHARS = 18
REQUESTS_SHOWN = 50  # of one case; more than its drafts and the few that can be published


class CasePages:
    """The handlers of one hub."""

    def __init__(self, hub: Hub, pages: Pages, lists: Lists, sessions: Sessions, members: MembersApi) -> None:
        """Keep what the handlers need."""
        self._hub = hub
        self._pages = pages
        self._sessions = sessions
        self._members = members
        self._list = NarrowedList(
            hub=hub,
            pages=pages,
            lists=lists,
            template="cases.html",
            events=routes.CASES_EVENTS,
            read=self._cases,
            narrow=_narrow,
        )

    def handlers(self) -> Mapping[Route, Handler]:
        """Return what answers each route of the officers' application."""
        return {
            routes.CASES: self._list.page,
            routes.CASES_EVENTS: self._list.stream,
            routes.CASE: self.one,
            routes.CASE_EVENTS: self.events,
            routes.SHARES: self.shares,
            routes.CHANGES: self.changes,
        }

    async def one(self, request: web.Request) -> web.Response:
        """Show one case."""
        actor = actor_of(request)
        async with self._hub.database.reading() as session:
            at = await changes.position(session)
            case = await repository.find(session, actor, request.match_info["case_id"])
            (line,) = await lines_of(session, actor, [case])
            data = await self._shown(session, actor, case)
            policy, closing = (await current(session)).policy, await closings(session, case)
            names = await names_of(session, closing.people)
            officers = await self._members.officers(session) if actor.may(Action.CASE_MEMBERS) else ()
        may = {
            "decline": actor.may(Action.SHARE_DECLINE),
            "flag": actor.may(Action.SHARE_FLAG),
            "ask": actor.may(Action.SHARE_ASK),
            "answer": actor.may(Action.SHARE_ANSWER),
            "see_shares": actor.may(Action.SHARE_LIST),
            "members": actor.may(Action.CASE_MEMBERS),
            "look_up": self._hub.residents_origin is not None
            and actor.may(Action.REGISTRY_LOOK_UP)
            and closing.closed is None,
        }
        data |= {"case_id": case.case_id, "at": at, "may": may, "person_id": actor.person_id}
        return self._pages.render(
            request,
            "case.html",
            data=data,
            case=line,
            may=may,
            policy=policy,
            closing=closing,
            names=names,
            officers=officers,
        )

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Tell the page that something changed."""
        case_id = request.match_info["case_id"]

        async def find(session: AsyncSession, actor: Actor) -> CaseFile:
            return await repository.find(session, actor, case_id)

        snapshot = watched(self._hub, self._sessions, request, find)
        return await self._hub.streams.changes(request, actor_of(request).id, snapshot)

    async def _cases(
        self, session: AsyncSession, narrowing: Narrowing, request: web.Request, after: Cursor | None
    ) -> Page[CaseLine]:
        conditions = narrowing.cases()
        if request.query.get("left") == "yes":
            officers = [each.person_id for each in await self._members.officers(session)]
            conditions += [*replace(narrowing, narrow=Narrow(only=Stage.OPEN)).cases(), ~attended(officers)]
        return await cases_page(session, narrowing.actor, *conditions, after=after)

    async def shares(self, request: web.Request) -> web.Response:
        """Answer a page of the shares of a case."""
        actor, after = actor_of(request), Cursor.read(request.query.get("after", ""))
        request_id = request.query.get("request")
        async with self._hub.database.reading() as session:
            case = await repository.find(session, actor, request.match_info["case_id"])
            page = await contents.shares_page(session, actor, case, request_id=request_id, after=after)
        return web.json_response(contents.shares_value(page))

    async def changes(self, request: web.Request) -> web.Response:
        """Answer what changed since a position."""
        actor, after = actor_of(request), _position(request.query.get("after", ""))
        async with self._hub.database.reading() as session:
            case = await repository.find(session, actor, request.match_info["case_id"])
            found = await changes.since(session, case, after)
            value: dict[str, JsonValue] = {"at": found.at, "whole": found.is_whole}
            if not found.is_whole:
                value |= {
                    "shares": await contents.shares_among(session, actor, case, found.share_ids),
                    "flagged": sorted(map(short_name, found.flagged_ids)) if actor.may(Action.SHARE_LIST) else [],
                    "notes": await contents.notes_of(session, actor, case, found.note_ids),
                    "tags": await contents.tags_of(session, case) if found.people else None,
                    "members": await self._members.members(session, case) if found.people else None,
                    "requests": await self._requests(session, actor, case) if found.requests else None,
                    "set_aside": await self._set_aside(session, actor, case) if found.share_ids else None,
                }
        return web.json_response(value)

    async def _shown(self, session: AsyncSession, actor: Actor, case: CaseFile) -> dict[str, JsonValue]:
        page = Page[JsonValue](rows=(), next=None)
        if actor.may(Action.SHARE_LIST):
            page = await contents.shares_page(session, actor, case)
        return contents.shares_value(page) | {
            "notes": await contents.notes_of(session, actor, case),
            "tags": await contents.tags_of(session, case),
            "members": await self._members.members(session, case),
            "requests": await self._requests(session, actor, case),
            "set_aside": await self._set_aside(session, actor, case),
        }

    async def _set_aside(self, session: AsyncSession, actor: Actor, case: CaseFile) -> JsonValue:
        return await set_aside(session, actor, await self._members.directory(session), case)

    async def _requests(self, session: AsyncSession, actor: Actor, case: CaseFile) -> list[JsonValue]:
        rows = select(RequestRow).where(RequestRow.case_number == case.case_number, request_seen(actor))
        rows = rows.order_by(RequestRow.created_at.desc(), RequestRow.request_id.desc()).limit(REQUESTS_SHOWN)
        page = Page(rows=(await session.scalars(rows)).all(), next=None)
        return [_request(each) for each in (await listed(session, page, actor)).rows]


def _narrow(query: Mapping[str, str]) -> Narrow:
    found = Narrow.of(query)
    return replace(found, only=Stage.WAITING) if query.get("asked") == "yes" else found


def _request(line: Listed) -> JsonValue:
    return {
        "request_id": line.request_id,
        "offence_name": line.offence_name,
        "state": line.state,
        "state_words": line.state_words,
        "chip": line.chip,
        "drill": line.drill,
        "from": line.from_.isoformat(),
        "expires_at": line.expires_at.isoformat(),
    }


def _position(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= NUMBER_CHARS):
        rule = "position_unknown"
        raise HubError(rule, BAD_REQUEST, "Ask for the changes after a number.")
    return int(text)
