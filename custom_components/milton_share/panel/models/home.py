"""The home's state as approvers see it. Times are aware UTC datetimes.

Its cameras, cases, requests and own clips are in files of their own; what entities may show is in `snapshot.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from ...approvers.model import ApproverView, AttemptView
    from ...cameras.model import CameraView, FolderView
    from ...city.map import MapView
    from ...household.model import Reminder
    from ...own_clips.model import OwnView
    from ...runtime.snapshot import Snapshot
    from ...shared.milton_protocol.geometry import Point
    from .request import RequestView, UnreadableView


@dataclass(frozen=True, slots=True, kw_only=True)
class CityView:
    """The city this home is enrolled with."""

    city_name: str
    agency_name: str
    demo: bool
    words: tuple[str, ...]  # eight, of the pinned root
    jurisdiction: tuple[Point, ...]
    witness_quorum: int  # how many witnesses must have seen the public log: the greater of the city's and the home's
    own_witness_quorum: int
    witnesses: tuple[str, ...]  # vkeys that the owner pinned


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLogView:
    """A new public log named by the city's root key, which the owner must accept."""

    origin: str
    public_key: str  # hex
    words: tuple[str, ...]  # eight, of the key
    size: int
    known_size: int  # entries that this home saw of the log before it
    continues: bool | None  # whether the new log has all of those; None: the hub hasn't proven it yet


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneView:
    """A phone that an approver signed in on."""

    service: str
    name: str
    told: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdView:
    """The household's settings for all requests."""

    phones: tuple[PhoneView, ...]
    quiet_from: str | None  # HH:MM by the walls' clocks; both or none
    quiet_until: str | None
    urgent_breaks_quiet: bool
    weekly_cap: int
    reminder: Reminder
    audio: bool
    named: bool
    storage_gb: int
    keep_days: int
    paused: bool
    paused_until: datetime | None  # None: until the owner resumes, or not paused at all


@dataclass(frozen=True, slots=True, kw_only=True)
class RingView:
    """The disk space of this home's own recordings, without holds."""

    used_bytes: int  # at the last look, seconds ago
    oldest: datetime | None  # when the oldest of them ends
    wanted_bytes: int | None  # what all cameras take in the days that the owner set; None: not yet known


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeState:
    """Everything that an approver sees."""

    snapshot: Snapshot
    city: CityView | None  # None until the first contact
    new_log: NewLogView | None
    approver: ApproverView
    requests: tuple[RequestView, ...]  # newest first; refused ones too
    unreadable: tuple[UnreadableView, ...]  # the first of them; a hub can send any number
    unreadable_count: int
    cameras: tuple[CameraView, ...]
    folders: tuple[FolderView, ...]  # that cameras write into
    attempts: tuple[AttemptView, ...]  # refused ones, newest first
    household: HouseholdView
    ring: RingView
    map: MapView
    own: OwnView | None = None  # what this person had cut for own use
