"""Whether an area and that of an open request can be told apart by a few homes only (pure).

Two areas that overlap cut the ground into what both have and what each has alone. Whoever asks in both learns of a
part by the difference of the answers, so each part is either nothing or as large as an area must be by itself.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

from milton_protocol.geometry import Circle, area_m2, middle
from milton_protocol.geometry.plane import Plane
from milton_protocol.limits import AREA_MIN_M2

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from milton_protocol.geometry import Area

type Vector = tuple[float, float]
type Side = tuple[Vector, Vector]

NOTHING_M2 = 400  # 20 m by 20 m: less than a lot, and more than what corners are rounded by
CIRCLE_CORNERS = 72
NO_WIDTH_M = 1e-6  # two stops that are one, but for rounding


def singles_out(area: Area, others: Iterable[Area]) -> bool:
    """Say whether the area and one of ``others`` leave a part that is neither nothing nor large enough for an area."""
    return any(NOTHING_M2 < part < AREA_MIN_M2 for other in others if other != area for part in parts_m2(area, other))


def parts_m2(area: Area, other: Area) -> tuple[float, float, float]:
    """Return what both have, and what each has alone."""
    common = common_m2(area, other)
    return common, area_m2(area) - common, area_m2(other) - common


def common_m2(area: Area, other: Area) -> float:
    """Return the size of what both areas cover, on the plane at the first one's middle.

    The ground is cut into upright strips at every corner and crossing; within one the sides of both do not cross, so
    what both cover has the width of the strip and the height that it has in the strip's middle.
    """
    plane = Plane(middle(area))
    sides, others = _sides(plane, area), _sides(plane, other)
    stops = {x for side in (*sides, *others) for x, _ in side}
    stops |= {x for one in sides for two in others if (x := _crossing(one, two)) is not None}
    strips = [(left, right) for left, right in pairwise(sorted(stops)) if right - left > NO_WIDTH_M]
    return sum((right - left) * _height((left + right) / 2, sides, others) for left, right in strips)


def _height(x: float, sides: Sequence[Side], others: Sequence[Side]) -> float:
    return sum(
        max(0.0, min(top, other_top) - max(bottom, other_bottom))
        for bottom, top in _spans(x, sides)
        for other_bottom, other_top in _spans(x, others)
    )


def _spans(x: float, sides: Sequence[Side]) -> list[tuple[float, float]]:
    """Return from where to where an upright line at ``x`` is inside a simple polygon."""
    heights = sorted(_at(x, side) for side in sides if min(side[0][0], side[1][0]) < x < max(side[0][0], side[1][0]))
    return list(zip(heights[::2], heights[1::2], strict=True))


def _at(x: float, side: Side) -> float:
    (x1, y1), (x2, y2) = side
    return y1 + (y2 - y1) * (x - x1) / (x2 - x1)


def _crossing(one: Side, two: Side) -> float | None:
    """Return where two sides cross, from the west; None when they do not, or lie on one line."""
    (ax, ay), (bx, by) = one
    (cx, cy), (dx, dy) = two
    turn = (bx - ax) * (dy - cy) - (by - ay) * (dx - cx)
    if turn == 0:
        return None
    along = ((cx - ax) * (dy - cy) - (cy - ay) * (dx - cx)) / turn
    across = ((cx - ax) * (by - ay) - (cy - ay) * (bx - ax)) / turn
    return ax + along * (bx - ax) if 0 <= along <= 1 and 0 <= across <= 1 else None


def _sides(plane: Plane, area: Area) -> list[Side]:
    if isinstance(area, Circle):
        (east, north), step = plane.vector(area.center), 2 * math.pi / CIRCLE_CORNERS
        radius = area.radius_m * math.sqrt(step / math.sin(step))  # a polygon of the circle's size
        corners = [
            (east + radius * math.cos(each * step), north + radius * math.sin(each * step))
            for each in range(CIRCLE_CORNERS)
        ]
    else:
        corners = plane.vectors(area.points)
    return list(pairwise((*corners, corners[0])))
