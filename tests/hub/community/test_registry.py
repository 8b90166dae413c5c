"""Entries: put, changed, paused, confirmed and erased by their owner alone, and forgotten where nobody confirms."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from hub.community.registry.entries import CONFIRMED_FOR, ENTRIES_MAX, GRACE, NUMBERS_MAX
from hub.community.registry.model import Entry
from hub.community.registry.setup import moment
from milton_protocol.geometry import Point
from milton_protocol.geometry.cells import Cell
from milton_protocol.messages.homes.camera_entry import AreaPlace, EntryState, ExactPlace
from tests.simulators.registered import AT_POINT, ON_STREET, Camera

if TYPE_CHECKING:
    from tests.simulators.community import CommunityBench, Resident

KEPT_OF_ERASED = {"entry_id", "account_id", "number", "revision", "state", "erased_at"}


async def entry_row(bench: CommunityBench, entry_id: str) -> Entry:
    """Return an entry's row."""
    async with bench.community.database.reading() as session:
        return (await session.scalars(select(Entry).where(Entry.entry_id == entry_id))).one()


async def refused(resident: Resident, camera: Camera, state: EntryState = EntryState.ACTIVE) -> str:
    """Return the rule by which a put is refused."""
    status, answer = await resident.ask("PUT", camera.path, camera.body(state))
    assert status in {400, 404, 409}, answer
    return str(answer["error"])


async def test_an_entry_is_put_changed_paused_and_erased_by_its_key(bench: CommunityBench) -> None:
    """The same bytes again change nothing; of an erased one its id and number stay, and the number isn't used again."""
    resident, camera = await bench.resident(), Camera(place=AT_POINT)
    first = await camera.put(resident)
    assert await camera.put(resident) == first
    assert first["confirm_by"] == (moment(bench.community).day + CONFIRMED_FOR).isoformat()
    camera.revision, camera.place = 5, ON_STREET
    await camera.put(resident, EntryState.PAUSED)
    row = await entry_row(bench, camera.id)
    assert (row.state, row.street, row.lat_e7, row.cell_row) == ("paused", "Sorrel Run", None, None)
    camera.revision = 6
    erased = await camera.put(resident, EntryState.ERASED)
    assert await camera.put(resident, EntryState.ERASED) == erased
    assert (erased["envelope"], erased["confirm_by"]) == (None, None)
    filled = {name for name, value in vars(await entry_row(bench, camera.id)).items() if value is not None}
    assert filled - {"_sa_instance_state"} == KEPT_OF_ERASED
    camera.revision = 7
    assert await refused(resident, camera) == "entry_erased"
    status, listed = await resident.ask("GET", "/api/entries")
    assert (status, listed) == (200, {"entries": [erased], "next_number": 2})


async def test_an_earlier_revision_or_another_number_replaces_nothing(bench: CommunityBench) -> None:
    """Nor does an entry that says otherwise at the same revision."""
    resident, camera = await bench.resident(), Camera(revision=3)
    await camera.put(resident)
    for revision, number, place in ((2, 1, ON_STREET), (3, 1, ON_STREET), (4, 2, ON_STREET)):
        camera.revision, camera.number, camera.place = revision, number, place
        assert await refused(resident, camera) == "revision_old"
    for number in (1, 3):
        assert await refused(resident, Camera(number=number)) == "number_wrong"
    assert await refused(resident, Camera(number=2), EntryState.ERASED) == "number_wrong"


@pytest.mark.parametrize(
    "place",
    [
        AreaPlace(cell=Cell(0, 0)),
        ExactPlace(point=Point(0, 0), heading_deg=0, field_of_view_deg=90),
        AreaPlace(cell=Cell(13_656, 0)),
    ],
)
async def test_a_place_outside_the_city_is_refused(bench: CommunityBench, place: AreaPlace | ExactPlace) -> None:
    """The registry is no map of the world."""
    assert await refused(await bench.resident(), Camera(place=place)) == "outside_city"


async def test_an_account_has_a_bounded_number_of_cameras(bench: CommunityBench) -> None:
    """Erased ones make room, but not for numbers without end."""
    resident = await bench.resident()
    async with bench.community.database.session("test") as session:
        session.add_all(
            Entry(entry_id=f"{number:032x}", account_id=resident.account_id, number=number, revision=1, state="active")
            for number in range(1, ENTRIES_MAX + 1)
        )
    assert await refused(resident, Camera(number=ENTRIES_MAX + 1)) == "too_many_entries"
    camera = Camera(number=NUMBERS_MAX + 1)
    assert await refused(resident, camera) == "out_of_bounds"


async def test_an_entry_that_nobody_confirms_is_erased_after_a_year_and_its_grace(bench: CommunityBench) -> None:
    """A confirmed one stays for another year; both jobs of a night run once a day."""
    resident, kept, left = await bench.resident(), Camera(), Camera(number=2, place=AT_POINT)
    for each in (kept, left):
        await each.put(resident)
    bench.clock.ahead += CONFIRMED_FOR + GRACE
    _, _, resident.token = await bench.call("POST", "/api/session", {"key": resident.key})
    status, answer = await resident.ask("POST", f"{kept.path}/confirm")
    assert (status, answer["confirm_by"]) == (200, (moment(bench.community).day + CONFIRMED_FOR).isoformat())
    await bench.community.jobs.run_now("community night")
    assert (await entry_row(bench, left.id)).state == "active"
    bench.clock.ahead += timedelta(days=1)
    for _ in range(2):
        await bench.community.jobs.run_now("community night")
    assert [(await entry_row(bench, each.id)).state for each in (kept, left)] == ["active", "erased"]
    assert (await resident.ask("POST", f"{left.path}/confirm"))[1]["error"] == "entry_unknown"
