"""What makes a flag: pure, from what was done or refused and the city's own bounds.

A flag is no verdict. It says to the auditors where to look, once for the same thing on the same day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from hub.requests.draft.mentions import Alike
from milton_protocol.errors import Rule

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    from hub.requests.draft.lately import Earlier

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
    *, person_id: str, case_number: str, earlier: Sequence[Earlier], at: datetime, bounds: Bounds
) -> tuple[tuple[FlagKind, int], ...]:
    """Return what a request asks for once more within :data:`ALIKE_IN`, and the how-manyeth request for it this is.

    A plate and an address count whoever asked and in whichever case: they are somebody's. An area counts where the
    same person asked in another case: a street where much happens is asked for by several, and twice in a case.
    """
    found = []
    for alike, kind in _REPEATS.items():
        same = {
            one.request_id
            for one in earlier
            if one.alike is alike
            and at - ALIKE_IN <= one.at <= at
            and (alike is not Alike.AREA or (one.officer_id == person_id and one.case_number != case_number))
        }
        if 1 + len(same) >= bounds.alike_max:
            found.append((kind, 1 + len(same)))
    return tuple(found)
