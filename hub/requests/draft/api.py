"""The JSON API for drafts that are kept while they are written.

============================  ==========================================================================================
``POST /api/drafts``          keep a draft (the body of ``POST /api/requests``) in place of its last state: ``kept_at``
``POST /api/drafts/discard``  ``draft_id``: keep it no longer
============================  ==========================================================================================

Both are safe to repeat: what is discarded is ``draft_unknown`` (404), as anybody else's is. The page of a
new request reads them (``?draft=`` an id).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from hub.requests import routes
from hub.requests.draft import kept_drafts
from hub.requests.draft.draft import read_draft
from hub.web.actor import actor_of
from hub.web.bodies import read_object
from milton_protocol.limits import SHORT_ID_HEX_CHARS
from milton_protocol.times import format_time

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from aiohttp.typedefs import Handler

    from hub.db.engine import Database
    from hub.web.routing import Route


class DraftsApi:
    """The handlers, over one database."""

    def __init__(self, *, database: Database, clock: Callable[[], datetime]) -> None:
        """Keep what the handlers use."""
        self._database = database
        self._clock = clock

    def handlers(self) -> Mapping[Route, Handler]:
        """Return what answers each route of the officers' application."""
        return {routes.KEEP: self.keep, routes.DISCARD: self.discard}

    async def keep(self, request: web.Request) -> web.Response:
        """Keep a draft."""
        draft, now = read_draft(await read_object(request)), self._clock()
        async with self._database.session("draft.kept") as session:
            await kept_drafts.keep(session, actor_of(request), draft, now)
        return web.json_response({"kept_at": format_time(now)})

    async def discard(self, request: web.Request) -> web.Response:
        """Keep a draft no longer."""
        fields = await read_object(request)
        draft_id = fields.hex("draft_id", SHORT_ID_HEX_CHARS)
        fields.done()
        async with self._database.session("draft.discarded") as session:
            await kept_drafts.discard(session, actor_of(request), draft_id)
        return web.json_response({})
