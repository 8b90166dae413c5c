"""The map pack: streets, water and houses of the city, drawn by each home itself (section 13).

Nobody signs it: the city record names its digest, so what a home draws is what the root's keeper signed.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, Final, Self

from ... import canonical
from ...errors import ProtocolError, Rule
from ...fields import Fields
from ...geometry import LATITUDE_MAX_E7, LONGITUDE_MAX_E7, Point
from ...limits import (
    MAP_ANGLE_MAX_DEG,
    MAP_CREDIT_MAX_CHARS,
    MAP_LABELS_MAX,
    MAP_LINE_POINTS_MAX,
    MAP_LINES_MAX,
    MAP_PACK_SIZE_MAX_BYTES,
    MAP_SHAPES_MAX,
    NAME_MAX_CHARS,
)
from ...values import read_integer
from ..areas import point_value

if TYPE_CHECKING:
    from ...canonical import JsonValue

_PAIR: Final = 2


class MapKind(StrEnum):
    """The kinds of map shape; the first four are outlines, whose last corner joins the first."""

    WOOD = "wood"
    FIELD = "field"
    WATER = "water"
    HOUSE = "house"
    STREAM = "stream"
    STREET = "street"
    ROAD = "road"


OUTLINES: Final = frozenset({MapKind.WOOD, MapKind.FIELD, MapKind.WATER, MapKind.HOUSE})


@dataclass(frozen=True, slots=True, kw_only=True)
class MapShape:
    """One street, water or house: its lines; of an outline the first line is the edge, further ones are holes."""

    kind: MapKind
    name: str | None
    lines: tuple[tuple[Point, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MapLabel:
    """A name that stands by itself; ``angle_deg`` is clockwise from level."""

    name: str
    at: Point
    angle_deg: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MapPack:
    """All that is drawn of a city."""

    TYPE: ClassVar[str] = "milton/map"

    agency_id: str
    credit: str | None  # whose data it is, where its license asks for that to be said
    shapes: tuple[MapShape, ...]
    labels: tuple[MapLabel, ...]

    @classmethod
    def from_bytes(cls, payload: bytes) -> Self:
        """Read a pack; raise ProtocolError by the rules of section 12."""
        fields = Fields.of(canonical.decode(payload, max_bytes=MAP_PACK_SIZE_MAX_BYTES))
        fields.header(cls.TYPE)
        pack = cls(
            agency_id=fields.id("agency_id"),
            credit=fields.optional("credit", lambda name: fields.text(name, MAP_CREDIT_MAX_CHARS)),
            shapes=fields.objects("shapes", 0, MAP_SHAPES_MAX, _read_shape),
            labels=fields.objects("labels", 0, MAP_LABELS_MAX, _read_label),
        )
        fields.done()
        return pack

    def to_bytes(self) -> bytes:
        """Return the canonical bytes; raise ProtocolError ``message_too_long``."""
        data = canonical.encode(
            {
                "type": self.TYPE,
                "version": 1,
                "agency_id": self.agency_id,
                "credit": self.credit,
                "shapes": [
                    {"kind": shape.kind.value, "name": shape.name, "lines": [_line_value(line) for line in shape.lines]}
                    for shape in self.shapes
                ],
                "labels": [
                    {"name": label.name, "at": point_value(label.at), "angle_deg": label.angle_deg}
                    for label in self.labels
                ],
            }
        )
        if len(data) > MAP_PACK_SIZE_MAX_BYTES:
            raise ProtocolError(Rule.MESSAGE_TOO_LONG, f"{len(data)} bytes, at most {MAP_PACK_SIZE_MAX_BYTES}")
        return data


def check_map_pack(payload: bytes, sha256: str, agency_id: str) -> MapPack:
    """Return the pack that a city record names; what has another digest is not even read (``map_differs``)."""
    if len(payload) > MAP_PACK_SIZE_MAX_BYTES:
        raise ProtocolError(Rule.MESSAGE_TOO_LONG, f"{len(payload)} bytes, at most {MAP_PACK_SIZE_MAX_BYTES}")
    if hashlib.sha256(payload).hexdigest() != sha256:
        raise ProtocolError(Rule.MAP_DIFFERS)
    pack = MapPack.from_bytes(payload)
    if pack.agency_id != agency_id:
        raise ProtocolError(Rule.AGENCY_DIFFERS, "map")
    return pack


def _read_shape(fields: Fields) -> MapShape:
    kind = fields.choice("kind", MapKind)
    fewest = 3 if kind in OUTLINES else 2
    lines = fields.items("lines", 1, MAP_LINES_MAX)
    return MapShape(
        kind=kind,
        name=fields.optional("name", lambda name: fields.text(name, NAME_MAX_CHARS)),
        lines=tuple(_read_line(line, f"lines[{index}]", fewest) for index, line in enumerate(lines)),
    )


def _read_label(fields: Fields) -> MapLabel:
    return MapLabel(
        name=fields.text("name", NAME_MAX_CHARS),
        at=fields.point("at"),
        angle_deg=fields.integer("angle_deg", -MAP_ANGLE_MAX_DEG, MAP_ANGLE_MAX_DEG),
    )


def _read_line(value: JsonValue, where: str, fewest: int) -> tuple[Point, ...]:
    """Return the points of ``[lat_e7, lon_e7, Δlat, Δlon, …]``: after the first point, steps from the one before."""
    if not isinstance(value, list):
        raise ProtocolError(Rule.WRONG_TYPE, where)
    if len(value) % _PAIR or not _PAIR * fewest <= len(value) <= _PAIR * MAP_LINE_POINTS_MAX:
        raise ProtocolError(Rule.OUT_OF_BOUNDS, where)
    points: list[Point] = []
    lat = lon = 0
    for d_lat, d_lon in zip(value[::2], value[1::2], strict=True):
        lat = _moved(lat, d_lat, where, LATITUDE_MAX_E7)
        lon = _moved(lon, d_lon, where, LONGITUDE_MAX_E7)
        points.append(Point(lat_e7=lat, lon_e7=lon))
    return tuple(points)


def _moved(from_: int, by: JsonValue, where: str, limit: int) -> int:
    return read_integer(from_ + read_integer(by, where, -2 * limit, 2 * limit), where, -limit, limit)


def _line_value(line: tuple[Point, ...]) -> JsonValue:
    values: list[int] = []
    lat = lon = 0
    for point in line:
        values += (point.lat_e7 - lat, point.lon_e7 - lon)
        lat, lon = point.lat_e7, point.lon_e7
    return values
