"""Cameras that residents' browsers sign into the registry."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from milton_protocol import dsse
from milton_protocol.base64_text import standard_base64
from milton_protocol.geometry import Point
from milton_protocol.geometry.cells import cell_at
from milton_protocol.messages.homes.camera_entry import (
    AreaPlace,
    CameraEntry,
    EntryState,
    ExactPlace,
    StreetPlace,
    entry_id_of,
)

if TYPE_CHECKING:
    from milton_protocol.messages.homes.camera_entry import Place
    from tests.simulators.community import CommunityBench, Resident

HERE = Point(341_400_000, -843_000_000)  # in the demonstration's city
IN_CELL = AreaPlace(cell=cell_at(HERE))
ON_STREET = StreetPlace(street="Sorrel Run")
AT_POINT = ExactPlace(point=HERE, heading_deg=90, field_of_view_deg=110)
AT = datetime(2026, 12, 4, 12, tzinfo=UTC)


@dataclass(kw_only=True)
class Camera:
    """One entry with its key, as its owner's browser has it."""

    number: int = 1
    place: Place = IN_CELL
    agency_id: str = "milton-pd"
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    revision: int = 1

    @property
    def id(self) -> str:
        """The entry's id."""
        return entry_id_of(self.key.public_key().public_bytes_raw())

    @property
    def path(self) -> str:
        """Where it is put."""
        return f"/api/entries/{self.id}"

    def body(self, state: EntryState = EntryState.ACTIVE) -> dict[str, object]:
        """Return what is put."""
        entry = CameraEntry(
            agency_id=self.agency_id,
            entry_key=self.key.public_key().public_bytes_raw(),
            revision=self.revision,
            at=AT,
            state=state,
            place=self.place,
            keeps_days=14,
        )
        if state is EntryState.ERASED:
            entry = replace(entry, place=None, keeps_days=None)
        envelope = dsse.sign(CameraEntry.PAYLOAD_TYPE, entry.to_bytes(), [self.key])
        return {"number": self.number, "envelope": standard_base64(envelope)}

    async def put(self, resident: Resident, state: EntryState = EntryState.ACTIVE) -> dict[str, Any]:
        """Put it, as it is now, and return the answer."""
        status, answer = await resident.ask("PUT", self.path, self.body(state))
        assert status == 200, answer
        return dict(answer)


async def residents_in_cell(bench: CommunityBench, count: int, place: Place = IN_CELL) -> list[Resident]:
    """Let residents join, each with one camera."""
    residents = [await bench.resident() for _ in range(count)]
    for each in residents:
        await Camera(place=place).put(each)
    return residents
