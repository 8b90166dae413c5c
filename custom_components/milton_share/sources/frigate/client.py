"""Asks one Frigate, over HTTP, and believes none of it.

Invariants: only the address of the owner's own `frigate` entry is asked, and only in the home's network; redirects are
not followed; every answer is bounded in size and time; the login goes to `/api/login` of that address and the token to
no other; neither is in any error.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING

import aiohttp

from .answers import read_recording_cameras, read_recordings, read_version
from .clock import Window, offset_of, window
from .errors import FrigateError, Rule
from .nearby import require_nearby
from .server import recording_path

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path

    from .answers import Listed, Recorded
    from .clock import ClockOffset
    from .server import FrigateCamera, Server

VERSION_MAX_BYTES = 1_024
CONFIG_MAX_BYTES = 16 * 1024 * 1024
"""Of every camera all settings and ffmpeg commands: about 50 kB each."""
LISTING_MAX_BYTES = 16 * 1024 * 1024
"""7,300 recordings, each with a heat map of motion (0.18: up to 2 kB)."""
RECORDING_MAX_BYTES = 512 * 1024 * 1024
"""A minute (the longest that Frigate's configuration allows) at 60 Mbit/s."""
CONNECT_S, READ_S = 10.0, 20.0
ANSWER_S = 15.0
RECORDING_S = 300.0
CHUNK_BYTES = 256 * 1024
REST_S = 20.0
"""A Frigate that didn't answer isn't asked again for so long: others must not wait for it each time."""
LOGIN_PAUSE_S = 900.0
"""After a refused login it isn't tried again for so long: Frigate counts failures, and locks people out."""
NEARBY_S = 90.0
"""How long a Frigate that was in the home's network is taken to be there: it is looked at more often than that."""
CLOCK_LOOKS = 6
CLOCK_STEP_S = 0.17
"""Six answers over a second tell the clock to about a sixth of one."""
_FILE_MODE = 0o600
_UNAUTHORIZED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
_TOKEN_COOKIE = "frigate_token"  # noqa: S105  the name of a cookie, not a token


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A file as it came, on this disk for good."""

    size_bytes: int
    sha256: str


class FrigateClient:
    """One Frigate. `turn` is held around a whole copying: one at a time."""

    def __init__(self, session: aiohttp.ClientSession, server: Server, rest_s: float | None = None) -> None:
        """Take a session that unpacks nothing and keeps no cookie, and the server to ask."""
        self._session, self._server, self._rest_s = session, server, rest_s if rest_s is not None else REST_S
        self.turn = asyncio.Lock()
        self._token: str | None = None
        self._ask_again_at_s = 0.0
        self._login_again_at_s = 0.0
        self._nearby_until_s = 0.0

    def rest(self) -> None:
        """Leave it alone for a moment."""
        self._ask_again_at_s = time.monotonic() + self._rest_s

    async def version(self) -> str:
        """Ask which version it is."""
        return read_version((await self._text(("api", "version"), "text/plain", VERSION_MAX_BYTES))[0])

    async def recording_cameras(self) -> Mapping[str, Recorded]:
        """Ask which cameras it has, and how it records them."""
        body, _ = await self._text(("api", "config"), "application/json", CONFIG_MAX_BYTES)
        return await asyncio.to_thread(read_recording_cameras, body)

    async def recordings(self, camera: str, from_s: float, until_s: float) -> tuple[Listed, ...]:
        """Ask what it has of a camera in a range of its own clock."""
        query = {"after": f"{from_s:.3f}", "before": f"{until_s:.3f}"}
        body, _ = await self._text(("api", camera, "recordings"), "application/json", LISTING_MAX_BYTES, query)
        return await asyncio.to_thread(read_recordings, body, from_s, until_s)

    async def clock(self) -> ClockOffset | None:
        """Find out how far its clock is from this home's; None when it doesn't say."""
        windows: list[Window] = []
        for look in range(CLOCK_LOOKS):
            if look:
                await asyncio.sleep(CLOCK_STEP_S)
            _, seen = await self._text(("api", "version"), "text/plain", VERSION_MAX_BYTES)
            if seen is not None:
                windows.append(seen)
        return offset_of(windows)

    async def fetch(self, camera: FrigateCamera, start_s: int, target: Path, room_bytes: int) -> Fetched:
        """Copy a recording, byte by byte as it lies on Frigate's disk.

        Raises FrigateError `hold_quota` before more than the room there is was taken, `frigate_gone`; OSError. Without
        a result the file is gone again.
        """
        path = recording_path(camera.name, start_s)
        try:
            async with self._answer(path, "video/mp4", RECORDING_S) as answer:
                return await _write(answer, target, room_bytes)
        except BaseException:
            await asyncio.to_thread(target.unlink, missing_ok=True)
            raise

    async def _text(
        self, path: tuple[str, ...], kind: str, max_bytes: int, query: Mapping[str, str] | None = None
    ) -> tuple[bytes, Window | None]:
        asked_s = time.time()
        async with self._answer(path, kind, ANSWER_S, query) as answer:
            seen = window(answer.headers.get("Date", ""), asked_s, time.time())
            body = bytearray()
            async for chunk in answer.content.iter_chunked(CHUNK_BYTES):
                body += chunk
                if len(body) > max_bytes:
                    raise FrigateError(Rule.WRONG_ANSWER, "an answer that is too long")
            return bytes(body), seen

    @asynccontextmanager
    async def _answer(
        self, path: tuple[str, ...], kind: str, total_s: float, query: Mapping[str, str] | None = None
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """Give an answer of the right kind; whatever happens to it is said as a rule."""
        if time.monotonic() < self._ask_again_at_s:
            raise FrigateError(Rule.AWAY, "a moment ago")
        try:
            async with asyncio.timeout(total_s):
                answer = await self._ask(path, query)
                async with answer:
                    _check(answer, kind)
                    yield answer
        except (aiohttp.ClientPayloadError, aiohttp.InvalidURL) as error:
            raise FrigateError(Rule.WRONG_ANSWER, type(error).__name__) from error
        except (aiohttp.ClientError, TimeoutError) as error:
            self.rest()
            raise FrigateError(Rule.AWAY, type(error).__name__) from error
        except (CookieError, ValueError) as error:  # a cookie with a line's end, a login in the address and another
            raise FrigateError(Rule.WRONG_ANSWER, type(error).__name__) from error

    async def _ask(self, path: tuple[str, ...], query: Mapping[str, str] | None) -> aiohttp.ClientResponse:
        """Send the request, with a new token when the last one isn't taken any more."""
        await self._require_nearby()
        if self._server.username and self._token is None:
            await self._log_in()
        answer = await self._send("GET", path, query)
        if answer.status in _UNAUTHORIZED and self._server.username:
            answer.release()
            await self._log_in()
            answer = await self._send("GET", path, query)
        return answer

    async def _require_nearby(self) -> None:
        if time.monotonic() < self._nearby_until_s:
            return
        address = self._server.at("api")
        await require_nearby(address.host or "", address.port or 0)
        self._nearby_until_s = time.monotonic() + NEARBY_S

    async def _send(
        self,
        method: str,
        path: tuple[str, ...],
        query: Mapping[str, str] | None = None,
        body: Mapping[str, str] | None = None,
    ) -> aiohttp.ClientResponse:
        headers = {"Accept-Encoding": "identity"}
        if self._token is not None:
            headers["Authorization"] = f"Bearer {self._token}"
        return await self._session.request(
            method,
            self._server.at(*path),
            params=query,
            json=body,
            headers=headers,
            allow_redirects=False,
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S, sock_read=READ_S),
        )

    async def _log_in(self) -> None:
        self._token = None
        if time.monotonic() < self._login_again_at_s:
            raise FrigateError(Rule.LOGIN_REFUSED)
        login = {"user": self._server.username, "password": self._server.password}
        async with await self._send("POST", ("api", "login"), body=login) as answer:
            if answer.status in _UNAUTHORIZED:
                self._login_again_at_s = time.monotonic() + LOGIN_PAUSE_S
                raise FrigateError(Rule.LOGIN_REFUSED)
            self._token = _token_in(answer.headers.getall("Set-Cookie", []))
            if answer.status != HTTPStatus.OK or self._token is None:
                raise FrigateError(Rule.WRONG_ANSWER, "a login without a token")


