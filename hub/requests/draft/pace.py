"""How many drafts one person sends.

A draft that is kept is a row, and one that asks for a prohibited use a leaf of the public log: who writes a program
that drafts must not fill either. Counts lie in memory; after a restart everybody begins anew.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from hub.kit.errors import too_many

if TYPE_CHECKING:
    from datetime import datetime

DRAFTS_PER_HOUR = 300  # one every twelve seconds; a person who draws and writes needs minutes
HOUR_S = 3_600
RETRY_AFTER_S = 600  # by then some of the hour have passed, unless all came at once


class DraftPace:
    """Counts of the last hour, by person; the directory has at most 2,000."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self._times: dict[str, deque[float]] = {}

    def count(self, person_id: str, now: datetime) -> None:
        """Count one draft; raise ``too_many_drafts`` (429) above the pace."""
        second = now.timestamp()
        times = self._times.setdefault(person_id, deque())
        while times and times[0] <= second - HOUR_S:
            times.popleft()
        if len(times) >= DRAFTS_PER_HOUR:
            message = "You sent too many drafts within the hour; wait a little."
            rule = "too_many_drafts"
            raise too_many(rule, message, wait_s=RETRY_AFTER_S)
        times.append(second)
