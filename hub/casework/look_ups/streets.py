"""The streets of the city's map: which of them an area touches, and which one a place is on.

Invariant: a street is known by the name that the map gives its line, which is the name that owners choose from.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from typing import TYPE_CHECKING, Self

from milton_protocol.geometry import Point, contains, distance_m

if TYPE_CHECKING:
    from collections.abc import Iterator

    from milton_protocol.geometry import Area

E7 = 10_000_000
STEP_M = 20  # a street is followed in steps that no area is narrower than
NEAR_M = 150  # a house stands no farther from its street


@dataclass(frozen=True, slots=True, kw_only=True)
class Street:
    """One named line of the map, as points that are at most ``STEP_M`` apart."""

    name: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Streets:
    """The named streets of one city."""

    all: tuple[Street, ...]

    @classmethod
    def drawn(cls, geojson: bytes) -> Self:
        """Read the map that the officers' pages draw (``hub.web.city_map``)."""
        return cls(all=tuple(_streets(geojson)))

    def touching(self, area: Area) -> frozenset[str]:
        """Return the names of the streets that come into ``area``."""
        return frozenset(each.name for each in self.all if any(contains(area, point) for point in each.points))

    def nearest(self, place: Point) -> str | None:
        """Return the name of the street that ``place`` is on; None where none is near."""
        found = min(((distance_m(place, point), each.name) for each in self.all for point in each.points), default=None)
        return None if found is None or found[0] > NEAR_M else found[1]


def _streets(geojson: bytes) -> Iterator[Street]:
    for feature in json.loads(geojson)["features"]:
        name = feature["properties"].get("name")
        if name and feature["geometry"]["type"] == "LineString":
            corners = [Point(round(lat * E7), round(lon * E7)) for lon, lat, *_ in feature["geometry"]["coordinates"]]
            yield Street(name=name, points=tuple(_followed(corners)))


def _followed(corners: list[Point]) -> Iterator[Point]:
    for a, b in pairwise(corners):
        steps = max(1, ceil(distance_m(a, b) / STEP_M))
        for step in range(steps):
            lat = a.lat_e7 + (b.lat_e7 - a.lat_e7) * step // steps
            yield Point(lat, a.lon_e7 + (b.lon_e7 - a.lon_e7) * step // steps)
    yield corners[-1]
