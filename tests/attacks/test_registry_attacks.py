"""What police can't get out of the camera registry, with both houses running on their own databases."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from hub.community.police_view import PoliceView
from hub.kit.access import Role
from hub.requests.residents import Residents
from milton_protocol.geometry import Point
from milton_protocol.geometry.cells import Cell, bounds, cell_at
from tests.simulators.agency import found_agency, serving_agency
from tests.simulators.answered import PEOPLE, case_of, join_everybody
from tests.simulators.community import running_community
from tests.simulators.registered import AT_POINT, HERE, ON_STREET, Camera, residents_in_cell

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.simulators.agency import Agency, Desk
    from tests.simulators.community import CommunityBench, Resident

IN_TOWN = cell_at(HERE)
LOOK_UP_EVERY = timedelta(minutes=6)  # as often as an officer may


@dataclass(frozen=True, slots=True, kw_only=True)
class Houses:
    """The police house and the residents' house of one city."""

    agency: Agency
    residents: CommunityBench

    async def night(self) -> None:
        """Let a night pass, in which cells are counted."""
        self.residents.clock.ahead += timedelta(days=1)
        await self.residents.community.jobs.run_now("community night")

    async def look_up(self, desk: Desk, area: object) -> tuple[int, Any]:
        """Look up for the officer's case, as soon as one may again."""
        self.agency.clock.ahead += LOOK_UP_EVERY
        return await desk.ask("POST", f"/api/cases/{await case_of(self.agency)}/look-ups", {"area": area})


@asynccontextmanager
async def both_houses(folder: Path) -> AsyncIterator[Houses]:
    """Run both houses of a city in which the officer has a case."""
    settings, passkeys = await asyncio.to_thread(found_agency, folder)
    async with running_community(folder, found=False) as bench:
        community = bench.community
        residents = Residents(origin=community.settings.origin, registry=PoliceView(community.database))
        async with serving_agency(settings, passkeys, bench.clock, residents=residents) as agency:
            await (await agency.desk("officer")).draft()
            yield Houses(agency=agency, residents=bench)


@pytest.fixture
async def houses(tmp_path: Path) -> AsyncIterator[Houses]:
    """Run them."""
    async with both_houses(tmp_path) as running:
        yield running


def circle(middle: Point, radius_m: int) -> dict[str, object]:
    """Return an area as the page sends it."""
    return {"kind": "circle", "center": [middle.lat_e7, middle.lon_e7], "radius_m": radius_m}


async def hunted(houses: Houses, steps: int) -> list[object]:
    """Return all that an officer is told who hunts a camera by bisection: where more is told, there one goes on."""
    told: list[object] = []
    south, west, north, east = bounds(Cell(IN_TOWN.row - 1, IN_TOWN.column - 1))
    north, east = north + 3 * (north - south), east + 3 * (east - west)
    best, span = Point((south + north) // 2, (west + east) // 2), (north - south) // 2
    officer = await houses.agency.desk("officer")
    for step in range(steps):
        if step % 4 == 0:
            officer = await houses.agency.desk("officer")  # a session locks when nobody uses it
        side = Point(best.lat_e7 + (span if step % 2 else -span), best.lon_e7 + (span if step % 4 < 2 else -span))
        area = circle(side, 150 + step % 5 * 25)
        status, verdict = await officer.ask("POST", "/api/requests/verdict", houses.agency.draft(area=area))
        found = await houses.look_up(officer, area)
        told += [(status, sorted(verdict), verdict["broken"], verdict["allowed"]), found]
        if len(json.dumps(found)) > len(json.dumps((200, {"entries": []}))):
            best = side
        span = max(span * 9 // 10, 1_000)
    return [*told, await officer.ask("GET", "/api/registry/cells")]


# Twice, and two calls a step: 500 in the long run.
@pytest.mark.parametrize("steps", [30, pytest.param(125, marks=pytest.mark.long)])
async def test_no_hunt_by_look_ups_and_drafts_finds_an_area_camera_or_a_private_one(houses: Houses, steps: int) -> None:
    """With three more homes in the cell, and one that tells nothing, an officer is told the very same."""
    await Camera(place=AT_POINT).put(await houses.residents.resident())
    await houses.night()
    before = await hunted(houses, steps)
    await houses.residents.resident()  # Private: no entry
    await residents_in_cell(houses.residents, 3)
    await houses.night()
    found = [each for each in before if isinstance(each, tuple) and each[0] == 200 and "entries" in each[1]]
    assert any(each[1]["entries"] for each in found), "the hunt never came near the pin, so it proves nothing"
    assert await hunted(houses, steps) == before


async def test_an_area_camera_is_told_as_its_cell_and_only_with_four_others(houses: Houses) -> None:
    """The same for whatever is drawn; a look-up of that very cell shows none of them."""
    officer, agency = await houses.agency.desk("officer"), houses.agency
    await residents_in_cell(houses.residents, 5)
    assert await officer.ask("GET", "/api/registry/cells") == (200, {"cells": []})
    await houses.night()
    officer = await agency.desk("officer")
    south, west, north, east = bounds(IN_TOWN)
    cell = {"south": south, "west": west, "north": north, "east": east, "bucket": "some"}
    assert await officer.ask("GET", "/api/registry/cells") == (200, {"cells": [cell]})
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
