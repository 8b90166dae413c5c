"""What is wrong with a folder, by the rule's name."""

from __future__ import annotations

from enum import StrEnum


class FolderRule(StrEnum):
    """The rules of this source, beside those of all that is copied."""

    OUTSIDE = "folder_outside"  # not below a folder that the owner opened to Home Assistant
    GONE = "folder_gone"
    EMPTY = "folder_empty"  # and had some: the disk or share that was mounted there is away, or somebody emptied it
    CLOSED = "folder_closed"  # one within it can't be read
    TOO_MANY = "folder_too_full"
