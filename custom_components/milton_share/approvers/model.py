"""What approvers are shown of themselves, and of attempts by others. Times are aware UTC datetimes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from .rules import Refusal


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
