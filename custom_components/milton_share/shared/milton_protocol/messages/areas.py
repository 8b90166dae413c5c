"""Polygons and circles in messages."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from ..geometry import Area, Circle, Point, Polygon
from ..limits import AREA_POINTS_MAX, AREA_POINTS_MIN, RADIUS_MAX_M, RADIUS_MIN_M
from ..values import read_point

if TYPE_CHECKING:
    from ..canonical import JsonValue
    from ..fields import Fields


class AreaKind(StrEnum):
    """The shapes an area can have."""

    POLYGON = "polygon"
    CIRCLE = "circle"


def read_polygon(fields: Fields, name: str, lo: int, hi: int) -> Polygon:
    """Return the polygon of ``lo`` to ``hi`` corners that a list field is."""
    values = fields.items(name, lo, hi)
    return Polygon(points=tuple(read_point(value, f"{name}[{index}]") for index, value in enumerate(values)))


def read_area(fields: Fields) -> Area:
    """Return the polygon or circle that an object is."""
    if fields.choice("kind", AreaKind) is AreaKind.CIRCLE:
        area: Area = Circle(
            center=fields.point("center"), radius_m=fields.integer("radius_m", RADIUS_MIN_M, RADIUS_MAX_M)
        )
    else:
        area = read_polygon(fields, "points", AREA_POINTS_MIN, AREA_POINTS_MAX)
    fields.done()
    return area


def point_value(point: Point) -> JsonValue:
    """Return a point as it is written."""
    return [point.lat_e7, point.lon_e7]


def polygon_value(polygon: Polygon) -> JsonValue:
    """Return a polygon's corners as they are written."""
    return [point_value(point) for point in polygon.points]


def area_value(area: Area) -> JsonValue:
    """Return an area as it is written."""
    if isinstance(area, Circle):
        return {"kind": AreaKind.CIRCLE.value, "center": point_value(area.center), "radius_m": area.radius_m}
    return {"kind": AreaKind.POLYGON.value, "points": polygon_value(area)}
