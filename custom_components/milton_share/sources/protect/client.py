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
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING

from ..copied.clock import Window, offset_of, window
from ..copied.errors import CopyError, Rule
from ..copied.fetched import write
from ..copied.line import UNAUTHORIZED, Line, is_away, read
from .answers import NEVER, read_cameras, read_console

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path

    import aiohttp

    from ..copied.asked import Asked
    from ..copied.clock import ClockOffset
    from ..copied.fetched import Fetched
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
LOGIN_PAUSE_S = 900.0
"""After a refused login it isn't tried again for so long: consoles count failures, and lock people out."""
CLOCK_LOOKS = 6
CLOCK_STEP_S = 0.17
"""Six answers over a second tell the clock to about a sixth of one."""
_TOKENS = ("TOKEN", "UOS_TOKEN")
_SECOND_FACTOR = 499
_LOGIN_REFUSED = (*UNAUTHORIZED, _SECOND_FACTOR)


class ProtectClient:
    """One console."""

    def __init__(self, session: aiohttp.ClientSession, server: ProtectServer, rest_s: float | None = None) -> None:
        """Take a session that unpacks nothing and keeps no cookie, and the console to ask."""
        self._line, self._server = Line(session, rest_s, EXPORT_READ_S), server
        self._cookie: str | None = None
        self._console_mode = NEVER
        self._login_again_at_s = 0.0

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
        windows: list[Window] = []
        for look in range(CLOCK_LOOKS):
            if look:
                await asyncio.sleep(CLOCK_STEP_S)
            _, seen = await self._json("/nvr", NVR_MAX_BYTES)
            if seen is not None:
                windows.append(seen)
        return offset_of(windows)

    async def export(self, camera_id: str, asked: Asked, lens: Mapping[str, str], target: Path, room: int) -> Fetched:
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
            if error.rule == Rule.RECORDING_GONE:  # as a console answers for Protect while that is stopped
                raise CopyError(Rule.AWAY, "no Protect") from error
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
        """Send the request, with a new token when the last one isn't taken any more."""
        if self._cookie is None:
            await self._log_in()
        answer = await self._get(path, query)
        if answer.status in UNAUTHORIZED:
            answer.release()
            await self._log_in()
            answer = await self._get(path, query)
        if answer.status == HTTPStatus.BAD_REQUEST and query is not None:  # no such range
            answer.release()
            raise CopyError(Rule.RECORDING_GONE)
        return answer

    async def _get(self, path: str, query: Mapping[str, str] | None) -> aiohttp.ClientResponse:
        headers = {"Cookie": self._cookie or ""}
        url = self._server.at(API + path)
        return await self._line.send("GET", url, headers=headers, query=query)

    async def _log_in(self) -> None:
        self._cookie = None
        if not self._server.username or time.monotonic() < self._login_again_at_s:  # an entry may have an API key alone
            raise CopyError(Rule.LOGIN_REFUSED)
        login = {"username": self._server.username, "password": self._server.password, "rememberMe": False}
        async with await self._line.send("POST", self._server.at("/api/auth/login"), headers={}, body=login) as answer:
            if answer.status in _LOGIN_REFUSED:
                self._login_again_at_s = time.monotonic() + LOGIN_PAUSE_S
                raise CopyError(Rule.LOGIN_REFUSED)
            if is_away(answer):
                self.rest()
                raise CopyError(Rule.AWAY, f"status {answer.status}")
            cookie = _cookie_in(answer.headers.getall("Set-Cookie", []))
            if answer.status != HTTPStatus.OK or cookie is None:
                raise CopyError(Rule.WRONG_ANSWER, "a login without a token")
            self._cookie = cookie


def _cookie_in(cookies: list[str]) -> str | None:
    for text in cookies:
        try:
            found = SimpleCookie(text)
        except CookieError:
            continue
        for name in _TOKENS:
            if name in found and found[name].value:
                return f"{name}={found[name].coded_value}"
    return None
