"""``GET /v1/feed``, ``GET /v1/city`` and ``GET /v1/map`` (protocol sections 8 and 13)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.feed import routes
from hub.kit.access import ANY_HOME, Action, require
from hub.web.known import known_answer, read_cursor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp import web
    from aiohttp.typedefs import Handler

    from hub.feed.public import PublicFeed
    from hub.web.routing import Route


class FeedApi:
    """The handlers, over what is public."""

    def __init__(self, public: PublicFeed) -> None:
        """Keep what the handlers read from."""
        self._public = public

    def handlers(self) -> Mapping[Route, Handler]:
        """Return what answers each route of the homes' application."""
        return {routes.FEED: self.feed, routes.CITY: self.city, routes.MAP: self.map}

    async def feed(self, request: web.Request) -> web.StreamResponse:
        """Answer the topics that changed after ``?after=N``, oldest change first; the same for every home."""
        require(ANY_HOME, Action.FEED_READ)
        after = read_cursor(request.query.get("after", "0"))
        return known_answer(request, await self._public.page(after))

    async def city(self, request: web.Request) -> web.StreamResponse:
        """Answer the root's public key and the city record."""
        return known_answer(request, await self._public.city())

    async def map(self, request: web.Request) -> web.StreamResponse:
        """Answer the map pack that the city record names; the same for every home."""
        require(ANY_HOME, Action.FEED_READ)
        return known_answer(request, await self._public.map())
