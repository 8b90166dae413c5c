"""``POST /api/shares/{id}/readers/{recipient}``: a custodian lets one more officer of the agency open a share.

The body is ``{"headers": [{"part", "header"}]}``, made in the custodian's browser; the answer ``{"done": true}``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from hub.shares import routes
from hub.shares.access.rewrapping import read_headers
from hub.web.actor import actor_of
from hub.web.bodies import read_object

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp.typedefs import Handler

    from hub.shares.access.rewrapping import Rewrapping
    from hub.web.routing import Route


class ReadersApi:
    """The handler over the service."""

    def __init__(self, rewrapping: Rewrapping) -> None:
        """Keep what the handler needs."""
        self._rewrapping = rewrapping

    def handlers(self) -> Mapping[Route, Handler]:
        """Return what answers the officers' route."""
        return {routes.REWRAP: self.let_open}

    async def let_open(self, request: web.Request) -> web.Response:
        """Keep the headers."""
        fields = await read_object(request)
        headers = read_headers(fields)
        fields.done()
        named = request.match_info
        await self._rewrapping.let_open(actor_of(request), named["share_id"], named["recipient_id"], headers)
        return web.json_response({"done": True})
