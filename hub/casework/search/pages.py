"""The page of search, and the routes by which a person keeps a search.

=============================  =======================================================================================
``GET /search``                ``?q=`` words; ``?in=`` cases, requests, shares or notes, else some of each; what narrows
                               it (``hub.casework.narrow``); ``?before=`` the number that an earlier page ended with
``POST /api/filters``          ``{"filter_id", "name", "query", "kind" or null, "narrowed"}``, the last as in an address
``POST /api/filters/end``      ``{"filter_id"}``; what is forgotten is ``filter_unknown`` (404), as anybody else's is
=============================  =======================================================================================

A search is not written into the trail: it shows nothing that its lists do not show.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from aiohttp import web

from hub.casework.narrow import NARROWED_MAX_CHARS, Narrow
from hub.casework.narrowing import Narrowing
from hub.casework.search import filters, routes
from hub.casework.search.filters import Filter
from hub.casework.search.finding import PAGE_ROWS, Wanted, find, terms_of
from hub.casework.search.model import NAME_MAX_CHARS, QUERY_MAX_CHARS
from hub.casework.search.showing import lines
from hub.index.model import Kind
from hub.kit.access import Action
from hub.kit.errors import HubError
from hub.policy.repository import current
from hub.web.actor import actor_of
from hub.web.bodies import read_object
from hub.web.routing import add_routes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aiohttp.typedefs import Handler
    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.casework.search.model import SavedFilter
    from hub.casework.search.showing import Line
    from hub.kit.access import Actor
    from hub.web.context import Hub
    from hub.web.pages.renderer import Pages
    from hub.web.routing import Route

BAD_REQUEST = 400
FIRST_ROWS = 10  # of each kind, where all are looked through
FILTER_ID_CHARS = 32
NUMBER_CHARS = 9
_NAMES = {Kind.CASE: "Cases", Kind.REQUEST: "Requests", Kind.SHARE: "Shares", Kind.NOTE: "Notes"}
_NEEDS = {
    Kind.CASE: Action.CASE_LIST,
    Kind.REQUEST: Action.REQUEST_LIST,
    Kind.SHARE: Action.SHARE_LIST,
    Kind.NOTE: Action.CASE_LIST,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What was found of one kind; ``more`` is the address of what follows, None at the end."""

    name: str
    lines: Sequence[Line]
    more: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A search as an address has it."""

    query: str
    kind: Kind | None
    narrow: Narrow
    before: int | None

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Asked:
        """Read it; raise ``search_unknown``, ``filter_unreadable`` (400)."""
        kind, before, words = query.get("in", ""), query.get("before", ""), query.get("q", "")
        is_known = kind in {"", *Kind} and len(words) <= QUERY_MAX_CHARS
        if not is_known or (before and not (before.isascii() and before.isdecimal() and len(before) <= NUMBER_CHARS)):
            rule = "search_unknown"
            raise HubError(rule, BAD_REQUEST, "The address of this search is not one of the hub's.")
        return cls(
            query=words,
            kind=Kind(kind) if kind else None,
            narrow=Narrow.of(query),
            before=int(before) if before else None,
        )

    def address(self, **changes: object) -> str:
        """Return the address of this search, with changes."""
        found = {"q": self.query, "in": self.kind or "", **self.narrow.query, **changes}
        return f"/search?{urlencode({name: str(value) for name, value in found.items() if value})}"

    @property
    def wide(self) -> str:
        """Return the address of the same search, narrowed by nothing."""
        return replace(self, narrow=Narrow(), before=None).address()


class SearchPages:
    """The handlers of one hub."""

    def __init__(self, hub: Hub, pages: Pages) -> None:
        """Keep what the handlers need."""
        self._hub = hub
        self._pages = pages
        self._zone = ZoneInfo(hub.settings.time_zone)

    def handlers(self) -> Mapping[Route, Handler]:
        """Return what answers each route of the officers' application."""
        return {routes.PAGE: self.search, routes.KEEP: self.keep, routes.DROP: self.drop}

    async def search(self, request: web.Request) -> web.Response:
        """Show what is found."""
        actor, asked = actor_of(request), Asked.of(request.query)
        kinds = [kind for kind in Kind if actor.may(_NEEDS[kind]) and asked.kind in {None, kind}]
        async with self._hub.database.reading() as session:
            terms = await terms_of(session, asked.query)
            parts = [await self._part(session, actor, asked, kind, terms) for kind in kinds]
            kept = await filters.of_person(session, actor)
            offences = (await current(session)).policy.offences
        names = {kind: _NAMES[kind] for kind in Kind if actor.may(_NEEDS[kind])}
        return self._pages.render(
            request,
            "search.html",
            data={"query": asked.query, "kind": asked.kind, "narrowed": asked.narrow.text},
            asked=asked,
            narrow=asked.narrow,
            offences=offences,
            parts=parts,
            names=names,
            kept=[(row, _address(row)) for row in kept],
        )

    async def keep(self, request: web.Request) -> web.Response:
        """Keep a search."""
        actor, fields = actor_of(request), await read_object(request)
        kept = Filter(
            filter_id=fields.hex("filter_id", FILTER_ID_CHARS),
            name=fields.text("name", NAME_MAX_CHARS),
            query=fields.text("query", QUERY_MAX_CHARS, min_chars=0),
            kind=fields.optional("kind", lambda name: fields.choice(name, Kind)),
            narrow=Narrow.of_text(fields.text("narrowed", NARROWED_MAX_CHARS, min_chars=0)),
        )
        fields.done()
        async with self._hub.database.session("desk.changed") as session:
            await filters.keep(session, actor, kept, self._hub.clock())
        return web.json_response({"done": True})

    async def drop(self, request: web.Request) -> web.Response:
        """Forget a search."""
        actor, fields = actor_of(request), await read_object(request)
        filter_id = fields.hex("filter_id", FILTER_ID_CHARS)
        fields.done()
        async with self._hub.database.session("desk.changed") as session:
            await filters.drop(session, actor, filter_id)
        return web.json_response({"done": True})

    async def _part(
        self, session: AsyncSession, actor: Actor, asked: Asked, kind: Kind, terms: Mapping[str, int]
    ) -> Part:
        size = FIRST_ROWS if asked.kind is None else PAGE_ROWS
        narrowing = Narrowing(actor=actor, narrow=asked.narrow, now=self._hub.clock(), zone=self._zone)
        wanted = Wanted(terms=terms, kind=kind, narrowing=narrowing, before=asked.before, size=size)
        found = await find(session, wanted)
        more = None if found.next is None else asked.address(**{"in": kind, "before": found.next})
        return Part(name=_NAMES[kind], lines=await lines(session, actor, kind, found.ids), more=more)


def _address(row: SavedFilter) -> str:
    kind = Kind(row.kind) if row.kind else None
    return Asked(query=row.query, kind=kind, narrow=Narrow.of_text(row.narrowed), before=None).address()


def setup(hub: Hub, pages: Pages) -> None:
    """Add the page and the routes to the officers' application."""
    add_routes(hub.officers, SearchPages(hub, pages).handlers())
