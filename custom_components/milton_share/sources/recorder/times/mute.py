"""Whether a camera's sound is left out, since when, and until when. Pure but for what it remembers.

Where a camera's reports put its sound hours apart from its pictures, each first report ends the run (`docs/adr/` 53):
nobody could say where the sound belongs. Such a camera is recorded without its sound for a day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

AFTER = 2
"""Once is a server that began anew."""
FOR_S = 86_400.0
"""Then it is asked for its sound again: a new firmware may have mended it."""
STEADY_S = 60.0
"""Cameras report every few seconds: a run that lasted so long with sound had reports that agree."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """The time without sound, UTC."""

    since: datetime
    until: datetime


@dataclass(slots=True, kw_only=True)
class Mute:
    """What the runs of one camera with sound came to. Times are of the monotonic clock, but what is shown."""

    _count: int = 0
    _until_s: float = float("-inf")
    _shown: LeftOut | None = None
    """Since when is kept while the sound is tried again."""

    def is_on(self, now_s: float) -> bool:
        """Whether the sound is left out now."""
        return now_s < self._until_s

    def left_out(self, now_s: float) -> LeftOut | None:
        """Return what is to be shown."""
        return self._shown if self.is_on(now_s) else None

    def ended(self, began_s: float, ended_s: float, *, out_of_step: bool) -> None:
        """Take the end of a run with sound, and whether its sound and pictures told different times."""
        if not out_of_step:
            if ended_s - began_s >= STEADY_S:
                self._count, self._shown = 0, None
            return
        self._count += 1
        if self._count < AFTER:
            return
        now = datetime.now(UTC)
        self._until_s = ended_s + FOR_S
        since = self._shown.since if self._shown is not None else now
        self._shown = LeftOut(since=since, until=now + timedelta(seconds=FOR_S))
