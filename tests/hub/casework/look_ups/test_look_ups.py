"""Looking up registered cameras for a case: what is told, what is written down first, and who is refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from hub.audit.model import AuditRow
from hub.casework.look_ups.streets import Streets
from hub.kit.errors import HubError
from hub.kit.limits import LOOK_UPS
from milton_protocol.geometry import Circle, Point
from tests.simulators.agency import running_agency
from tests.simulators.answered import case_of
from tests.simulators.registry import Entered, MadeRegistry, residents_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.simulators.agency import Agency, Desk

SORREL_RUN = Point(341_460_000, -842_980_000)  # the demonstration's map has it there
AREA = {"kind": "circle", "center": [SORREL_RUN.lat_e7, SORREL_RUN.lon_e7], "radius_m": 250}
PIN = Entered(point=Point(341_461_000, -842_981_000), heading_deg=90, field_of_view_deg=110, keeps_days=7)
FAR_PIN = Entered(point=Point(341_000_000, -843_200_000), heading_deg=0, field_of_view_deg=360)


@pytest.fixture
def registry() -> MadeRegistry:
    """Return a registry with two streets and two places, of which one each is near."""
    streets = [Entered(street="Sorrel Run", keeps_days=30), Entered(street="Heritage Walk")]
    return MadeRegistry(entered=[FAR_PIN, PIN, *streets])


@pytest.fixture
async def town(tmp_path: Path, registry: MadeRegistry) -> AsyncIterator[Agency]:
    """Run a hub in a city with that registry, whose officer has a case."""
    async with running_agency(tmp_path, residents=residents_of(registry)) as agency:
        await (await agency.desk("officer")).draft()
        yield agency


async def looked_up(agency: Agency) -> list[tuple[str, str, str]]:
    """Return who looked up, for which case and where, by the trail."""
    async with agency.hub.database.reading() as session:
        rows = await session.scalars(select(AuditRow).where(AuditRow.action == "registry.looked_up"))
        return [(row.actor, row.subject, row.detail) for row in rows]


async def look_up(desk: Desk, area: object = AREA, case_id: str | None = None) -> tuple[int, Any]:
    """Look up in an area for the officer's case."""
    path = f"/api/cases/{case_id or await case_of(desk.agency)}/look-ups"
    return await desk.ask("POST", path, {"area": area})


async def test_what_owners_allow_is_told_and_the_trail_has_the_look_up_before_the_registry_is_asked(
    town: Agency, registry: MadeRegistry
) -> None:
    """Streets of the city's map that the area touches, pins inside of it; badge and case for the owners."""
    before: list[tuple[str, str, str]] = []

    async def asked() -> None:
        before.extend(await looked_up(town))

    registry.asked = asked
    officer = await town.desk("officer")
    status, answer = await look_up(officer)
    assert (status, answer["entries"]) == (
        200,
        [
            {
                "kind": "exact",
                "near": "Sorrel Run",
                "point": [341_461_000, -842_981_000],
                "heading_deg": 90,
                "field_of_view_deg": 110,
                "keeps_days": 7,
            },
            {"kind": "street", "street": "Sorrel Run", "keeps_days": 30},
        ],
    )
    assert before == [("person:officer", await case_of(town), "34.146, -84.298, 196350 m2")]
    assert [told[:2] for told in registry.told] == [("4117", "26-104417")]


async def test_a_registry_that_fails_leaves_the_look_up_in_the_trail(town: Agency, registry: MadeRegistry) -> None:
    """Owners may have been told, so it counts as done."""

    async def asked() -> None:
        raise HubError(rule, 503, "Later.")

    rule, registry.asked = "registry_away", asked
    assert (await look_up(await town.desk("officer")))[1]["error"] == rule
    assert len(await looked_up(town)) == 1


