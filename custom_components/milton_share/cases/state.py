"""The consent machine: one case is one request and one camera of this home. Pure: no clock, no IO.

- Nothing leaves a case but through `Approve`, which names the very clip that was looked at.
- Silence is a no: a case whose request ends lapses. Nothing approves by itself, ever.
- What ended stays ended.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum


class State(StrEnum):
    """Where a case stands."""

    RECEIVED = "received"  # the camera looks at the area; whether it has footage is not known
    MATCHED = "matched"  # it has footage of the time
    HELD = "held"  # that footage is kept from being overwritten
    REVIEWING = "reviewing"  # a clip was cut and can be looked at
    APPROVED = "approved"  # an approver said yes to that clip; written down
    SEALED = "sealed"  # encrypted to the request's recipients, final
    UPLOADED = "uploaded"  # the hub has all bytes, its receipt is awaited
    RECEIPTED = "receipted"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"
    DECLINED = "declined"


UNDECIDED = frozenset({State.RECEIVED, State.MATCHED, State.HELD, State.REVIEWING})
SENDING = frozenset({State.APPROVED, State.SEALED, State.UPLOADED})
ENDED = frozenset({State.LAPSED, State.WITHDRAWN, State.DECLINED})


class ConsentError(ValueError):
    """An event that this case can't take; ``rule`` names why."""

    def __init__(self, rule: str) -> None:
        """Name the rule."""
        super().__init__(rule)
        self.rule = rule


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentCase:
    """One request and one camera."""

    case_id: str
    request_id: str
    camera_id: str
    state: State = State.RECEIVED
    clip_sha256: str | None = None  # of the clip that is being looked at, or was approved
    share_id: str | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """The camera has footage of the time."""


@dataclass(frozen=True, slots=True)
class Hold:
    """The footage is kept."""


@dataclass(frozen=True, slots=True)
class Look:
    """A clip was cut for the approver to look at; it takes the place of an earlier one."""

    clip_sha256: str


@dataclass(frozen=True, slots=True)
class Approve:
    """An approver said yes to this clip, and it will be this share."""

    clip_sha256: str
    share_id: str


@dataclass(frozen=True, slots=True)
class Seal:
    """The clip is encrypted; the sealed bytes are final."""


@dataclass(frozen=True, slots=True)
class Upload:
    """The hub has all bytes."""


@dataclass(frozen=True, slots=True)
class Receive:
    """The hub's receipt was opened and checked."""


@dataclass(frozen=True, slots=True)
class Decline:
    """Not this time."""


@dataclass(frozen=True, slots=True)
class Lapse:
    """The request expired, was withdrawn, or is refused now."""


@dataclass(frozen=True, slots=True)
class Withdraw:
    """The approver took the share back."""


type Event = Match | Hold | Look | Approve | Seal | Upload | Receive | Decline | Lapse | Withdraw

_STEPS: dict[type, tuple[frozenset[State], State, str]] = {
    Match: (frozenset({State.RECEIVED}), State.MATCHED, "not_received"),
    Hold: (frozenset({State.MATCHED}), State.HELD, "not_matched"),
    Look: (frozenset({State.HELD, State.REVIEWING}), State.REVIEWING, "not_held"),
    Approve: (frozenset({State.REVIEWING}), State.APPROVED, "not_reviewing"),
    Seal: (frozenset({State.APPROVED}), State.SEALED, "not_approved"),
    Upload: (frozenset({State.SEALED}), State.UPLOADED, "not_sealed"),
    # The hub's receipt can be read before the answer to the last piece is: a lost reply costs nothing.
    Receive: (frozenset({State.SEALED, State.UPLOADED}), State.RECEIPTED, "not_uploaded"),
    Decline: (UNDECIDED, State.DECLINED, "already_decided"),
    Lapse: (UNDECIDED | {State.APPROVED, State.SEALED}, State.LAPSED, "already_decided"),
    Withdraw: (SENDING | {State.RECEIPTED}, State.WITHDRAWN, "nothing_shared"),
}


def advance(case: ConsentCase, event: Event) -> ConsentCase:
    """Return the case after the event; raise `ConsentError` when it may not happen now."""
    allowed_from, state, rule = _STEPS[type(event)]
    if case.state not in allowed_from:
        raise ConsentError(rule)
    match event:
        case Look(clip_sha256):
            return replace(case, state=state, clip_sha256=clip_sha256)
        case Approve(clip_sha256, share_id):
            if clip_sha256 != case.clip_sha256:
                rule = "other_clip"
                raise ConsentError(rule)
            return replace(case, state=state, share_id=share_id)
        case _:
            return replace(case, state=state)
