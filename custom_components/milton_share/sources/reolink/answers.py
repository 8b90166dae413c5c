"""What Reolink's devices answer, parsed strictly: only what is used. Pure.

The forms are those that the client library `reolink-aio` reads (its `api.py` and `typings.py`, 0.19 to 0.22). Fields
that are not used may be anything.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..recorder_clients.connection.json_answers import as_object, from_json, refuse
from ..recorder_clients.errors import CopyError, CopyRule
from .zone import LAST_WEEK, Change, Zone

LISTED_MAX = 5_000
"""Files of one day: one each 17 seconds, all day."""
LENGTH_MAX_S = 7_200
"""Devices close a file after an hour at most."""
TOGETHER_MAX_S = 4 * 86_400
"""All files of one day together: a camera films its day once. Each is asked for in parts, of which there would else be
a hundred thousand."""
CHANNELS_MAX = 64
LEASE_MAX_S = 86_400
DISKS_MAX = 64
_NAME = re.compile(r"[A-Za-z0-9_./ -]{1,255}\.mp4")
_DISK_NAME = re.compile(r"[0-9A-Za-z-]{1,64}")
_TOKEN = re.compile(r"[A-Za-z0-9]{1,128}")
_VERSION = re.compile(r"[0-9A-Za-z._-]{1,40}")
_UID = re.compile(r"[0-9A-Za-z]{1,64}")
_SUMMER = re.compile(r".*/?Rec\w{3}_DST\d{8}_[^/]*")
_PLAIN = re.compile(r".*/?Rec\w{3}_\d{8}_[^/]*")
_START = re.compile(r".*Rec\w{3}_(?:DST)?(\d{8})_(\d{6})_.*")
_LOGIN_FIRST, _LOGIN_FAILED = -6, frozenset({-7, -27, -505})
_MAX_SESSIONS = -5


class LoginFirstError(CopyError):
    """The token is not taken any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A file that a device says it has: from when to when, by its clock on the wall.

    `name` is its path on a card; a recorder's files have none. `summer`: whether its name says that the clock was put.
    `disk_name` is what a recorder calls a file on its disk, where it says so (since its firmware 3.6.5, of 2026).
    """

    start: datetime
    end: datetime
    name: str | None
    size_bytes: int
    summer: bool | None = None
    disk_name: str | None = None

    @property
    def is_on_card(self) -> bool:
        """Whether it is a camera's file, named by the second of its start."""
        return self.name is not None and self.disk_name is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """What it says of itself."""

    version: str
    is_recorder: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WallClock:
    """What the clock on its wall shows, and the rule that this clock follows."""

    shows: datetime
    zone: Zone


def read_answers(body: bytes) -> dict[str, dict[str, object]]:
    """Read the values of all commands that went well; raises CopyError `source_login`, `source_away`."""
    answers = from_json(body)
    if not isinstance(answers, list):
        refuse("no list")
    found = {}
    for answer in answers:
        fields = as_object(answer)
        if fields.get("code") == 0:
            found[str(fields.get("cmd"))] = as_object(fields.get("value", {}))
        else:
            _judge(fields.get("error"))
    return found


def _judge(error: object) -> None:
    """Raise for errors that concern all; a command that a device doesn't know is only missing."""
    said = error.get("rspCode") if isinstance(error, dict) else None
    code = said if isinstance(said, int) else None
    if code == _LOGIN_FIRST:
        raise LoginFirstError(CopyRule.LOGIN_REFUSED)
    if code in _LOGIN_FAILED:
        raise CopyError(CopyRule.LOGIN_REFUSED)
    if code == _MAX_SESSIONS:
        raise CopyError(CopyRule.AWAY, "too many sessions")


def read_token(value: dict[str, object]) -> tuple[str, int]:
    """Read `Login`: the token, and for how many seconds it is good."""
    token = as_object(value.get("Token"))
    name, lease_s = token.get("name"), token.get("leaseTime")
    if not isinstance(name, str) or not _TOKEN.fullmatch(name):
        refuse("a token that is none")
    return name, _whole(lease_s, 1, LEASE_MAX_S)


def read_device(value: dict[str, object]) -> Device:
    """Read `GetDevInfo`."""
    info = as_object(value.get("DevInfo"))
    version, kind = info.get("firmVer"), info.get("exactType", info.get("type"))
    if not isinstance(version, str) or not _VERSION.fullmatch(version):
        refuse("a version that is none")
    return Device(version=version, is_recorder=isinstance(kind, str) and kind.upper() == "NVR")


def read_channels(value: dict[str, object]) -> dict[str, int]:
    """Read `GetChannelstatus`: channels by the UIDs of what is on them, and by their numbers."""
    status = value.get("status")
    if not isinstance(status, list) or len(status) > CHANNELS_MAX:
        refuse("channels that are none")
    found = {}
    for entry in status:
        fields = as_object(entry)
        channel = _whole(fields.get("channel"), 0, CHANNELS_MAX)
        found[str(channel)] = channel
        uid = fields.get("uid")
        if isinstance(uid, str) and _UID.fullmatch(uid):
            found[uid] = channel
    return found


