"""Lists of requests: page by page, each in its place, however many there are."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.simulators.agency import ordinary_draft
from tests.simulators.looked import look, queries_of

if TYPE_CHECKING:
    from tests.simulators.agency import Agency

LARGE = {"kind": "circle", "center": [341_400_000, -843_000_000], "radius_m": 400}
WHY = "The way out of three streets."
MANY, MORE_THAN_A_PAGE = 103, 51


async def drafted(agency: Agency, count: int, **changes: object) -> list[str]:
    """Draft many requests; return their ids, newest first."""
    officer = await agency.desk("officer")
    ids = []
    for number in range(count):
        _, answer = await officer.ask(
            "POST", "/api/requests", ordinary_draft(agency.clock(), case_number=f"26-{5000 + number}", **changes)
        )
        ids.append(answer["id"])
        agency.clock.ahead += timedelta(seconds=1)
    return ids[::-1]


async def test_every_request_is_on_one_page_of_the_list(agency: Agency) -> None:
    """In order, also those of one second; a page's address that was never given is refused."""
    ids = await drafted(agency, MANY)
    officer = await agency.desk("officer")
    seen, after = [], ""
    for size in (50, 50, 3):
        _, answer = await officer.ask("GET", f"/api/requests?after={after}")
        assert len(answer["requests"]) == size
        seen += [each["id"] for each in answer["requests"]]
        after = answer["next"]
    assert (seen, after) == (ids, None)
    for wrong in ("x", "1-", "1-zz"):
        status, answer = await officer.ask("GET", f"/api/requests?after={wrong}")
        assert (status, answer["error"]) == (400, "page_unknown"), wrong


async def test_what_waits_for_a_second_person_is_found_behind_any_number_of_newer_requests(agency: Agency) -> None:
    """A list of the newest would lose it."""
    officer, supervisor = await agency.desk("officer"), await agency.desk("supervisor")
    waits = (await officer.draft(area=LARGE, why_larger=WHY))["id"]
    assert (await officer.sign(waits))[0] == 200
    approved = (await officer.draft(area=LARGE, why_larger=WHY, case_number="26-104418"))["id"]
    assert (await supervisor.sign(approved, "approver"))[0] == 200
    agency.clock.ahead += timedelta(seconds=1)
    await drafted(agency, MORE_THAN_A_PAGE)
    _, _, text = await look(supervisor, "/cosign")
    assert waits in text
    assert "Signed, waits for a second person" in text
    assert text.count("data-request-id") == 1, "neither what needs nobody nor what has its second person"


@pytest.mark.parametrize("path", ["/requests", "/api/requests"])
async def test_a_page_of_the_list_takes_as_many_queries_as_a_short_one(agency: Agency, path: str) -> None:
    """Not one or two a row."""
    officer = await agency.desk("officer")
    await drafted(agency, 2)
    few = await queries_of(agency.hub.database, lambda: look(officer, path))
    await drafted(agency, 30)
    assert await queries_of(agency.hub.database, lambda: look(officer, path)) == few
