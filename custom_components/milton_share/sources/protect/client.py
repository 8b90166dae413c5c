"""Asks one console's Protect, over HTTP, and believes none of it.

Invariants: only the address of the owner's own `unifiprotect` entry is asked, and only in the home's network; redirects
are not followed; every answer is bounded in size and time; the login goes to `/api/auth/login` of that address and the
token to no other; neither is in any error.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING

from ..recorder_clients.clock.offset import clock_of, window
from ..recorder_clients.connection.download import write
from ..recorder_clients.connection.line import Line, read
from ..recorder_clients.connection.login import Login
from ..recorder_clients.errors import CopyError, CopyRule
from .answers import NEVER, read_cameras, read_console

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from http.cookies import SimpleCookie
    from pathlib import Path

    import aiohttp

    from ..recorder_clients.clock.offset import ClockOffset, Window
    from ..recorder_clients.connection.download import Fetched
    from ..recorder_clients.times.requested import AskedRange
    from .answers import Recorded
    from .server import ProtectServer

API = "/proxy/protect/api"
NVR_MAX_BYTES = 4 * 1024 * 1024
CAMERAS_MAX_BYTES = 32 * 1024 * 1024
"""Of every camera all settings and statistics: about 30 kB each."""
EXPORT_MAX_BYTES = 16 * 1024**3
"""Two hours at 18 Mbit/s."""
EXPORT_KINDS = ("video/mp4", "application/octet-stream")
ANSWER_S = 15.0
EXPORT_READ_S = 120.0
"""An export is prepared before its first byte comes."""
EXPORT_S = 3_600.0
_TOKENS = ("TOKEN", "UOS_TOKEN")
_SECOND_FACTOR = 499


class ProtectClient:
    """One console."""

    def __init__(self, session: aiohttp.ClientSession, server: ProtectServer, rest_s: float | None = None) -> None:
        """Take a session that unpacks nothing and keeps no cookie, and the console to ask."""
        self._line, self._server = Line(session, rest_s, EXPORT_READ_S), server
        self._login = Login(
            self._line,
            lambda: server.at("/api/auth/login"),
            {"username": server.username, "password": server.password, "rememberMe": False},
            _cookie_in,
            also_refused=_SECOND_FACTOR,
        )
        self._console_mode = NEVER

    def rest(self) -> None:
        """Leave it alone for a moment."""
        self._line.rest()

    async def require_well(self) -> None:
        """Ask what it is, also just after it fell silent; raises what is wrong with it."""
        self._line.wake()
        await self.version()

    async def version(self) -> str:
        """Ask which version it is."""
        console = read_console((await self._json("/nvr", NVR_MAX_BYTES))[0])
        self._console_mode = console.mode
        return console.version

    async def cameras(self) -> Mapping[str, Recorded]:
        """Ask which cameras it has, and how it records them, by what it last said of itself."""
        body, _ = await self._json("/cameras", CAMERAS_MAX_BYTES)
        return await asyncio.to_thread(read_cameras, body, self._console_mode)

    async def clock(self) -> ClockOffset | None:
        """Find out how far its clock is from this home's; None when it doesn't say."""

        async def look() -> Window | None:
            return (await self._json("/nvr", NVR_MAX_BYTES))[1]

        return await clock_of(look)

    async def export(
        self, camera_id: str, asked: AskedRange, lens: Mapping[str, str], target: Path, room: int
    ) -> Fetched:
        """Have a range of its clock exported, and write it down.

        Raises CopyError `hold_quota` before more than the room there is was taken, `source_gone` where there is
        nothing; OSError. Without a result the file is gone again.
        """
        query = {"camera": camera_id, "start": str(asked.from_ms), "end": str(asked.until_ms), **lens}
        try:
            async with self._answer("/video/export", EXPORT_KINDS, EXPORT_S, query) as answer:
                return await write(answer, target, room_bytes=room, max_bytes=EXPORT_MAX_BYTES)
        except BaseException:
            await asyncio.to_thread(target.unlink, missing_ok=True)
            raise

    async def _json(self, path: str, max_bytes: int) -> tuple[bytes, Window | None]:
        asked_s = time.time()
        try:
            async with self._answer(path, ("application/json",), ANSWER_S) as answer:
                seen = window(answer.headers.get("Date", ""), asked_s, time.time())
                return await read(answer, max_bytes), seen
        except CopyError as error:
            if error.rule == CopyRule.RECORDING_GONE:  # as a console answers for Protect while that is stopped
                raise CopyError(CopyRule.AWAY, "no Protect") from error
            raise

    @asynccontextmanager
    async def _answer(
        self,
        path: str,
        kinds: tuple[str, ...],
        total_s: float,
        query: Mapping[str, str] | None = None,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        async with self._line.answer(lambda: self._ask(path, query), kinds, total_s) as answer:
            yield answer

    async def _ask(self, path: str, query: Mapping[str, str] | None) -> aiohttp.ClientResponse:
        """Send the request with a cookie of its login."""
        if not self._server.username:  # an entry may have an API key alone
            raise CopyError(CopyRule.LOGIN_REFUSED)

        async def send(cookie: str) -> aiohttp.ClientResponse:
            return await self._line.send("GET", self._server.at(API + path), headers={"Cookie": cookie}, query=query)

        answer = await self._login.sent(send)
        if answer.status == HTTPStatus.BAD_REQUEST and query is not None:  # no such range
            answer.release()
            raise CopyError(CopyRule.RECORDING_GONE)
        return answer


def _cookie_in(cookies: SimpleCookie) -> str | None:
    return next(
        (f"{name}={cookies[name].coded_value}" for name in _TOKENS if name in cookies and cookies[name].value), None
    )
