"""What police can't get out of the camera registry, with both houses running on their own databases."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from hub.kit.access import Role
from milton_protocol.geometry import Point
from milton_protocol.geometry.cells import Cell, bounds, cell_at
from tests.simulators.answered import PEOPLE, case_of, join_everybody
from tests.simulators.both_houses import both_houses
from tests.simulators.registered import AT_POINT, HERE, ON_STREET, Camera, residents_in_cell

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.simulators.both_houses import Houses
    from tests.simulators.community import Resident

IN_TOWN = cell_at(HERE)
CASES = ("26-104417", "26-104418", "26-104419", "26-104420")  # of the officer who hunts


@pytest.fixture
async def houses(tmp_path: Path) -> AsyncIterator[Houses]:
    """Run them."""
    async with both_houses(tmp_path) as running:
        yield running


def circle(middle: Point, radius_m: int) -> dict[str, object]:
    """Return an area as the page sends it."""
    return {"kind": "circle", "center": [middle.lat_e7, middle.lon_e7], "radius_m": radius_m}


async def hunted(houses: Houses, steps: int) -> list[object]:
    """Return all that an officer is told who hunts a camera by bisection: where more is told, there one goes on.

    Two calls a step, a draft's verdict and a look-up; where nothing was told, the next is for another case.
    """
    told: list[object] = []
    south, west, north, east = bounds(Cell(IN_TOWN.row - 1, IN_TOWN.column - 1))
    north, east = north + 3 * (north - south), east + 3 * (east - west)
    best, span, case = Point((south + north) // 2, (west + east) // 2), (north - south) // 2, 0
    for step in range(steps):
        if step % 4 == 0:
            officer = await houses.agency.desk("officer")  # a session locks when nobody uses it
        side = Point(best.lat_e7 + (span if step % 2 else -span), best.lon_e7 + (span if step % 4 < 2 else -span))
        area = circle(side, 150 + step % 5 * 25)
        draft = houses.agency.draft(area=area, case_number=CASES[case])
        status, verdict = await officer.ask("POST", "/api/requests/verdict", draft)
        found = await houses.look_up(officer, area, CASES[case])
        told += [(status, sorted(verdict), verdict["broken"], verdict["allowed"]), found]
        if found[1]["entries"]:
            best = side
        else:
            case = (case + 1) % len(CASES)
        span = max(span * 9 // 10, 1_000)
    return told


# Three times, and two calls a step: 504 in the ordinary run, 6,000 in the long one.
@pytest.mark.parametrize("steps", [84, pytest.param(1_000, marks=pytest.mark.long)])
async def test_no_hunt_by_look_ups_and_drafts_finds_an_area_camera_or_a_private_one(houses: Houses, steps: int) -> None:
    """Whether homes of the cell have Area cameras, or tell nothing, each answer is the very same but that of the cells.

    That one has the cell's own edges once five homes are in it: no more than the cell, whatever was asked.
    """
    officer = await houses.agency.desk("officer")
    for case_number in CASES[1:]:
        await officer.draft(case_number=case_number)

    async def hunt() -> tuple[list[object], object]:
        await houses.night()
        told, desk = await hunted(houses, steps), await houses.agency.desk("officer")
        return told, await desk.ask("GET", "/api/registry/cells")

    await Camera(place=AT_POINT).put(await houses.residents.resident())
    before, no_cells = await hunt()
    assert no_cells == (200, {"cells": []})
    assert any(isinstance(each, tuple) and each[1].get("entries") for each in before[1::2]), "it never came near"
    await houses.residents.resident()  # Private: no entry
    await residents_in_cell(houses.residents, 3)
    assert await hunt() == (before, no_cells)
    await residents_in_cell(houses.residents, 1)
    assert await hunt() == (before, (200, {"cells": [told_cell(IN_TOWN)]}))


def told_cell(cell: Cell) -> dict[str, object]:
    """Return a cell with five to nine homes as officers are told of it."""
    return {**dict(zip(("south", "west", "north", "east"), bounds(cell), strict=True)), "bucket": "some"}


async def test_an_area_camera_is_told_as_its_cell_and_only_with_four_others(houses: Houses) -> None:
    """The same for whatever is drawn; a look-up of that very cell shows none of them."""
    officer, agency = await houses.agency.desk("officer"), houses.agency
    await residents_in_cell(houses.residents, 5)
    assert await officer.ask("GET", "/api/registry/cells") == (200, {"cells": []})
    await houses.night()
    officer = await agency.desk("officer")
    south, west, north, east = bounds(IN_TOWN)
    assert await officer.ask("GET", "/api/registry/cells") == (200, {"cells": [told_cell(IN_TOWN)]})
    middle = Point((south + north) // 2, (west + east) // 2)
    assert await houses.look_up(officer, circle(middle, 200)) == (200, {"entries": []})


async def test_no_answer_names_an_account_an_entry_or_its_number(houses: Houses) -> None:
    """Street and place are all that is told of a camera."""
    resident = await houses.residents.resident()
    cameras = [Camera(place=AT_POINT), Camera(number=2, place=ON_STREET)]
    for camera in cameras:
        await camera.put(resident)
    officer = await houses.agency.desk("officer")
    _, answer = await houses.look_up(officer, circle(HERE, 250))
    assert answer["entries"]
    page = await officer.agency.session.get(
        f"{houses.agency.officers_url}/cases/{await case_of(houses.agency)}/look-up", headers=officer.headers
    )
    shown = json.dumps(answer) + await page.text()
    assert not [word for word in (resident.account_id, *(each.id for each in cameras)) if word in shown]
    allowed = {"kind", "street", "near", "point", "heading_deg", "field_of_view_deg", "keeps_days"}
    assert {name for entry in answer["entries"] for name in entry} <= allowed


async def test_every_other_role_sees_nothing_and_no_owner_is_told_of_their_tries(
    houses: Houses, tmp_path: Path
) -> None:
    """Nor of an officer's whose area is too small; of a look-up that shows them they are."""
    resident = await houses.residents.resident()
    await Camera(place=AT_POINT).put(resident)
    desks = await join_everybody(houses.agency, tmp_path)
    path = f"/api/cases/{await case_of(houses.agency)}/look-ups"
    for role in set(PEOPLE) - {Role.OFFICER}:
        status, answer = await desks[role].ask("POST", path, {"area": circle(HERE, 250)})
        assert (status, answer["error"]) == (403, "not_allowed"), role
        assert (await desks[role].ask("GET", "/api/registry/cells"))[1]["error"] == "not_allowed", role
    status, answer = await desks[Role.OFFICER].ask("POST", path, {"area": circle(HERE, 50)})
    assert (status, answer["error"]) == (400, "area_too_small")
    assert await notices(resident) == []
    assert len((await houses.look_up(desks[Role.OFFICER], circle(HERE, 250)))[1]["entries"]) == 1
    told = await notices(resident)
    assert [(each["badge"], each["case_number"]) for each in told] == [("4117", "26-104417")]


async def notices(resident: Resident) -> list[dict[str, Any]]:
    """Return what an owner was told of look-ups."""
    _, _, resident.token = await resident.bench.call("POST", "/api/session", {"key": resident.key})
    status, told = await resident.ask("GET", "/api/notices")
    assert status == 200
    return list(told)
