"""Distances and sizes on an equirectangular plane at an area's middle latitude (docs/protocol.md section 4)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Final

from ..limits import EARTH_RADIUS_M
from .places import Area, Circle, Point, middle

if TYPE_CHECKING:
    from collections.abc import Sequence

type Vector = tuple[float, float]

_RADIANS_PER_E7: Final = math.radians(1e-7)


@dataclass(frozen=True, slots=True)
class Plane:
    """A plane that touches the Earth at ``origin``; vectors are metres (east, north)."""

    origin: Point

    def vector(self, point: Point) -> Vector:
        """Return where ``point`` is, seen from the origin."""
        east_e7 = (point.lon_e7 - self.origin.lon_e7) * math.cos(self.origin.lat_e7 * _RADIANS_PER_E7)
        north_e7 = point.lat_e7 - self.origin.lat_e7
        return east_e7 * _RADIANS_PER_E7 * EARTH_RADIUS_M, north_e7 * _RADIANS_PER_E7 * EARTH_RADIUS_M

    def vectors(self, points: Sequence[Point]) -> list[Vector]:
        """Return where the points are, seen from the origin."""
        return [self.vector(point) for point in points]


def distance_m(a: Point, b: Point) -> float:
    """Return the distance of two near points, on the plane at their middle latitude."""
    plane = Plane(Point((a.lat_e7 + b.lat_e7) // 2, (a.lon_e7 + b.lon_e7) // 2))
    return math.dist(plane.vector(a), plane.vector(b))


def area_m2(area: Area) -> float:
    """Return the area's size."""
    if isinstance(area, Circle):
        return math.pi * area.radius_m**2
    return _enclosed(Plane(middle(area)).vectors(area.points))


def diameter_m(area: Area) -> float:
    """Return the greatest distance of two corners, or a circle's diameter."""
    if isinstance(area, Circle):
        return 2.0 * area.radius_m
    return max(math.dist(a, b) for a, b in combinations(Plane(middle(area)).vectors(area.points), 2))


def hull_share(area: Area) -> float:
    """Return the part (0 to 1) of its convex hull that the area covers; 0 when the hull is a line."""
    if isinstance(area, Circle):
        return 1.0
    whole = _enclosed(Plane(middle(area)).vectors(_hull(area.points)))
    return area_m2(area) / whole if whole else 0.0


def _enclosed(corners: Sequence[Vector]) -> float:
    """Return what the shoelace formula gives for a simple polygon."""
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise((*corners, corners[0])))) / 2


def _hull(points: Sequence[Point]) -> list[Point]:
    """Return the convex hull (Andrew's monotone chain), in integers."""
    ordered = sorted(set(points))
    return [*_chain(ordered)[:-1], *_chain(ordered[::-1])[:-1]] if len(ordered) > 1 else ordered


def _chain(ordered: Sequence[Point]) -> list[Point]:
    chain: list[Point] = []
    for point in ordered:
        while len(chain) > 1 and turn(chain[-2], chain[-1], point) <= 0:
            chain.pop()
        chain.append(point)
    return chain


def turn(a: Point, b: Point, c: Point) -> int:
    """Return twice the signed area of a triangle in integers: the side of the line a-b on which c lies, 0 on it."""
    return (b.lat_e7 - a.lat_e7) * (c.lon_e7 - a.lon_e7) - (b.lon_e7 - a.lon_e7) * (c.lat_e7 - a.lat_e7)
