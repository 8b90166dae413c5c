"""Map packs of an invented street, and packs that no city would give."""

from __future__ import annotations

from typing import Any

try:
    from milton_protocol.geometry import Point
    from milton_protocol.messages.city.map_pack import MapKind, MapLabel, MapPack, MapShape
except ModuleNotFoundError:
    from custom_components.milton_share.shared.milton_protocol.geometry import Point
    from custom_components.milton_share.shared.milton_protocol.messages.city.map_pack import (
        MapKind,
        MapLabel,
        MapPack,
        MapShape,
    )

HERE = Point(341_320_000, -843_000_000)  # where the simulated city's requests are


def shape(kind: str, *steps: tuple[int, int], name: str | None = None) -> MapShape:
    """Return a shape by its corners, in 10^-7 degree from `HERE`."""
    line = tuple(Point(HERE.lat_e7 + lat, HERE.lon_e7 + lon) for lat, lon in steps)
    return MapShape(kind=MapKind(kind), name=name, lines=(line,))


def town(*more: MapShape, agency_id: str = "milton-pd", credit: str | None = "Invented", **changes: Any) -> bytes:  # noqa: ANN401
    """Return a pack with a street, a house and a pond, and what is added to it."""
    shapes = (
        shape("street", (-20_000, 0), (20_000, 0), name="Sorrel Run"),
        shape("house", (1_000, 1_000), (1_000, 2_500), (2_000, 2_500), (2_000, 1_000)),
        shape("water", (-9_000, 3_000), (-9_000, 7_000), (-6_000, 5_000)),
    )
    labels = (MapLabel(name="Chicken Creek", at=HERE, angle_deg=0),)
    pack = {"agency_id": agency_id, "credit": credit, "shapes": (*shapes, *more), "labels": labels, **changes}
    return MapPack(**pack).to_bytes()
