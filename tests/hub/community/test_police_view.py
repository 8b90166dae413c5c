"""What police see: cells in buckets, and by badge and case number what owners let be seen, each of whom is told."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from hub.__main__ import main
from hub.community.notices.api import KEPT
from hub.community.police_view import SEEN_MAX, STREETS_MAX, CellCount, PoliceView, SeenEntry
from hub.community.registry.model import Entry
from hub.kit.errors import HubError
from milton_protocol.geometry import Circle, Point
from milton_protocol.geometry.cells import Cell, bounds
from milton_protocol.messages.homes.camera_entry import EntryState
from tests.simulators.community import running_community
from tests.simulators.registered import AT_POINT, HERE, IN_CELL, ON_STREET, Camera, residents_in_cell

if TYPE_CHECKING:
    from pathlib import Path

    from tests.simulators.community import CommunityBench

AREA = Circle(center=HERE, radius_m=250)
WORLD = (-790_000_000, -1_790_000_000, 790_000_000, 1_790_000_000)
CASE = {"badge": "4117", "case_number": "26-104417"}
AT = datetime(2026, 12, 4, 20, tzinfo=UTC)
OF_POINT = ("point", "heading_deg", "field_of_view_deg")
STREETS = frozenset({ON_STREET.street})


def view_of(bench: CommunityBench) -> PoliceView:
    """Return the view of a running house."""
    return PoliceView(bench.community.database)


def seen_entry(camera: Camera, **place: object) -> SeenEntry:
    """Return what police see of a camera."""
    shown = dict.fromkeys(("street", *OF_POINT)) | place
    return SeenEntry(entry_id=camera.id, keeps_days=14, **shown)  # type: ignore[arg-type]


async def test_a_cell_is_told_from_five_accounts_on_and_only_after_a_night(bench: CommunityBench) -> None:
    """Several cameras of one account count once; a paused one and a street count nowhere."""
    residents = await residents_in_cell(bench, 4)
    await Camera(number=2, place=AT_POINT).put(residents[0])
    await Camera(number=2, place=ON_STREET).put(residents[1])
    paused = await bench.resident()
    camera = Camera()
    await camera.put(paused, EntryState.PAUSED)
    view, cell = view_of(bench), IN_CELL.cell

    async def told_after_a_night() -> list[str]:
        bench.clock.ahead += timedelta(days=1)
        await bench.community.jobs.run_now("community night")
        return [each.bucket for each in await view.cells(WORLD)]

    assert await told_after_a_night() == []
    camera.revision = 2
    await camera.put(paused)
    await bench.community.jobs.run_now("community night")
    assert await view.cells(WORLD) == ()
    assert await told_after_a_night() == ["some"]
    await residents_in_cell(bench, 5, AT_POINT)
    assert await told_after_a_night() == ["many"]
    south, west, north, east = bounds(cell)
    assert await view.cells((south, west, north, east)) == (CellCount(row=cell.row, column=cell.column, bucket="many"),)
    beside = bounds(Cell(cell.row, cell.column + 2))
    assert await view.cells(beside) == ()


async def test_a_look_up_shows_what_owners_allowed_and_tells_each_of_them(bench: CommunityBench) -> None:
    """Never an *Area* camera, a paused one, or one outside; the notice has badge, case number and time."""
    seen, hidden = await bench.resident(), await bench.resident()
    exact, street = Camera(place=AT_POINT), Camera(number=2, place=ON_STREET)
    await exact.put(seen)
    await street.put(seen)
    far = dataclasses.replace(AT_POINT, point=Point(HERE.lat_e7 + 30_000, HERE.lon_e7))
    corner = dataclasses.replace(AT_POINT, point=Point(HERE.lat_e7 + 20_000, HERE.lon_e7 + 24_000))
    for number, place in enumerate((IN_CELL, far, corner), start=1):
        await Camera(number=number, place=place).put(hidden)
    await Camera(number=4, place=AT_POINT).put(hidden, EntryState.PAUSED)
    found = await view_of(bench).look_up(AREA, **CASE, at=AT, streets=STREETS)
    assert set(found) == {
        seen_entry(exact, point=HERE, heading_deg=90, field_of_view_deg=110),
        seen_entry(street, street=ON_STREET.street),
    }
    notice = {**CASE, "at": "2026-12-04T20:00:00Z"}
    status, told = await seen.ask("GET", "/api/notices")
    assert (status, sorted(each["entry_number"] for each in told)) == (200, [1, 2])
    assert all(each == {**notice, "entry_number": each["entry_number"]} for each in told)
    assert await hidden.ask("GET", "/api/notices") == (200, [])
    assert [each.point for each in await view_of(bench).look_up(AREA, **CASE, at=AT)] == [HERE]
    bench.clock.ahead += KEPT + timedelta(days=1)
    await bench.community.jobs.run_now("community notices")
    _, _, seen.token = await bench.call("POST", "/api/session", {"key": seen.key})
    assert await seen.ask("GET", "/api/notices") == (200, [])


async def test_a_look_up_needs_a_badge_a_case_and_a_bounded_area(bench: CommunityBench) -> None:
    """Nothing is shown, and nobody told, beyond what a canvass can be."""
    resident, view = await bench.resident(), view_of(bench)
    for wrong in ({**CASE, "badge": ""}, {**CASE, "case_number": ""}):
        with pytest.raises(ValueError, match="needs a badge"):
            await view.look_up(AREA, **wrong, at=AT)
    with pytest.raises(ValueError, match="few streets"):
        await view.look_up(AREA, **CASE, at=AT, streets=frozenset(map(str, range(STREETS_MAX + 1))))
    async with bench.community.database.session("test") as session:
        session.add_all(
            Entry(
                entry_id=f"{number:032x}",
                account_id=resident.account_id,
                number=number,
                revision=1,
                state="active",
                street=ON_STREET.street,
            )
            for number in range(SEEN_MAX + 1)
        )
    with pytest.raises(HubError, match="too_many_entries"):
        await view.look_up(AREA, **CASE, at=AT, streets=STREETS)
    assert await resident.ask("GET", "/api/notices") == (200, [])


def test_no_type_of_the_view_has_a_field_about_a_person() -> None:
    """Account, number, session, code, language: none can be reached."""
    names = {*CellCount._fields, *(each.name for each in dataclasses.fields(SeenEntry))}
    assert names == {"row", "column", "bucket", "entry_id", "street", "keeps_days", *OF_POINT}


async def test_the_view_opens_the_database_of_a_house_that_runs_elsewhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By its address; the clerk's command counts at once, and what was kept until then is told no longer."""
    async with running_community(tmp_path) as bench:
        await residents_in_cell(bench, 5)
        url = bench.community.settings.database_url
    view = PoliceView.at(url)
    async with view.running():
        assert await view.cells(WORLD) == ()
        assert await _run(tmp_path) == 0
        assert capsys.readouterr().out == "squares with 5 or more: 1\n"
        assert [each.bucket for each in await view.cells(WORLD)] == ["some"]


async def _run(folder: Path) -> int:
    return await asyncio.to_thread(main, ["community", "count", str(folder)])
