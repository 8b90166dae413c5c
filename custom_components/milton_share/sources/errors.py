"""What any source of footage refuses, by a rule's name."""

from __future__ import annotations

import sqlite3

HOLD_UNKNOWN = "hold_unknown"
HOLD_QUOTA = "hold_quota"
DISK_FULL = "disk_full"
AWAY = "source_away"
OF_THE_HOME = frozenset({"hold_id_taken", HOLD_QUOTA})
"""Rules that no other source would keep: they are not about what is asked. A disk too full for copies takes names."""
PASSING = frozenset({AWAY, "folder_gone", "folder_empty", "folder_closed", DISK_FULL})
"""Rules that may be over in a moment, as when a machine or a share starts again: all may still come, later."""


class SourceError(Exception):
    """A rule of a source was broken; each source has rules of its own."""

    def __init__(self, rule: str, detail: str = "") -> None:
        """Name the rule; the detail never holds an address with credentials."""
        super().__init__(f"{rule}: {detail}" if detail else rule)
        self.rule = rule
        self.detail = detail


FAILURES = (SourceError, OSError, sqlite3.Error)
"""What a source fails by: a rule, or the disk that it keeps things on."""
