"""The officers' pages about requests: list, new, one request with its shares, what waits for a second person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from hub.access import Action, require
from hub.accounts.guard import TOKEN, actor_of
from hub.doors import add_doors
from hub.errors import HubError
from hub.requests import doors, repository
from hub.requests.forms import request_value
from hub.requests.listing import Listed, state_chip, state_words
from hub.requests.offences import OFFENCES
from hub.requests.signatures import usable_credentials
from hub.submissions.repository import of_request
from hub.web.events import Streams
from milton_protocol.fields import b64
from milton_protocol.messages.request import Request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp.typedefs import Handler
    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.access import Actor
    from hub.accounts.sessions import Sessions
    from hub.context import Hub
    from hub.directory.service import DirectoryService
    from hub.doors import Entry
    from hub.requests.model import RequestRow
    from hub.web.pages import Pages
    from milton_protocol.canonical import JsonValue

UNAUTHORIZED = 401


class RequestPages:
    """The handlers of one hub."""

    def __init__(self, hub: Hub, pages: Pages, sessions: Sessions, directory: DirectoryService) -> None:
        """Keep what the handlers need."""
        self._hub = hub
        self._pages = pages
        self._sessions = sessions
        self._directory = directory
        self._streams = Streams(hub.topics)

    def handlers(self) -> Mapping[Entry, Handler]:
        """Return what answers each route of the officers' application."""
        return {
            doors.LIST_PAGE: self.index,
            doors.NEW_PAGE: self.new,
            doors.COSIGN_PAGE: self.cosign,
            doors.ONE_PAGE: self.one,
            doors.EVENTS: self.events,
            doors.SIGNABLE: self.signable,
        }

    async def index(self, request: web.Request) -> web.Response:
        """List the requests that the person may see."""
        rows = await self._listed(actor_of(request))
        return self._pages.render(
            request, "requests.html", heading="Requests", rows=rows, empty="No requests yet. Quiet is fine."
        )

    async def cosign(self, request: web.Request) -> web.Response:
        """List what waits for a second person, the reader's own requests left out."""
        actor = actor_of(request)
        require(actor, Action.REQUEST_COSIGN)
        rows = [row for row in await self._listed(actor) if "cosign" in row.may]
        return self._pages.render(request, "requests.html", heading="To approve", rows=rows, empty="Nothing waiting.")

    async def new(self, request: web.Request) -> web.Response:
        """Show the map and the form."""
        require(actor_of(request), Action.REQUEST_DRAFT)
        async with self._hub.database.reading() as session:
            current = await self._directory.in_force(session, self._hub.clock())
        border = [[point.lat_e7, point.lon_e7] for point in current.city_record.jurisdiction.points]
        return self._pages.render(request, "draft.html", data={"border": border}, offences=OFFENCES.values())

    async def one(self, request: web.Request) -> web.Response:
        """Show one request."""
        actor = actor_of(request)
        async with self._hub.database.reading() as session:
            row = await repository.find(session, actor, request.match_info["id"])
            signed = await repository.assertions(session, row.request_id)
            signable = await self._signable(session, actor, row)
        value = request_value(row, signed, actor)
        return self._pages.render(
            request,
            "request.html",
            data={"signable": signable, "may_see_shares": actor.may(Action.SHARE_LIST)},
            asked=Request.from_bytes(row.payload),
            request_id=row.request_id,
            state=row.state,
            state_words=state_words(row, signed),
            chip=state_chip(row),
            exceeded=row.exceeded.replace("_", " "),
            assertions=signed,
            leaf_index=row.leaf_index,
            may=value["may"],
        )

    async def signable(self, request: web.Request) -> web.Response:
        """Answer what the signer's page needs, right after a request was drafted."""
        actor = actor_of(request)
        async with self._hub.database.reading() as session:
            row = await repository.find(session, actor, request.match_info["id"])
            return web.json_response(await self._signable(session, actor, row))

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Tell the page of one request when it, or what answers it, has changed."""
        request_id = request.match_info["id"]

        async def snapshot() -> str:
            async with self._hub.database.reading() as session:
                actor = await self._sessions.actor(session, request[TOKEN], self._hub.clock())
                if actor is None:
                    rule = "not_signed_in"
                    raise HubError(rule, UNAUTHORIZED, "Sign in first.")  # locked meanwhile
                row = await repository.find(session, actor, request_id)
                shares = await of_request(session, actor, request_id)
                return " ".join([row.state, *(f"{each.share_id}:{each.state}:{each.opened_at}" for each in shares)])

        return await self._streams.changes(request, actor_of(request).id, snapshot)

    async def _listed(self, actor: Actor) -> list[Listed]:
        async with self._hub.database.reading() as session:
            rows = await repository.visible(session, actor)
            return [Listed.of(row, await repository.assertions(session, row.request_id), actor) for row in rows]

    async def _signable(self, session: AsyncSession, actor: Actor, row: RequestRow) -> dict[str, JsonValue]:
        """Return what the signer's page needs of a request: its payload, and the reader's own signing keys."""
        current = await self._directory.in_force(session, self._hub.clock())
        usable: list[JsonValue] = [b64(key.credential_id) for key in usable_credentials(current, actor.person_id or "")]
        return {
            "id": row.request_id,
            "person_id": actor.person_id,
            "payload": b64(row.payload),
            "signer_origin": current.city_record.signer.origin,
            "credential_ids": usable,
        }


def setup(hub: Hub, pages: Pages, sessions: Sessions, directory: DirectoryService) -> None:
    """Add the pages to the officers' application."""
    add_doors(hub.officers, RequestPages(hub, pages, sessions, directory).handlers())
