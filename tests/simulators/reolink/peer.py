"""The device's HTTP: what it gives out, and every way to give something else."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from aiohttp import web

from tests.simulators.answering import Answering
from tests.simulators.films import Film, export
from tests.simulators.loopback import Loopback

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

VERSION = "v3.1.0.2368_23062508"
UID = "95270000ABCDEFGH"
MAC = "ec:71:db:00:00:01"
NEW_YORK = ZoneInfo("America/New_York")
TIME_ZONE_S = 5 * 3600
SUMMER = {
    "enable": 1,
    "offset": 1,
    "startMon": 3,
    "startWeek": 2,
    "startWeekday": 0,
    "startHour": 2,
    "startMin": 0,
    "startSec": 0,
    "endMon": 11,
    "endWeek": 1,
    "endWeekday": 0,
    "endHour": 2,
    "endMin": 0,
    "endSec": 0,
}
type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
type Value = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A file on the card: when it began (UTC), how long it says it is, and its bytes."""

    path: Path
    began_s: float
    length_s: float
    named: bool = True

    def name(self, ahead_s: float) -> str:
        """Return its path, as the card has it."""
        start, end = (wall(at + ahead_s) for at in (self.began_s, self.began_s + self.length_s))
        summer = "DST" if start.dst() else ""
        stamp = f"{summer}{start:%Y%m%d_%H%M%S}_{end:%H%M%S}"
        return f"Mp4Record/{start:%Y-%m-%d}/RecM01_{stamp}_6D28808_{self.path.stat().st_size:X}.mp4"


def wall(epoch_s: float) -> datetime:
    """Return what a clock on the wall of New York shows."""
    return datetime.fromtimestamp(epoch_s, UTC).astimezone(NEW_YORK)


def as_time(moment: datetime) -> Value:
    """Return it as devices write it."""
    return {
        "year": moment.year,
        "mon": moment.month,
        "day": moment.day,
        "hour": moment.hour,
        "min": moment.minute,
        "sec": moment.second,
    }


