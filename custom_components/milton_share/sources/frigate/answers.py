"""What Frigate answers, parsed strictly: only what is used, in the bounds that Frigate itself keeps. Pure.

The forms are those of its `api/media.py` and `api/app.py` (0.14 to 0.18). Fields that are not used may be anything.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..recorder_clients.connection.json_answers import as_object, from_json, refuse
from .server import CAMERA_NAME

if TYPE_CHECKING:
    from collections.abc import Mapping

LISTED_MAX = 7_300
"""Recordings in one answer: two hours (what is asked for at once, with both edges) of one a second."""
LENGTH_MAX_S = 600
"""Frigate drops longer files (MAX_SEGMENT_DURATION of its `const.py`)."""
EPOCH_MAX_S = 2**33
CAMERAS_MAX = 500
_VERSION = re.compile(r"[0-9A-Za-z.+-]{1,40}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A file that Frigate says it has: the second (UTC, by its clock) in which it was opened, and how long it is."""

    start_s: int
    length_s: float

    @property
    def end_s(self) -> float:
        """End, counted from the start of that second."""
        return self.start_s + self.length_s


def read_version(body: bytes) -> str:
    """Read `/api/version`; raises CopyError `source_answer`."""
    text = body.decode("ascii", errors="replace").strip()
    if not _VERSION.fullmatch(text):
        refuse("a version that is none")
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """How Frigate records a camera: whether at all, and whether without sound by its own command."""

    enabled: bool
    silent: bool = False


def read_recording_cameras(body: bytes) -> Mapping[str, Recorded]:
    """Read out of `/api/config` which cameras there are, and how each is recorded: not while it is switched off."""
    cameras = as_object(as_object(from_json(body)).get("cameras"))
    if len(cameras) > CAMERAS_MAX:
        refuse("too many cameras")
    found = {}
    for name, camera in cameras.items():
        enabled = as_object(as_object(camera).get("record")).get("enabled")
        if not CAMERA_NAME.fullmatch(name) or not isinstance(enabled, bool):
            refuse("a camera that is none")
        enabled = enabled and as_object(camera).get("enabled") is not False
        found[name] = Recorded(enabled=enabled, silent=_is_silent(as_object(camera).get("ffmpeg_cmds")))
    return found


def _is_silent(commands: object) -> bool:
    """Whether ffmpeg is told to leave sound out of recordings. What can't be read is no such word."""
    if not isinstance(commands, list):
        return False
    records = [each["cmd"] for each in commands if isinstance(each, dict) and _does_record(each)]
    return bool(records) and all(isinstance(cmd, str) and "-an" in cmd.split() for cmd in records)


def _does_record(command: dict[str, object]) -> bool:
    roles = command.get("roles")
    return "cmd" in command and isinstance(roles, list) and "record" in roles


def read_recordings(body: bytes, from_s: float, until_s: float) -> tuple[Listed, ...]:
    """Read `/api/<camera>/recordings` for a time range; oldest first, one a second at most.

    Raises CopyError `source_answer`, also when it names something outside what was asked for.
    """
    listing = from_json(body)
    if not isinstance(listing, list) or len(listing) > LISTED_MAX:
        refuse("no list of recordings")
    found: dict[int, Listed] = {}
    for item in listing:
        entry = as_object(item)
        start_s, end_s = _moment(entry.get("start_time")), _moment(entry.get("end_time"))
        if not 0 < end_s - start_s <= LENGTH_MAX_S + 1 or start_s > until_s or end_s < from_s:
            refuse("a recording of an impossible time")
        opened_s = math.floor(start_s)
        if opened_s in found:
            refuse("two recordings of one second")
        found[opened_s] = Listed(start_s=opened_s, length_s=end_s - start_s)
    return tuple(found[start_s] for start_s in sorted(found))


def _moment(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < EPOCH_MAX_S:
        refuse("a time that is none")
    return float(value)
