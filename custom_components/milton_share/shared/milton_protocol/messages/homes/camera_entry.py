"""A camera that a resident puts into the city's registry, as exactly as they choose (section 14)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, Self

from ... import canonical, dsse
from ...base64_text import b64
from ...errors import ProtocolError, Rule
from ...fields import Fields
from ...geometry.cells import Cell, cell_at, cell_text, read_cell
from ...limits import (
    CELL_MAX_CHARS,
    ENTRY_KEEPS_MAX_DAYS,
    ENTRY_VIEW_ANGLE_MIN_DEG,
    HEADING_MAX_DEG,
    INTEGER_MAX,
    NAME_MAX_CHARS,
    SHORT_ID_HEX_CHARS,
    VIEW_ANGLE_MAX_DEG,
)
from ...times import format_time
from ..areas import point_value

if TYPE_CHECKING:
    from datetime import datetime

    from ...canonical import JsonValue
    from ...geometry import Point


class EntryState(StrEnum):
    """Whether an entry counts, rests, or is gone."""

    ACTIVE = "active"
    PAUSED = "paused"
    ERASED = "erased"


class PlaceKind(StrEnum):
    """How exactly an owner says where a camera is."""

    AREA = "area"
    STREET = "street"
    EXACT = "exact"


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaPlace:
    """Somewhere in a cell of the grid."""

    cell: Cell


@dataclass(frozen=True, slots=True, kw_only=True)
class StreetPlace:
    """Somewhere along a street, by its name in the map pack."""

    street: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExactPlace:
    """A point, where the camera looks (clockwise from north), and how wide."""

    point: Point
    heading_deg: int
    field_of_view_deg: int


type Place = AreaPlace | StreetPlace | ExactPlace


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraEntry:
    """One camera at one revision; ``place`` is None exactly when the entry is erased."""

    TYPE: ClassVar[str] = "milton/camera-entry"
    PAYLOAD_TYPE: ClassVar[str] = "application/vnd.milton.camera-entry.v1+json"

    agency_id: str
    entry_key: bytes
    revision: int
    at: datetime
    state: EntryState
    place: Place | None
    keeps_days: int | None

    @property
    def entry_id(self) -> str:
        """The id that the entry's key gives it."""
        return entry_id_of(self.entry_key)

    @classmethod
    def from_bytes(cls, payload: bytes) -> Self:
        """Read an entry's payload; an erased one keeps nothing but its key and revision."""
        fields = Fields.of(canonical.decode(payload))
        fields.header(cls.TYPE)
        entry = cls(
            agency_id=fields.id("agency_id"),
            entry_key=fields.ed25519_key("entry_key"),
            revision=fields.integer("revision", 1, INTEGER_MAX),
            at=fields.time("at"),
            state=fields.choice("state", EntryState),
            place=fields.optional("place", lambda name: _read_place(fields.child(name))),
            keeps_days=fields.optional("keeps_days", lambda name: fields.integer(name, 1, ENTRY_KEEPS_MAX_DAYS)),
        )
        fields.done()
        is_erased = entry.state is EntryState.ERASED
        if (entry.place is None) != is_erased or (is_erased and entry.keeps_days is not None):
            raise ProtocolError(Rule.OUT_OF_BOUNDS, "place")
        return entry

    def to_bytes(self) -> bytes:
        """Return the canonical payload."""
        return canonical.encode(
            {
                "type": self.TYPE,
                "version": 1,
                "agency_id": self.agency_id,
                "entry_key": b64(self.entry_key),
                "revision": self.revision,
                "at": format_time(self.at),
                "state": self.state.value,
                "place": None if self.place is None else _place_value(self.place),
                "keeps_days": self.keeps_days,
            }
        )


def entry_id_of(entry_key: bytes) -> str:
    """Return the id of the entry that a raw public key signs."""
    return hashlib.sha256(entry_key).hexdigest()[:SHORT_ID_HEX_CHARS]


def open_camera_entry(envelope: bytes, agency_id: str) -> CameraEntry:
    """Return the entry when its own key signed it; raise ProtocolError, also for another agency's."""
    payload = dsse.open_self_signed(
        envelope, CameraEntry.PAYLOAD_TYPE, lambda data: CameraEntry.from_bytes(data).entry_key
    )
    entry = CameraEntry.from_bytes(payload)
    if entry.agency_id != agency_id:
        raise ProtocolError(Rule.AGENCY_DIFFERS, entry.agency_id)
    return entry


def _read_place(fields: Fields) -> Place:
    place: Place
    match fields.choice("kind", PlaceKind):
        case PlaceKind.AREA:
            place = AreaPlace(cell=read_cell(fields.text("cell", CELL_MAX_CHARS)))
        case PlaceKind.STREET:
            place = StreetPlace(street=fields.text("street", NAME_MAX_CHARS))
        case PlaceKind.EXACT:
            place = _read_exact(fields)
    fields.done()
    return place


def _read_exact(fields: Fields) -> ExactPlace:
    point = fields.point("point")
    cell_at(point)  # refuses one that the grid doesn't reach
    return ExactPlace(
        point=point,
        heading_deg=fields.integer("heading_deg", 0, HEADING_MAX_DEG),
        field_of_view_deg=fields.integer("field_of_view_deg", ENTRY_VIEW_ANGLE_MIN_DEG, VIEW_ANGLE_MAX_DEG),
    )


def _place_value(place: Place) -> JsonValue:
    match place:
        case AreaPlace():
            return {"kind": PlaceKind.AREA.value, "cell": cell_text(place.cell)}
        case StreetPlace():
            return {"kind": PlaceKind.STREET.value, "street": place.street}
        case ExactPlace():
            return {
                "kind": PlaceKind.EXACT.value,
                "point": point_value(place.point),
                "heading_deg": place.heading_deg,
                "field_of_view_deg": place.field_of_view_deg,
            }
