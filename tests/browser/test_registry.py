"""The camera registry on the officers' pages: squares on a draft's map, a look-up for a case, sheets to print."""

from __future__ import annotations

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from milton_protocol.geometry import Point
from milton_protocol.messages.homes.camera_entry import ExactPlace
from tests.browser.accessibility import page_faults
from tests.browser.officers import SMALL, Wanted
from tests.simulators.community import running_community
from tests.simulators.registered import ON_STREET, Camera, residents_in_cell

if TYPE_CHECKING:
    from typing import Any

    from playwright.sync_api import Page

    from tests.browser.asking import FurtherDevice
    from tests.browser.conftest import City

SCRIPT = Path(__file__).parents[2] / "docs" / "what-each-screen-answers.md"
MD_CODE = re.compile(r"^MD(-[0-9A-HJKMNP-TV-Z]{4}){4}$")
PIN = ExactPlace(point=Point(341_461_000, -843_003_000), heading_deg=90, field_of_view_deg=110)  # in SMALL


async def _registered(folder: Path) -> str:
    """Let six homes put cameras on the map; return the key of the last, which has a pin and a street."""
    async with running_community(folder, found=False) as bench:
        await residents_in_cell(bench, 5)
        resident = await bench.resident()
        await Camera(place=PIN).put(resident)
        await Camera(number=2, place=ON_STREET).put(resident)
        return resident.key


async def _told(folder: Path, key: str) -> list[dict[str, Any]]:
    async with running_community(folder, found=False) as bench:
        _, _, token = await bench.call("POST", "/api/session", {"key": key})
        status, told = await bench.ask("GET", "/api/notices", Cookie=f"milton_resident={token}")
        assert status == 200
        return list(told)


def unanswered(page: Page, screen: str) -> list[str]:
    """Return what the script says that a screen answers, and the screen doesn't say."""
    (row,) = [line for line in SCRIPT.read_text(encoding="utf-8").splitlines() if line.startswith(f"| {screen} |")]
    shown = " ".join(page.inner_text("body").split())
    return [words for words in re.findall(r"`([^`]+)`", row) if words not in shown]


@pytest.fixture(scope="module")
def owner(city: City) -> str:
    """Fill the registry and count it; return the key of an owner who lets a pin and a street be seen."""
    with ThreadPoolExecutor(1) as pool:
        key = pool.submit(asyncio.run, _registered(city.folder)).result()
    city.run("community", "count", str(city.folder))
    return key


def test_an_officer_sees_squares_looks_up_for_a_case_and_prints_what_a_canvass_needs(
    city: City, officer: Page, elsewhere: FurtherDevice, owner: str
) -> None:
    """From the draft's map over the case to list, pins and door sheet, without a barrier; the owner is told."""
    found: list[str] = []

    def look(name: str) -> None:
        found.extend(f"{name}: {fault}" for fault in page_faults(officer))

    officer.goto(f"{city.officers}/requests/new")
    expect(officer.locator("#registered")).to_contain_text("1 square with 5\N{EN DASH}9")
    expect(officer.locator(".map-count")).to_have_text(["5\N{EN DASH}9"])
    officer.check("#by-code")
    expect(officer.locator("#by-code-words")).to_be_visible()
    look("a draft with squares")

    wanted = Wanted(by_code=True)
    request_id = elsewhere.publish(wanted)
    officer.goto(f"{city.officers}/requests/{request_id}")
    officer.click("#case-link")
    officer.click("#look-up")
    expect(officer.get_by_role("button", name="Look up cameras")).to_be_disabled()
    officer.click("#points-toggle")
    officer.fill("#points", SMALL)
    officer.click("#points-apply")
    officer.click("[data-test=look-up]")
    rows = officer.locator("#found-rows tr")
    expect(rows).to_have_count(2)
    assert [each.split("\t")[:3] for each in rows.all_inner_texts()] == [
        ["1", "Sorrel Run, 34.146100, -84.300300", "To the east, 110° wide"],
        ["2", "Sorrel Run", "Ask at the doors"],
    ]
    expect(officer.locator(".map-camera")).to_have_text(["1"])
    assert unanswered(officer, "a look-up in a case") == []
    look("a look-up")
    officer.emulate_media(media="print")
    expect(officer.get_by_role("columnheader", name="Notes")).to_be_visible()
    officer.emulate_media(media="screen")
    officer.click("#undo")
    expect(rows).to_have_count(0)

    officer.click("#door-sheets a")
    expect(officer.locator("#door-code")).to_have_text(MD_CODE)
    expect(officer.get_by_role("img", name="The page that answers this request")).to_be_visible()
    assert unanswered(officer, "a door sheet") == []
    look("a door sheet")
    assert found == []

    with ThreadPoolExecutor(1) as pool:
        told = pool.submit(asyncio.run, _told(city.folder, owner)).result()
    assert {(each["badge"], each["case_number"]) for each in told} == {("4117", wanted.case_number)}
    assert sorted(each["entry_number"] for each in told) == [1, 2]
