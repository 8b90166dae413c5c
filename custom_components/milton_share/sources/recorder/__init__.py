"""The own recorder: a process for all cameras, a bounded ring of segments with true times. No Home Assistant in it."""

from __future__ import annotations

from .camera import StreamUrl
from .errors import RecorderError, RecorderRule
from .recorder import Recorder
from .status import State, Status
from .store.ring import Limits
from .store.room import Room
from .times.mute import LeftOut
from .windows import Way

__all__ = [
    "LeftOut",
    "Limits",
    "Recorder",
    "RecorderError",
    "RecorderRule",
    "Room",
    "State",
    "Status",
    "StreamUrl",
    "Way",
]
