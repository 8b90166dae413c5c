"""The cells of the camera registry, as the draft's page loads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from milton_protocol.geometry import Point
from milton_protocol.geometry.cells import Cell, bounds, cell_at
from tests.simulators.agency import running_agency
from tests.simulators.registry import Counted, MadeRegistry, residents_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.simulators.agency import Agency

IN_TOWN = cell_at(Point(341_400_000, -843_000_000))


async def test_every_cell_of_the_city_is_told_whatever_is_drawn(tmp_path: Path) -> None:
    """With its edges and its bucket; not those of the next city. The registry is asked for the same box each time."""
    registry = MadeRegistry(
        counted=[
            Counted(row=IN_TOWN.row, column=IN_TOWN.column, bucket="many"),
            Counted(row=IN_TOWN.row + 1, column=IN_TOWN.column, bucket="some"),
            Counted(row=IN_TOWN.row + 4_000, column=IN_TOWN.column, bucket="many"),
        ]
    )
    async with running_agency(tmp_path, residents=residents_of(registry)) as agency:
        officer = await agency.desk("officer")
        first = await officer.ask("GET", "/api/registry/cells")
        elsewhere = {"kind": "circle", "center": [341_000_000, -843_200_000], "radius_m": 250}
        for area in (agency.draft()["area"], elsewhere):
            assert "registered" not in (await officer.ask("POST", "/api/requests/verdict", agency.draft(area=area)))[1]
            assert await officer.ask("GET", "/api/registry/cells") == first
    south, west, north, east = bounds(IN_TOWN)
    above = bounds(Cell(IN_TOWN.row + 1, IN_TOWN.column))
    told = [
        {"south": south, "west": west, "north": north, "east": east, "bucket": "many"},
        dict(zip(("south", "west", "north", "east"), above, strict=True)) | {"bucket": "some"},
    ]
    assert first == (200, {"cells": told})
    assert len(set(registry.boxes)) == 1


async def test_a_city_without_a_registry_says_so_and_its_map_has_no_such_layer(agency: Agency) -> None:
    """Nothing is made up in its place."""
    officer = await agency.desk("officer")
    status, answer = await officer.ask("GET", "/api/registry/cells")
    assert (status, answer["error"]) == (404, "registry_none")
    async with agency.session.get(f"{agency.officers_url}/requests/new", headers=officer.headers) as page:
        assert "Registered cameras" not in await page.text()
