"""Make a map pack of a city's GeoJSON: the same file that the officers' map is drawn from.

A feature's property ``kind`` says what it is: ``wood``, ``field``, ``water``, ``house``, ``stream``, ``street`` or
``road`` (with a ``name`` or without), or ``label``, a point with a ``name`` and perhaps an ``angle``. What has another
kind, or another geometry than its kind has, is left out and counted.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from hub.cli.city.geojson import GeoJsonError, point_of, read_geojson
from milton_protocol.limits import MAP_ANGLE_MAX_DEG
from milton_protocol.messages.city.map_pack import OUTLINES, MapKind, MapLabel, MapPack, MapShape

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from milton_protocol.geometry import Point

FILE_MAX_BYTES = 64 * 2**20  # a county's export, of which a pack is the part that is drawn
LABEL = "label"
_KINDS = frozenset(MapKind)
_HALF_TURN_DEG, _TURN_DEG = 180, 360
_FEWEST_IN_OUTLINE, _FEWEST_IN_LINE = 3, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class MadePack:
    """A pack, and how many features of which kind were left out of it."""

    pack: MapPack
    left_out: Mapping[str, int]


def read_map_pack(path: Path, agency_id: str, *, credit: str | None = None, without: Collection[str] = ()) -> MadePack:
    """Return the pack of a FeatureCollection; raise GeoJsonError. Kinds of ``without`` are left out and not counted."""
    value = read_geojson(path, FILE_MAX_BYTES)
    features = value.get("features") if isinstance(value, dict) else None
    if not isinstance(features, list):
        message = "the map must be one GeoJSON FeatureCollection"
        raise GeoJsonError(message)
    shapes: list[MapShape] = []
    labels: list[MapLabel] = []
    left_out: Counter[str] = Counter()
    for feature in features:
        properties, geometry = _part(feature, "properties"), _part(feature, "geometry")
        kind = _text(properties, "kind")
        if kind in without:
            continue
        if kind == LABEL and geometry.get("type") == "Point" and _name(properties):
            labels.append(_label(properties, geometry))
        elif kind in _KINDS and (found := _shapes(MapKind(kind), _name(properties), geometry)):
            shapes += found
        else:
            left_out[str(kind)] += 1
    pack = MapPack(agency_id=agency_id, credit=credit, shapes=tuple(shapes), labels=tuple(labels))
    return MadePack(pack=MapPack.from_bytes(pack.to_bytes()), left_out=left_out)


def _part(feature: Any, name: str) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    part = feature.get(name) if isinstance(feature, dict) else None
    return part if isinstance(part, dict) else {}


def _name(properties: Mapping[str, Any]) -> str | None:
    return _text(properties, "name") or None


def _text(properties: Mapping[str, Any], name: str) -> str | None:
    value = properties.get(name)
    return value if isinstance(value, str) else None


def _label(properties: Mapping[str, Any], geometry: Mapping[str, Any]) -> MapLabel:
    turned = properties.get("angle", 0)
    angle_deg = round(turned) if isinstance(turned, int | float) and abs(turned) <= _TURN_DEG else 0
    angle_deg = (angle_deg + MAP_ANGLE_MAX_DEG) % _HALF_TURN_DEG - MAP_ANGLE_MAX_DEG  # no name stands on its head
    return MapLabel(name=str(_name(properties)), at=point_of(geometry.get("coordinates")), angle_deg=angle_deg)


def _shapes(kind: MapKind, name: str | None, geometry: Mapping[str, Any]) -> list[MapShape]:
    """Return what is drawn of a geometry: nothing of one that its kind does not have."""
    coordinates = geometry.get("coordinates")
    match geometry.get("type"), kind in OUTLINES:
        case ("Polygon", True):
            bodies = [coordinates]
        case ("MultiPolygon", True):
            bodies = _listed(coordinates)
        case ("LineString", False):
            bodies = [[coordinates]]
        case ("MultiLineString", False):
            bodies = [[line] for line in _listed(coordinates)]
        case _:
            return []
    found = ([_line(line, kind) for line in _listed(body)] for body in bodies)
    return [MapShape(kind=kind, name=name, lines=lines) for drawn in found if drawn and (lines := _whole(drawn))]


def _whole(lines: list[tuple[Point, ...]]) -> tuple[tuple[Point, ...], ...]:
    """Return the lines that are any; none when the first, the edge, is not."""
    return tuple(line for line in lines if line) if lines[0] else ()


def _line(positions: Any, kind: MapKind) -> tuple[Point, ...]:  # noqa: ANN401 - any JSON
    """Return a line without points that repeat the one before; empty when too few are left."""
    points = [point_of(position) for position in _listed(positions)]
    points = points[:1] + [point for last, point in pairwise(points) if point != last]
    if kind in OUTLINES and points and points[0] == points[-1]:
        del points[-1]
    fewest = _FEWEST_IN_OUTLINE if kind in OUTLINES else _FEWEST_IN_LINE
    return tuple(points) if len(points) >= fewest else ()


def _listed(values: Any) -> list[Any]:  # noqa: ANN401 - any JSON
    if not isinstance(values, list):
        message = "coordinates are no list"
        raise GeoJsonError(message)
    return values
