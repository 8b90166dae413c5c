"""How many days of recordings fit, by what was measured. Pure.

Nothing is promised that was not seen: a camera that is recorded continuously is known by its bit rate after a minute;
one that is recorded around events by what it took in a day, after a day. Until then the answer is "not yet known".
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..windows import Way

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta

DAY_S = 86_400.0
RATE_AFTER_S = 60.0
"""A minute of recordings says how much a camera sends."""
DAY_AFTER_S = DAY_S
"""And a day how much happens at it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """What is there of a camera: how many bytes, over how many recorded seconds, and how long ago the first was."""

    size_bytes: int
    recorded_s: float
    span_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What a camera takes, and for how many days its part of the storage reaches; None: not yet known."""

    bits_per_s: int | None = None
    bytes_per_day: int | None = None
    days: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What recordings take now, but for what is held; when the oldest ends; what all that is to be kept would take."""

    size_bytes: int
    oldest_ms: int | None
    wanted_bytes: int | None
    """None: not yet known, or nothing is recorded."""


def wanted_bytes(found: Mapping[str, Room], age: timedelta) -> int | None:
    """Return what the cameras together take in so long; None while one of them isn't known, or there is none."""
    daily = [room.bytes_per_day for room in found.values()]
    known = [one for one in daily if one is not None]
    if not known or len(known) < len(daily):
        return None
    return round(sum(known) * age.total_seconds() / DAY_S)


def rooms(measures: Mapping[str, Measure], ways: Mapping[str, Way], size_bytes: int, age: timedelta) -> dict[str, Room]:
    """Return the room of each recorded camera: who wants less than an equal part of the storage leaves the rest."""
    found = {camera_id: _taken(measures.get(camera_id), way) for camera_id, way in ways.items()}
    if wanted_bytes(found, age) is None:
        return found
    most = age.total_seconds() / DAY_S
    left = float(size_bytes)
    for number, (camera_id, room) in enumerate(sorted(found.items(), key=lambda one: one[1].bytes_per_day or 0)):
        daily = room.bytes_per_day or 0
        part = min(daily * most, left / (len(found) - number))
        left -= part
        found[camera_id] = replace(room, days=part / daily if daily else most)
    return found


def _taken(measure: Measure | None, way: Way) -> Room:
    if measure is None or measure.recorded_s < RATE_AFTER_S:
        return Room()
    per_s = measure.size_bytes / measure.recorded_s
    bytes_per_day = None
    if way is Way.CONTINUOUS:
        bytes_per_day = round(per_s * DAY_S)
    elif measure.span_s >= DAY_AFTER_S:
        bytes_per_day = round(measure.size_bytes * DAY_S / measure.span_s)
    return Room(bits_per_s=round(per_s * 8), bytes_per_day=bytes_per_day)