@pytest.mark.parametrize(
    ("rule", "area"),
    [
        ("area_too_small", AREA | {"radius_m": 50}),
        ("area_too_large", AREA | {"radius_m": 320}),
        ("outside_jurisdiction", AREA | {"center": [330_000_000, -843_000_000]}),
    ],
)
async def test_an_area_that_an_officer_alone_could_not_ask_for_is_not_looked_up(
    town: Agency, registry: MadeRegistry, rule: str, area: object
) -> None:
    """Nothing is asked, told, or written down."""
    status, answer = await look_up(await town.desk("officer"), area)
    assert (status, answer["error"]) == (400, rule)
    assert (registry.told, await looked_up(town)) == ([], [])


async def test_only_officers_of_an_open_case_look_up_for_it(town: Agency, registry: MadeRegistry) -> None:
    """Not its supervisor, nor anybody once it is closed, nor for a case that is not there."""
    officer, custodian = await town.desk("officer"), await town.desk("custodian")
    assert (await look_up(await town.desk("supervisor")))[1]["error"] == "not_allowed"
    assert (await look_up(officer, case_id="0" * 32))[1]["error"] == "case_unknown"
    closes = {"case_number": "26-104417", "reason": "Solved, and heard in court."}
    assert (await custodian.ask("POST", "/api/cases/close", closes))[0] == 200
    assert (await look_up(officer))[1]["error"] == "case_closed"
    assert (registry.told, await looked_up(town)) == ([], [])


async def test_an_officer_looks_up_a_few_times_an_hour(town: Agency, registry: MadeRegistry) -> None:
    """Beyond that nobody is told, and nothing is found."""
    officer = await town.desk("officer")
    for _ in range(LOOK_UPS.burst):
        assert (await look_up(officer))[0] == 200
    assert (await look_up(officer))[1]["error"] == "too_many_look_ups"
    assert len(registry.told) == len(await looked_up(town)) == LOOK_UPS.burst


async def test_without_a_registry_there_is_nothing_to_look_up(agency: Agency) -> None:
    """The case's page doesn't lead there."""
    officer = await agency.desk("officer")
    await officer.draft()
    assert (await look_up(officer))[1]["error"] == "registry_none"
    async with agency.session.get(
        f"{agency.officers_url}/cases/{await case_of(agency)}", headers=officer.headers
    ) as page:
        assert "look-up" not in await page.text()


async def test_the_page_leads_to_the_door_sheets_of_its_case(town: Agency) -> None:
    """Those of open requests by code alone."""
    officer = await town.desk("officer")
    by_code, by_area = await town.published(by_code=True), await town.published()
    url = f"{town.officers_url}/cases/{await case_of(town)}"
    async with town.session.get(url, headers=officer.headers) as page:
        assert f"/cases/{await case_of(town)}/look-up" in await page.text()
    async with town.session.get(f"{url}/look-up", headers=officer.headers) as page:
        shown = await page.text()
    assert f"/requests/{by_code}/door-sheet" in shown
    assert f"/requests/{by_area}/door-sheet" not in shown


def test_streets_are_followed_between_the_corners_of_their_line() -> None:
    """A straight street of two corners is touched in its middle; what has no name, or is no line, is no street."""

    def line(kind: str, coordinates: object, **properties: str) -> dict[str, object]:
        return {"geometry": {"type": kind, "coordinates": coordinates}, "properties": {"kind": "street", **properties}}

    long_way = [[-84.31, 34.14], [-84.29, 34.14]]
    streets = Streets.drawn(
        json.dumps(
            {
                "features": [
                    line("LineString", long_way, name="Mayfield Rd"),
                    line("LineString", long_way),
                    line("Point", [-84.3, 34.14], name="Chicken Creek"),
                ]
            }
        ).encode()
    )
    middle = Point(341_400_000, -843_000_000)
    assert streets.touching(Circle(center=middle, radius_m=125)) == {"Mayfield Rd"}
    assert streets.touching(Circle(center=Point(341_450_000, -843_000_000), radius_m=125)) == frozenset()
    assert streets.nearest(Point(341_410_000, -843_000_000)) == "Mayfield Rd"
    assert streets.nearest(Point(341_450_000, -843_000_000)) is None
    assert Streets(all=()).nearest(middle) is None
