"""What is wrong with a Frigate or its answers, by the rule's name."""

from __future__ import annotations

from enum import StrEnum

from ..errors import HOLD_UNKNOWN, SourceError


class Rule(StrEnum):
    """The rules of this source."""

    AWAY = "frigate_away"
    LOGIN_REFUSED = "frigate_login"
    WRONG_ANSWER = "frigate_answer"
    RECORDING_GONE = "frigate_gone"
    RECORDING_UNREADABLE = "frigate_unreadable"
    DISK_FULL = "disk_full"
    HOLD_QUOTA = "hold_quota"
    HOLD_FAILED = "hold_failed"
    HOLD_UNKNOWN = HOLD_UNKNOWN
    STOPPED = "frigate_stopped"


class FrigateError(SourceError):
    """A rule of this source was broken; the detail names no address and nothing that Frigate sent."""