def _token_in(cookies: list[str]) -> str | None:
    for text in cookies:
        try:
            morsel = SimpleCookie(text).get(_TOKEN_COOKIE)
        except CookieError:
            continue
        if morsel is not None and morsel.value:
            return morsel.value
    return None


def _check(answer: aiohttp.ClientResponse, kind: str) -> None:
    if answer.status in _UNAUTHORIZED:
        raise FrigateError(Rule.LOGIN_REFUSED)
    if answer.status == HTTPStatus.NOT_FOUND:
        raise FrigateError(Rule.RECORDING_GONE)
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise FrigateError(Rule.AWAY, f"status {answer.status}")
    if answer.status != HTTPStatus.OK:
        raise FrigateError(Rule.WRONG_ANSWER, f"status {answer.status}")
    if answer.content_type != kind or answer.headers.get("Content-Encoding", "identity") != "identity":
        raise FrigateError(Rule.WRONG_ANSWER, "another kind of answer")


async def _write(answer: aiohttp.ClientResponse, target: Path, room_bytes: int) -> Fetched:
    if (answer.content_length or 0) > room_bytes:
        raise FrigateError(Rule.HOLD_QUOTA)
    digest, size_bytes = hashlib.sha256(), 0
    handle = await asyncio.to_thread(os.open, target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _FILE_MODE)
    with os.fdopen(handle, "wb") as file:
        async for chunk in answer.content.iter_chunked(CHUNK_BYTES):
            size_bytes += len(chunk)
            if size_bytes > RECORDING_MAX_BYTES:
                raise FrigateError(Rule.WRONG_ANSWER, "a recording that is too large")
            if size_bytes > room_bytes:
                raise FrigateError(Rule.HOLD_QUOTA)
            digest.update(chunk)
            await asyncio.to_thread(file.write, chunk)
        await asyncio.to_thread(file.flush)
        await asyncio.to_thread(os.fsync, file.fileno())
    return Fetched(size_bytes=size_bytes, sha256=digest.hexdigest())
