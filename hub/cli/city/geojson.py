"""Read a GeoJSON file (RFC 7946), and a city's borders from one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from milton_protocol.geometry import Point, Polygon, is_simple
from milton_protocol.limits import JURISDICTION_POINTS_MAX

if TYPE_CHECKING:
    from pathlib import Path

E7 = 10**7
FILE_MAX_BYTES = 2**20  # of 512 points; a map of a county is more, and a mistake
COORDINATES = 2  # a height may follow
LONGITUDE_MAX_DEG, LATITUDE_MAX_DEG = 180, 90
RING_MIN_POINTS = 4  # RFC 7946: the last point repeats the first


class GeoJsonError(ValueError):
    """The file is no GeoJSON, or not of the form that is asked for."""


class BordersError(GeoJsonError):
    """The file does not hold one simple outline."""


def read_borders(path: Path) -> Polygon:
    """Return the one polygon of a Polygon, Feature or one-feature FeatureCollection; raise BordersError."""
    value = read_geojson(path, FILE_MAX_BYTES)
    if isinstance(value, dict) and value.get("type") == "FeatureCollection":
        value = _only(value.get("features"), "feature")
    if isinstance(value, dict) and value.get("type") == "Feature":
        value = value.get("geometry")
    if not isinstance(value, dict) or value.get("type") != "Polygon":
        message = "the borders must be one GeoJSON Polygon"
        raise BordersError(message)
    ring = _only(value.get("coordinates"), "ring (a city without holes)")
    if not isinstance(ring, list) or len(ring) < RING_MIN_POINTS or ring[0] != ring[-1]:
        message = "the outline is not closed"
        raise BordersError(message)
    if len(ring) > JURISDICTION_POINTS_MAX + 1:
        message = f"the outline has more than {JURISDICTION_POINTS_MAX} points"
        raise BordersError(message)
    borders = Polygon(points=tuple(point_of(position) for position in ring[:-1]))
    if not is_simple(borders):
        message = "the outline touches or crosses itself"
        raise BordersError(message)
    return borders


def read_geojson(path: Path, max_bytes: int) -> Any:  # noqa: ANN401 - any JSON
    """Return what the file holds; raise GeoJsonError when it is longer than ``max_bytes`` or no JSON."""
    if path.stat().st_size > max_bytes:
        message = f"the file is larger than {max_bytes} bytes"
        raise GeoJsonError(message)
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        message = "the file is no JSON"
        raise GeoJsonError(message) from error


def _only(values: Any, what: str) -> Any:  # noqa: ANN401 - any JSON
    if not isinstance(values, list) or len(values) != 1:
        message = f"the borders must be one {what}"
        raise BordersError(message)
    return values[0]


def point_of(position: Any) -> Point:  # noqa: ANN401 - any JSON
    """Return a GeoJSON position, which is longitude first; raise GeoJsonError."""
    numbers = position[:2] if isinstance(position, list) else []
    if len(numbers) != COORDINATES or any(type(number) not in {int, float} for number in numbers):
        message = "a position is not [longitude, latitude]"
        raise GeoJsonError(message)
    longitude, latitude = numbers
    if not (abs(longitude) <= LONGITUDE_MAX_DEG and abs(latitude) <= LATITUDE_MAX_DEG):  # nor is it NaN
        message = "a position is nowhere on Earth"
        raise GeoJsonError(message)
    return Point(lat_e7=round(latitude * E7), lon_e7=round(longitude * E7))
