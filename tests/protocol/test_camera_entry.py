"""A camera in the registry: signed by a key of its own, and as exact as its owner chose."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from milton_protocol import canonical, dsse
from milton_protocol.errors import ProtocolError
from milton_protocol.geometry import Point
from milton_protocol.geometry.cells import Cell
from milton_protocol.messages.homes.camera_entry import (
    AreaPlace,
    CameraEntry,
    EntryState,
    ExactPlace,
    StreetPlace,
    entry_id_of,
    open_camera_entry,
)
from tests.simulators.city import ed25519, public

if TYPE_CHECKING:
    from milton_protocol.messages.homes.camera_entry import Place

VECTORS = [
    json.loads(line)
    for line in (Path(__file__).parent / "vectors/registry/camera_entries.jsonl").read_text().splitlines()
]
KEY = ed25519("camera entry")
AREA = AreaPlace(cell=Cell(13652, -32966))
EXACT = ExactPlace(point=Point(341_320_000, -843_000_000), heading_deg=90, field_of_view_deg=120)


def entry(place: Place | None = AREA, state: EntryState = EntryState.ACTIVE) -> CameraEntry:
    """Return an entry of the city's."""
    return CameraEntry(
        agency_id="milton-pd",
        entry_key=public(KEY),
        revision=1,
        at=datetime(2026, 12, 4, 12, tzinfo=UTC),
        state=state,
        place=place,
        keeps_days=None if state is EntryState.ERASED else 14,
    )


def signed(listed: CameraEntry, key: Ed25519PrivateKey = KEY) -> bytes:
    """Return the entry's envelope."""
    return dsse.sign(CameraEntry.PAYLOAD_TYPE, listed.to_bytes(), [key])


def changed(**fields: Any) -> bytes:  # noqa: ANN401
    """Return an entry's payload with other fields."""
    return canonical.encode({**json.loads(entry().to_bytes()), **fields})


@pytest.mark.parametrize("place", [AREA, StreetPlace(street="Crabapple Rd"), EXACT], ids=lambda one: type(one).__name__)
def test_an_entry_is_opened_by_the_key_that_it_names(place: Place) -> None:
    """Each kind of place; and its id is that key's."""
    opened = open_camera_entry(signed(entry(place)), "milton-pd")
    assert opened == entry(place)
    assert opened.entry_id == entry_id_of(public(KEY)) == hashlib.sha256(public(KEY)).hexdigest()[:32]


def test_nobody_else_signs_an_entry() -> None:
    """Not by another key, and not for another agency."""
    forged = dsse.sign(CameraEntry.PAYLOAD_TYPE, entry().to_bytes(), [ed25519("anybody")])
    with pytest.raises(ProtocolError, match="signature_missing"):
        open_camera_entry(forged, "milton-pd")
    with pytest.raises(ProtocolError, match="agency_differs"):
        open_camera_entry(signed(entry()), "other-pd")
    later = replace(entry(), revision=2).to_bytes()
    moved = json.loads(signed(entry())) | {"payload": json.loads(dsse.sign("a/b", later, [KEY]))["payload"]}
    with pytest.raises(ProtocolError, match="signature_wrong"):
        open_camera_entry(canonical.encode(moved), "milton-pd")


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"revision": 0}, "out_of_bounds"),
        ({"state": "hidden"}, "unknown_choice"),
        ({"state": "erased"}, "out_of_bounds"),
        ({"place": None}, "out_of_bounds"),
        ({"state": "erased", "place": None}, "out_of_bounds"),
        ({"keeps_days": 0}, "out_of_bounds"),
        ({"keeps_days": 366}, "out_of_bounds"),
        ({"entry_key": "AQ" + "A" * 41}, "key_weak"),
        ({"place": {"kind": "indoor"}}, "unknown_choice"),
        ({"place": {"kind": "area", "cell": "13652.-032966"}}, "out_of_bounds"),
        ({"place": {"kind": "area", "cell": "13652.-32966", "point": [0, 0]}}, "unknown_field"),
        ({"place": {"kind": "street", "street": "Crabapple Rd "}}, "forbidden_character"),
        ({"place": {"kind": "street", "street": "a" * 81}}, "out_of_bounds"),
        *[
            ({"place": {"kind": "exact", "point": point, "heading_deg": heading, "field_of_view_deg": angle}}, rule)
            for point, heading, angle, rule in (
                ([0, 0], 360, 90, "out_of_bounds"),
                ([0, 0], 0, 9, "out_of_bounds"),
                ([0, 0], 0, 361, "out_of_bounds"),
                ([800_000_000, 0], 0, 90, "out_of_bounds"),
                ([0], 0, 90, "wrong_type"),
            )
        ],
    ],
    ids=str,
)
def test_an_entry_of_another_form_is_refused(fields: dict[str, Any], rule: str) -> None:
    """By the name of its rule; an erased one has no place and says nothing of the camera."""
    with pytest.raises(ProtocolError, match=rule):
        CameraEntry.from_bytes(changed(**fields))


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: str(vector["name"]))
def test_the_browser_signs_the_same_bytes(vector: dict[str, str]) -> None:
    """From the same key; the browser's code is held to the same file."""
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(vector["seed"]))
    opened = open_camera_entry(vector["envelope"].encode(), "milton-pd")
    assert opened.entry_id == vector["id"]
    assert opened.to_bytes().decode() == vector["payload"]
    assert signed(opened, key).decode() == vector["envelope"]
