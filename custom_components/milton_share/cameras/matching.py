"""Which of this home's cameras a request concerns. Pure, and what it finds stays in the home.

Only a camera that its owner called outdoor, made eligible and placed is looked at; every other one does not exist here.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from ..shared.milton_protocol.geometry import view_touches
from .model import Placing, Source

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from ..shared.milton_protocol.messages.requests.request import Request
    from ..sources.model import Coverage
    from .model import CameraSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Footage:
    """What is recorded of a time range: its ends, what is missing inside, whether a clock was put, and by what."""

    from_: datetime
    until: datetime
    gaps: tuple[tuple[datetime, datetime], ...]
    clock_put: bool = False
    source: str | None = None  # as `Source` has it, or `recorder`: one of an earlier version; None: nothing is kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A camera that looks at the area."""

    case_id: str
    camera_id: str


def match(request: Request, request_id: str, cameras: Iterable[CameraSettings]) -> tuple[Candidate, ...]:
    """Return the cameras that look at the request's area, sorted by id."""
    seeing = sorted(camera.camera_id for camera in cameras if sees(camera, request))
    return tuple(Candidate(case_id=case_id(request_id, camera_id), camera_id=camera_id) for camera_id in seeing)


def sees(camera: CameraSettings, request: Request) -> bool:
    """Whether this camera may be asked and its view reaches into the request's area."""
    if not is_eligible(camera) or camera.position is None:
        return False
    return view_touches(camera.position, camera.heading_deg, camera.field_of_view_deg, camera.range_m, request.area)


def is_eligible(camera: CameraSettings) -> bool:
    """Whether this camera may be asked at all: outdoor, placed, and the owner said so."""
    return camera.eligible and is_placed(camera)


def is_placed(camera: CameraSettings | None) -> bool:
    """Whether the owner called this camera outdoor and said where it is."""
    return camera is not None and camera.placing is Placing.OUTDOOR and camera.position is not None


def case_id(request_id: str, camera_id: str) -> str:
    """Return the id of the case: the same for the same request and camera, so a repeat makes no second one."""
    return hashlib.sha256(f"{request_id}:{camera_id}".encode()).hexdigest()[:32]


def footage_of(coverage: Coverage, from_: datetime, until: datetime) -> Footage | None:
    """Return what a source has of a range, or None when that is nothing."""
    if not coverage.segments:
        return None
    start = max(from_, min(segment.from_ for segment in coverage.segments))
    end = min(until, max(segment.until for segment in coverage.segments))
    if start >= end:
        return None
    source = coverage.software[0][0] if coverage.software else Source.HERE
    return Footage(from_=start, until=end, gaps=coverage.gaps, clock_put=coverage.clock.was_put, source=source)


def copied_of(coverage: Coverage, from_: datetime, until: datetime) -> float | None:
    """Return how much of a range is here, 0 to 1, while some of it is still copied from another recorder; else None.

    What is a gap is not counted.
    """
    missing = _length(coverage.gaps, from_, until)
    coming = _length(coverage.pending, from_, until)
    if not coming:
        return None
    return max(0.0, 1 - coming / max(coming, until - from_ - missing))


def _length(spans: Iterable[tuple[datetime, datetime]], from_: datetime, until: datetime) -> timedelta:
    """Return how much of a range lies in some spans, which may overlap."""
    total, reached = timedelta(), from_
    for start, end in sorted(spans):
        low, high = max(start, reached), min(end, until)
        if low < high:
            total, reached = total + high - low, high
    return total
