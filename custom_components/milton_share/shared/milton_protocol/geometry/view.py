"""Whether a camera's view touches an area.

The view is a sector of a circle on the plane at the camera; round borders stand as polygons of small steps, so a view
that grazes an area by under a hundredth of its range may go either way.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from .places import Area, Circle, Point
from .plane import Plane

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .plane import Vector

_STEP_DEG: Final = 5
_FULL_TURN_DEG: Final = 360


def view_touches(position: Point, heading_deg: int, field_of_view_deg: int, range_m: int, area: Area) -> bool:
    """Tell whether a view (heading clockwise from north) and the area have a point in common."""
    plane = Plane(position)
    sector = _sector(heading_deg, field_of_view_deg, range_m)
    if isinstance(area, Circle):
        east, north = plane.vector(area.center)
        border = _arc(0, _FULL_TURN_DEG, area.radius_m)
        shape = [(east + point[0], north + point[1]) for point in border]
    else:
        shape = plane.vectors(area.points)
    return (
        _holds(sector, shape[0])
        or _holds(shape, (0.0, 0.0))
        or any(_meet(one, other) for one in _sides(sector) for other in _sides(shape))
    )


def _sector(heading_deg: int, field_of_view_deg: int, range_m: int) -> list[Vector]:
    if field_of_view_deg == _FULL_TURN_DEG:
        return _arc(0, _FULL_TURN_DEG, range_m)
    start = heading_deg - field_of_view_deg / 2
    return [(0.0, 0.0), *_arc(start, field_of_view_deg, range_m)]


def _arc(start_deg: float, length_deg: float, radius_m: float) -> list[Vector]:
    steps = max(1, math.ceil(length_deg / _STEP_DEG))
    # A full turn ends where it began: its last point is left out.
    count = steps if length_deg == _FULL_TURN_DEG else steps + 1
    bearings = (math.radians(start_deg + length_deg * step / steps) for step in range(count))
    return [(radius_m * math.sin(bearing), radius_m * math.cos(bearing)) for bearing in bearings]


def _sides(corners: Sequence[Vector]) -> list[tuple[Vector, Vector]]:
    return list(pairwise((*corners, corners[0])))


def _holds(corners: Sequence[Vector], point: Vector) -> bool:
    odd = False
    for a, b in _sides(corners):
        if (a[0] <= point[0]) != (b[0] <= point[0]):
            north = a[1] + (b[1] - a[1]) * (point[0] - a[0]) / (b[0] - a[0])
            odd ^= north > point[1]
    return odd


def _meet(one: tuple[Vector, Vector], other: tuple[Vector, Vector]) -> bool:
    (a, b), (c, d) = one, other
    if _apart(a[0], b[0], c[0], d[0]) or _apart(a[1], b[1], c[1], d[1]):
        return False  # on one line, too, on which neither turns away from the other
    return _turn(a, b, c) * _turn(a, b, d) <= 0 and _turn(c, d, a) * _turn(c, d, b) <= 0


def _apart(a: float, b: float, c: float, d: float) -> bool:
    """Tell whether nothing from a to b is from c to d."""
    return max(a, b) < min(c, d) or max(c, d) < min(a, b)


def _turn(a: Vector, b: Vector, c: Vector) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
