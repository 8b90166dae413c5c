"""A real Home Assistant, started, given an owner, and driven by its public interfaces only."""

from __future__ import annotations

import asyncio
import json
import re
from typing import TYPE_CHECKING, Any

import aiohttp

from .home_socket import Socket
from .processes import Child, StepError, until

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

CAMERA_NAME = "Front door"
OWNER_NAME, OWNER_PASSWORD = "owner", "demo-owner-pass"  # the demo's own, printed on the screen
UP_WITHIN_S = 180.0
HOUSE = """\
homeassistant:
  name: Home in Milton
  latitude: 34.145
  longitude: -84.3
  elevation: 300
  unit_system: us_customary
  time_zone: America/New_York
  country: US
  currency: USD
http:
  server_host: 127.0.0.1
  server_port: {port}
"""
CONFIGURATION = (
    HOUSE
    + """\
frontend:
config:
my:
camera:
stream:
ffmpeg:
  ffmpeg_bin: {ffmpeg}
history:
logbook:
person:
system_health:
backup:
logger:
  default: info
"""
)
# Steps that a person would click through and that would call the internet: met, radio_browser and others.
ONBOARDING = {
    "version": 4,
    "minor_version": 1,
    "key": "onboarding",
    "data": {"done": ["core_config", "analytics", "integration"]},
}


