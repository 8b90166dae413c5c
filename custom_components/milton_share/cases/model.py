"""What approvers are shown of a case: its footage, clip and share. Frozen values; times are aware UTC datetimes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from ..shared.milton_protocol.messages.shares.masks import Mask
    from ..shared.milton_protocol.messages.shares.ranges import StoredRange
    from ..shared.milton_protocol.messages.shares.receipt import Receipt
    from .state import State


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
    preview_sha256: str | None  # of the labeled transcode, where a browser can't play the clip
    resized_at: tuple[datetime, ...] = ()  # when the camera's pictures came in another size; the clip has one


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
    precision_s: int  # of its last digit: a name may say minutes alone
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
    source: str | None  # what recorded it: `here`, `frigate`, …; None: not known yet, or a file that was added
    clock_put: bool  # the camera's clock was put inside that time; what is stated of the times allows for it
    cutting: float | None  # 0 to 1 while a clip is being cut
    copied: float | None  # 0 to 1, how much is here, while some of it is still copied from where it is recorded
    kept_until: datetime | None  # when what is held for it is wiped, whatever the owner does
    hold_trouble: str | None  # the rule by which not all of the time asked for could be held, such as `hold_quota`
    clip: ClipView | None
    share: ShareView | None
