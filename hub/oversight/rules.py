"""What makes a flag: pure, from what was done or refused and the city's own bounds.

A flag is no verdict. It says to the auditors where to look, once for the same thing on the same day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from milton_protocol.errors import Rule

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

DENIED_IN = timedelta(hours=24)
ALIKE_IN = timedelta(days=30)
# What the odd hours are about: to ask for footage and to handle it. To sign in, or to lock a device, is not.
_HANDLED = ("request.", "share.", "case.")
_OWN_ACT = frozenset({"own_act", Rule.APPROVER_IS_OFFICER.value})


class FlagKind(StrEnum):
    """What was noticed."""

    SELF_DEALING = "self_dealing"  # somebody tried to approve their own act
    ODD_HOURS = "odd_hours"
    DENIED_ATTEMPTS = "denied_attempts"
    REPEAT_PLATE = "repeat_plate"
    REPEAT_ADDRESS = "repeat_address"
    REPEAT_AREA = "repeat_area"


class Alike(StrEnum):
    """What two requests have in common."""

    PLATE = "plate"
    ADDRESS = "address"
    AREA = "area"


_REPEATS = {
    Alike.PLATE: FlagKind.REPEAT_PLATE,
    Alike.ADDRESS: FlagKind.REPEAT_ADDRESS,
    Alike.AREA: FlagKind.REPEAT_AREA,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """From when on something is odd. ``odd_from`` to ``odd_until`` is by the agency's clock; None: no hour is odd."""

    zone: tzinfo = UTC
    odd_from: time | None = time(23)
    odd_until: time = time(5)
    denied_max: int = 10  # in 24 hours
    alike_max: int = 3  # requests for the same in 30 days, the newest among them


@dataclass(frozen=True, slots=True, kw_only=True)
class Noticed:
    """What a flag says. ``about`` is a route or a request's id; a second one with the same ``day`` is none."""

    kind: FlagKind
    person_id: str
    about: str
    day: date
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """An earlier request that asks for the same as a new one, whoever asked."""

    alike: Alike
    request_id: str
    at: datetime


def self_dealing(*, person_id: str, rule: str, route: str, at: datetime, bounds: Bounds) -> Noticed | None:
    """Notice that somebody was refused the approval of their own act."""
    if not person_id or rule not in _OWN_ACT:
        return None
    day = at.astimezone(bounds.zone).date()
    return Noticed(kind=FlagKind.SELF_DEALING, person_id=person_id, about=route, day=day)


def odd_hours(*, person_id: str, action: str, at: datetime, bounds: Bounds) -> Noticed | None:
    """Notice that somebody asks for footage, or handles it, at an odd hour; one flag for a person's night."""
    if bounds.odd_from is None or not person_id or not action.startswith(_HANDLED):
        return None
    local = at.astimezone(bounds.zone)
    hour = local.time().replace(tzinfo=None)
    wraps = bounds.odd_until <= bounds.odd_from
    is_after, is_before = hour >= bounds.odd_from, hour < bounds.odd_until
    if not ((is_after or is_before) if wraps else (is_after and is_before)):
        return None
    began_yesterday = wraps and is_before
    day = local.date() - timedelta(days=1) if began_yesterday else local.date()
    return Noticed(kind=FlagKind.ODD_HOURS, person_id=person_id, about="", day=day)


def denied_attempts(*, person_id: str, count: int, at: datetime, bounds: Bounds) -> Noticed | None:
    """Notice that somebody was refused ``count`` times within :data:`DENIED_IN`."""
    if not person_id or count < bounds.denied_max:
        return None
    day = at.astimezone(bounds.zone).date()
    return Noticed(kind=FlagKind.DENIED_ATTEMPTS, person_id=person_id, about="", day=day, count=count)


def repeats(
    *, person_id: str, request_id: str, earlier: Sequence[Earlier], at: datetime, bounds: Bounds
) -> tuple[Noticed, ...]:
    """Notice that a request asks once more for what others asked for within :data:`ALIKE_IN`."""
    day = at.astimezone(bounds.zone).date()
    found = []
    for alike, kind in _REPEATS.items():
        of_kind = [one for one in earlier if one.alike is alike and one.request_id != request_id]
        count = 1 + len({one.request_id for one in of_kind if at - ALIKE_IN <= one.at <= at})
        if count >= bounds.alike_max:
            found.append(Noticed(kind=kind, person_id=person_id, about=request_id, day=day, count=count))
    return tuple(found)