class HomeAssistant:
    """One Home Assistant with the integration linked into its configuration."""

    def __init__(self, config: Path, port: int, session: aiohttp.ClientSession) -> None:
        """Name the configuration folder and the port; nothing is started."""
        self.config = config
        self.url = f"http://127.0.0.1:{port}"
        self._port = port
        self._http = session
        self._child: Child | None = None
        self._hass: Path | None = None
        self._tokens: dict[str, Any] = {}

    def write_configuration(self, ffmpeg: str, *components: Path) -> None:
        """Make the configuration folder of a new Home Assistant, with all integrations of these folders."""
        (self.config / ".storage").mkdir(parents=True)
        (self.config / "configuration.yaml").write_text(CONFIGURATION.format(port=self._port, ffmpeg=ffmpeg))
        (self.config / ".storage" / "onboarding").write_text(json.dumps(ONBOARDING))
        installed = self.config / "custom_components"
        installed.mkdir()
        for each in (each for folder in components for each in folder.iterdir() if each.name != "__pycache__"):
            (installed / each.name).symlink_to(each)

    async def start(self, hass: Path) -> None:
        """Start the process and wait until it answers."""
        self._hass = hass
        await self.start_again()

    async def start_again(self) -> None:
        """Start it as before, in the same folder and on the same port, and wait until it answers."""
        command = [
            str(self._hass),
            "-c",
            str(self.config),
            "--skip-pip",
            "--log-file",
            str(self.config / "home-assistant.log"),
        ]
        self._child = await Child.start("Home Assistant", command, log=self.config / "hass.out")
        await until(self._answers, UP_WITHIN_S, "Home Assistant does not answer")

    async def _answers(self) -> bool:
        if not self.child.running:
            message = f"Home Assistant ended:\n{self.child.tail()}"
            raise StepError(message)
        try:
            async with self._http.get(f"{self.url}/manifest.json") as answer:
                return answer.ok
        except aiohttp.ClientError:
            return False

    @property
    def child(self) -> Child:
        """The running process."""
        if self._child is None:
            message = "Home Assistant was not started"
            raise StepError(message)
        return self._child

    async def stop(self) -> None:
        """End the process."""
        if self._child is not None:
            await self._child.stop()

    async def make_owner(self) -> None:
        """Create the owner as the first page does, sign in, and confirm the address."""
        body = {
            "client_id": f"{self.url}/",
            "name": "Owner",
            "username": OWNER_NAME,
            "password": OWNER_PASSWORD,
            "language": "en",
        }
        answer = await self._json("POST", "/api/onboarding/users", body, token=False)
        await self._exchange(answer["auth_code"])
        await self._keep_address()

    async def _keep_address(self) -> None:
        """Confirm the port: to a newer Home Assistant it is a trial of five minutes, with a dialog over every page."""
        async with self.socket() as socket:
            try:
                await socket.command("http/config/promote")
            except StepError as error:
                if "unknown_command" not in str(error):  # from a Home Assistant that takes it from YAML for good
                    raise

    async def wait_until_running(self) -> None:
        """Wait until everything that is configured has been set up."""
        await until(self._is_running, UP_WITHIN_S, "Home Assistant is not running")

    async def _is_running(self) -> bool:
        return bool((await self.get("/api/config"))["state"] == "RUNNING")

    async def sign_in(self) -> None:
        """Sign in as the owner, as the login page does."""
        client = {"client_id": f"{self.url}/"}
        flow = await self._json(
            "POST",
            "/auth/login_flow",
            {**client, "handler": ["homeassistant", None], "redirect_uri": f"{self.url}/"},
            token=False,
        )
        words = {**client, "username": OWNER_NAME, "password": OWNER_PASSWORD}
        done = await self._json("POST", f"/auth/login_flow/{flow['flow_id']}", words, token=False)
        await self._exchange(done["result"])

    async def _exchange(self, code: str) -> None:
        form = {"grant_type": "authorization_code", "code": code, "client_id": f"{self.url}/"}
        async with self._http.post(f"{self.url}/auth/token", data=form) as answer:
            self._tokens = await answer.json()

    def frontend_tokens(self) -> dict[str, Any]:
        """Return what the frontend keeps in localStorage as hassTokens."""
        return {**self._tokens, "hassUrl": self.url, "clientId": f"{self.url}/", "expires": 4_102_444_800_000}

    async def _json(self, method: str, path: str, body: object = None, *, token: bool = True) -> Any:  # noqa: ANN401  a peer's JSON
        headers = {"Authorization": f"Bearer {self._tokens['access_token']}"} if token else {}
        async with self._http.request(method, self.url + path, json=body, headers=headers) as answer:
            text = await answer.text()
            if not answer.ok:
                message = f"{method} {path}: {answer.status} {text[:500]}"
                raise StepError(message)
            return json.loads(text)

    async def get(self, path: str) -> Any:  # noqa: ANN401  a peer's JSON
        """Return what the REST API answers."""
        return await self._json("GET", path)

    async def post(self, path: str, body: object) -> Any:  # noqa: ANN401  a peer's JSON
        """Return what the REST API answers to a POST."""
        return await self._json("POST", path, body)

    async def delete(self, path: str) -> Any:  # noqa: ANN401  a peer's JSON
        """Return what the REST API answers to a DELETE."""
        return await self._json("DELETE", path)

    async def upload(self, path: str, body: bytes) -> Any:  # noqa: ANN401  a peer's JSON
        """Send bytes, as a browser sends a file; return what is answered."""
        headers = {"Authorization": f"Bearer {self._tokens['access_token']}"}
        async with self._http.post(self.url + path, data=body, headers=headers) as answer:
            text = await answer.text()
            if not answer.ok:
                message = f"POST {path}: {answer.status} {text[:500]}"
                raise StepError(message)
            return json.loads(text)

    async def download(self, path: str) -> bytes:
        """Return the bytes of a path that carries its own signature."""
        async with self._http.get(self.url + path) as answer:
            if not answer.ok:
                message = f"GET {path.split('?', maxsplit=1)[0]}: {answer.status}"
                raise StepError(message)
            return await answer.read()

    async def flow(
        self, domain: str, *steps: Mapping[str, Any] | Callable[[dict[str, Any]], Mapping[str, Any]]
    ) -> dict[str, Any]:
        """Walk a config flow, one answer a step; raise StepError when a form names an error."""
        base = "/api/config/config_entries/flow"
        form = await self.post(base, {"handler": domain, "show_advanced_options": True})
        for step in steps:
            if form["type"] not in ("form", "menu"):
                message = f"the flow of {domain} ended early: {form}"
                raise StepError(message)
            form = await self.post(f"{base}/{form['flow_id']}", step(form) if callable(step) else step)
            if form.get("errors"):
                message = f"{domain}, {form['step_id']}: {form['errors']}"
                raise StepError(message)
        return dict(form)

    async def add_camera(self, stream_url: str) -> str:
        """Add the generic camera for a stream by its config flow; return its entity id."""
        options = {"framerate": 2.0, "verify_ssl": False, "rtsp_transport": "tcp"}
        await self.flow("generic", {"stream_source": stream_url, "advanced": options}, {"confirmed_ok": True})
        async with asyncio.timeout(30):
            while True:
                states = await self.get("/api/states")
                cameras = [state["entity_id"] for state in states if state["entity_id"].startswith("camera.")]
                if cameras:
                    break
                await asyncio.sleep(0.2)
        async with self.socket() as socket:
            await socket.command("config/entity_registry/update", entity_id=cameras[0], name=CAMERA_NAME)
        return str(cameras[0])

    async def add_frigate(self, url: str) -> None:
        """Add a Frigate by the config flow of its integration."""
        await self.flow("frigate", {"url": url, "validate_ssl": True, "username": "", "password": ""})

    def socket(self) -> Socket:
        """Return a WebSocket of the signed-in owner, to be entered with ``async with``."""
        return Socket(self._http, self.url, self._tokens["access_token"])

    def log_records(self, word: str) -> list[str]:
        """Return the warnings and errors of the log file that hold ``word``."""
        text = (self.config / "home-assistant.log").read_text(errors="replace")
        records = re.split(r"\n(?=\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}\S* [A-Z]+ )", text)
        return [
            record for record in records if re.match(r"\S+ \S+ (WARNING|ERROR|CRITICAL) ", record) and word in record
        ]
