"""An administrator's day in Chromium: propose, have it approved, and an officer's open draft is judged by it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.browser.accessibility import page_faults
from tests.browser.officers import Wanted, fill_in, register
from tests.simulators.joining import proposal_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from tests.browser.conftest import City

PEOPLE = ("administrator", "deputy")


@pytest.fixture(scope="module")
def administrators(city: City, chromium: Browser) -> Iterator[tuple[Page, Page]]:
    """Let two administrators join, each at a device of their own."""
    files = [str(proposal_of(city.folder, who, "administrator", badge="A-2")) for who in PEOPLE]
    city.run("directory", "sign", str(city.folder), "--yes", *(word for file in files for word in ("--proposal", file)))
    contexts = [chromium.new_context(viewport={"width": 1440, "height": 900}) for _ in PEOPLE]
    pages = [context.new_page() for context in contexts]
    for page, who in zip(pages, PEOPLE, strict=True):
        register(page, city.invitation(who), f"device of {who}")  # they sign no request
    yield pages[0], pages[1]
    for context in contexts:
        context.close()


def look_at_each_tab(page: Page) -> list[str]:
    """Go through the tabs by keys; return the barriers that are found. The last is Policy."""
    found = []
    for tab in ("Offenses", "Retention", "Jurisdiction", "Policy"):
        page.get_by_role("navigation", name="Administration").get_by_role("link", name=tab).press("Enter")
        page.get_by_role("heading", name=tab, level=1).wait_for()
        if tab == "Jurisdiction":
            page.wait_for_selector("#map .map-ground path")
        found += [f"{tab}: {fault}" for fault in page_faults(page)]
    return found


def propose(page: Page, told: str = "") -> None:
    """Press the button; wait for the refusal ``told``, or for the page of what waits."""
    page.locator("[data-test=propose]:enabled").press("Enter")
    if told:
        page.get_by_role("alert").get_by_text(told).wait_for()
    else:
        page.wait_for_url("**/administration")


def test_a_change_of_two_administrators_judges_the_draft_that_an_officer_has_open(
    city: City, administrators: tuple[Page, Page], officer: Page
) -> None:
    """By keys alone; no page is a barrier, and none of them is an officer's. Nobody else here asks for 44 days."""
    first, second = administrators
    refused = officer.goto(f"{city.officers}/administration")
    assert refused is not None
    assert refused.status == 403
    fill_in(officer, city, Wanted(ends_ago=timedelta(days=44, hours=12)))
    officer.wait_for_selector("#submit:enabled")

    second.goto(f"{city.officers}/administration/policy")
    second.wait_for_selector("body[data-live=yes]")
    second.get_by_label("Why is this changed?").fill("Half a sentence")
    first.goto(f"{city.officers}/account")
    first.keyboard.press("g")
    first.keyboard.press("m")
    first.wait_for_url("**/administration")
    found = look_at_each_tab(first)
    first.get_by_label("Why is this changed?").fill("The council asked for less.")
    for value, told in (("46", "can't be more than 45 days: no home takes more"), ("many", "is no number"), ("44", "")):
        first.get_by_label("Oldest footage, with a supervisor").fill(value)
        propose(first, told)
    first.locator("[data-test=own]").wait_for()
    assert first.locator("[data-test=approve]").count() == 0

    second.wait_for_selector("#show-changes:visible")  # the page was told, and takes nothing that is written
    assert second.get_by_label("Why is this changed?").input_value() == "Half a sentence"
    found += [f"what changed meanwhile: {fault}" for fault in page_faults(second)]
    second.goto(city.officers)
    second.wait_for_url("**/administration")
    assert "44 days in place of 45 days" in second.inner_text("[data-test=differences]")
    found += [f"what waits: {fault}" for fault in page_faults(second)]
    first.wait_for_selector("body[data-live=yes]")
    second.locator("[data-test=approve] button:enabled").press("Enter")
    second.wait_for_selector("#empty")
    first.wait_for_selector("#ended:has-text('Approved by Lee Ortiz, badge A-2')")  # by itself
    assert "Approved by Lee Ortiz, badge A-2" in second.inner_text("#ended")

    officer.fill("#reason", f"{officer.input_value('#reason')} He limped.")
    told_to = officer.locator("[data-rule=range_too_old]")
    told_to.wait_for()
    assert "more than 44 days ago" in told_to.inner_text()
    assert officer.locator("#submit").is_disabled()
    assert found == []


def test_an_offense_is_proposed_on_its_own_page_and_taken_back(city: City, administrators: tuple[Page, Page]) -> None:
    """None that is a prohibited use; what is ticked and what is written are one proposal."""
    page, _ = administrators
    page.goto(f"{city.officers}/administration/offenses")
    page.get_by_label("Code").fill("16-5-90")
    page.get_by_label("Name, as residents read it").fill("Speeding in a school zone")
    page.get_by_label("Why is this changed?").fill("Somebody wants it.")
    propose(page, "may never be asked for")
    page.get_by_label("Name, as residents read it").fill("Stalking, O.C.G.A. 16-5-90")
    page.get_by_label("Burglary, O.C.G.A. 16-7-1: urgent").check()
    propose(page)
    words = page.inner_text("[data-test=differences]")
    assert "Stalking, O.C.G.A. 16-5-90 (16-5-90) can be asked for, but not urgently." in words
    assert "Burglary, O.C.G.A. 16-7-1 (16-7-1) can be asked for urgently." in words
    page.get_by_text("Take it back").first.click()
    page.get_by_label("Reason").fill("Not this year.")
    page.locator("[data-test=end] button:enabled").press("Enter")
    page.wait_for_selector("#empty")
