"""What is wrong with a file that somebody adds, by the rule's name."""

from __future__ import annotations

from enum import StrEnum

from ..errors import HOLD_UNKNOWN, SourceError


class UploadRule(StrEnum):
    """The rules of this source."""

    ALREADY_ADDING = "already_adding"
    TOO_MANY = "too_many_files"
    TOO_LARGE = "file_too_large"
    NO_ROOM = "file_no_room"
    DISK_FULL = "disk_full"
    BROKEN_OFF = "file_broken_off"
    NOT_A_VIDEO = "not_a_video"
    OUTSIDE_REQUEST = "file_outside_request"
    GONE = "file_gone"
    HOLD_QUOTA = "hold_quota"
    HOLD_UNKNOWN = HOLD_UNKNOWN
    STOPPED = "recorder_stopped"


class UploadError(SourceError):
    """A rule of this source was broken; the detail holds no name that the owner gave."""
