"""Points, areas and camera views on a local plane (docs/protocol.md section 4).

Over a mile the plane is off by less than a hundredth of a per cent. Areas that cross the 180th meridian are not
supported: no city does.
"""

from .places import LATITUDE_MAX_E7, LONGITUDE_MAX_E7, Area, Circle, Point, Polygon, middle
from .plane import area_m2, diameter_m, distance_m, hull_share
from .topology import contains, inside, is_simple
from .view import view_touches

__all__ = [
    "LATITUDE_MAX_E7",
    "LONGITUDE_MAX_E7",
    "Area",
    "Circle",
    "Point",
    "Polygon",
    "area_m2",
    "contains",
    "diameter_m",
    "distance_m",
    "hull_share",
    "inside",
    "is_simple",
    "middle",
    "view_touches",
]
