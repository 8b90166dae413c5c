"""The knobs of the doorbell, over HTTP: /stats, /still.jpg, /press, /outage."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    from .rtsp import Server
    from .studio import Studio


class Control:
    """Handlers over one server; `cam` in the query names a camera, 1 where it's left out."""

    def __init__(self, server: Server) -> None:
        """Take what is to be controlled."""
        self._server = server

    def app(self) -> web.Application:
        """Make the application; each path answers GET and POST, as cameras' do."""
        app = web.Application()
        for path, handler in (
            ("/stats", self._stats),
            ("/still.jpg", self._still),
            ("/press", self._press),
            ("/outage", self._outage),
        ):
            app.router.add_route("*", path, handler)
        return app

    def _studio(self, request: web.Request) -> Studio:
        studio = self._server.studios.get(f"/cam{request.query.get('cam', '1')}")
        if studio is None:
            raise web.HTTPNotFound
        return studio

    async def _stats(self, _request: web.Request) -> web.Response:
        frames = {path: studio.frames_made for path, studio in self._server.studios.items()}
        return web.json_response(
            {
                "clients": len(self._server.clients),
                "admitted": self._server.admitted,
                "outage_until_s": self._server.outage_until_s,
                "frames": frames,
            }
        )

    async def _still(self, request: web.Request) -> web.Response:
        picture = await asyncio.to_thread(self._studio(request).still)
        return web.Response(body=picture, content_type="image/jpeg")

    async def _press(self, request: web.Request) -> web.Response:
        self._studio(request).press()
        return web.json_response({"pressed": True})

    async def _outage(self, request: web.Request) -> web.Response:
        try:
            seconds = float(request.query.get("seconds", "10"))
        except ValueError as error:
            raise web.HTTPBadRequest from error
        self._server.outage(seconds)
        return web.json_response({"outage_until_s": self._server.outage_until_s})
