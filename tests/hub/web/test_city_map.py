"""The map's background: the city's own, a demonstration's, or none."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from hub.web import city_map
from hub.web.city_map import EMPTY, MapTooLargeError, read_map
from tests.simulators.hub_bench import found_city

if TYPE_CHECKING:
    from pathlib import Path

    from hub.kit.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Found a demonstration city."""
    return found_city(tmp_path)


def test_a_demonstration_has_an_invented_neighborhood(settings: Settings) -> None:
    """Lines, houses, names, all inside the demonstration's borders."""
    features = json.loads(read_map(settings))["features"]
    kinds = {feature["properties"]["kind"] for feature in features}
    assert {"road", "street", "house", "water", "label"} <= kinds
    for feature in features:
        for lon, lat in _positions(feature["geometry"]["coordinates"]):
            assert -84.4 < lon < -84.2
            assert 34.07 < lat < 34.22


def test_a_city_without_a_map_has_an_empty_one(settings: Settings) -> None:
    """Only its border is drawn."""
    assert read_map(replace(settings, demo=False)) == EMPTY


def test_the_citys_own_map_comes_first(settings: Settings) -> None:
    """Whatever lies in the hub's folder."""
    (settings.folder / "map.geojson").write_bytes(b'{"features":[1]}')
    assert read_map(settings) == b'{"features":[1]}'


def test_a_map_that_no_page_can_draw_is_refused(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the start, not in the officer's browser."""
    monkeypatch.setattr(city_map, "MAP_MAX_BYTES", 4)
    (settings.folder / "map.geojson").write_bytes(b"12345")
    with pytest.raises(MapTooLargeError):
        read_map(settings)


def _positions(value: list[object]) -> list[tuple[float, float]]:
    if isinstance(value[0], (int, float)):
        return [(value[0], value[1])]  # type: ignore[list-item] - a GeoJSON position
    return [position for item in value for position in _positions(item)]  # type: ignore[arg-type] - nested lists
