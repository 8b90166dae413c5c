"""The officers' JSON API for requests; every route needs a session (``hub.identity.sessions.guard``).

==========================================  ==========================================================================
``POST /api/requests/verdict``              judge a draft that is being written; nothing is kept
``POST /api/requests``                      draft: the verdict and, when allowed, ``request``, ``id`` and ``payload``
``GET /api/requests``                       ``{"requests": [...], "next"}``, newest first; ``?after=`` a page's ``next``
``GET /api/requests/{id}``                  one request
``POST /api/requests/{id}/assertions``      a person's assertion over the payload (protocol section 4)
``POST /api/requests/{id}/publish``         publish what is signed; answers when homes can get it
``POST /api/requests/{id}/turn-down``       ``reason``: a supervisor says no to what another officer asks
``POST /api/requests/{id}/withdraw``
``POST /api/requests/{id}/resolve``
==========================================  ==========================================================================

A draft's body is ``hub.requests.draft.draft``'s fields: ``draft_id`` (32 hex, made by the page; the same again is the
same request), ``case_number``, ``contact``, ``offence_code``, ``reason``, ``why_larger``, ``urgency``, ``drill``,
``area``, ``from``, ``until``, ``expires_in_h``. All calls are safe to repeat.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from hub.kit.buckets import Buckets
from hub.kit.limits import DRAFTS
from hub.requests import repository, routes
from hub.requests.draft.draft import read_draft
from hub.requests.forms import request_value, verdict_value
from hub.web.actor import actor_of
from hub.web.bodies import read_object
from hub.web.pages.paging import Cursor
from milton_protocol.limits import REASON_MAX_CHARS, REASON_MIN_CHARS
from milton_protocol.messages.requests.assertion import Assertion

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import datetime

    from aiohttp.typedefs import Handler
    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.db.engine import Database
    from hub.kit.access import Actor
    from hub.requests.model import RequestRow
    from hub.requests.service import Requests
    from hub.requests.signing.publication import Publication
    from hub.web.routing import Route
    from milton_protocol.canonical import JsonValue

type Act = Callable[[AsyncSession, Actor, str, datetime], Awaitable[RequestRow]]


class RequestsApi:
    """The handlers, over one database."""

    def __init__(
        self,
        *,
        database: Database,
        requests: Requests,
        publication: Publication,
        clock: Callable[[], datetime],
    ) -> None:
        """Keep what the handlers use."""
        self._database = database
        self._requests = requests
        self._publication = publication
        self._clock = clock
        self._drafts = Buckets()

    def handlers(self) -> Mapping[Route, Handler]:
        """Return what answers each route of the officers' application."""
        return {
            routes.VERDICT: self.verdict,
            routes.DRAFT: self.draft,
            routes.LIST: self.index,
            routes.READ: self.read,
            routes.SIGN: self.sign,
            routes.PUBLISH: self.publish,
            routes.TURN_DOWN: self.turn_down,
            routes.WITHDRAW: self.withdraw,
            routes.RESOLVE: self.resolve,
        }

    async def verdict(self, request: web.Request) -> web.Response:
        """Judge a draft."""
        draft = read_draft(await read_object(request))
        async with self._database.reading() as session:
            verdict = await self._requests.verdict(session, actor_of(request), draft, self._clock())
        return web.json_response(verdict_value(verdict))

    async def draft(self, request: web.Request) -> web.Response:
        """Make a request of a draft that breaks no rule."""
        actor = actor_of(request)
        draft = read_draft(await read_object(request))
        self._drafts.count(DRAFTS, actor.person_id or "", self._clock())
        async with self._database.session("request.drafted") as session:
            drafted = await self._requests.draft(session, actor, draft, self._clock())
            value = None if drafted.row is None else await _shown(session, drafted.row, actor)
        answer: dict[str, JsonValue] = {**verdict_value(drafted.verdict), "request": value}
        if value is not None:
            answer |= {"id": value["id"], "payload": value["payload"]}
        return web.json_response(answer)

    async def index(self, request: web.Request) -> web.Response:
        """Answer the requests that the person may see."""
        actor = actor_of(request)
        async with self._database.reading() as session:
            page = await repository.visible(session, actor, after=Cursor.read(request.query.get("after", "")))
            signed = await repository.assertions_of(session, [row.request_id for row in page.rows])
        values = [request_value(row, signed[row.request_id], actor) for row in page.rows]
        return web.json_response({"requests": values, "next": None if page.next is None else str(page.next)})

    async def read(self, request: web.Request) -> web.Response:
        """Answer one request."""
        return await self._answer(request)

    async def sign(self, request: web.Request) -> web.Response:
        """Take a person's assertion."""
        fields = await read_object(request)
        assertion = Assertion.read(fields)
        fields.done()

        async def act(session: AsyncSession, actor: Actor, request_id: str, at: datetime) -> RequestRow:
            return await self._requests.sign(session, actor, request_id, assertion, at)

        return await self._act(request, act, step="request.signed")

    async def publish(self, request: web.Request) -> web.Response:
        """Publish; the answer comes when it is complete."""
        await self._publication.publish(actor_of(request), request.match_info["id"])
        return await self._answer(request)

    async def turn_down(self, request: web.Request) -> web.Response:
        """Turn down."""
        fields = await read_object(request)
        reason = fields.text("reason", REASON_MAX_CHARS, min_chars=REASON_MIN_CHARS)
        fields.done()

        async def act(session: AsyncSession, actor: Actor, request_id: str, at: datetime) -> RequestRow:
            return await self._requests.turn_down(session, actor, request_id, reason, at)

        return await self._act(request, act, step="request.turned_down")

    async def withdraw(self, request: web.Request) -> web.Response:
        """Withdraw."""
        return await self._act(request, self._requests.withdraw, step="request.withdrawn")

    async def resolve(self, request: web.Request) -> web.Response:
        """Mark as resolved."""
        return await self._act(request, self._requests.resolve, step="request.resolved")

    async def _act(self, request: web.Request, act: Act, *, step: str) -> web.Response:
        actor = actor_of(request)
        async with self._database.session(step) as session:
            row = await act(session, actor, request.match_info["id"], self._clock())
            value = await _shown(session, row, actor)
        return web.json_response(value)

    async def _answer(self, request: web.Request) -> web.Response:
        actor = actor_of(request)
        async with self._database.reading() as session:
            row = await repository.find(session, actor, request.match_info["id"])
            value = await _shown(session, row, actor)
        return web.json_response(value)


async def _shown(session: AsyncSession, row: RequestRow, actor: Actor) -> dict[str, JsonValue]:
    return request_value(row, await repository.assertions(session, row.request_id), actor)
