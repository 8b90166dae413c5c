"""Read a city's borders from a GeoJSON file (RFC 7946)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from milton_protocol.geometry import Point, Polygon, is_simple

if TYPE_CHECKING:
    from pathlib import Path

E7 = 10**7
RING_MIN_POINTS = 4  # RFC 7946: the last point repeats the first


class BordersError(ValueError):
    """The file does not hold one simple outline."""


def read_borders(path: Path) -> Polygon:
    """Return the one polygon of a Polygon, Feature or one-feature FeatureCollection; raise BordersError."""
    value = json.loads(path.read_text(encoding="utf-8"))
    if isinstance(value, dict) and value.get("type") == "FeatureCollection":
        value = _only(value.get("features"), "feature")
    if isinstance(value, dict) and value.get("type") == "Feature":
        value = value.get("geometry")
    if not isinstance(value, dict) or value.get("type") != "Polygon":
        message = "the borders must be one GeoJSON Polygon"
        raise BordersError(message)
    ring = _only(value.get("coordinates"), "ring (a city without holes)")
    if len(ring) < RING_MIN_POINTS or ring[0] != ring[-1]:
        message = "the outline is not closed"
        raise BordersError(message)
    borders = Polygon(points=tuple(_point(position) for position in ring[:-1]))
    if not is_simple(borders):
        message = "the outline touches or crosses itself"
        raise BordersError(message)
    return borders


def _only(values: Any, what: str) -> Any:  # noqa: ANN401 - any JSON
    if not isinstance(values, list) or len(values) != 1:
        message = f"the borders must be one {what}"
        raise BordersError(message)
    return values[0]


def _point(position: Any) -> Point:  # noqa: ANN401 - any JSON
    """Return a GeoJSON position, which is longitude first."""
    try:
        longitude, latitude = float(position[0]), float(position[1])
    except (TypeError, ValueError, IndexError, KeyError) as error:
        message = "a position is not [longitude, latitude]"
        raise BordersError(message) from error
    return Point(lat_e7=round(latitude * E7), lon_e7=round(longitude * E7))
