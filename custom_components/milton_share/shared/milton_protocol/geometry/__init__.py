"""Points, areas and camera views on a local plane (docs/protocol.md section 4)."""

from .places import LATITUDE_MAX_E7, LONGITUDE_MAX_E7, Area, Circle, Point, Polygon, middle

__all__ = ["LATITUDE_MAX_E7", "LONGITUDE_MAX_E7", "Area", "Circle", "Point", "Polygon", "middle"]
