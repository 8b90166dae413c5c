"""A home's cameras, as their owner sets them and is shown them. Frozen values; times are aware UTC datetimes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from ..shared.milton_protocol.geometry import Point


class Placing(StrEnum):
    """What the owner says about where a camera looks."""

    UNCLASSIFIED = "unclassified"  # never eligible
    INDOOR = "indoor"  # never eligible
    OUTDOOR = "outdoor"


class Recording(StrEnum):
    """What the owner lets this home's own recorder keep of a camera."""

    EVENTS = "events"  # around a ring or a motion
    CONTINUOUS = "continuous"  # everything, within the storage given to it


class Source(StrEnum):
    """What may have recordings of a camera."""

    HERE = "here"  # this home's own recorder
    FRIGATE = "frigate"
    UNIFI_PROTECT = "unifi_protect"
    REOLINK = "reolink"
    MEDIA_FOLDER = "media_folder"
    NEST = "nest"


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraSettings:
    """What the owner says about one camera. Stays at home, but for the view of a camera whose clip is shared."""

    camera_id: str
    placing: Placing = Placing.UNCLASSIFIED
    eligible: bool = False  # may be asked; only an outdoor camera with a position can be
    position: Point | None = None
    heading_deg: int = 0  # 0 north, 90 east
    field_of_view_deg: int = 90
    range_m: int = 30
    recording: Recording = Recording.EVENTS
    on_battery: bool = False  # its stream is opened at events only
    record_also: bool = False  # though another records it
    also_told_by: tuple[str, ...] = ()  # entities that have it recorded, beside those of its device
    source: Source | None = None  # that its footage is taken from; None: the first of its sources


class FootageFrom(StrEnum):
    """Where a camera's recordings come from."""

    HERE = "here"  # recorded by this home's own recorder
    FRIGATE = "frigate"  # a Frigate records it, and is asked for it
    UNIFI_PROTECT = "unifi_protect"  # so does Protect
    REOLINK = "reolink"  # so does the camera itself, or its recorder
    MEDIA_FOLDER = "media_folder"  # files that the camera writes into a folder
    NEST = "nest"  # not known yet: clips of events may lie in Home Assistant's own store
    APP = "app"  # only the maker's app has them: the owner exports a file and adds it
    NONE = "none"  # gives no stream, and nobody else is known to record it


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomView:
    """What this home's own recorder measured of a camera; null where it isn't known yet."""

    kbit_s: int | None  # while it is recorded
    days: float | None  # for so long the storage reaches, with all cameras that share it


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundLeftOut:
    """A time for which a camera's sound is not recorded, for its sound and its pictures tell different times."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraView:
    """One camera of this home, for the settings page."""

    camera_id: str
    entity_id: str
    name: str
    doorbell: bool  # a sibling entity or the model says so
    seems_indoor: bool  # its model or area says so: shown as a hint, and never eligible while it does
    can_record: bool  # gives a stream that can be recorded here
    sources: tuple[Source, ...]  # that the owner may pick, the default first
    footage: FootageFrom
    maker: str | None  # whose app has recordings of it: `ring`, `blink`, `arlo`, `eufy`, `nest`, `wyze`, `other`
    footage_trouble: str | None  # the rule by which another recorder can't be asked now
    told_by: tuple[str, ...]  # names of the entities that tell of a ring or a motion there; none: no event is known
    has_battery: bool  # its device says so: never recorded continuously
    room: RoomView
    sound_left_out: SoundLeftOut | None  # None: what it has is recorded
    settings: CameraSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderView:
    """The folder that a camera writes its recordings into, and the zone of its names; None: the house's own."""

    camera_id: str
    folder: str
    zone: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderTime:
    """A file of such a folder, and the time that its name says."""

    name: str
    at: datetime
    kind: str
    doubt: str | None  # `repeated_hour`, `skipped_hour`


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderLook:
    """What lies in a folder: how many files, how many of them with a time in their names, and the newest of both."""

    count: int
    timed: int
    examples: tuple[FolderTime, ...]
    untimed: tuple[str, ...]
