"""How each camera is recorded by this home's own recorder: what the owner says, and what may be. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ..sources.recorder import State, Way
from .model import Recording, Source

if TYPE_CHECKING:
    from ..sources.recorder import StreamUrl
    from .model import CameraSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A camera that is recorded here: how to ask for its stream, in which way, and the entities that tell of events."""

    stream_url: StreamUrl
    way: Way
    telling: tuple[str, ...]


MAYBE_ASLEEP: Final = frozenset({State.ASLEEP, State.STARTING, State.STOPPED})
"""Also where its recorder has not begun yet, or was just begun: nothing happened there that anybody knows of."""


def is_awake(way: Way, state: State) -> bool:
    """Whether a camera may be asked anything without being woken for it."""
    return way is not Way.AT_EVENTS or state not in MAYBE_ASLEEP


def way_of(settings: CameraSettings, *, has_battery: bool) -> Way:
    """Return the way: a camera on a battery is never recorded continuously, whatever was said before it was one."""
    if settings.on_battery or has_battery:
        return Way.AT_EVENTS
    return Way.CONTINUOUS if settings.recording is Recording.CONTINUOUS else Way.EVENTS


def is_recorded_here(settings: CameraSettings, *, is_covered: bool) -> bool:
    """Whether this home records a camera that may be asked: not where another does, unless the owner wants it."""
    return settings.record_also or settings.source is Source.HERE or not is_covered
