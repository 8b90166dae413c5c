"""What the coordinator shows: frozen values, never live objects. Times are aware UTC datetimes.

`Snapshot` is what entities may show: the same for every home in the city (law 1). Everything else is for approvers.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from .approval import Refusal
    from .consent import State
    from .household import Reminder
    from .own_models import OwnView
    from .shared.milton_protocol.geometry import Area, Point
    from .shared.milton_protocol.messages.directory import RecipientRole
    from .shared.milton_protocol.messages.masks import Mask
    from .shared.milton_protocol.messages.ranges import StoredRange
    from .shared.milton_protocol.messages.receipt import Receipt


class LinkState(StrEnum):
    """How the hub is reached."""

    CONNECTING = "connecting"  # nothing heard since start
    FEED = "feed"  # by HTTPS alone
    MQTT = "mqtt"  # messages come at once
    AWAY = "away"  # the last try failed
    REFUSED = "refused"  # the hub no longer knows this home


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What entities may show."""

    open_requests: int  # verified and open, whether or not they concern this home
    link: LinkState
    last_contact: datetime | None
    trust_rule: str | None  # the rule by which the city's own papers are refused now, else None


class Placing(StrEnum):
    """What the owner says about where a camera looks."""

    UNCLASSIFIED = "unclassified"  # never eligible
    INDOOR = "indoor"  # never eligible
    OUTDOOR = "outdoor"


