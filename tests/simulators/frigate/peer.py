"""Frigate's HTTP: what its web server gives out, and every way to give something else."""

from __future__ import annotations

import base64
import json
import time
from collections import Counter
from dataclasses import replace
from email.utils import formatdate
from typing import TYPE_CHECKING

from aiohttp import web

from tests.simulators.answering import Answering
from tests.simulators.loopback import Loopback

from .recording import command

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from .recording import Row

VERSION = "0.17.2-3f6f9d1"
type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Frigate:
    """One Frigate. `answer` takes the place of a route's own: version, config, recordings, file, login.

    `rows` are its recordings, by this machine's clock; `ahead_s` is how far Frigate's own is ahead of it. `sound`
    says what its ffmpeg is told to do about sound, `streams` what its go2rtc passes on, and from where.
    """

    def __init__(self, media: Path, cameras: dict[str, bool]) -> None:
        """Name its media folder, and its cameras: recorded or not."""
        self.media, self.cameras = media, cameras
        self.rows: list[Row] = []
        self.ahead_s = 0
        self.sound = "aac"
        self.streams: dict[str, str] = {}
        self.login: tuple[str, str] | None = None
        self.answer: dict[str, Handler] = {}
        self.asked: Counter[str] = Counter()
        self.tokens: list[str] = []
        self.requests: list[tuple[str, dict[str, str]]] = []
        self._answering = Answering()
        self._serving: Loopback | None = None
        self.url = ""

    async def start(self, port: int = 0) -> None:
        """Serve on the loopback."""
        app = web.Application(middlewares=[self._answering.middleware()])
        app.router.add_get("/api/version", self._route("version", self._version))
        app.router.add_get("/api/config", self._route("config", self._config))
        app.router.add_post("/api/login", self._route("login", self._login))
        app.router.add_get("/api/go2rtc/streams", self._route("streams", self._streams))
        app.router.add_get("/api/{camera}/recordings", self._route("recordings", self._recordings))
        app.router.add_get("/recordings/{day}/{hour}/{camera}/{file}", self._route("file", self._file))
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)  # some answers never end
        self._serving = await Loopback.started(runner, port=port)
        self.url = self._serving.url

    async def stop(self) -> None:
        """Stop serving."""
        if self._serving is not None:
            await self._serving.stop()
        await self._answering.end()

    def _route(self, name: str, own: Handler) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            self.asked[name] += 1
            self.requests.append((request.path, dict(request.headers)))
            if name != "login" and not self._may(request):
                return web.Response(status=401, headers={"Location": "/login"})
            return await self.answer.get(name, own)(request)

        return handle

    def _may(self, request: web.Request) -> bool:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return self.login is None or token in self.tokens

    async def _version(self, _request: web.Request) -> web.Response:
        date = formatdate(time.time() + self.ahead_s, usegmt=True)
        return web.Response(text=VERSION, headers={"Date": date})

    async def _config(self, _request: web.Request) -> web.Response:
        cameras = {
            name: {
                "name": name,
                "enabled": True,
                "record": {"enabled": recorded, "continuous": {"days": 3.0}},
                "ffmpeg_cmds": [{"roles": ["record"], "cmd": " ".join(command("rtsp://camera", self.sound, "out"))}],
            }
            for name, recorded in self.cameras.items()
        }
        return web.json_response({"version": VERSION, "mqtt": {"topic_prefix": "frigate"}, "cameras": cameras})

    async def _streams(self, _request: web.Request) -> web.Response:
        """Answer as its go2rtc does: one that nobody looks at names its producers only."""
        return web.json_response(
            {name: {"producers": [{"url": source}], "consumers": None} for name, source in self.streams.items()}
        )

    async def _login(self, request: web.Request) -> web.Response:
        said = await request.json()
        if (said.get("user"), said.get("password")) != self.login:
            return web.json_response({"message": "Login failed"}, status=401)
        self.tokens.append(_token(said["user"]))
        answer = web.Response()
        answer.set_cookie("frigate_token", self.tokens[-1], httponly=True)
        return answer

    async def _recordings(self, request: web.Request) -> web.Response:
        after, before = float(request.query["after"]), float(request.query["before"])
        named = [replace(row, start_time=row.start_time + self.ahead_s) for row in self.rows]
        rows = [row for row in named if row.camera == request.match_info["camera"]]
        found = [row for row in rows if row.start_time + row.duration >= after and row.start_time <= before]
        return web.json_response([row.answer() for row in sorted(found, key=lambda row: row.start_time)])

    async def _file(self, request: web.Request) -> web.StreamResponse:
        path = self.media / request.path.lstrip("/")
        return web.FileResponse(path) if path.is_file() else web.Response(status=404)


def _token(user: str) -> str:
    """Make a token as Frigate's clients expect one: they read when it ends."""
    parts = ({"alg": "HS256"}, {"sub": user, "role": "viewer", "exp": int(time.time()) + 86_400})
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return ".".join([*encoded, base64.urlsafe_b64encode(str(time.time_ns()).encode()).decode().rstrip("=")])