class Reolink:
    """One device. `answer` takes the place of a command's own: Login, Search, Download, Playback, GetTime, and so on.

    `files` are on a camera's card; `films` are what a recorder (`is_recorder`) has of its channel. `ahead_s` is how
    far its clock is ahead of this machine's. `names_disk`: as a recorder's firmware 3.6.5 does it names the files of
    its disk, gives these, and closes the line on whoever wants what it has prepared. `hangs_up`: on any download.
    """

    def __init__(self, folder: Path, login: tuple[str, str], *, is_recorder: bool = False) -> None:
        """Name a folder for what is prepared, and its one user."""
        self.folder, self.login, self.is_recorder = folder, login, is_recorder
        self.files: list[Stored] = []
        self.films: list[Film] = []
        self.has_storage = True
        self.downloads = True
        self.names_disk = self.hangs_up = False
        self.ahead_s = 0.0
        self.answer: dict[str, Handler] = {}
        self.asked: Counter[str] = Counter()
        self.searched: list[Value] = []
        self.fetched: list[dict[str, str]] = []
        self.tokens: list[str] = []
        self.port = 0
        self._prepared: dict[str, Path] = {}
        self._answering = Answering()
        self._serving: Loopback | None = None

    async def start(self) -> None:
        """Serve on the loopback."""
        self.folder.mkdir(parents=True, exist_ok=True)
        app = web.Application(middlewares=[self._answering.middleware()])
        app.router.add_post("/cgi-bin/api.cgi", self._commands)
        app.router.add_get("/cgi-bin/api.cgi", self._give)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        self._serving = await Loopback.started(runner, port=self.port)
        self.port = self._serving.port

    async def stop(self) -> None:
        """Stop serving."""
        if self._serving is not None:
            await self._serving.stop()
        await self._answering.end()

    async def _commands(self, request: web.Request) -> web.StreamResponse:
        commands = await request.json()
        answers = []
        for command in commands:
            name = command["cmd"]
            self.asked[name] += 1
            if name in self.answer:
                return await self.answer[name](request)
            if name != "Login" and request.query.get("token") not in self.tokens:
                answers.append(refusal(name, -6, "please login first"))
                continue
            own = getattr(self, f"_{name}", None)
            answers.append(await own(command.get("param", {})) if own else refusal(name, -9, "not support"))
        return as_page(answers)

    async def _Login(self, param: Value) -> Value:  # noqa: N802  as the command is called
        user = param["User"]
        if (user.get("userName"), user.get("password")) != self.login:
            return refusal("Login", -7, "login failed")
        self.tokens.append(f"token{len(self.tokens)}of{time.time_ns()}")
        return value("Login", {"Token": {"leaseTime": 3600, "name": self.tokens[-1]}})

    async def _Logout(self, _param: Value) -> Value:  # noqa: N802  as the command is called
        return value("Logout", {"rspCode": 200})

    async def _GetDevInfo(self, _param: Value) -> Value:  # noqa: N802  as the command is called
        kind = "NVR" if self.is_recorder else "IPC"
        info = {
            "firmVer": VERSION,
            "exactType": kind,
            "type": kind,
            "model": "RLN8-410" if self.is_recorder else "RLC-810A",
            "hardVer": "H3MB18",
            "name": "Street side",
            "channelNum": 1,
            "serial": "00000000000000",
        }
        return value("GetDevInfo", {"DevInfo": info})

    async def _GetChannelstatus(self, _param: Value) -> Value:  # noqa: N802  as the command is called
        if not self.is_recorder:
            return refusal("GetChannelstatus", -9, "not support")
        status = {"channel": 0, "name": "Street side", "online": 1, "uid": UID, "typeInfo": "RLC-810A"}
        return value("GetChannelstatus", {"count": 1, "status": [status]})

    async def _GetLocalLink(self, _param: Value) -> Value:  # noqa: N802  as the command is called
        return value("GetLocalLink", {"LocalLink": {"activeLink": "LAN", "mac": MAC, "type": "DHCP"}})

    async def _GetNetPort(self, _param: Value) -> Value:  # noqa: N802  as the command is called
        ports = {f"{name}Enable": int(name != "https") for name in ("http", "https", "rtsp", "rtmp", "onvif")}
        ports |= {"httpPort": self.port, "httpsPort": 443, "rtspPort": 554, "rtmpPort": 1935, "onvifPort": 8000}
        return value("GetNetPort", {"NetPort": ports | {"mediaPort": 9000}})

    async def _GetUser(self, _param: Value) -> Value:  # noqa: N802  as the command is called
        return value("GetUser", {"User": [{"level": "admin", "userName": self.login[0]}]})

    async def _GetRtspUrl(self, param: Value) -> Value:  # noqa: N802  as the command is called
        channel = param["channel"]
        urls = {f"{name}Stream": f"rtsp://127.0.0.1:554/Preview_0{channel + 1}_{name}" for name in ("main", "sub")}
        return value("GetRtspUrl", {"rtspUrl": urls | {"channel": channel}})

    async def _GetHddInfo(self, _param: Value) -> Value:  # noqa: N802  as the command is called
        disk = {"capacity": 60_000, "format": 1, "id": 0, "mount": 1, "size": 100, "storageType": 2}
        return value("GetHddInfo", {"HddInfo": [disk] if self.has_storage else []})

    async def _GetTime(self, _param: Value) -> Value:  # noqa: N802  as the command is called
        shows = as_time(wall(time.time() + self.ahead_s))
        shows |= {"hourFmt": 0, "timeFmt": "MM/DD/YYYY", "timeZone": TIME_ZONE_S}
        return value("GetTime", {"Dst": SUMMER, "Time": shows})

    async def _Search(self, param: Value) -> Value:  # noqa: N802  as the command is called
        wanted = param["Search"]
        self.searched.append(wanted)
        first, last = (naive(wanted[name]) for name in ("StartTime", "EndTime"))
        listed = [self._listed(each) for each in self.stored()]
        found = [file for file in listed if naive(file["EndTime"]) >= first and naive(file["StartTime"]) <= last]
        month = {"mon": first.month, "year": first.year, "table": "0" * 31}
        result = {"Status": [month], "channel": wanted["channel"]} | ({"File": found} if found else {})
        return value("Search", {"SearchResult": result})

    def stored(self) -> list[Stored]:
        """Return what it has: files on a card, or what a recorder has of its channel."""
        if not self.is_recorder:
            return self.files
        spans = [(film, *film.kept_s) for film in self.films]
        return [Stored(path=film.path, began_s=low, length_s=high - low, named=False) for film, low, high in spans]

    def _listed(self, each: Stored) -> Value:
        start, end = (wall(at + self.ahead_s) for at in (each.began_s, each.began_s + each.length_s))
        listed = {
            "StartTime": as_time(start),
            "EndTime": as_time(end),
            "PlaybackTime": as_time(datetime.fromtimestamp(each.began_s, UTC)),
            "frameRate": 0,
            "height": 0,
            "size": str(each.path.stat().st_size),
            "type": "main",
            "width": 0,
        }
        if self.names_disk:
            return listed | {"name": self._disk_name(each)}
        return listed | ({"name": each.name(self.ahead_s)} if each.named else {})

    def _disk_name(self, each: Stored) -> str:
        return f"0-1-0-01{wall(each.began_s + self.ahead_s):%y%m%d%H%M%S}-00000"

    async def _NvrDownload(self, param: Value) -> Value:  # noqa: N802  as the command is called
        wanted = param["NvrDownload"]
        first, last = (
            naive(wanted[name]).replace(tzinfo=NEW_YORK).timestamp() - self.ahead_s for name in ("StartTime", "EndTime")
        )
        name = f"fragment_01_{len(self._prepared)}.mp4"
        target = self.folder / name
        if not await asyncio.to_thread(export, self.films, first, last, target):
            return value("NvrDownload", {"fileCount": 0, "fileList": []})
        self._prepared[name] = target
        file = {"fileName": name, "fileSize": str(target.stat().st_size)}
        return value("NvrDownload", {"fileCount": 1, "fileList": [file]})

    async def _give(self, request: web.Request) -> web.StreamResponse:
        command = request.query["cmd"]
        self.asked[command] += 1
        self.fetched.append(dict(request.query))
        if command in self.answer:
            return await self.answer[command](request)
        if request.query.get("token") not in self.tokens:
            return as_page([refusal(command, -6, "please login first")])
        source = request.query["source"]
        if (self.names_disk and source in self._prepared) or (self.hangs_up and command == "Download"):
            assert request.transport is not None
            request.transport.close()
        files = {each.name(self.ahead_s): each.path for each in self.files} | self._prepared
        files |= {self._disk_name(each): each.path for each in self.stored()} if self.names_disk else {}
        path = files.get(source)
        if path is None or (command == "Download" and not self.downloads):
            return as_page([refusal(command, -17, "rcv failed")])
        kind = "apolication/octet-stream" if command == "Download" else "video/mp4"
        headers = {"Content-Type": kind, "Content-Disposition": f'attachment; filename="{request.query["output"]}"'}
        return web.FileResponse(path, headers=headers)


