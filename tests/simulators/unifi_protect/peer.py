"""The console's HTTP: what it gives out, and every way to give something else."""

from __future__ import annotations

import asyncio
import base64
import json
import ssl
import time
from collections import Counter
from email.utils import formatdate
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.simulators.answering import Answering
from tests.simulators.certificates import self_signed
from tests.simulators.films import Film, export
from tests.simulators.loopback import Loopback

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

VERSION = "7.2.110"
MAC = "F4E2C6A1B2C3"
CAMERA_ID = "6600000000000000000000aa"
FORMS: dict[str, Any] = json.loads(Path(__file__).with_name("forms.json").read_bytes())
PUBLIC_CAMERA: dict[str, object] = {
    "isMicEnabled": True,
    "osdSettings": {},
    "ledSettings": {},
    "micVolume": 100,
    "videoMode": "default",
    "hdrType": "auto",
    "featureFlags": {},
    "smartDetectSettings": {},
    "hasPackageCamera": False,
}
type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Protect:
    """One console. `answer` takes the place of a route's own: login, nvr, cameras, export, bootstrap.

    `films` are its recordings of its one camera, by this machine's clock; `ahead_s` is how far its own is ahead.
    """

    def __init__(self, folder: Path, login: tuple[str, str]) -> None:
        """Name a folder for exports and the certificate, and its one local user."""
        self.folder, self.login = folder, login
        self.films: list[Film] = []
        self.mode, self.console_mode = "always", "always"
        self.by_console = False  # the camera goes by what is set for all
        self.ahead_s = 0.0
        self.nothing_status = 404
        self.answer: dict[str, Handler] = {}
        self.asked: Counter[str] = Counter()
        self.queries: list[dict[str, str]] = []
        self.cookies: list[str | None] = []
        self.tokens: list[str] = []
        self.port = 0
        self._answering = Answering()
        self._serving: Loopback | None = None

    async def start(self) -> None:
        """Serve on the loopback."""
        app = web.Application(middlewares=[self._answering.middleware()])
        app.router.add_post("/api/auth/login", self._route("login", self._login))
        for name, own in (("nvr", self._nvr), ("cameras", self._cameras), ("bootstrap", self._bootstrap)):
            app.router.add_get(f"/proxy/protect/api/{name}", self._route(name, own))
        app.router.add_get("/proxy/protect/api/keyrings", self._route("keyrings", self._nothing))
        app.router.add_get("/proxy/protect/api/ulp-users", self._route("ulp-users", self._nothing))
        app.router.add_get("/proxy/protect/api/video/export", self._route("export", self._export))
        app.router.add_get("/proxy/protect/ws/updates", self._updates)
        app.router.add_get("/proxy/protect/integration/v1/{thing:.*}", self._public)
        app.router.add_post("/proxy/users/api/v2/user/self/keys", self._route("keys", self._key))
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        self._serving = await Loopback.started(runner, port=self.port, tls=await asyncio.to_thread(self._tls))
        self.port = self._serving.port

    async def stop(self) -> None:
        """Stop serving."""
        if self._serving is not None:
            await self._serving.stop()
        await self._answering.end()

    def _tls(self) -> ssl.SSLContext:
        self.folder.mkdir(parents=True, exist_ok=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self_signed(self.folder, "unifi.local"))
        return context

    def _route(self, name: str, own: Handler) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            self.asked[name] += 1
            self.cookies.append(request.headers.get("Cookie"))
            if name != "login" and request.cookies.get("TOKEN") not in self.tokens:
                return web.json_response({"error": "Unauthorized"}, status=401)
            answer = await self.answer.get(name, own)(request)
            if not answer.prepared and "Date" not in answer.headers:
                answer.headers["Date"] = formatdate(time.time() + self.ahead_s, usegmt=True)
            return answer

        return handle

    async def _login(self, request: web.Request) -> web.Response:
        said = await request.json()
        if (said.get("username"), said.get("password")) != self.login:
            return web.json_response({"code": "AUTHENTICATION_FAILED_INVALID_CREDENTIALS"}, status=401)
        self.tokens.append(_token())
        answer = web.json_response({"username": said["username"]}, headers={"X-CSRF-Token": "a-word"})
        answer.set_cookie("TOKEN", self.tokens[-1], httponly=True, secure=True, samesite="none")
        return answer

    def nvr(self) -> dict[str, Any]:
        """Return what it says of itself."""
        camera: dict[str, Any] = FORMS["camera"]
        for_all = {name: camera[name] for name in ("osdSettings", "recordingSettings", "smartDetectSettings")}
        for_all["recordingSettings"] = for_all["recordingSettings"] | {"mode": self.console_mode}
        return FORMS["nvr"] | {"version": VERSION, "globalCameraSettings": for_all}

    def camera(self) -> dict[str, Any]:
        """Return what it says of its camera."""
        kept = [film.kept_s for film in self.films]
        times = {"recordingStart": None, "recordingEnd": None}
        if kept:
            times = {
                "recordingStart": round((min(low for low, _ in kept) + self.ahead_s) * 1000),
                "recordingEnd": round((max(high for _, high in kept) + self.ahead_s) * 1000),
            }
        form: dict[str, Any] = FORMS["camera"]
        return form | {
            "id": CAMERA_ID,
            "mac": MAC,
            "name": "Front door",
            "useGlobal": self.by_console,
            "recordingSettings": form["recordingSettings"] | {"mode": self.mode},
            "stats": form["stats"] | {"video": times},
        }

    async def _nvr(self, _request: web.Request) -> web.Response:
        return web.json_response(self.nvr())

    async def _cameras(self, _request: web.Request) -> web.Response:
        return web.json_response([self.camera()])

    async def _bootstrap(self, _request: web.Request) -> web.Response:
        users = [FORMS["user"]]
        return web.json_response(FORMS["bootstrap"] | {"nvr": self.nvr(), "cameras": [self.camera()], "users": users})

    async def _nothing(self, _request: web.Request) -> web.Response:
        return web.json_response([])

    async def _key(self, _request: web.Request) -> web.Response:
        return web.json_response({"data": {"full_api_key": "a-key-of-the-test"}})

    async def _public(self, request: web.Request) -> web.StreamResponse:
        """Answer what newer clients ask with a key: the console and its cameras, in another form."""
        thing = request.match_info["thing"]
        self.asked[f"public {thing}"] += 1
        if thing.startswith("subscribe/"):
            return await self._updates(request)
        camera = {key: self.camera()[key] for key in ("id", "mac", "name", "modelKey", "state")}
        answers: dict[str, object] = {
            "cameras": [camera | PUBLIC_CAMERA],
            "nvrs": {"id": self.nvr()["id"], "modelKey": "nvr", "name": "Protect"},
            "meta/info": {"applicationVersion": VERSION},
            f"cameras/{CAMERA_ID}/rtsps-stream": dict.fromkeys(("high", "medium", "low", "package")),
        }
        return web.json_response(answers.get(thing, []))

    async def _updates(self, request: web.Request) -> web.WebSocketResponse:
        """Hold the line on which it would tell of changes; nothing changes here."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for _ in socket:
            pass
        return socket

    async def _export(self, request: web.Request) -> web.StreamResponse:
        self.queries.append(dict(request.query))
        if request.query["camera"] != CAMERA_ID:
            return web.json_response({"error": "no such camera"}, status=404)
        first, last = (int(request.query[name]) / 1000 - self.ahead_s for name in ("start", "end"))
        target = self.folder / f"{time.monotonic_ns()}.mp4"
        if not await asyncio.to_thread(export, self.films, first, last, target):
            return web.Response(status=self.nothing_status, content_type="video/mp4")
        return web.FileResponse(target, headers={"Content-Type": "video/mp4"})


def _token() -> str:
    """Make a token as its clients expect one: they read when it ends."""
    parts = ({"alg": "HS256"}, {"userId": "home", "exp": int(time.time()) + 86_400, "n": time.time_ns()})
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return ".".join([*encoded, "c2lnbmF0dXJl"])