class Recording(StrEnum):
    """What the owner lets this home's own recorder keep of a camera."""

    EVENTS = "events"  # around a ring or a motion
    CONTINUOUS = "continuous"  # everything, within the storage given to it


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
    footage: FootageFrom
    maker: str | None  # whose app has recordings of it: `ring`, `blink`, `arlo`, `eufy`, `nest`, `wyze`, `other`
    footage_trouble: str | None  # the rule by which another recorder can't be asked now
    told_by: tuple[str, ...]  # names of the entities that tell of a ring or a motion there; none: no event is known
    has_battery: bool  # its device says so: never recorded continuously
    room: RoomView
    sound_left_out: SoundLeftOut | None  # None: what it has is recorded
    settings: CameraSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class MapView:
    """The city's map: whether there is one to draw."""

    sha256: str | None  # of the pack that is here
    named: bool | None  # whether the city record names one; None: not known yet
    refused: str | None  # the rule by which what the hub sent last is not the one that is named


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A time without footage."""

    from_: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipView:
    """The clip that is looked at: exactly what would be sent."""

    clip_sha256: str  # name it in `approve`
    from_: datetime  # of the first range
    until: datetime  # of the last
    ranges: tuple[StoredRange, ...]  # all that the clip shows, and where in it
    size_bytes: int
    audio: str  # "kept", "removed" or "absent"
    masks: tuple[Mask, ...]  # parts of the picture that are black
    gaps: tuple[Gap, ...]
    offset_ms: int
    uncertainty_ms: int
    clock_method: str
    preview_sha256: str | None  # of the labelled transcode, where a browser can't play the clip


@dataclass(frozen=True, slots=True, kw_only=True)
class PassingView:
    """What the owner said to a question of passing a share on: the receipt `asked` with this number."""

    question: int
    agrees: bool
    refused: str | None  # the hub's rule


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareView:
    """What left the home, or is about to."""

    share_id: str
    state: State
    size_bytes: int  # of its sealed bodies; 0 before its sealing began
    sealed_bytes: int
    sent_bytes: int  # that the hub has
    approved_at: datetime
    withdraw_wanted: bool  # the owner took it back, and the hub has not confirmed yet
    withdraw_refused: str | None  # the hub's rule, such as `already_accepted`
    custodians_only: bool  # sealed to the evidence unit and the recovery key alone, for the owner flagged it
    flag_wanted: bool  # the owner flagged it after it was sent
    flag_refused: str | None  # the hub's rule
    unflagged: bool  # a custodian took the owner's last flag off: officers may see it
    early_wanted: bool  # the owner agreed that it is accepted before its 24 hours are over
    early_refused: str | None  # the hub's rule
    passing: tuple[PassingView, ...]  # what the owner said; questions are receipts
    sources_said_until: datetime | None  # until when the recordings are kept, as the manifest says; None: not kept
    sources_kept_until: datetime | None  # the same, or when the owner gave them up
    receipts: tuple[Receipt, ...]  # oldest first, signatures and chain checked
    trouble: str | None  # the rule of the last failed try; tried again by itself


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateView:
    """A time (UTC) that the first picture of a file may have, by what the file says of itself."""

    at: datetime
    origin: str  # `apple`, `name`, `created`, `created_local`, `ended`, `ended_local`
    kind: str | None  # whose form the name has
    doubt: str | None  # `repeated_hour`, `skipped_hour`: there is another reading
    fits: bool  # something of the file would lie in the time asked for


@dataclass(frozen=True, slots=True, kw_only=True)
class FileView:
    """A file that the owner added to a request."""

    name: str
    size_bytes: int
    length_ms: int
    width: int
    height: int
    sound: bool
    anew_ms: tuple[int, ...]  # after its first picture: where its own time begins anew
    candidates: tuple[CandidateView, ...]
    at: datetime | None  # of its first picture, by the owner's word; None: not said yet
    uncertainty_s: int | None
    camera_id: str | None  # which camera of this home filmed it, where the owner says so


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    """One request, and one camera of this home that looks at its area or one file that the owner added."""

    case_id: str
    request_id: str
    camera_id: str
    camera_name: str  # of a file: its name
    file: FileView | None
    state: State
    footage_from: datetime | None  # of what is there inside the time range asked for
    footage_until: datetime | None
    gaps: tuple[Gap, ...]
    clock_put: bool  # the camera's clock was put inside that time; what is stated of the times allows for it
    cutting: float | None  # 0 to 1 while a clip is being cut
    kept_until: datetime | None  # when what is held for it is wiped, whatever the owner does
    hold_trouble: str | None  # the rule by which not all of the time asked for could be held, such as `hold_quota`
    clip: ClipView | None
    share: ShareView | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientView:
    """Whose key opens what is shared, as the city's directory names them; empty for the recovery key, and unknown."""

    role: RecipientRole
    name: str
    badge: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessView:
    """One of the owner's witnesses that has seen the public log as it is below a request."""

    name: str
    at: datetime  # by the witness's own clock
    vkey: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedView:
    """Where the public log has a request, and who outside the city has seen that log."""

    log: str  # its origin
    entry: int  # from 0, as in the log itself
    size: int  # entries that the checkpoint is over
    root: str  # of the checkpoint, hex
    witnesses: tuple[WitnessView, ...]  # of those that the owner knows


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestView:
    """One request as it came, verified or refused."""

    request_id: str
    refused: str | None  # the broken rule; then no camera was searched, and nothing can be shared
    refused_detail: str
    notices: tuple[str, ...]  # such as `demo_city`, `signer_served_by_hub`, `no_witness`: shown in amber
    logged: LoggedView | None  # None where it is refused
    officer_name: str  # from the directory
    approver_name: str | None
    badge: str
    agency_name: str
    contact: str
    case_number: str
    offence_name: str
    reason: str
    urgent: bool
    drill: bool
    by_code: bool  # only for homes whose owner got a code at the door
    area: Area
    from_: datetime
    until: datetime
    created_at: datetime
    expires_at: datetime
    recipients_sha256: str  # name it in `approve`
    custodians_sha256: str  # or this: a child or something intimate may be seen, and only the evidence unit opens it
    recipients: tuple[RecipientView, ...]
    cases: tuple[CaseView, ...]
    tag: str | None = None  # by which a notification names it


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
class ApproverView:
    """What this person may do here."""

    refusal: Refusal | None  # None: may look, approve, trim, withdraw
    is_owner: bool
    has_pin: bool
    tries_left: int
    locked_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptView:
    """One way in which somebody tried to decide over footage and was refused. Never the PIN."""

    own: bool  # in the name of the approver who looks
    user_name: str  # empty where Home Assistant names nobody
    kind: str  # `password`, `program`, `other_sign_in`, `no_session`, `notification`
    act: str  # the command's name, such as `approve`
    rule: str
    count: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadableView:
    """A request that can't even be read."""

    request_id: str  # as the hub calls it
    refused: str


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


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneView:
    """A phone that an approver signed in on."""

    service: str
    name: str
    told: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdView:
    """What the household set for all requests."""

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
    """What this home's own recordings take of the disk, but for what is held."""

    used_bytes: int  # at the last look, seconds ago
    oldest: datetime | None  # when the oldest of them ends
    wanted_bytes: int | None  # what all cameras take in the days that the owner set; None: not yet known


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeState:
    """Everything that an approver sees."""

    snapshot: Snapshot
    city: CityView | None  # None until the first contact
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
    trial: OwnView | None = None  # and to see what a share would be


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareEvidence:
    """What this home signed for one share, and what the hub signed back; envelopes as bytes, no secret."""

    share_id: str
    clip_sha256: str
    manifest: bytes
    announcement: bytes | None  # None before sealing
    receipts: tuple[Receipt, ...]
    receipt_envelopes: tuple[bytes, ...]  # the same as the hub signed them, opened


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What this home was shown for one request, to be checked elsewhere; envelopes and bundle as they came."""

    root_public_key: bytes
    city_record: bytes | None
    directory: bytes | None
    live: bytes | None
    bundle: bytes
    shares: tuple[ShareEvidence, ...]
