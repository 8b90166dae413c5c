"""What the segments of one run say about each other's times. Pure."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .anchor import Anchor, Evidence, anchor, camera_zero
from .index import Row

if TYPE_CHECKING:
    from .files import Measured
    from .run import Closed

ARRIVALS = 30
"""Segments over which the earliest arrival counts: more, and a camera's drift would show."""

SECOND = 2
"""With the second segment the first has another's witness too."""

PUT_S = 0.1
"""Between two segments the machine's clock was put, if it moved by more: less than what arrival is unsure of, and more
than a clock is slowed or hurried by in that time."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placed:
    """A take, where its zero lies in the run, and how much later than its last picture it may have been written."""

    take: Take
    shift_s: float
    slack_s: float

    def anchor(self, run_arrival_s: float | None) -> Anchor:
        """Weigh it, with the media zero of the run by the arrival of others."""
        evidence = Evidence(
            written_s=self.take.measured.written_s,
            slack_s=self.slack_s,
            run_arrival_s=None if run_arrival_s is None else run_arrival_s + self.shift_s,
        )
        return anchor(self.take.measured.contents, evidence)

    @property
    def arrival_s(self) -> float:
        """Media zero of the run by this segment's own arrival."""
        return self.take.measured.written_s - self.take.measured.contents.end_s - self.shift_s

    @property
    def unjudged(self) -> bool:
        """Whether it doesn't carry the camera's word."""
        return camera_zero(self.take.measured.contents, self.take.measured.written_s) is None


@dataclass(slots=True, kw_only=True)
class Timing:
    """One run of ffmpeg: where it has come to, and what is known of its media zero."""

    reached_s: float = 0.0
    arrivals_s: deque[float] = field(default_factory=lambda: deque(maxlen=ARRIVALS))
    by_arrival: deque[_Placed] = field(default_factory=lambda: deque(maxlen=ARRIVALS))
    believed: Anchor | None = None
    lead_s: float | None = None

    def rows(self, take: Take, closed: Closed | None, slack_s: float) -> list[Row]:
        """Time a segment, the latest of the run, and anew those whose time it makes better known.

        `closed` is ffmpeg's word where there was one. A file that its writer didn't finish was last written when a
        picture arrived: no slack then. Where the clock was put since the segment before, no segment says anything of
        another's time across that: what is timed stays, and this one, written before or after, speaks for itself only.
        """
        contents = take.measured.contents
        lies_at_s = closed.start_s if closed else self.reached_s
        self.reached_s = lies_at_s + contents.end_s - contents.start_s
        slack_s = slack_s if contents.finished else 0.0
        placed = _Placed(take=take, shift_s=lies_at_s - contents.start_s, slack_s=slack_s)
        if self._was_put(take.measured.lead_s):
            return [take.row(placed.anchor(None))]
        known_s = min(self.arrivals_s, default=None)
        self.arrivals_s.append(placed.arrival_s)
        found = placed.anchor(known_s)
        if self.believed and placed.unjudged:  # too short to be judged: the run's clock goes on
            found = self.believed.moved(placed.shift_s)
        if found.by_camera:
            self.believed = found.moved(-placed.shift_s)
            earlier = [one.take.row(self.believed.moved(one.shift_s)) for one in self.by_arrival]
            self.by_arrival.clear()
            return [*earlier, take.row(found)]
        self.by_arrival.append(placed)
        if known_s is None or placed.arrival_s < known_s or len(self.by_arrival) == SECOND:
            best_s = min(self.arrivals_s) if known_s is not None else None
            return [one.take.row(one.anchor(best_s)) for one in self.by_arrival]
        return [take.row(found)]

    def _was_put(self, lead_s: float) -> bool:
        """Note where the machine's clock stands, and forget what was known by another."""
        before_s, self.lead_s = self.lead_s, lead_s
        if before_s is None or abs(lead_s - before_s) <= PUT_S:
            return False
        self.arrivals_s.clear()
        self.by_arrival.clear()
        self.believed = None
        return True
