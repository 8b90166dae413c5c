"""What the household set for all requests: when phones are told, what a review begins with, how much disk is given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum

from ..const import STORAGE_DEFAULT_GB
from ..shared.milton_protocol.limits import LOOK_BACK_MAX, LOOK_BACK_ORDINARY

WEEKLY_CAP_DEFAULT = 3
WEEKLY_CAP_MAX = 50  # two messages a request, and more requests than a city of this size has
PHONES_MAX = 50
KEEP_DAYS_DEFAULT = LOOK_BACK_ORDINARY.days  # as far back as a request goes without a second person
KEEP_DAYS_MAX = LOOK_BACK_MAX.days  # and as any request may


class Reminder(StrEnum):
    """When a phone is told once more: of every request, or of none (law 1)."""

    LAST_DAY = "last_day"  # 24 hours before it closes
    NEXT_DAY = "next_day"  # 24 hours after the first message
    NEVER = "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """Hours without a message, by the clocks on this home's walls; over midnight where `until` is the earlier."""

    from_: time
    until: time


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """The owner's word that this home looks at no new request: until a moment, or until the owner resumes."""

    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Household:
    """The settings, as they are when nobody changed them."""

    phones: tuple[str, ...] | None = None  # `notify` services; None: all approvers' phones
    quiet: Quiet | None = Quiet(from_=time(21), until=time(7))
    urgent_breaks_quiet: bool = False
    weekly_cap: int = WEEKLY_CAP_DEFAULT
    reminder: Reminder = Reminder.LAST_DAY
    audio: bool = False  # what a review begins with
    named: bool = False
    storage_gb: int = STORAGE_DEFAULT_GB
    keep_days: int = KEEP_DAYS_DEFAULT  # what this home's own recorder has of cameras goes then, if not before
    pause: Pause | None = None

    def paused(self, now: datetime) -> Pause | None:
        """Return the pause that holds now."""
        pause = self.pause
        return None if pause is None or (pause.until is not None and pause.until <= now) else pause
