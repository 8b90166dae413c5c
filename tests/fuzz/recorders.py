"""What other recorders in the house answer: UniFi Protect and Reolink. Frigate's is in `home_inputs.py`."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from custom_components.milton_share.sources.protect.answers import read_cameras, read_console
from custom_components.milton_share.sources.protect.server import MAC
from custom_components.milton_share.sources.recorder_clients.errors import CopyError
from custom_components.milton_share.sources.reolink.answers import (
    has_storage,
    read_answers,
    read_channels,
    read_device,
    read_files,
    read_prepared,
    read_time,
    read_token,
)
from custom_components.milton_share.sources.reolink.parts import days_of, parts_of
from tests.fuzz.short import json_bytes, short_target

if TYPE_CHECKING:
    from collections.abc import Callable

TIME = {"year": 2026, "mon": 11, "day": 1, "hour": 1, "min": 30, "sec": 0}
END = TIME | {"min": 35}
SUMMER = {
    "enable": 1, "offset": 1, "startMon": 3, "startWeek": 2, "startWeekday": 0, "startHour": 2, "startMin": 0,
    "endMon": 11, "endWeek": 1, "endWeekday": 0, "endHour": 2, "endMin": 0,
}  # fmt: skip
NAME = "Mp4Record/2026-11-01/RecM01_DST20261101_013000_013500_6D28808_1A468F9.mp4"
FILE = {"StartTime": TIME, "EndTime": END, "name": NAME, "size": "1000", "type": "main"}
CAMERA = {
    "mac": "F4E2C6A1B2C3", "id": "66aa", "recordingSettings": {"mode": "always"},
    "stats": {"video": {"recordingStart": 1_700_000_000_000, "recordingEnd": 1_760_000_000_000}},
}  # fmt: skip
CLOCK = {"Dst": SUMMER, "Time": TIME | {"timeZone": 18_000}}


def _protect_cameras(data: bytes) -> object:
    cameras = read_cameras(data)
    assert all(MAC.fullmatch(mac) for mac in cameras)
    return cameras


def _reolink(command: str, run: Callable[[dict[str, object]], object]) -> Callable[[bytes], object]:
    """Read all answers, then one as its command's."""
    return lambda data: run(read_answers(data).get(command, {}))


def _time(value: dict[str, object]) -> object:
    clock = read_time(value)
    for at in clock.zone.moments_s(clock.shows):
        assert isinstance(clock.zone.local(at), datetime)
    return clock


def _files(value: dict[str, object]) -> object:
    zone = read_time(CLOCK).zone
    files = read_files(value)
    parts = parts_of(files[:20], zone)
    assert all("/" not in part.key for part in parts)
    return [list(days_of(file.start, file.end)) for file in files[:20]]


def _answer(command: str, value: object) -> bytes:
    return json_bytes([{"cmd": command, "code": 0, "value": value}])


TARGETS = (
    short_target(
        "home.protect.version",
        read_console,
        json_bytes({"version": "6.2.83", "globalCameraSettings": {"recordingSettings": {"mode": "always"}}}),
        refusals=(CopyError,),
    ),
    short_target("home.protect.cameras", _protect_cameras, json_bytes([CAMERA]), refusals=(CopyError,)),
    short_target(
        "home.reolink.answers",
        read_answers,
        _answer("GetTime", CLOCK),
        json_bytes([{"cmd": "Login", "code": 1, "error": {"rspCode": -7}}]),
        refusals=(CopyError,),
    ),
    short_target(
        "home.reolink.login",
        _reolink("Login", read_token),
        _answer("Login", {"Token": {"leaseTime": 3600, "name": "abc"}}),
        refusals=(CopyError,),
    ),
    short_target("home.reolink.time", _reolink("GetTime", _time), _answer("GetTime", CLOCK), refusals=(CopyError,)),
    short_target(
        "home.reolink.files",
        _reolink("Search", _files),
        _answer("Search", {"SearchResult": {"Status": [], "File": [FILE, {**FILE, "name": NAME.replace("DST", "")}]}}),
        refusals=(CopyError,),
    ),
    short_target(
        "home.reolink.device",
        _reolink("GetDevInfo", read_device),
        _answer("GetDevInfo", {"DevInfo": {"firmVer": "v3.1.0", "exactType": "NVR"}}),
        refusals=(CopyError,),
    ),
    short_target(
        "home.reolink.channels",
        _reolink("GetChannelstatus", read_channels),
        _answer("GetChannelstatus", {"count": 1, "status": [{"channel": 0, "uid": "95270000ABCDEFGH"}]}),
        refusals=(CopyError,),
    ),
    short_target(
        "home.reolink.disk",
        _reolink("GetHddInfo", has_storage),
        _answer("GetHddInfo", {"HddInfo": [{"mount": 1}]}),
        refusals=(CopyError,),
    ),
    short_target(
        "home.reolink.prepared",
        _reolink("NvrDownload", read_prepared),
        _answer("NvrDownload", {"fileList": [{"fileName": "fragment_01.mp4", "fileSize": "1000"}]}),
        refusals=(CopyError,),
    ),
)
