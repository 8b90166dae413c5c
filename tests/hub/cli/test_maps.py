"""The city's map: made of its GeoJSON, named by the record that the root signs, handed to every home alike."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest

from hub.__main__ import main
from hub.cli.city.geojson import GeoJsonError
from hub.cli.city.map_geojson import FILE_MAX_BYTES, read_map_pack
from hub.web.assets import WEB
from milton_protocol.geometry import Point
from milton_protocol.limits import MAP_PACK_SIZE_MAX_BYTES
from milton_protocol.messages.city.map_pack import MapKind

if TYPE_CHECKING:
    from pathlib import Path

    from hub.cli.city.map_geojson import MadePack

RING = [[-84.31, 34.13], [-84.30, 34.13], [-84.30, 34.14], [-84.31, 34.13]]
HOLE = [[-84.308, 34.131], [-84.302, 34.131], [-84.302, 34.134], [-84.308, 34.131]]
LINE = [[-84.31, 34.13], [-84.30, 34.13, 301.5], [-84.30, 34.13], [-84.29, 34.14]]


def feature(kind: object, type_: str, coordinates: object, **properties: object) -> dict[str, Any]:
    """Return a feature."""
    geometry = {"type": type_, "coordinates": coordinates}
    return {"type": "Feature", "properties": {"kind": kind, **properties}, "geometry": geometry}


def made(tmp_path: Path, *features: object, **options: Any) -> MadePack:  # noqa: ANN401
    """Make a pack of these features."""
    path = tmp_path / "map.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return read_map_pack(path, "milton-pd", **options)


@pytest.fixture
def city(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """Found a demo city and move its offline keys away from it."""
    folder = tmp_path / "city"
    assert main(["init", str(folder), "--demo"]) == 0
    (folder / "offline").rename(tmp_path / "keepers")
    capsys.readouterr()
    return folder


def run(*arguments: object) -> int:
    """Run the command."""
    return main([str(each) for each in arguments])


def record(city: Path, name: str, *options: object) -> Path:
    """Draft a city record and have the root sign it."""
    draft, signed = city.parent / f"{name}.draft", city.parent / f"{name}.signed"
    assert run("record", "draft", city, draft, *options) == 0
    assert run("endorse", draft, signed, "--key", city.parent / "keepers" / "root.key", "--yes") == 0
    return signed


def test_shapes_of_every_kind_are_drawn_and_what_is_none_is_counted(tmp_path: Path) -> None:
    """Holes are kept, several in one are several, heights and repeated points go, names stay."""
    found = made(
        tmp_path,
        feature("water", "Polygon", [RING, HOLE, HOLE[:2]], name="Mill Pond"),
        feature("wood", "MultiPolygon", [[RING], [HOLE], [RING[:2]], []]),
        feature("street", "LineString", LINE, name="Sorrel Run"),
        feature("stream", "MultiLineString", [LINE, LINE[1:3]], name=""),
        feature("label", "Point", [-84.3, 34.13], name="Chicken Creek", angle=170.4),
        feature("label", "Point", [-84.3, 34.13], name="Level", angle="steep"),
        feature("label", "Point", [-84.3, 34.13]),
        feature("house", "LineString", LINE),
        feature("prison", "Polygon", [RING]),
        feature(None, "Polygon", [RING]),
        "no feature",
    )
    pack = found.pack
    assert [shape.kind for shape in pack.shapes] == ["water", "wood", "wood", "street", "stream"]
    pond, _, _, street, stream = pack.shapes
    assert [len(line) for line in pond.lines] == [3, 3]
    assert (pond.name, street.name, stream.name) == ("Mill Pond", "Sorrel Run", None)
    assert street.lines[0][0] == Point(341_300_000, -843_100_000)
    assert len(street.lines[0]) == 3
    assert [(label.name, label.angle_deg) for label in pack.labels] == [("Chicken Creek", -10), ("Level", 0)]
    assert found.left_out == {"label": 1, "house": 1, "prison": 1, "None": 2}


def test_a_kind_that_a_city_leaves_out_is_not_counted(tmp_path: Path) -> None:
    """Houses are most of a pack's bytes."""
    found = made(tmp_path, feature("house", "Polygon", [RING]), feature("water", "Polygon", [RING]), without=["house"])
    assert ([shape.kind for shape in found.pack.shapes], found.left_out) == ([MapKind.WATER], {})


