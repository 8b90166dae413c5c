"""The route that is asked before an opened clip, or its manifest, is saved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from hub.shares import routes
from hub.shares.access.saving import read_saved
from hub.web.actor import actor_of
from hub.web.bodies import read_object

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp.typedefs import Handler

    from hub.shares.access.saving import Saving
    from hub.web.routing import Route


class SavingApi:
    """The handler over the service."""

    def __init__(self, saving: Saving) -> None:
        """Keep what the handler needs."""
        self._saving = saving

    def handlers(self) -> Mapping[Route, Handler]:
        """Return what answers the route of the officers' application."""
        return {routes.SAVE: self.save}

    async def save(self, request: web.Request) -> web.Response:
        """``POST /api/shares/{id}/saves``: ``{"part": "clip" or "manifest", "sha256"}``, of its plain bytes."""
        saved = read_saved(await read_object(request))
        await self._saving.save(actor_of(request), request.match_info["share_id"], saved)
        return web.json_response({"done": True})
