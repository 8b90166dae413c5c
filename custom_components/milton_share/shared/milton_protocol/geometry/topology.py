"""What touches, contains and lies inside what. Polygons are decided in integers, so that every reader agrees."""

from __future__ import annotations

import math
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

from .places import Area, Circle, Point, Polygon
from .plane import Plane, turn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .plane import Vector

type Edge = tuple[Point, Point]


def is_simple(area: Area) -> bool:
    """Tell whether no two edges touch, but neighbours at their common corner; a circle is simple."""
    if isinstance(area, Circle):
        return True
    edges = _edges(area)
    if any(a == b for a, b in edges):
        return False
    for (i, first), (j, second) in combinations(enumerate(edges), 2):
        if j == i + 1:
            if _folds_back(first, second):
                return False
        elif i == 0 and j == len(edges) - 1:
            if _folds_back(second, first):
                return False
        elif _touch(first, second):
            return False
    return True


def contains(area: Area, point: Point) -> bool:
    """Tell whether ``point`` lies in the area or on its border."""
    if isinstance(area, Circle):
        return math.hypot(*Plane(area.center).vector(point)) <= area.radius_m
    edges = _edges(area)
    return any(_on(edge, point) for edge in edges) or sum(_passes(edge, point) for edge in edges) % 2 == 1


def inside(area: Area, jurisdiction: Polygon) -> bool:
    """Tell whether the whole area lies in the jurisdiction, whose border counts as inside."""
    if isinstance(area, Circle):
        return contains(jurisdiction, area.center) and _distance_to_border_m(area, jurisdiction) >= area.radius_m
    # Doubled, so that the middle of a piece of an edge has integer coordinates too.
    edges = _edges(_doubled(area))
    border = _doubled(jurisdiction)
    if not all(contains(border, start) for start, _ in edges):
        return False
    if any(_cross(edge, side) for edge in edges for side in _edges(border)):
        return False
    # No edge crosses the border, so a piece of an edge between two points of touch is all inside or all outside.
    return all(contains(border, _halfway(piece)) for edge in edges for piece in _pieces(edge, border))


def _edges(polygon: Polygon) -> list[Edge]:
    return list(pairwise((*polygon.points, polygon.points[0])))


def _doubled(polygon: Polygon) -> Polygon:
    return Polygon(points=tuple(Point(2 * point.lat_e7, 2 * point.lon_e7) for point in polygon.points))


def _halfway(edge: Edge) -> Point:
    (a, b) = edge
    return Point((a.lat_e7 + b.lat_e7) // 2, (a.lon_e7 + b.lon_e7) // 2)


def _pieces(edge: Edge, border: Polygon) -> Sequence[Edge]:
    """Cut an edge where a corner of the border lies on it."""
    stops = {*edge, *(corner for corner in border.points if _on(edge, corner))}
    return list(pairwise(sorted(stops)))


def _on(edge: Edge, point: Point) -> bool:
    (a, b) = edge
    return (
        min(a.lat_e7, b.lat_e7) <= point.lat_e7 <= max(a.lat_e7, b.lat_e7)
        and min(a.lon_e7, b.lon_e7) <= point.lon_e7 <= max(a.lon_e7, b.lon_e7)
        and turn(a, b, point) == 0
    )


def _cross(first: Edge, second: Edge) -> bool:
    """Tell whether two edges cross at a point that is an end of neither."""
    (a, b), (c, d) = first, second
    if (
        max(a.lat_e7, b.lat_e7) < min(c.lat_e7, d.lat_e7)
        or max(c.lat_e7, d.lat_e7) < min(a.lat_e7, b.lat_e7)
        or max(a.lon_e7, b.lon_e7) < min(c.lon_e7, d.lon_e7)
        or max(c.lon_e7, d.lon_e7) < min(a.lon_e7, b.lon_e7)
    ):
        return False  # apart already by their boxes: most are, and this is cheaper to see
    return turn(a, b, c) * turn(a, b, d) < 0 and turn(c, d, a) * turn(c, d, b) < 0


def _touch(first: Edge, second: Edge) -> bool:
    return _cross(first, second) or any(_on(first, end) for end in second) or any(_on(second, end) for end in first)


def _folds_back(first: Edge, second: Edge) -> bool:
    """Tell whether an edge runs back over the one before it."""
    return _on(first, second[1]) or _on(second, first[0])


def _passes(edge: Edge, point: Point) -> bool:
    """Tell whether a ray from ``point`` towards the north passes the edge (half-open, so a corner counts once)."""
    (a, b) = edge
    if (a.lon_e7 <= point.lon_e7) == (b.lon_e7 <= point.lon_e7):
        return False
    side = turn(a, b, point)
    return side < 0 if b.lon_e7 < a.lon_e7 else side > 0


def _distance_to_border_m(circle: Circle, polygon: Polygon) -> float:
    corners = Plane(circle.center).vectors(polygon.points)
    return min(_distance_to_line(a, b) for a, b in pairwise((*corners, corners[0])))


def _distance_to_line(a: Vector, b: Vector) -> float:
    """Return the distance of the origin from the piece of line a-b."""
    along = (b[0] - a[0], b[1] - a[1])
    length2 = along[0] ** 2 + along[1] ** 2
    part = 0.0 if length2 == 0 else max(0.0, min(1.0, -(a[0] * along[0] + a[1] * along[1]) / length2))
    return math.hypot(a[0] + part * along[0], a[1] + part * along[1])