@pytest.mark.parametrize(
    "wrong",
    [
        b"{",
        b"[]",
        b'{"type":"FeatureCollection"}',
        json.dumps({"features": [feature("street", "LineString", "here")]}).encode(),
        json.dumps({"features": [feature("street", "MultiLineString", {})]}).encode(),
        json.dumps({"features": [feature("street", "LineString", [[0, 0], [0]])]}).encode(),
        json.dumps({"features": [feature("street", "LineString", [[0, 0], [181, 0]])]}).encode(),
        b'{"features":[{"properties":{"kind":"street"},"geometry":{"type":"LineString","coordinates":[[0,0],[NaN,0]]}}]}',
        b"[" * 100_000,
    ],
)
def test_what_is_no_map_is_refused(tmp_path: Path, wrong: bytes) -> None:
    """In a sentence, not by a traceback."""
    path = tmp_path / "map.geojson"
    path.write_bytes(wrong)
    with pytest.raises(GeoJsonError):
        read_map_pack(path, "milton-pd")


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    """By its size alone."""
    path = tmp_path / "map.geojson"
    with path.open("wb") as file:
        file.truncate(FILE_MAX_BYTES + 1)
    with pytest.raises(GeoJsonError, match="larger"):
        read_map_pack(path, "milton-pd")


def test_a_map_too_large_for_homes_is_not_made(city: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The rule is said, and nothing is written; without houses it fits."""
    house = feature("house", "Polygon", [[[-84 - 1e-4 * (number % 7), 34 + 1e-4 * number] for number in range(999)]])
    path = tmp_path / "large.geojson"
    path.write_text(json.dumps({"features": [house] * 250}))
    assert run("map", "make", city, path, tmp_path / "out.json") == 1
    assert "message_too_long" in capsys.readouterr().err
    assert not (tmp_path / "out.json").exists()
    assert run("map", "make", city, path, tmp_path / "out.json", "--without", "house") == 0
    (tmp_path / "long.json").write_bytes(b" " * (MAP_PACK_SIZE_MAX_BYTES + 1))
    assert run("map", "show", tmp_path / "long.json") == 1


def test_a_demonstration_has_a_map_and_another_city_the_one_that_it_names(
    city: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By its digest in the record; a city without one says so."""
    assert run("map", "make", city, WEB / "maps" / "demo.geojson", tmp_path / "pack.json") == 0
    digest = hashlib.sha256((tmp_path / "pack.json").read_bytes()).hexdigest()
    assert run("record", "show", city) == 0
    said = capsys.readouterr().out
    assert f"homes draw the map {digest}" in said
    assert "house: 124" in said
    borders = tmp_path / "borders.geojson"
    borders.write_text(json.dumps({"type": "Polygon", "coordinates": [RING]}))
    assert run("init", tmp_path / "other", "--jurisdiction", borders, "--home-url", "https://hub.example") == 0
    assert run("record", "show", tmp_path / "other") == 0
    assert "homes draw the map of no streets" in capsys.readouterr().out


def test_a_new_map_is_named_by_the_root_and_taken_with_the_record_that_names_it(
    city: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before it or with it; a record whose map the hub has not is refused, and then nothing of it is taken."""
    geojson, pack = tmp_path / "new.geojson", tmp_path / "new.json"
    geojson.write_text(json.dumps({"features": [feature("road", "LineString", LINE), feature("fog", "Point", [0, 0])]}))
    assert run("map", "make", city, geojson, pack, "--credit", "Fulton County") == 0
    assert run("map", "show", pack) == 0
    said = capsys.readouterr().out
    assert said.count("credit: Fulton County") == 2
    assert "left out, of kind fog: 1" in said
    signed = record(city, "one", "--map", pack)
    assert run("take", city, signed) == 1
    assert "Take the map pack" in capsys.readouterr().err
    assert run("take", city, pack, signed) == 0
    assert run("take", city, pack) == 0
    assert run("record", "show", city) == 0
    assert hashlib.sha256(pack.read_bytes()).hexdigest() in capsys.readouterr().out
    kept = record(city, "two")
    assert run("take", city, kept) == 0
    assert run("take", city, record(city, "three", "--map", "none")) == 0
    capsys.readouterr()
    assert run("record", "show", city) == 0
    assert "City record 4" in (out := capsys.readouterr().out)
    assert "homes draw the map of no streets" in out


def test_another_agencys_map_is_neither_named_nor_taken(
    city: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No home would draw it."""
    assert run("init", tmp_path / "other", "--demo", "--agency-id", "alpharetta-pd") == 0
    pack = tmp_path / "theirs.json"
    assert run("map", "make", tmp_path / "other", WEB / "maps" / "demo.geojson", pack) == 0
    capsys.readouterr()
    assert run("record", "draft", city, tmp_path / "draft", "--map", pack) == 1
    assert run("take", city, pack) == 1
    assert capsys.readouterr().err.count("agency_differs") == 2


def test_a_map_is_not_signed_by_anybody(city: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A key is used for records, directories and revocations alone."""
    assert run("map", "make", city, WEB / "maps" / "demo.geojson", tmp_path / "pack.json") == 0
    key = tmp_path / "keepers" / "root.key"
    assert run("endorse", tmp_path / "pack.json", tmp_path / "signed", "--key", key, "--yes") == 1
    assert "unknown_type" in capsys.readouterr().err
