"""The parts of a manifest."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from ...errors import ProtocolError, Rule
from ...fields import require_period
from ...limits import (
    CLOCK_OFFSET_MAX_MS,
    DIGEST_HEX_CHARS,
    HEADING_MAX_DEG,
    INTEGER_MAX,
    MASKS_MAX,
    NAME_MAX_CHARS,
    VIEW_ANGLE_MAX_DEG,
    VIEW_RANGE_MAX_M,
)
from ...times import format_time_ms
from ..areas import point_value
from .masks import Mask, mask_value, read_mask

if TYPE_CHECKING:
    from datetime import datetime

    from ...canonical import JsonValue
    from ...fields import Fields
    from ...geometry import Point


class ClockMethod(StrEnum):
    """How the camera's time was compared with UTC."""

    RTCP = "rtcp"
    ARRIVAL = "arrival"
    SOURCE = "source"
    OWNER = "owner"


class AudioEdit(StrEnum):
    """What was done to the audio."""

    KEPT = "kept"
    REMOVED = "removed"
    ABSENT = "absent"


class FrameKind(StrEnum):
    """How a range of frames came into the clip."""

    COPIED = "copied"
    ENCODED = "encoded"


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Where a camera stands and looks; the heading is clockwise from north."""

    position: Point
    heading_deg: int
    field_of_view_deg: int
    range_m: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Camera:
    """The owner's word for the camera, and its view where the owner gives it."""

    label: str
    view: View | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From a first to a last moment, in milliseconds."""

    from_: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockReading:
    """Camera time + offset = UTC, within the uncertainty.

    `was_put`: the camera's clock was put within the clip, so the offset isn't the same all along; the greatest is
    stated. What is shown is right all along.
    """

    offset_ms: int
    uncertainty_ms: int
    method: ClockMethod
    was_put: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Edits:
    """What the owner took out."""

    audio: AudioEdit
    masks: tuple[Mask, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A source file; its digest was taken when the recorder closed it."""

    sha256: str
    from_: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameRange:
    """Frames of the clip in a row that came into it the same way."""

    first: int
    count: int
    kind: FrameKind
    slices_sha256: str | None


def read_camera(fields: Fields) -> Camera:
    """Read a camera to its end."""
    camera = Camera(
        label=fields.text("label", NAME_MAX_CHARS),
        view=fields.optional("view", lambda name: _read_view(fields.child(name))),
    )
    fields.done()
    return camera


def _read_view(fields: Fields) -> View:
    view = View(
        position=fields.point("position"),
        heading_deg=fields.integer("heading_deg", 0, HEADING_MAX_DEG),
        field_of_view_deg=fields.integer("field_of_view_deg", 1, VIEW_ANGLE_MAX_DEG),
        range_m=fields.integer("range_m", 1, VIEW_RANGE_MAX_M),
    )
    fields.done()
    return view


def read_period(fields: Fields) -> Period:
    """Read a period's fields; the caller ends the reading."""
    period = Period(from_=fields.time_ms("from"), until=fields.time_ms("until"))
    require_period(period.from_, period.until, "until")
    return period


def read_clock(fields: Fields) -> ClockReading:
    """Read a clock reading to its end."""
    clock = ClockReading(
        offset_ms=fields.integer("offset_ms", -CLOCK_OFFSET_MAX_MS, CLOCK_OFFSET_MAX_MS),
        uncertainty_ms=fields.integer("uncertainty_ms", 0, CLOCK_OFFSET_MAX_MS),
        method=fields.choice("method", ClockMethod),
        was_put=fields.boolean("was_put"),
    )
    fields.done()
    return clock


def read_edits(fields: Fields) -> Edits:
    """Read the edits to their end."""
    edits = Edits(audio=fields.choice("audio", AudioEdit), masks=fields.objects("masks", 0, MASKS_MAX, read_mask))
    fields.done()
    return edits


def read_segment(fields: Fields) -> Segment:
    """Read a segment's fields; the caller ends the reading."""
    sha256 = fields.hex("sha256", DIGEST_HEX_CHARS)
    period = read_period(fields)
    return Segment(sha256=sha256, from_=period.from_, until=period.until)


def read_frame_range(fields: Fields) -> FrameRange:
    """Read a frame range's fields; the caller ends the reading."""
    frames = FrameRange(
        first=fields.integer("first", 0, INTEGER_MAX),
        count=fields.integer("count", 1, INTEGER_MAX),
        kind=fields.choice("kind", FrameKind),
        slices_sha256=fields.optional("slices_sha256", lambda name: fields.hex(name, DIGEST_HEX_CHARS)),
    )
    if (frames.kind is FrameKind.COPIED) != (frames.slices_sha256 is not None):
        raise ProtocolError(Rule.WRONG_TYPE, "slices_sha256 is there for copied frames, and null for encoded ones")
    return frames


def camera_value(camera: Camera) -> JsonValue:
    """Return a camera as it is written."""
    if camera.view is None:
        return {"label": camera.label, "view": None}
    return {
        "label": camera.label,
        "view": {
            "position": point_value(camera.view.position),
            "heading_deg": camera.view.heading_deg,
            "field_of_view_deg": camera.view.field_of_view_deg,
            "range_m": camera.view.range_m,
        },
    }


def period_value(period: Period) -> JsonValue:
    """Return a period as it is written."""
    return {"from": format_time_ms(period.from_), "until": format_time_ms(period.until)}


def clock_value(clock: ClockReading) -> JsonValue:
    """Return a clock reading as it is written."""
    return {
        "offset_ms": clock.offset_ms,
        "uncertainty_ms": clock.uncertainty_ms,
        "method": clock.method.value,
        "was_put": clock.was_put,
    }


def edits_value(edits: Edits) -> JsonValue:
    """Return the edits as they are written."""
    return {"audio": edits.audio.value, "masks": [mask_value(mask) for mask in edits.masks]}


def segment_value(segment: Segment) -> JsonValue:
    """Return a segment as it is written."""
    return {
        "sha256": segment.sha256,
        "from": format_time_ms(segment.from_),
        "until": format_time_ms(segment.until),
    }


def frame_range_value(frames: FrameRange) -> JsonValue:
    """Return a frame range as it is written."""
    return {
        "first": frames.first,
        "count": frames.count,
        "kind": frames.kind.value,
        "slices_sha256": frames.slices_sha256,
    }
