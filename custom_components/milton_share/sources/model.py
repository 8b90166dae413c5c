"""What every source of footage answers: segments with their true times, the gaps between them, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """How the times were found: `camera time + offset = UTC`, give or take the uncertainty.

    The times of segments have the offset in them already. `method` is `rtcp`, `arrival`, `source` or `owner`.
    `was_put`: the offset isn't the same all along; the greatest is stated.
    """

    offset_ms: int
    uncertainty_ms: int
    method: str
    was_put: bool = False


CLOCK_PUT_MS = 300
"""Offsets that differ by more are of a clock that was put: less is how exactly they are known."""


def worst_of(clocks: Sequence[Clock]) -> Clock:
    """State the worst of some clocks, at least one; one by arrival makes all by arrival."""
    worst = max(clocks, key=lambda clock: clock.uncertainty_ms)
    offsets = [clock.offset_ms for clock in clocks]
    return Clock(
        offset_ms=max(offsets, key=abs),
        uncertainty_ms=worst.uncertainty_ms,
        method="arrival" if any(clock.method == "arrival" for clock in clocks) else worst.method,
        was_put=max(offsets) - min(offsets) > CLOCK_PUT_MS,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One file of footage.

    `from_` is the UTC time of its first video frame, `until` the end of its last; `media_start_s` is that first
    frame's time stamp in the file. The digest was taken when the own recorder closed the file, or when it was copied
    from another's. `clock` is that of this file alone, where it is known.
    """

    path: Path
    from_: datetime
    until: datetime
    sha256: str
    media_start_s: float
    clock: Clock | None = None


class Extent(Protocol):
    """What a source says that it has of a range, oldest first; no file was read for that."""

    @property
    def spans(self) -> tuple[tuple[datetime, datetime], ...]:
        """Parts of time with footage; those at the ends may reach over the range."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Spans:
    """The extent of footage that lies elsewhere."""

    spans: tuple[tuple[datetime, datetime], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What there is of a range: whole segments that touch it or lie beside it, oldest first, and what is missing in it.

    `pending` are parts of which it isn't known yet what there is, or which are still being copied: no gaps, for they
    may come; `trouble` is the rule by which the source refuses them now, if it does. `software` names whose recordings
    these are, with its version, where they aren't this home's own.
    """

    segments: tuple[Segment, ...]
    gaps: tuple[tuple[datetime, datetime], ...]
    clock: Clock
    pending: tuple[tuple[datetime, datetime], ...] = ()
    trouble: str | None = None
    software: tuple[tuple[str, str], ...] = ()

    @property
    def spans(self) -> tuple[tuple[datetime, datetime], ...]:
        """Its extent."""
        return tuple((segment.from_, segment.until) for segment in self.segments)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToHold:
    """A range of a camera that is to be kept: under which name, and until when."""

    hold_id: str
    camera_id: str
    from_: datetime
    until: datetime
    deadline: datetime

    async def held_by(self, source: FootageSource) -> Coverage:
        """Have a source hold it."""
        return await source.hold(self.hold_id, self.camera_id, self.from_, self.until, self.deadline)


class FootageSource(Protocol):
    """Somewhere footage is kept. Ranges are UTC, half open. What is refused is a SourceError with the rule."""

    async def coverage(self, camera_id: str, from_: datetime, until: datetime) -> Extent:
        """Say what there is of a camera in a range."""
        ...

    async def hold(
        self, hold_id: str, camera_id: str, from_: datetime, until: datetime, deadline: datetime
    ) -> Coverage:
        """Keep a range from being overwritten until released or the deadline; the same call has the same effect."""
        ...

    async def hold_beside(self, other_id: str, wanted: ToHold, /) -> Coverage:
        """Hold as `hold` does, but the files that another hold has of it, for these and no others are meant."""
        ...

    async def release(self, hold_id: str) -> None:
        """Wipe what was held; nothing happens for a hold that isn't there."""
        ...

    async def held(self, hold_id: str) -> Coverage:
        """Say what a hold has, in files that stay until it ends; refused as `hold_unknown` where there is none."""
        ...
