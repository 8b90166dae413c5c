"""What the segments of one run say about each other's times. Pure."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .anchor import Anchor, Evidence, anchor, arrival_zero
from .index import Row

if TYPE_CHECKING:
    from .files import Measured
    from .run import Closed

ARRIVALS = 30
"""Segments over which the earliest arrival counts: more, and a camera's drift would show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """A closed file of a camera, measured, not timed yet."""

    name: str
    camera_id: str
    measured: Measured

    def row(self, found: Anchor) -> Row:
        """Put the file and its time together."""
        contents = self.measured.contents

        def wall_ms(media_s: float) -> int:
            return round((found.zero_s + media_s) * 1000)

        return Row(
            name=self.name,
            camera_id=self.camera_id,
            from_ms=wall_ms(contents.start_s),
            until_ms=wall_ms(contents.end_s),
            size_bytes=self.measured.size_bytes,
            sha256=self.measured.sha256,
            media_start_s=contents.start_s,
            offset_ms=round(found.offset_s * 1000),
            uncertainty_ms=round(found.uncertainty_s * 1000),
            method=found.method,
            gaps=tuple((wall_ms(start), wall_ms(end)) for start, end in contents.gaps),
        )


@dataclass(slots=True, kw_only=True)
class Timing:
    """One run. Its media zero: what a segment's own zero is, less where the segment lies in the run."""

    arrivals_s: deque[float] = field(default_factory=lambda: deque(maxlen=ARRIVALS))
    reached_s: float = 0.0
    by_arrival: list[tuple[Take, float]] = field(default_factory=list)

    def rows(self, take: Take, closed: Closed | None, slack_s: float) -> list[Row]:
        """Time a segment, the latest of the run, and anew those whose time it makes better known.

        `closed` is ffmpeg's word where there was one. A file that its writer didn't finish was last written when a
        picture arrived: no slack then.
        """
        contents = take.measured.contents
        lies_at_s = closed.start_s if closed else self.reached_s
        shift_s = lies_at_s - contents.start_s
        evidence = Evidence(
            written_s=take.measured.written_s,
            slack_s=slack_s if contents.finished else 0.0,
            run_arrival_s=min(self.arrivals_s) + shift_s if self.arrivals_s else None,
        )
        self.arrivals_s.append(arrival_zero(contents, evidence) - shift_s)
        self.reached_s = lies_at_s + contents.end_s - contents.start_s
        found = anchor(contents, evidence)
        if not found.by_camera:
            self.by_arrival = [*self.by_arrival, (take, shift_s)][-ARRIVALS:]
            return [take.row(found)]
        earlier = [take_.row(found.moved(other_s - shift_s)) for take_, other_s in self.by_arrival]
        self.by_arrival = []
        return [*earlier, take.row(found)]
