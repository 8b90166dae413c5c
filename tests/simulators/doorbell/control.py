"""The knobs of the doorbell, over HTTP: /stats, /still.jpg, /press, and what goes wrong: `app` lists them."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
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
            ("/silence", self._silence),
            ("/garbage", self._garbage),
            ("/blind", self._blind),
            ("/resize", self._resize),
            ("/put", self._put),
            ("/leap", self._leap),
            ("/keep", self._keep),
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
                "late_s": {path: studio.late_s for path, studio in self._server.studios.items()},
            }
        )

    async def _still(self, request: web.Request) -> web.Response:
        picture = await asyncio.to_thread(self._studio(request).still)
        return web.Response(body=picture, content_type="image/jpeg")

    async def _press(self, request: web.Request) -> web.Response:
        self._studio(request).press()
        return web.json_response({"pressed": True})

    async def _silence(self, request: web.Request) -> web.Response:
        """Send nothing for a while and close nothing: the far end of a connection that is only half there."""
        self._server.silent_until_s = time.time() + _seconds(request)
        return web.json_response({"silent_until_s": self._server.silent_until_s})

    async def _garbage(self, request: web.Request) -> web.Response:
        """Send packets whose contents are noise for a while."""
        self._server.garbage_until_s = time.time() + _seconds(request)
        return web.json_response({"garbage_until_s": self._server.garbage_until_s})

    async def _blind(self, request: web.Request) -> web.Response:
        """Send sound alone for a while, and reports: what films stands still."""
        self._server.blind_until_s = time.time() + _seconds(request)
        return web.json_response({"blind_until_s": self._server.blind_until_s})

    async def _resize(self, request: web.Request) -> web.Response:
        """Film in another size from now on, as after a firmware update: everybody connects anew."""
        width, height = (int(request.query[name]) for name in ("width", "height"))
        self._server.resize(width, height)
        return web.json_response({"width": width, "height": height})

    async def _put(self, request: web.Request) -> web.Response:
        """Put the camera's clock ahead: its next report says so, its stream goes on."""
        clock = self._server.clock
        self._server.clock = replace(clock, offset_ms=clock.offset_ms + round(_seconds(request) * 1000))
        return web.json_response({"offset_ms": self._server.clock.offset_ms})

    async def _leap(self, request: web.Request) -> web.Response:
        """Let the time stamps of its streams jump ahead, as of a camera that takes them from a clock that was put."""
        self._server.leap_s += _seconds(request)
        return web.json_response({"leap_s": self._server.leap_s})

    async def _keep(self, request: web.Request) -> web.Response:
        """Send pictures and sound so much later from now on; what was kept for longer is sent at once."""
        self._server.kept_s = _seconds(request)
        return web.json_response({"kept_s": self._server.kept_s})

    async def _outage(self, request: web.Request) -> web.Response:
        self._server.outage(_seconds(request))
        return web.json_response({"outage_until_s": self._server.outage_until_s})


def _seconds(request: web.Request) -> float:
    try:
        return float(request.query.get("seconds", "10"))
    except ValueError as error:
        raise web.HTTPBadRequest from error
