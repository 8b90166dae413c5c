"""What the answering page reads of the city, the same for everybody, and its tickets.

Nobody has to sign in: a page that would tell an account by its ticket could tell who answered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from hub.community import routes
from hub.kit.buckets import Buckets, RateLimit
from hub.kit.guesses import network_of
from hub.web.known import read_cursor
from hub.web.server.peers import address_of
from milton_protocol.canonical import encode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp.typedefs import Handler

    from hub.community.answering.tickets import UploadTickets
    from hub.community.context import Community
    from hub.web.routing import Route

_TOO_MANY = "Too many uploads were begun here. Try again in {wait}."
# Families and offices share an address: some shares each, and a retry after each line that was cut.
OF_NETWORK = RateLimit(name="tickets", rule="too_many_tickets", message=_TOO_MANY, burst=30, per_s=30 / 3600)
# Of a city, whoever asks: what is above could fill the table.
OF_CITY = RateLimit(name="all tickets", rule="too_many_tickets", message=_TOO_MANY, burst=3_000, per_s=3_000 / 3600)


class AnsweringApi:
    """The handlers."""

    def __init__(self, community: Community, tickets: UploadTickets) -> None:
        """Keep what the handlers use."""
        self._city, self._clock, self._tickets = community.city, community.clock, tickets
        self._buckets = Buckets()

    def handlers(self) -> Mapping[Route, Handler]:
        """Return what answers each route."""
        return {routes.CITY: self.city, routes.FEED: self.feed, routes.TICKET: self.ticket}

    async def city(self, _request: web.Request) -> web.Response:
        """Answer the root's public key and the city record, as homes read them."""
        return _json(await self._city.city())

    async def feed(self, request: web.Request) -> web.Response:
        """Answer a page of the feed, as homes read it."""
        return _json(await self._city.page(read_cursor(request.query.get("after", "0"))))

    async def ticket(self, request: web.Request) -> web.Response:
        """Make a ticket for one share."""
        now = self._clock()
        self._buckets.check(OF_CITY, "", now)
        self._buckets.count(OF_NETWORK, network_of(address_of(request)), now)
        self._buckets.note(OF_CITY, "", now)
        return _json(encode({"ticket": await self._tickets.new()}))


def _json(body: bytes) -> web.Response:
    return web.Response(body=body, content_type="application/json")
