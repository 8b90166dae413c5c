"""The officers' pages of requests: their list, one of them with its shares, and what tells an open one of changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.cases.model import CaseFile
from hub.casework import changes, contents, routes
from hub.casework.narrowed_list import NarrowedList
from hub.casework.set_aside import set_aside
from hub.casework.watching import watched
from hub.directory.names import names_of
from hub.kit.access import Action
from hub.live.lapses import lapses
from hub.policy.repository import versions
from hub.requests import repository
from hub.requests.forms import request_value
from hub.requests.listing import listed, state_chip, state_words
from hub.requests.queue import above
from hub.requests.revoking import revoked_of
from hub.requests.signing.signable import signable_value
from hub.requests.states import BEING_PUBLISHED
from hub.web.actor import actor_of
from hub.web.pages.paging import Page
from milton_protocol.canonical import JsonValue
from milton_protocol.messages.areas import polygon_value
from milton_protocol.messages.requests.request import Request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp import web
    from aiohttp.typedefs import Handler
    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.casework.narrowing import Narrowing
    from hub.directory.service import DirectoryService
    from hub.identity.sessions.service import Sessions
    from hub.kit.access import Actor
    from hub.requests.listing import Listed
    from hub.web.context import Hub
    from hub.web.pages.lists import Lists
    from hub.web.pages.paging import Cursor
    from hub.web.pages.renderer import Pages
    from hub.web.routing import Route


class RequestsSeen:
    """The handlers of one hub."""

    def __init__(self, hub: Hub, pages: Pages, lists: Lists, sessions: Sessions, directory: DirectoryService) -> None:
        """Keep what the handlers need."""
        self._hub = hub
        self._pages = pages
        self._sessions = sessions
        self._directory = directory
        self._list = NarrowedList(
            hub=hub, pages=pages, lists=lists, template="requests.html", events=routes.REQUESTS_EVENTS, read=_requests
        )

    def handlers(self) -> Mapping[Route, Handler]:
        """Return what answers each route of the officers' application."""
        return {
            routes.REQUESTS: self._list.page,
            routes.REQUESTS_EVENTS: self._list.stream,
            routes.REQUEST: self.one,
            routes.REQUEST_EVENTS: self.events,
        }

    async def one(self, request: web.Request) -> web.Response:
        """Show one request."""
        actor = actor_of(request)
        async with self._hub.database.reading() as session:
            at = await changes.position(session)
            row = await repository.find(session, actor, request.match_info["id"])
            signed = await repository.assertions(session, row.request_id)
            in_force = await self._directory.in_force(session, self._hub.clock())
            case = await session.get_one(CaseFile, row.case_number)
            away = [] if row.published_at is None else await lapses(session, after=row.published_at)
            shares = Page[JsonValue](rows=(), next=None)
            if actor.may(Action.SHARE_LIST):
                shares = await contents.shares_page(session, actor, case, request_id=row.request_id)
            aside = await set_aside(session, actor, in_force, case)
            names = await names_of(session, [each.person_id for each in signed])
            policy = (await versions(session)).at(row.created_at)
            revoked = await revoked_of(session, self._directory, row, self._hub.clock())
        value, asked = request_value(row, signed, actor), Request.from_bytes(row.payload)
        return self._pages.render(
            request,
            "request.html",
            data={
                "signable": signable_value(row, actor, in_force),
                "case_id": case.case_id,
                "at": at,
                "border": polygon_value(in_force.city_record.jurisdiction),
                "may_see_shares": actor.may(Action.SHARE_LIST),
                "set_aside": aside,
                **contents.shares_value(shares),
            },
            case_id=case.case_id if actor.may(Action.CASE_LIST) else None,
            asked=asked,
            request_id=row.request_id,
            state=row.state,
            state_words=state_words(row, signed),
            chip=state_chip(row),
            exceeded=above(row.exceeded, asked, policy),
            assertions=signed,
            names=names,
            leaf_index=row.leaf_index,
            witnesses_seen=row.witnesses_seen if row.state in BEING_PUBLISHED else None,
            witness_quorum=in_force.city_record.witness_quorum,
            why_larger=row.why_larger,
            turned_down=row.turned_down_why,
            revoked=revoked,
            lapses=[each for each in away if each.began < row.expires_at],
            may=value["may"],
        )

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Tell the page of one request when it, or what answers it, has changed."""
        request_id = request.match_info["id"]

        async def find(session: AsyncSession, actor: Actor) -> CaseFile:
            row = await repository.find(session, actor, request_id)
            return await session.get_one(CaseFile, row.case_number)

        snapshot = watched(self._hub, self._sessions, request, find)
        return await self._hub.streams.changes(request, actor_of(request).id, snapshot)


async def _requests(
    session: AsyncSession, narrowing: Narrowing, _request: web.Request, after: Cursor | None
) -> Page[Listed]:
    page = await repository.visible(session, narrowing.actor, *narrowing.requests(), after=after)
    return await listed(session, page, narrowing.actor)
