"""What Protect answers, parsed strictly: only what is used. Pure.

The forms are those that the client library `uiprotect` reads (its `data/nvr.py` and `data/devices.py`, 10.1 to 25.0).
Fields that are not used may be anything.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..recorder_clients.connection.json_answers import as_object, from_json, refuse
from .server import MAC

CAMERAS_MAX = 500
EPOCH_MAX_MS = 2**43
NEVER = "never"
_VERSION = re.compile(r"[0-9A-Za-z.+-]{1,40}")
_ID = re.compile(r"[0-9a-zA-Z]{1,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Console:
    """Which Protect it is, and how it records the cameras that go by its settings for all, if by any."""

    version: str
    mode: str


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


def read_console(body: bytes) -> Console:
    """Read out of `nvr` which Protect it is, and how it records; raises CopyError `source_answer`."""
    console = as_object(from_json(body))
    version = console.get("version")
    if not isinstance(version, str) or not _VERSION.fullmatch(version):
        refuse("a version that is none")
    found: object = console
    for name in ("globalCameraSettings", "recordingSettings", "mode"):
        found = found.get(name) if isinstance(found, dict) else None
    return Console(version=version, mode=found if isinstance(found, str) else NEVER)


def read_cameras(body: bytes, console_mode: str = NEVER) -> dict[str, Recorded]:
    """Read `cameras`: by their addresses; raises CopyError `source_answer`."""
    cameras = from_json(body)
    if not isinstance(cameras, list) or len(cameras) > CAMERAS_MAX:
        refuse("cameras that are none")
    return dict(_camera(as_object(camera), console_mode) for camera in cameras)


def _camera(camera: dict[str, object], console_mode: str) -> tuple[str, Recorded]:
    mac, camera_id = camera.get("mac"), camera.get("id")
    if not isinstance(mac, str) or not MAC.fullmatch(mac) or not isinstance(camera_id, str):
        refuse("a camera without an address")
    mode = as_object(camera.get("recordingSettings")).get("mode")
    if not _ID.fullmatch(camera_id) or not isinstance(mode, str):
        refuse("a camera without a name")
    stats = camera.get("stats")
    video = stats.get("video") if isinstance(stats, dict) else None
    times = video if isinstance(video, dict) else {}
    return mac, Recorded(
        camera_id=camera_id,
        mode=console_mode if camera.get("useGlobal") is True else mode,
        from_ms=_epoch_ms(times.get("recordingStart")),
        until_ms=_epoch_ms(times.get("recordingEnd")),
    )


def _epoch_ms(value: object) -> int | None:
    if value is None:
        return None
    if type(value) is not int or not 0 <= value < EPOCH_MAX_MS:
        refuse("a time that is none")
    return value
