"""The hard limits, on both sides of each, and what needs a second person."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from milton_protocol.errors import ProtocolError
from milton_protocol.geometry import Circle, Point, Polygon
from milton_protocol.messages.requests.request import Urgency
from milton_protocol.policy_shape import check_hard_limits, needs_approver
from tests.simulators.city import BORDER, City

CITY = City()
NOW = CITY.now
LAT, LON = 341_320_000, -843_000_000


def box(north_m: float, east_m: float, *more: tuple[float, float]) -> Polygon:
    """Return a rectangle, or the polygon of these corners too, in metres."""
    corners = ((0, 0), (north_m, 0), (north_m, east_m), (0, east_m), *more)
    return Polygon(points=tuple(Point(LAT + round(n * 89.932), LON + round(e * 108.635)) for n, e in corners))


def circle(radius_m: int) -> Circle:
    """Return a circle in the middle of the city."""
    return Circle(center=Point(LAT, LON), radius_m=radius_m)


def span(**ago: timedelta) -> dict[str, Any]:
    """Return times as so long before now."""
    return {name: NOW - before for name, before in ago.items()}


HOUR, DAY, MINUTE, SECOND = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1), timedelta(seconds=1)
CREATED = 10 * MINUTE


@pytest.mark.parametrize(
    "changes",
    [
        {},
        span(from_=75 * MINUTE, until=60 * MINUTE),
        span(from_=14 * HOUR, until=2 * HOUR),
        span(from_=45 * DAY + CREATED, until=45 * DAY - HOUR),
        span(from_=HOUR, until=CREATED),
        {"expires_at": NOW - CREATED + HOUR},
        {"expires_at": NOW - CREATED + 10 * DAY},
        {"urgency": Urgency.URGENT, "expires_at": NOW - CREATED + 24 * HOUR},
        {"area": circle(144)},
        {"area": circle(642)},
        {"area": box(255, 255)},
        {"area": box(1137, 1137)},
        {"area": box(1600, 150)},
    ],
)
def test_a_request_within_the_hard_limits_passes(changes: dict[str, Any]) -> None:
    """Each bound itself is allowed."""
    check_hard_limits(CITY.draft(**changes), BORDER)


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        (span(from_=75 * MINUTE, until=60 * MINUTE + SECOND), "range_wrong_length"),
        (span(from_=60 * MINUTE, until=75 * MINUTE), "range_wrong_length"),
        (span(from_=14 * HOUR + SECOND, until=2 * HOUR), "range_wrong_length"),
        (span(from_=HOUR, until=CREATED - SECOND), "range_in_future"),
        (span(from_=45 * DAY + CREATED + SECOND, until=45 * DAY - HOUR), "range_too_old"),
        ({"expires_at": NOW - CREATED + HOUR - SECOND}, "expiry_wrong_length"),
        ({"expires_at": NOW - CREATED + 10 * DAY + SECOND}, "expiry_wrong_length"),
        ({"urgency": Urgency.URGENT, "expires_at": NOW - CREATED + 24 * HOUR + SECOND}, "expiry_wrong_length"),
        ({"area": Polygon(points=tuple(box(500, 500).points[i] for i in (0, 2, 1, 3)))}, "area_not_simple"),
        ({"area": circle(143)}, "area_too_small"),
        ({"area": box(254, 254)}, "area_too_small"),
        ({"area": circle(643)}, "area_too_large"),
        ({"area": circle(804)}, "area_too_large"),
        ({"area": box(1139, 1139)}, "area_too_large"),
        ({"area": box(1610, 150)}, "area_too_wide"),
        ({"area": box(1100, 1100, (100, 1000), (1000, 1000), (1000, 100), (0, 100))}, "area_too_thin"),
        ({"area": Circle(center=BORDER.points[0], radius_m=200)}, "outside_jurisdiction"),
        ({"area": Circle(center=Point(0, 0), radius_m=200)}, "outside_jurisdiction"),
        ({"area": Circle(center=Point(900_000_000, 0), radius_m=200)}, "outside_jurisdiction"),
    ],
)
def test_a_request_beyond_a_hard_limit_is_refused_by_its_name(changes: dict[str, Any], rule: str) -> None:
    """One second, one metre more."""
    with pytest.raises(ProtocolError) as caught:
        check_hard_limits(CITY.draft(**changes), BORDER)
    assert caught.value.rule == rule


@pytest.mark.parametrize(
    ("changes", "passed"),
    [
        ({}, ()),
        ({"area": circle(287)}, ()),
        ({"area": circle(288)}, ("area",)),
        (span(from_=4 * HOUR, until=2 * HOUR), ()),
        (span(from_=4 * HOUR + SECOND, until=2 * HOUR), ("duration",)),
        (span(from_=30 * DAY + CREATED, until=30 * DAY - HOUR), ()),
        (span(from_=30 * DAY + CREATED + SECOND, until=30 * DAY - HOUR), ("look_back",)),
        ({"urgency": Urgency.URGENT}, ("urgent",)),
        (
            {"urgency": Urgency.URGENT, "area": circle(400), **span(from_=31 * DAY, until=31 * DAY - 3 * HOUR)},
            ("area", "duration", "look_back", "urgent"),
        ),
    ],
)
def test_what_passes_an_ordinary_limit_needs_a_second_person(changes: dict[str, Any], passed: tuple[str, ...]) -> None:
    """Named, for the page that asks for the approval."""
    assert needs_approver(CITY.draft(**changes)) == passed
