"""Encodes models as JSON, field by field, so that the page's types match the models.

Times are `YYYY-MM-DDTHH:MM:SS.mmmZ`, points `[lat_e7, lon_e7]`, bytes base64, areas as in a request; `from_` is `from`.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache

from ...shared.milton_protocol.geometry import Circle, Point, Polygon
from ...shared.milton_protocol.messages.areas import AreaKind
from ...shared.milton_protocol.times import format_time_ms

type Json = bool | int | float | str | list[Json] | dict[str, Json] | None


def to_json(value: object) -> Json:
    """Return a model as JSON; raises TypeError for types no model has, so that no path or key leaks."""
    if isinstance(value, StrEnum):
        return value.value
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, tuple | list):
        return [to_json(item) for item in value]
    if isinstance(value, Mapping):
        return {str(name): to_json(item) for name, item in value.items()}
    return _object(value)


def _object(value: object) -> Json:
    match value:
        case datetime():
            return format_time_ms(value)
        case bytes():
            return b64encode(value).decode()
        case Point() | Polygon() | Circle():
            return _place(value)
        case _ if is_dataclass(value):
            view: type = type(value)
            return {shown: to_json(getattr(value, name)) for name, shown in _names(view)}
    raise TypeError(type(value).__name__)


@cache
def _names(view: type) -> tuple[tuple[str, str], ...]:
    """Return a model's fields and their JSON names; cached because computing them dominates encoding."""
    return tuple((field.name, field.name.rstrip("_")) for field in fields(view))


def _place(place: Point | Polygon | Circle) -> Json:
    if isinstance(place, Point):
        return [place.lat_e7, place.lon_e7]
    if isinstance(place, Circle):
        return {"kind": AreaKind.CIRCLE.value, "center": _place(place.center), "radius_m": place.radius_m}
    return {"kind": AreaKind.POLYGON.value, "points": [_place(point) for point in place.points]}
