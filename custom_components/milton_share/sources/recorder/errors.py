"""What the recorder refuses, by the rule's name."""

from __future__ import annotations

from enum import StrEnum


class Rule(StrEnum):
    """The rules of the recorder."""

    SEGMENT_UNREADABLE = "segment_unreadable"
    SEGMENT_LIST_BROKEN = "segment_list_broken"
    STREAM_UNSUPPORTED = "stream_unsupported"
    INDEX_TOO_NEW = "index_too_new"
    HOLD_QUOTA = "hold_quota"
    HOLD_ID_TAKEN = "hold_id_taken"
    HOLD_UNKNOWN = "hold_unknown"
    RECORDER_STOPPED = "recorder_stopped"


class RecorderError(Exception):
    """A rule of the recorder was broken."""

    def __init__(self, rule: Rule, detail: str = "") -> None:
        """Name the rule; the detail never holds an address with credentials."""
        super().__init__(f"{rule}: {detail}" if detail else rule)
        self.rule = rule
        self.detail = detail
