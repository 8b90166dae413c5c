"""Points and areas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

LATITUDE_MAX_E7: Final = 900_000_000
LONGITUDE_MAX_E7: Final = 1_800_000_000


@dataclass(frozen=True, slots=True, order=True)
class Point:
    """A place: degrees times 10^7."""

    lat_e7: int
    lon_e7: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Polygon:
    """A polygon by its corners, in either direction, the first not repeated."""

    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Circle:
    """A circle on the local plane."""

    center: Point
    radius_m: int


type Area = Polygon | Circle


def middle(area: Area) -> Point:
    """Return a circle's center, or the middle of a polygon's bounding box (rounded down to 10^-7 degree)."""
    if isinstance(area, Circle):
        return area.center
    latitudes = [point.lat_e7 for point in area.points]
    longitudes = [point.lon_e7 for point in area.points]
    return Point((min(latitudes) + max(latitudes)) // 2, (min(longitudes) + max(longitudes)) // 2)
