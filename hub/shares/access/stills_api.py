"""The route that a still picture is written down by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from hub.shares import routes
from hub.shares.access.stills import read_still
from hub.web.actor import actor_of
from hub.web.bodies import read_object

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp.typedefs import Handler

    from hub.shares.access.stills import Stills
    from hub.web.routing import Route


class StillsApi:
    """The handler over the service."""

    def __init__(self, stills: Stills) -> None:
        """Keep what the handler needs."""
        self._stills = stills

    def handlers(self) -> Mapping[Route, Handler]:
        """Return what answers the route of the officers' application."""
        return {routes.STILL: self.take}

    async def take(self, request: web.Request) -> web.Response:
        """``POST /api/shares/{id}/stills``: what :func:`read_still` reads; safe to repeat."""
        still = read_still(await read_object(request))
        await self._stills.take(actor_of(request), request.match_info["share_id"], still)
        return web.json_response({"done": True})