def naive(fields: Value) -> datetime:
    """Read a device's time."""
    return datetime(  # noqa: DTZ001  a clock without a zone
        fields["year"], fields["mon"], fields["day"], fields["hour"], fields["min"], fields["sec"]
    )


def value(command: str, fields: Value) -> Value:
    """Make the answer to a command."""
    return {"cmd": command, "code": 0, "value": fields}


def refusal(command: str, code: int, detail: str) -> Value:
    """Make the answer to a command that is refused."""
    return {"cmd": command, "code": 1, "error": {"detail": detail, "rspCode": code}}


def _dumps(answers: object) -> str:
    """Write JSON as devices do; the published client looks for their spaces."""
    return json.dumps(answers, indent=3, separators=(",", " : "))


def as_page(answers: list[Value]) -> web.Response:
    """Answer as devices do: JSON that calls itself a page."""
    return web.json_response(answers, content_type="text/html", dumps=_dumps)


def stored_parts(parts: list[Path], began_s: float, length_s: float) -> list[Stored]:
    """Put files one after the other."""
    return [
        Stored(path=part, began_s=began_s + number * length_s, length_s=length_s) for number, part in enumerate(parts)
    ]


def moved(stored: Stored, by: timedelta) -> Stored:
    """Return the same bytes at another time."""
    return Stored(path=stored.path, began_s=stored.began_s + by.total_seconds(), length_s=stored.length_s)
