"""The officers' JSON API for their wrapped opening keys, each person's own.

=================================  ===================================================================================
``GET /api/wraps``                 ``{"wraps": [...]}``, oldest first
``POST /api/wraps``                keep one: ``recipient``, ``credential_id``, ``label``, ``iv``, ``wrap`` (base64url)
``POST /api/wraps/{id}/remove``    remove one
=================================  ===================================================================================

All calls are safe to repeat, but a second removal finds nothing (404).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from hub.identity.wraps import routes
from hub.identity.wraps.wrapped import read_wrapped
from hub.web.actor import actor_of
from hub.web.bodies import read_object
from milton_protocol.base64_text import b64
from milton_protocol.times import format_time

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from aiohttp.typedefs import Handler

    from hub.db.engine import Database
    from hub.identity.wraps.model import KeyWrap
    from hub.identity.wraps.service import Wraps
    from hub.web.routing import Route
    from milton_protocol.canonical import JsonValue


class WrapsApi:
    """The handlers, over one database."""

    def __init__(self, *, database: Database, wraps: Wraps, clock: Callable[[], datetime]) -> None:
        """Keep what the handlers use."""
        self._database = database
        self._wraps = wraps
        self._clock = clock

    def handlers(self) -> Mapping[Route, Handler]:
        """Return what answers the officers' routes."""
        return {routes.LIST: self.index, routes.KEEP: self.keep, routes.REMOVE: self.remove}

    async def index(self, request: web.Request) -> web.Response:
        """Answer what is kept for the person."""
        async with self._database.reading() as session:
            wraps = await self._wraps.of(session, actor_of(request))
        return web.json_response({"wraps": [_shown(each) for each in wraps]})

    async def keep(self, request: web.Request) -> web.Response:
        """Keep one more."""
        wrapped = read_wrapped(await read_object(request))
        async with self._database.session("key.wrapped") as session:
            shown = _shown(await self._wraps.keep(session, actor_of(request), wrapped, self._clock()))
        return web.json_response(shown)

    async def remove(self, request: web.Request) -> web.Response:
        """Remove one."""
        async with self._database.session("key.unwrapped") as session:
            await self._wraps.remove(session, actor_of(request), request.match_info["wrap_id"], self._clock())
        return web.json_response({})


def _shown(row: KeyWrap) -> dict[str, JsonValue]:
    return {
        "wrap_id": row.wrap_id,
        "recipient": row.recipient,
        "credential_id": row.credential_id,
        "label": row.label,
        "iv": b64(row.iv),
        "wrap": b64(row.wrap),
        "created_at": format_time(row.created_at),
    }
