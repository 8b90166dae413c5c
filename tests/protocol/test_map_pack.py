"""The map pack: read only when it is the one that the city record names, and never more than its bounds."""

from __future__ import annotations

import hashlib
import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from milton_protocol import canonical
from milton_protocol.errors import ProtocolError
from milton_protocol.geometry import Point
from milton_protocol.limits import MAP_PACK_SIZE_MAX_BYTES
from milton_protocol.messages.city.map_pack import MapKind, MapLabel, MapPack, MapShape, check_map_pack

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Point(341_335_000, -843_135_000)
THERE = Point(341_336_000, -843_133_000)
CORNER = Point(341_335_500, -843_131_000)
PACK = MapPack(
    agency_id="milton-pd",
    credit="Fulton County, public domain",
    shapes=(
        MapShape(kind=MapKind.STREET, name="Sorrel Run", lines=((HERE, THERE),)),
        MapShape(kind=MapKind.HOUSE, name=None, lines=((HERE, THERE, CORNER),)),
    ),
    labels=(MapLabel(name="Chicken Creek", at=HERE, angle_deg=-45),),
)


def refused(pack: bytes, *, sha256: str | None = None, agency_id: str = "milton-pd") -> str:
    """Return the rule by which a home refuses a pack that its city record names."""
    with pytest.raises(ProtocolError) as refusal:
        check_map_pack(pack, sha256 or hashlib.sha256(pack).hexdigest(), agency_id)
    return refusal.value.rule


def bent(change: Callable[[Any], object]) -> bytes:
    """Return the pack with one thing changed, canonical again."""
    value = json.loads(PACK.to_bytes())
    change(value)
    return canonical.encode(value)


def test_a_pack_is_what_it_was_before_it_was_written() -> None:
    """Points are written as steps and come back as points."""
    data = PACK.to_bytes()
    assert json.loads(data)["shapes"][0]["lines"] == [[341_335_000, -843_135_000, 1_000, 2_000]]
    assert check_map_pack(data, hashlib.sha256(data).hexdigest(), "milton-pd") == PACK


def test_what_the_city_record_does_not_name_is_not_read() -> None:
    """Whatever it is: a good pack, no pack, another city's."""
    for data in (PACK.to_bytes(), b"", b"\xff", b"[" * 100_000):
        assert refused(data, sha256="0" * 64) == "map_differs"
    assert refused(PACK.to_bytes(), agency_id="alpharetta-pd") == "agency_differs"
    assert refused(b" " * (MAP_PACK_SIZE_MAX_BYTES + 1)) == "message_too_long"


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (lambda v: v.update(type="milton/live"), "unknown_type"),
        (lambda v: v.update(version=2), "unknown_version"),
        (lambda v: v.update(script="x"), "unknown_field"),
        (lambda v: v.update(credit="c" * 201), "out_of_bounds"),
        (lambda v: v["shapes"][0].update(kind="script"), "unknown_choice"),
        (lambda v: v["shapes"][0].update(name="Sorrel\u202eRun"), "forbidden_character"),
        (lambda v: v["shapes"][0].update(name="s" * 81), "out_of_bounds"),
        (lambda v: v["shapes"][0].update(lines=[]), "out_of_bounds"),
        (lambda v: v["shapes"][0].update(lines=[[0, 0, 1, 1]] * 65), "out_of_bounds"),
        (lambda v: v["shapes"][0].update(lines=["0,0"]), "wrong_type"),
        (lambda v: v["shapes"][0].update(lines=[[0, 0]]), "out_of_bounds"),
        (lambda v: v["shapes"][0].update(lines=[[0, 0, 1]]), "out_of_bounds"),
        (lambda v: v["shapes"][0].update(lines=[[0, 0] * 4_097]), "out_of_bounds"),
        (lambda v: v["shapes"][0].update(lines=[[0, 0, True, 1]]), "wrong_type"),
        (lambda v: v["shapes"][0].update(lines=[[900_000_000, 0, 1, 0]]), "out_of_bounds"),
        (lambda v: v["shapes"][0].update(lines=[[0, 0, 0, 2**53 - 1]]), "out_of_bounds"),
        (lambda v: v["shapes"][1].update(lines=[[0, 0, 1, 1]]), "out_of_bounds"),
        (lambda v: v["labels"][0].update(angle_deg=91), "out_of_bounds"),
        (lambda v: v["labels"][0].update(name=""), "out_of_bounds"),
        (lambda v: v["labels"][0].update(at=[0, 0, 0]), "wrong_type"),
        (lambda v: v.update(shapes=v["shapes"][:1] * 30_001), "message_too_long"),
        (lambda v: v.update(labels=[{"angle_deg": 0, "at": [0, 0], "name": "x"}] * 4_001), "out_of_bounds"),
    ],
)
def test_a_pack_keeps_within_its_form_and_its_bounds(change: Callable[[Any], object], rule: str) -> None:
    """Though the city record names it: a root's keeper can err, too."""
    assert refused(bent(change)) == rule


def test_a_pack_has_one_form() -> None:
    """Not canonical, too deep, and a number twice as long as any."""
    assert refused(b" " + PACK.to_bytes()) == "not_canonical"
    assert refused(b"[" * 13 + b"]" * 13) == "too_deep"
    assert refused(PACK.to_bytes().replace(b"341335000", b"3.41335e8", 1)) == "not_an_integer"


def test_a_pack_that_no_home_would_take_is_not_written() -> None:
    """By its size."""
    line = tuple(Point(number % 2, number % 3) for number in range(4_096))
    shape = MapShape(kind=MapKind.STREAM, name=None, lines=(line,) * 64)
    with pytest.raises(ProtocolError) as refusal:
        MapPack(agency_id="a", credit=None, shapes=(shape,) * 2, labels=()).to_bytes()
    assert refusal.value.rule == "message_too_long"


def test_the_largest_pack_is_read_in_seconds() -> None:
    """It is read once, beside the loop; a home on a small board takes some times as long."""
    line = [0, 0, *([1, 1, -1, -1] * 2_040)]
    shapes = [{"kind": "stream", "name": None, "lines": [line] * 4}] * 25
    head = {"type": "milton/map", "version": 1, "agency_id": "a", "credit": None}
    data = canonical.encode(head | {"labels": [], "shapes": shapes})
    assert MAP_PACK_SIZE_MAX_BYTES * 0.9 < len(data) <= MAP_PACK_SIZE_MAX_BYTES
    begun = time.process_time()
    check_map_pack(data, hashlib.sha256(data).hexdigest(), "a")
    assert time.process_time() - begun < 20
