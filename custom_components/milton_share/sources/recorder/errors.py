"""What the recorder refuses, by the rule's name."""

from __future__ import annotations

from enum import StrEnum

from ..errors import HOLD_UNKNOWN, SourceError


class RecorderRule(StrEnum):
    """The rules of the recorder."""

    SEGMENT_UNREADABLE = "segment_unreadable"
    SEGMENT_LIST_BROKEN = "segment_list_broken"
    STREAM_UNSUPPORTED = "stream_unsupported"
    INDEX_TOO_NEW = "index_too_new"
    HOLD_QUOTA = "hold_quota"
    HOLD_ID_TAKEN = "hold_id_taken"
    HOLD_UNKNOWN = HOLD_UNKNOWN
    RECORDER_STOPPED = "recorder_stopped"


class RecorderError(SourceError):
    """A rule of the recorder was broken."""
