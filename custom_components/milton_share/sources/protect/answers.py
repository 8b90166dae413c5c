"""What Protect answers, parsed strictly: only what is used. Pure.

The forms are those that the client library `uiprotect` reads (its `data/nvr.py` and `data/devices.py`, 10.1 to 23.0).
Fields that are not used may be anything.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import NoReturn

from ..copied.errors import CopyError, Rule
from .server import MAC

CAMERAS_MAX = 500
EPOCH_MAX_MS = 2**43
_VERSION = re.compile(r"[0-9A-Za-z.+-]{1,40}")
_ID = re.compile(r"[0-9a-zA-Z]{1,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A camera of Protect: its id there, how it is recorded, and from when to when, by Protect's clock, if at all."""

    camera_id: str
    mode: str
    from_ms: int | None = None
    until_ms: int | None = None

    @property
    def always(self) -> bool:
        """Whether it is recorded without a break, so that most of a range is there."""
        return self.mode in {"always", "adaptive"}


def read_version(body: bytes) -> str:
    """Read out of `nvr` which Protect it is; raises CopyError `source_answer`."""
    version = _object(_json(body)).get("version")
    if not isinstance(version, str) or not _VERSION.fullmatch(version):
        _refuse("a version that is none")
    return version


def read_cameras(body: bytes) -> dict[str, Recorded]:
    """Read `cameras`: by their addresses; raises CopyError `source_answer`."""
    cameras = _json(body)
    if not isinstance(cameras, list) or len(cameras) > CAMERAS_MAX:
        _refuse("cameras that are none")
    return dict(_camera(_object(camera)) for camera in cameras)


def _camera(camera: dict[str, object]) -> tuple[str, Recorded]:
    mac, camera_id = camera.get("mac"), camera.get("id")
    if not isinstance(mac, str) or not MAC.fullmatch(mac) or not isinstance(camera_id, str):
        _refuse("a camera without an address")
    mode = _object(camera.get("recordingSettings")).get("mode")
    if not _ID.fullmatch(camera_id) or not isinstance(mode, str):
        _refuse("a camera without a name")
    stats = camera.get("stats")
    video = stats.get("video") if isinstance(stats, dict) else None
    times = video if isinstance(video, dict) else {}
    return mac, Recorded(
        camera_id=camera_id,
        mode=mode,
        from_ms=_epoch_ms(times.get("recordingStart")),
        until_ms=_epoch_ms(times.get("recordingEnd")),
    )


def _epoch_ms(value: object) -> int | None:
    if value is None:
        return None
    if type(value) is not int or not 0 <= value < EPOCH_MAX_MS:
        _refuse("a time that is none")
    return value


def _json(body: bytes) -> object:
    try:
        value: object = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise CopyError(Rule.WRONG_ANSWER, "no JSON") from error
    return value


def _object(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        _refuse("no object")
    return value


def _refuse(detail: str) -> NoReturn:
    raise CopyError(Rule.WRONG_ANSWER, detail)
