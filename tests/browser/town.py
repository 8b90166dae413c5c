"""The demonstration's map, moved to where the stage's home is: as Home Assistant hands it to the page."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from hub.cli.city.map_geojson import read_map_pack
from hub.web.assets import WEB
from milton_protocol.geometry import Point

if TYPE_CHECKING:
    from milton_protocol.messages.city.map_pack import MapPack, MapShape

NORTH, EAST = -115_000, -135_000  # in 10^-7 degree


def _moved(point: Point) -> Point:
    return Point(lat_e7=point.lat_e7 + NORTH, lon_e7=point.lon_e7 + EAST)


@cache
def town() -> MapPack:
    """Return the pack."""
    pack = read_map_pack(WEB / "maps" / "demo.geojson", "milton-pd", credit="Invented streets").pack

    def moved(shape: MapShape) -> MapShape:
        return replace(shape, lines=tuple(tuple(map(_moved, line)) for line in shape.lines))

    labels = tuple(replace(label, at=_moved(label.at)) for label in pack.labels)
    return replace(pack, shapes=tuple(map(moved, pack.shapes)), labels=labels)


def handed(pack: MapPack) -> dict[str, Any]:
    """Return the command's answer."""
    data = pack.to_bytes()
    return {"sha256": hashlib.sha256(data).hexdigest(), "pack": data.decode()}


def known(pack: MapPack) -> dict[str, Any]:
    """Return what the state says of it."""
    return {"sha256": handed(pack)["sha256"], "named": True, "refused": None}
