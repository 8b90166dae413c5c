"""What every source of footage answers: segments with their true times, the gaps between them, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One file of footage.

    `from_` is the UTC time of its first video frame, `until` the end of its last; `media_start_s` is that first
    frame's time stamp in the file. The digest was taken when the file was closed.
    """

    path: Path
    from_: datetime
    until: datetime
    sha256: str
    media_start_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """How the times were found: `camera time + offset = UTC`, give or take the uncertainty.

    The times of segments have the offset in them already. `method` is `rtcp`, `arrival`, `source` or `owner`.
    """

    offset_ms: int
    uncertainty_ms: int
    method: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What there is of a range: whole segments that touch it, oldest first, and what is missing inside it."""

    segments: tuple[Segment, ...]
    gaps: tuple[tuple[datetime, datetime], ...]
    clock: Clock


class FootageSource(Protocol):
    """Somewhere footage is kept. Ranges are UTC, half open."""

    async def coverage(self, camera_id: str, from_: datetime, until: datetime) -> Coverage:
        """Say what there is of a camera in a range."""
        ...

    async def hold(
        self, hold_id: str, camera_id: str, from_: datetime, until: datetime, deadline: datetime
    ) -> Coverage:
        """Keep a range from being overwritten until released or the deadline; the same call has the same effect."""
        ...

    async def release(self, hold_id: str) -> None:
        """Wipe what was held; nothing happens for a hold that isn't there."""
        ...

    async def held(self, hold_id: str) -> Coverage:
        """Say what a hold has, in files that stay until it ends."""
        ...
