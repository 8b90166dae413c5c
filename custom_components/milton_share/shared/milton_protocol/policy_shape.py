"""The limits that a home enforces itself, whatever the hub says (docs/protocol.md section 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .errors import ProtocolError, Rule
from .geometry import area_m2, diameter_m, hull_share, inside, is_simple
from .limits import (
    AREA_MAX_M2,
    AREA_MIN_M2,
    AREA_ORDINARY_M2,
    DIAMETER_MAX_M,
    DURATION_MAX,
    DURATION_MIN,
    DURATION_ORDINARY,
    EXPIRY_MAX,
    EXPIRY_MIN,
    EXPIRY_URGENT_MAX,
    HULL_SHARE_MIN,
    LOOK_BACK_MAX,
    LOOK_BACK_ORDINARY,
)
from .messages.requests.request import Request, Urgency

if TYPE_CHECKING:
    from .geometry import Area, Polygon


def check_hard_limits(request: Request, jurisdiction: Polygon) -> None:
    """Raise ProtocolError with the first hard limit that the request passes: its times, then its area."""
    check_times(request)
    check_area(request.area, jurisdiction)


def check_times(request: Request) -> None:
    """Judge the range, the look-back and the expiry against each other; not against a clock."""
    if not DURATION_MIN <= request.until - request.from_ <= DURATION_MAX:
        raise ProtocolError(Rule.RANGE_WRONG_LENGTH, "15 min to 12 h")
    if request.until > request.created_at:
        raise ProtocolError(Rule.RANGE_IN_FUTURE, "until is after created_at")
    if request.created_at - request.from_ > LOOK_BACK_MAX:
        raise ProtocolError(Rule.RANGE_TOO_OLD, "from is more than 45 days before created_at")
    longest = EXPIRY_URGENT_MAX if request.urgency is Urgency.URGENT else EXPIRY_MAX
    if not EXPIRY_MIN <= request.expires_at - request.created_at <= longest:
        raise ProtocolError(Rule.EXPIRY_WRONG_LENGTH, f"1 h to {longest}")


def check_area(area: Area, jurisdiction: Polygon) -> None:
    """Judge an area's shape, size and place."""
    if not is_simple(area):
        raise ProtocolError(Rule.AREA_NOT_SIMPLE)
    size_m2 = area_m2(area)
    if size_m2 < AREA_MIN_M2:
        raise ProtocolError(Rule.AREA_TOO_SMALL, f"{size_m2:.0f} m2, at least {AREA_MIN_M2}")
    if size_m2 > AREA_MAX_M2:
        raise ProtocolError(Rule.AREA_TOO_LARGE, f"{size_m2:.0f} m2, at most {AREA_MAX_M2}")
    if diameter_m(area) > DIAMETER_MAX_M:
        raise ProtocolError(Rule.AREA_TOO_WIDE, f"{diameter_m(area):.0f} m, at most {DIAMETER_MAX_M}")
    if hull_share(area) < HULL_SHARE_MIN:
        raise ProtocolError(Rule.AREA_TOO_THIN, f"{hull_share(area):.0%} of its hull, at least {HULL_SHARE_MIN:.0%}")
    if not inside(area, jurisdiction):
        raise ProtocolError(Rule.OUTSIDE_JURISDICTION)


def needs_approver(request: Request) -> tuple[str, ...]:
    """Return the ordinary limits that the request passes, each of which asks for a second person's assertion.

    Any of ``area``, ``duration``, ``look_back``, ``urgent``, in that order; empty when the officer alone may ask.
    """
    passed = {
        "area": area_m2(request.area) > AREA_ORDINARY_M2,
        "duration": request.until - request.from_ > DURATION_ORDINARY,
        "look_back": request.created_at - request.from_ > LOOK_BACK_ORDINARY,
        "urgent": request.urgency is Urgency.URGENT,
    }
    return tuple(name for name, is_passed in passed.items() if is_passed)
