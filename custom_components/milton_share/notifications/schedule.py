"""When a phone is told of a request. Pure.

Law 1: a phone maker's relay sees each message and its moment. So what is sent, and when, follows from what the city
published and from the household's settings alone: never from a camera, a match, or what anybody did here. A message is
taken off the phones when the request closes for everybody, not when this home decided.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from ..household.model import Reminder

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import time, tzinfo

    from ..household.model import Household, Quiet

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
LAST_MOMENT = timedelta(hours=1)  # nobody is told of what closes before it can be looked at
APART = timedelta(hours=12)  # a reminder sooner than that is the same message twice


class Stage(StrEnum):
    """What comes next of a request's messages."""

    FIRST = "first"
    REMINDER = "reminder"
    END = "end"  # nothing but the clearing
    OVER = "over"


class Kind(StrEnum):
    """What a phone is told."""

    FIRST = "first"
    REMINDER = "reminder"
    CLEAR = "clear"


class RequestStage(StrEnum):
    """How a request stands for every home of the city."""

    OPEN = "open"
    UNCLEAR = "unclear"  # the city's trust documents are not there now: messages wait
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """A request's messages: `tag` is chance, and nothing of the request."""

    tag: str
    request_id: str
    urgent: bool
    verified_at: datetime
    expires_at: datetime
    stage: Stage = Stage.FIRST
    first_at: datetime | None = None
    reminder_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """Now, and the zone of this home's walls."""

    now: datetime
    zone: tzinfo


def step(
    one: Notification, household: Household, clock: Clock, standing: RequestStage, shown: int
) -> tuple[Notification, Kind | None]:
    """Return how it stands now, and what is to be sent for it; ``shown`` is how many messages the week has had."""
    if one.stage is Stage.OVER:
        return one, None
    if standing is RequestStage.CLOSED or one.expires_at <= clock.now:
        return replace(one, stage=Stage.OVER), Kind.CLEAR if one.first_at is not None else None
    if one.stage is Stage.END or standing is RequestStage.UNCLEAR:
        return one, None
    return _next_message(one, household, clock, is_full=shown >= household.weekly_cap)


def _next_message(
    one: Notification, household: Household, clock: Clock, *, is_full: bool
) -> tuple[Notification, Kind | None]:
    due = due_at(one, household, clock)
    if due is not None and clock.now < due < one.expires_at - LAST_MOMENT:
        return one, None
    if due is None or due >= one.expires_at - LAST_MOMENT or is_full:
        return replace(one, stage=Stage.END), None
    if one.stage is Stage.FIRST:
        return replace(one, stage=Stage.REMINDER, first_at=clock.now), Kind.FIRST
    return replace(one, stage=Stage.END, reminder_at=clock.now), Kind.REMINDER


def due_at(one: Notification, household: Household, clock: Clock) -> datetime | None:
    """Return when the next message is due, or None when there will be none."""
    wanted = one.verified_at if one.stage is Stage.FIRST else _reminder_at(one, household)
    if wanted is None:
        return None
    moment = max(wanted, clock.now)  # this home may have been off when it was due
    if household.quiet is None or (one.urgent and household.urgent_breaks_quiet):
        return moment
    return after_quiet(moment, household.quiet, clock.zone)


def will_remind(one: Notification, household: Household, clock: Clock) -> bool:
    """Whether a reminder follows a first message that was sent."""
    due = due_at(one, household, clock) if one.stage is Stage.REMINDER else None
    return due is not None and due < one.expires_at - LAST_MOMENT


def shown_in_week(many: Iterable[Notification], now: datetime) -> int:
    """Return how many messages phones have shown within seven days."""
    moments = (moment for one in many for moment in (one.first_at, one.reminder_at) if moment is not None)
    return sum(now - WEEK < moment <= now for moment in moments)


def is_past(one: Notification, now: datetime) -> bool:
    """Whether it needs no keeping: all is said, and the week's count has forgotten it."""
    last = max(moment for moment in (one.verified_at, one.first_at, one.reminder_at) if moment is not None)
    return one.stage is Stage.OVER and last <= now - WEEK


def after_quiet(moment: datetime, quiet: Quiet, zone: tzinfo) -> datetime:
    """Return the moment itself, or the end of the quiet hours that it falls into: by the walls' clocks, in any zone."""
    local = moment.astimezone(zone)
    if not _is_quiet(local.time(), quiet):
        return moment
    over_midnight = quiet.from_ > quiet.until and local.time() >= quiet.from_
    day = local.date() + timedelta(days=1 if over_midnight else 0)
    ends = (datetime.combine(day, quiet.until, zone).replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    return min((end for end in ends if end > moment), default=moment)  # an hour that comes twice ends twice


def _is_quiet(clock: time, quiet: Quiet) -> bool:
    if quiet.from_ <= quiet.until:
        return quiet.from_ <= clock < quiet.until
    return clock >= quiet.from_ or clock < quiet.until


def _reminder_at(one: Notification, household: Household) -> datetime | None:
    if one.first_at is None or household.reminder is Reminder.NEVER:
        return None
    moment = one.first_at + DAY if household.reminder is Reminder.NEXT_DAY else one.expires_at - DAY
    return moment if moment - one.first_at >= APART else None
