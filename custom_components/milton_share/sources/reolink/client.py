"""Asks one Reolink device, over HTTP, and believes none of it.

Invariants: only the address of the owner's own `reolink` entry is asked, and only in the home's network; redirects are
not followed; every answer is bounded in size and time; the login goes to `/cgi-bin/api.cgi` of that address and the
token to no other; neither is in any error.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ..recorder_clients.clock.offset import Window, clock_of
from ..recorder_clients.connection.download import write
from ..recorder_clients.connection.line import Line, read
from ..recorder_clients.connection.login import LOGIN_PAUSE_S
from ..recorder_clients.errors import CopyError, CopyRule, HungUpError
from .answers import (
    LoginFirstError,
    has_storage,
    read_answers,
    read_channels,
    read_device,
    read_files,
    read_prepared,
    read_time,
    read_token,
    start_in,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence
    from pathlib import Path

    import aiohttp

    from ..recorder_clients.clock.offset import ClockOffset
    from ..recorder_clients.connection.download import Fetched
    from .answers import Device, Listed, WallClock
    from .server import ReolinkServer

ANSWER_MAX_BYTES = 4 * 1024 * 1024
"""Of 5,000 files 500 bytes each, and more."""
FILE_MAX_BYTES = 8 * 1024**3
"""An hour at 16 Mbit/s."""
ANSWER_KINDS = ("text/html", "application/json")
"""Its JSON calls itself a page."""
FILE_KINDS = ("video/mp4", "application/octet-stream", "apolication/octet-stream")
"""Some firmwares misspell it."""
ANSWER_S = 20.0
FILE_READ_S = 60.0
FILE_S = 3_600.0
LEASE_MARGIN_S = 60

type Command = dict[str, object]


class ReolinkClient:
    """One device."""

    def __init__(self, session: aiohttp.ClientSession, server: ReolinkServer, rest_s: float | None = None) -> None:
        """Take a session that unpacks nothing and keeps no cookie, and the device to ask."""
        self._line, self._server = Line(session, rest_s, FILE_READ_S), server
        self._token: str | None = None
        self._good_until_s = 0.0
        self._login_again_at_s = 0.0
        self._logging_in = asyncio.Lock()
        self._hangs_up = False  # when a file is to be downloaded

    def rest(self) -> None:
        """Leave it alone for a moment."""
        self._line.rest()

    async def require_well(self) -> None:
        """Ask what it is, also just after it fell silent; raises what is wrong with it."""
        self._line.wake()
        await self.device()

    async def device(self) -> Device:
        """Ask what it is."""
        return read_device(await self._value("GetDevInfo"))

    async def channels(self) -> Mapping[str, int]:
        """Ask what is on its channels; a camera has one, and may not know the question."""
        answers = await self._ask([_command("GetChannelstatus")])
        return read_channels(answers["GetChannelstatus"]) if "GetChannelstatus" in answers else {"0": 0}

    async def has_storage(self) -> bool:
        """Ask whether it has something to record to."""
        answers = await self._ask([_command("GetHddInfo")])
        return "GetHddInfo" in answers and has_storage(answers["GetHddInfo"])

    async def wall_clock(self) -> WallClock:
        """Ask what its clock shows, and by which rule it is put."""
        return read_time(await self._value("GetTime"))

    async def clock(self) -> ClockOffset | None:
        """Find out how far its clock is from this home's: it shows whole seconds."""

        async def look() -> Window:
            asked_s = time.time()
            clock = await self.wall_clock()
            answered_s = time.time()
            nearest_s = min(clock.zone.moments_s(clock.shows), key=lambda at: abs(at - asked_s))
            return Window(low_s=asked_s - nearest_s - 1, high_s=answered_s - nearest_s)

        return await clock_of(look)

    async def files(self, channel: int, from_: datetime, until: datetime) -> tuple[Listed, ...]:
        """Ask what it has of a channel in a range of one day, by the clock on its wall."""
        search = {
            "channel": channel,
            "onlyStatus": 0,
            "streamType": "main",
            "StartTime": _time(from_),
            "EndTime": _time(until),
        }
        value = await self._value("Search", {"Search": search})
        return await asyncio.to_thread(read_files, value)

    async def prepare(self, channel: int, from_: datetime, until: datetime) -> str:
        """Have a recorder prepare a range of its disk; return the name to fetch."""
        wanted = {
            "channel": channel,
            "iLogicChannel": 0,
            "streamType": "main",
            "StartTime": _time(from_),
            "EndTime": _time(until),
        }
        answers = await self._ask([{"cmd": "NvrDownload", "action": 1, "param": {"NvrDownload": wanted}}])
        return read_prepared(answers.get("NvrDownload", {}))

    async def fetch(self, name: str, target: Path, room_bytes: int) -> Fetched:
        """Copy a file, byte by byte; a firmware that doesn't let it be downloaded lets it be played back.

        Some say so, some close the line without a word: that is remembered, for it takes their web server some time.

        Raises CopyError `hold_quota` before more than the room there is was taken, `source_gone`; OSError. Without
        a result the file is gone again.
        """
        try:
            try:
                return await self._fetch("Playback" if self._hangs_up else "Download", name, target, room_bytes)
            except HungUpError:
                if self._hangs_up:
                    raise
                fetched = await self._fetch("Playback", name, target, room_bytes)
                self._hangs_up = True
                return fetched
            except CopyError as error:
                if error.rule != CopyRule.WRONG_ANSWER:
                    raise
                await self.device()  # a token that isn't taken any more is answered by a page, too: here it is renewed
                return await self._fetch("Playback", name, target, room_bytes)
        except BaseException:
            await asyncio.to_thread(target.unlink, missing_ok=True)
            raise

    async def _fetch(self, command: str, name: str, target: Path, room_bytes: int) -> Fetched:
        await self._log_in()
        query = {"cmd": command, "source": name, "output": "recording.mp4", "token": self._token or ""}
        start = start_in(name)
        if start is not None:
            query["start"] = start
        async with self._answer("GET", FILE_KINDS, FILE_S, query) as answer:
            return await write(answer, target, room_bytes=room_bytes, max_bytes=FILE_MAX_BYTES)

    async def _value(self, name: str, param: Mapping[str, object] | None = None) -> dict[str, object]:
        """Ask one command that every device knows."""
        answers = await self._ask([_command(name, param)])
        if name not in answers:
            raise CopyError(CopyRule.WRONG_ANSWER, "a command that was not answered")
        return answers[name]

    async def _ask(self, commands: Sequence[Command]) -> dict[str, dict[str, object]]:
        """Ask commands, with a new token when the last one isn't taken any more."""
        await self._log_in()
        token = self._token
        try:
            return await self._send(commands)
        except LoginFirstError:
            if self._token == token:  # else somebody else got a new one meanwhile
                self._token = None
            await self._log_in()
            return await self._send(commands)

    async def _send(self, commands: Sequence[Command]) -> dict[str, dict[str, object]]:
        query = {"cmd": str(commands[0]["cmd"]), "token": self._token or "null"}
        async with self._answer("POST", ANSWER_KINDS, ANSWER_S, query, commands) as answer:
            return read_answers(await read(answer, ANSWER_MAX_BYTES))

    @asynccontextmanager
    async def _answer(
        self,
        method: str,
        kinds: tuple[str, ...],
        total_s: float,
        query: Mapping[str, str],
        body: object = None,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        async def ask() -> aiohttp.ClientResponse:
            return await self._line.send(method, self._server.api, headers={}, query=query, body=body)

        async with self._line.answer(ask, kinds, total_s) as answer:
            yield answer

    async def _log_in(self) -> None:
        async with self._logging_in:  # each login takes one of its few sessions
            if self._token is None or time.monotonic() >= self._good_until_s:
                await self._log_in_anew()

    async def _log_in_anew(self) -> None:
        self._token = None
        if time.monotonic() < self._login_again_at_s:
            raise CopyError(CopyRule.LOGIN_REFUSED)
        user = {"userName": self._server.username, "password": self._server.password}
        try:
            answers = await self._send([{"cmd": "Login", "action": 0, "param": {"User": user}}])
        except CopyError as error:
            if error.rule == CopyRule.LOGIN_REFUSED:
                self._login_again_at_s = time.monotonic() + LOGIN_PAUSE_S
            raise
        self._token, lease_s = read_token(answers.get("Login", {}))
        self._good_until_s = time.monotonic() + lease_s - LEASE_MARGIN_S


def _command(name: str, param: Mapping[str, object] | None = None) -> Command:
    return {"cmd": name, "action": 0, "param": param or {}}


def _time(moment: datetime) -> dict[str, int]:
    whole = moment.replace(microsecond=0) + timedelta(0)
    return {
        "year": whole.year,
        "mon": whole.month,
        "day": whole.day,
        "hour": whole.hour,
        "min": whole.minute,
        "sec": whole.second,
    }
