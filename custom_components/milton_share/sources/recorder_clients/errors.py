"""What is wrong with another recorder or its answers, by the rule's name."""

from __future__ import annotations

from enum import StrEnum

from ..errors import HOLD_UNKNOWN, SourceError


class CopyRule(StrEnum):
    """The rules of what is copied. The page says of which recorder beside them."""

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
    """A rule of these was broken; the detail names no address and nothing that the other side sent."""


class HungUpError(CopyError):
    """It took the question and closed the line without a word: another question it may answer."""
