"""Whether a place is in the city."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from hub.kit.errors import HubError
from milton_protocol.geometry import contains
from milton_protocol.geometry.cells import bounds
from milton_protocol.messages.homes.camera_entry import AreaPlace, ExactPlace

if TYPE_CHECKING:
    from milton_protocol.geometry import Polygon
    from milton_protocol.messages.homes.camera_entry import Place


def require_in_city(place: Place | None, city: Polygon) -> None:
    """Raise ``outside_city`` (400) for a point outside of the city, and for a cell away from the box around it."""
    is_inside = True
    if isinstance(place, ExactPlace):
        is_inside = contains(city, place.point)
    if isinstance(place, AreaPlace):
        south, west, north, east = bounds(place.cell)
        latitudes = [point.lat_e7 for point in city.points]
        longitudes = [point.lon_e7 for point in city.points]
        is_inside = south <= max(latitudes) and min(latitudes) <= north
        is_inside = is_inside and west <= max(longitudes) and min(longitudes) <= east
    if not is_inside:
        rule = "outside_city"
        raise HubError(rule, web.HTTPBadRequest.status_code, "That place is outside the city.")
