"""Areas and borders by chance, and the rule by which homes refuse each: kept as vectors for officers' browsers.

``python -m tests.simulators.asked_areas`` writes ``tests/protocol/vectors/asked/areas.jsonl`` anew, always the same.
"""

from __future__ import annotations

import json
import math
import random
from pathlib import Path
from typing import TYPE_CHECKING

from milton_protocol.errors import ProtocolError
from milton_protocol.geometry import Area, Circle, Point, Polygon
from milton_protocol.messages.areas import area_value, polygon_value
from milton_protocol.policy_shape import check_area

if TYPE_CHECKING:
    from collections.abc import Iterator

PLACE = Path(__file__).parent.parent / "protocol" / "vectors" / "asked" / "areas.jsonl"
COUNT = 280
GRID_E7 = 10_000  # corners on a grid: edges that touch, lie in a line or run over each other are no rare chance
MIDDLES = (Point(341_320_000, -843_000_000), Point(-337_500_000, 1_412_000_000), Point(5_000, -5_000))
WIDE_E7 = 300_000_000  # borders so far away that products of places are no whole numbers of JavaScript's


def _around(chance: random.Random, middle: Point, corners: int, reach: int) -> Polygon:
    """Return corners around a place in the order of their bearing, which mostly makes a simple polygon."""
    bearings = sorted(chance.uniform(0, 2 * math.pi) for _ in range(corners))
    places = [(math.sin(each), math.cos(each), chance.uniform(0.3, 1) * reach) for each in bearings]
    return Polygon(
        points=tuple(
            Point(middle.lat_e7 + GRID_E7 * round(y * far), middle.lon_e7 + GRID_E7 * round(x * far))
            for x, y, far in places
        )
    )


def _star(chance: random.Random, middle: Point) -> Polygon:
    """Return a star of three long points: thin, and often wide."""
    begin, reach = chance.uniform(0, 2 * math.pi), chance.uniform(5, 9)
    places = [(begin + math.pi * each / 3, reach if each % 2 == 0 else chance.uniform(0.8, 2)) for each in range(6)]
    return Polygon(
        points=tuple(
            Point(
                middle.lat_e7 + round(GRID_E7 * far * math.cos(bearing)),
                middle.lon_e7 + round(GRID_E7 * far * math.sin(bearing)),
            )
            for bearing, far in places
        )
    )


def _area(chance: random.Random, middle: Point) -> Area:
    if chance.random() < 0.2:
        return _star(chance, middle)
    if chance.random() < 0.2:
        lat, lon = (chance.randint(-9, 9) * GRID_E7 for _ in range(2))
        return Circle(center=Point(middle.lat_e7 + lat, middle.lon_e7 + lon), radius_m=chance.randint(100, 804))
    if chance.random() < 0.2:  # any corners in any order
        corners = chance.randint(3, 6)
        return Polygon(
            points=tuple(
                Point(middle.lat_e7 + GRID_E7 * chance.randint(-5, 5), middle.lon_e7 + GRID_E7 * chance.randint(-5, 5))
                for _ in range(corners)
            )
        )
    return _around(chance, middle, chance.randint(3, 12), chance.randint(3, 10))


def _border(chance: random.Random, middle: Point) -> Polygon:
    if chance.random() < 0.3:  # a box, on whose sides corners may lie
        south, west, north, east = (chance.randint(3, 12) * GRID_E7 for _ in range(4))
        if chance.random() < 0.3:
            north, east = WIDE_E7, WIDE_E7
        return Polygon(
            points=(
                Point(middle.lat_e7 - south, middle.lon_e7 - west),
                Point(middle.lat_e7 + north, middle.lon_e7 - west),
                Point(middle.lat_e7 + north, middle.lon_e7 + east),
                Point(middle.lat_e7 - south, middle.lon_e7 + east),
            )
        )
    return _around(chance, middle, chance.randint(5, 20), chance.randint(8, 30))


def rule_of(area: Area, border: Polygon) -> str:
    """Return the rule by which a home refuses an area, or nothing."""
    try:
        check_area(area, border)
    except ProtocolError as error:
        return error.rule
    return ""


def lines() -> Iterator[str]:
    """Yield the vectors."""
    chance = random.Random(20261127)  # noqa: S311 - repeatable, no secret
    for _ in range(COUNT):
        middle = chance.choice(MIDDLES)
        area, border = _area(chance, middle), _border(chance, middle)
        told = {"area": area_value(area), "border": polygon_value(border), "rule": rule_of(area, border)}
        yield json.dumps(told, separators=(",", ":"), sort_keys=True)


def main() -> None:
    """Write them."""
    PLACE.write_text("\n".join(lines()) + "\n")


if __name__ == "__main__":
    main()
