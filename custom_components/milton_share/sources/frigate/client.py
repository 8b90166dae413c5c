"""Asks one Frigate, over HTTP, and believes none of it.

Invariants: only the address of the owner's own `frigate` entry is asked, and only in the home's network; redirects are
not followed; every answer is bounded in size and time; the login goes to `/api/login` of that address and the token to
no other; neither is in any error.
"""

from __future__ import annotations

import asyncio
import time
from http import HTTPStatus
from typing import TYPE_CHECKING

from ..go2rtc.answers import read_streams
from ..recorder_clients.clock.offset import clock_of, window
from ..recorder_clients.connection.download import write
from ..recorder_clients.connection.line import Line, read
from ..recorder_clients.connection.login import Login
from .answers import read_recording_cameras, read_recordings, read_version
from .server import recording_path

if TYPE_CHECKING:
    from collections.abc import Mapping
    from http.cookies import SimpleCookie
    from pathlib import Path

    import aiohttp

    from ..go2rtc.answers import Streams
    from ..recorder_clients.clock.offset import ClockOffset, Window
    from ..recorder_clients.connection.download import Fetched
    from .answers import Listed, Recorded
    from .server import FrigateServer

VERSION_MAX_BYTES = 1_024
CONFIG_MAX_BYTES = 16 * 1024 * 1024
"""Of every camera all settings and ffmpeg commands: about 50 kB each."""
LISTING_MAX_BYTES = 16 * 1024 * 1024
"""7,300 recordings, each with a heat map of motion (0.18: up to 2 kB)."""
RECORDING_MAX_BYTES = 512 * 1024 * 1024
"""A minute (the longest that Frigate's configuration allows) at 60 Mbit/s."""
ANSWER_S = 15.0
RECORDING_S = 300.0
_TOKEN_COOKIE = "frigate_token"  # noqa: S105  the name of a cookie, not a token


class FrigateClient:
    """One Frigate."""

    def __init__(self, session: aiohttp.ClientSession, server: FrigateServer, rest_s: float | None = None) -> None:
        """Take a session that unpacks nothing and keeps no cookie, and the server to ask."""
        self._line, self._server = Line(session, rest_s), server
        self._login = Login(
            self._line,
            lambda: server.at("api", "login"),
            {"user": server.username, "password": server.password},
            _token_in,
            also_refused=HTTPStatus.BAD_REQUEST,
        )

    def rest(self) -> None:
        """Leave it alone for a moment."""
        self._line.rest()

    async def require_well(self) -> None:
        """Ask what it is, also just after it fell silent; raises what is wrong with it."""
        self._line.wake()
        await self.version()

    async def version(self) -> str:
        """Ask which version it is."""
        return read_version((await self._text(("api", "version"), "text/plain", VERSION_MAX_BYTES))[0])

    async def recording_cameras(self) -> Mapping[str, Recorded]:
        """Ask which cameras it has, and how it records them."""
        body, _ = await self._text(("api", "config"), "application/json", CONFIG_MAX_BYTES)
        return await asyncio.to_thread(read_recording_cameras, body)

    async def streams(self) -> Streams:
        """Ask which streams it passes on, and where each comes from."""
        body, _ = await self._text(("api", "go2rtc", "streams"), "application/json", CONFIG_MAX_BYTES)
        return await asyncio.to_thread(read_streams, body)

    async def recordings(self, camera: str, from_s: float, until_s: float) -> tuple[Listed, ...]:
        """Ask what it has of a camera in a range of its own clock."""
        query = {"after": f"{from_s:.3f}", "before": f"{until_s:.3f}"}
        body, _ = await self._text(("api", camera, "recordings"), "application/json", LISTING_MAX_BYTES, query)
        return await asyncio.to_thread(read_recordings, body, from_s, until_s)

    async def clock(self) -> ClockOffset | None:
        """Find out how far its clock is from this home's; None when it doesn't say."""

        async def look() -> Window | None:
            return (await self._text(("api", "version"), "text/plain", VERSION_MAX_BYTES))[1]

        return await clock_of(look)

    async def fetch(self, camera: str, start_s: int, target: Path, room_bytes: int) -> Fetched:
        """Copy a recording, byte by byte as it lies on Frigate's disk.

        Raises CopyError `hold_quota` before more than the room there is was taken, `source_gone`; OSError. Without
        a result the file is gone again.
        """
        path = recording_path(camera, start_s)
        try:
            async with self._line.answer(lambda: self._ask(path), ("video/mp4",), RECORDING_S) as answer:
                return await write(answer, target, room_bytes=room_bytes, max_bytes=RECORDING_MAX_BYTES)
        except BaseException:
            await asyncio.to_thread(target.unlink, missing_ok=True)
            raise

    async def _text(
        self, path: tuple[str, ...], kind: str, max_bytes: int, query: Mapping[str, str] | None = None
    ) -> tuple[bytes, Window | None]:
        asked_s = time.time()
        async with self._line.answer(lambda: self._ask(path, query), (kind,), ANSWER_S) as answer:
            seen = window(answer.headers.get("Date", ""), asked_s, time.time())
            return await read(answer, max_bytes), seen

    async def _ask(self, path: tuple[str, ...], query: Mapping[str, str] | None = None) -> aiohttp.ClientResponse:
        """Send the request, with a token where it asks for a login."""

        async def send(token: str | None = None) -> aiohttp.ClientResponse:
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            return await self._line.send("GET", self._server.at(*path), headers=headers, query=query)

        return await (self._login.sent(send) if self._server.username else send())


def _token_in(cookies: SimpleCookie) -> str | None:
    return cookies[_TOKEN_COOKIE].value if _TOKEN_COOKIE in cookies else None
