"""How each camera is recorded by this home's own recorder: what the owner says, and what may be. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .camera_models import Recording
from .sources.recorder import Way

if TYPE_CHECKING:
    from .camera_models import CameraSettings
    from .sources.recorder import StreamUrl


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A camera that is recorded here: how to ask for its stream, in which way, and the entities that tell of events."""

    stream_url: StreamUrl
    way: Way
    telling: tuple[str, ...]


def way_of(settings: CameraSettings, *, has_battery: bool) -> Way:
    """Return the way: a camera on a battery is never recorded continuously, whatever was said before it was one."""
    if settings.on_battery or has_battery:
        return Way.AT_EVENTS
    return Way.CONTINUOUS if settings.recording is Recording.CONTINUOUS else Way.EVENTS


def is_recorded_here(settings: CameraSettings, *, is_covered: bool) -> bool:
    """Whether this home records a camera that may be asked: not where another does, unless the owner wants both."""
    return settings.record_also or not is_covered
