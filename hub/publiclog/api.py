"""``/v1/log/...``: what anybody may read of the public log (protocol section 8, c2sp.org/tlog-tiles)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from hub.kit.errors import HubError
from hub.publiclog import routes
from milton_protocol.messages.homes.answers import ConsistencyAnswer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp.typedefs import Handler

    from hub.db.engine import Database
    from hub.publiclog.service import PublicLog
    from hub.web.routing import Route

SIZE_MAX_CHARS = 16  # 2**53 - 1
# A whole tile never changes; a partial one is replaced by a longer name.
TILE_CACHE = "public, max-age=31536000, immutable"
CHECKPOINT_CACHE = "no-cache"


class LogApi:
    """The handlers, over one log and one database."""

    def __init__(self, database: Database, log: PublicLog) -> None:
        """Keep what the handlers read from."""
        self._database = database
        self._log = log

    def handlers(self) -> Mapping[Route, Handler]:
        """Return what answers each route of the homes' application."""
        return {
            routes.CHECKPOINT: self.checkpoint,
            routes.CONSISTENCY: self.consistency,
            routes.TILE: self.tile,
        }

    async def checkpoint(self, _request: web.Request) -> web.Response:
        """Answer the newest signed note."""
        async with self._database.reading() as session:
            note = await self._log.newest_checkpoint(session)
        return web.Response(text=note, headers={"Cache-Control": CHECKPOINT_CACHE})

    async def consistency(self, request: web.Request) -> web.Response:
        """Answer ``{"hashes": [base64...]}`` for ``?from=A&to=B``."""
        old_size, new_size = size_asked(request, "from"), size_asked(request, "to")
        async with self._database.reading() as session:
            hashes = await self._log.consistency(session, old_size, new_size)
        return web.Response(body=ConsistencyAnswer(hashes=hashes).to_bytes(), content_type="application/json")

    async def tile(self, request: web.Request) -> web.Response:
        """Answer the bytes of one tile."""
        async with self._database.reading() as session:
            content = await self._log.tile(session, request.match_info["path"])
        return web.Response(
            body=content, content_type="application/octet-stream", headers={"Cache-Control": TILE_CACHE}
        )


def size_asked(request: web.Request, name: str) -> int:
    """Return the size of the log that a query names; raise ``log_size_unknown`` (400)."""
    text = request.query.get(name, "")
    if not (text.isascii() and text.isdigit()) or len(text) > SIZE_MAX_CHARS:
        rule = "log_size_unknown"
        raise HubError(rule, web.HTTPBadRequest.status_code, f"{name} is not a size of the log.")
    return int(text)
