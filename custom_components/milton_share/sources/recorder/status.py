"""What a camera's recorder is at."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """What a camera's recorder is at."""

    STARTING = "starting"
    RECORDING = "recording"
    WAITING = "waiting"
    ASLEEP = "asleep"
    """Its stream is opened when something happens."""
    NO_STREAM = "no_stream"
    DISK_FULL = "disk_full"
    STOPPED = "stopped"
    FAILED = "failed"


WELL = frozenset({State.RECORDING, State.ASLEEP})
"""States in which nothing is amiss."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """State and, where something is wrong, what; without addresses."""

    state: State
    detail: str = ""
