"""Errors of another recorder or its responses, by rule."""

from __future__ import annotations

from enum import StrEnum

from ..errors import HOLD_UNKNOWN, SourceError


class CopyRule(StrEnum):
    """The rules of copying. The page names the recorder next to them."""

    AWAY = "source_away"
    LOGIN_REFUSED = "source_login"
    WRONG_ANSWER = "source_answer"
    RECORDING_GONE = "source_gone"
    RECORDING_UNREADABLE = "source_unreadable"
    DISK_FULL = "disk_full"
    HOLD_QUOTA = "hold_quota"
    HOLD_FAILED = "hold_failed"
    HOLD_UNKNOWN = HOLD_UNKNOWN
    STOPPED = "source_stopped"


class CopyError(SourceError):
    """A broken rule; the detail has no address and nothing that the other side sent."""


class HungUpError(CopyError):
    """It closed the connection without a response; it may still answer other requests."""