def has_storage(value: dict[str, object]) -> bool:
    """Read `GetHddInfo`: whether there is a card or a disk to record to."""
    disks = value.get("HddInfo")
    if not isinstance(disks, list) or len(disks) > DISKS_MAX:
        refuse("disks that are none")
    return any(as_object(disk).get("mount") == 1 for disk in disks)


def read_time(value: dict[str, object]) -> WallClock:
    """Read `GetTime`."""
    time, rule = as_object(value.get("Time")), as_object(value.get("Dst", {}))
    behind_s = _whole(time.get("timeZone"), -14 * 3600, 14 * 3600)
    zone = Zone(behind_s=behind_s)
    if rule.get("enable") == 1:
        zone = Zone(
            behind_s=behind_s,
            summer_s=_whole(rule.get("offset"), 0, 3) * 3600,
            begins=_change(rule, "start"),
            ends=_change(rule, "end"),
        )
    return WallClock(shows=_moment(time), zone=zone)


def read_files(value: dict[str, object]) -> tuple[Listed, ...]:
    """Read `Search`: files in the order of their starts; none where there is nothing."""
    files = as_object(value.get("SearchResult", {})).get("File", [])
    if not isinstance(files, list) or len(files) > LISTED_MAX:
        refuse("files that are none")
    found = sorted((_file(as_object(file)) for file in files), key=lambda one: one.start)
    if sum((one.end - one.start).total_seconds() for one in found) > TOGETHER_MAX_S:
        refuse("more than a day has room for")
    return tuple(found)


def read_prepared(value: dict[str, object]) -> str:
    """Read `NvrDownload`: which file to fetch, the largest."""
    files = value.get("fileList")
    if not isinstance(files, list) or not files or len(files) > LISTED_MAX:
        raise CopyError(CopyRule.RECORDING_GONE)
    sizes = {_name(as_object(file).get("fileName")): _size(as_object(file).get("fileSize")) for file in files}
    return max(sizes, key=lambda name: sizes[name])


def _file(file: dict[str, object]) -> Listed:
    start, end = _moment(as_object(file.get("StartTime"))), _moment(as_object(file.get("EndTime")))
    if end < start:  # over a change of the clock, or a device that says only the time of day
        end = max(start, end + timedelta(hours=1))
    if (end - start).total_seconds() > LENGTH_MAX_S:
        refuse("a file that is too long")
    said = file.get("name")
    disk_name = said if isinstance(said, str) and _DISK_NAME.fullmatch(said) else None
    name = _name(said) if said is not None and disk_name is None else None
    size_bytes = _size(file.get("size", 0))
    return Listed(start=start, end=end, name=name, size_bytes=size_bytes, summer=_said(name), disk_name=disk_name)


def start_in(name: str) -> str | None:
    """Return when a card's file began, as its name says and as some firmwares want to be told again; None without."""
    found = _START.fullmatch(name)
    return found and "".join(found.groups())


def _said(name: str | None) -> bool | None:
    if name is None:
        return None
    return True if _SUMMER.fullmatch(name) else False if _PLAIN.fullmatch(name) else None


def _name(value: object) -> str:
    if not isinstance(value, str) or not _NAME.fullmatch(value) or ".." in value:
        refuse("a name that is none")
    return value


def _size(value: object) -> int:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 16:  # noqa: PLR2004  petabytes
        return int(value)
    return _whole(value, 0, 2**50)


def _moment(value: dict[str, object]) -> datetime:
    try:
        return datetime(  # noqa: DTZ001  a clock without a zone
            _whole(value.get("year"), 1990, 2199),
            _whole(value.get("mon"), 1, 12),
            _whole(value.get("day"), 1, 31),
            _whole(value.get("hour"), 0, 23),
            _whole(value.get("min"), 0, 59),
            _whole(value.get("sec"), 0, 59),
        )
    except ValueError as error:
        raise CopyError(CopyRule.WRONG_ANSWER, "a day that is none") from error


def _change(rule: dict[str, object], prefix: str) -> Change:
    return Change(
        month=_whole(rule.get(f"{prefix}Mon"), 1, 12),
        week=_whole(rule.get(f"{prefix}Week"), 1, LAST_WEEK),
        weekday=_whole(rule.get(f"{prefix}Weekday"), 0, 6),
        hour=_whole(rule.get(f"{prefix}Hour"), 0, 23),
        minute=_whole(rule.get(f"{prefix}Min", 0), 0, 59),
    )


def _whole(value: object, least: int, most: int) -> int:
    if type(value) is not int or not least <= value <= most:
        refuse("a number that is none")
    return value
