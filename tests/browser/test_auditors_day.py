"""An auditor's day in Chromium: come in, see who tried what, follow it into the trail, take the report along."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.browser.accessibility import page_faults
from tests.browser.officers import Wanted, come_in, fill_in
from tests.simulators.joining import proposal_of

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.asking import FurtherDevice
    from tests.browser.conftest import City


@pytest.fixture
def auditor(city: City, page: Page) -> Page:
    """Let an auditor join and register a device."""
    proposal = proposal_of(city.folder, "auditor", "auditor", badge="A-1")
    city.run("directory", "sign", str(city.folder), "--yes", "--proposal", str(proposal))
    come_in(page, city, "auditor")
    return page


def test_an_auditor_follows_a_refusal_from_the_list_into_the_trail(city: City, auditor: Page, officer: Page) -> None:
    """No page is a barrier or leads anywhere that is refused; the search works by keyboard and survives a reload."""
    refused = officer.goto(f"{city.officers}/oversight")
    assert refused is not None
    assert refused.status == 403
    found: list[str] = []

    def look(name: str) -> None:
        found.extend(f"{name}: {fault}" for fault in page_faults(auditor))

    auditor.goto(f"{city.officers}/requests")
    auditor.keyboard.press("g")
    auditor.keyboard.press("o")
    auditor.wait_for_url("**/oversight")
    assert auditor.locator("#nobody-told").is_visible()
    look("flags")
    auditor.get_by_role("link", name="Refusals", exact=True).click()
    row = auditor.locator("#refusals tbody tr", has_text="GET /oversight").first
    assert "Dana Whitfield\nofficer" in row.inner_text()
    auditor.goto(f"{city.officers}/oversight/trail")
    assert auditor.locator("#chain").is_visible()
    auditor.get_by_label("Person").fill("officer")
    auditor.keyboard.press("Enter")
    auditor.wait_for_url("**person=officer**")
    auditor.reload()
    assert auditor.get_by_label("Person").input_value() == "officer"
    who = auditor.locator("#trail tbody tr td:nth-child(3)").all_inner_texts()
    assert set(who) == {"Dana Whitfield\nperson:officer"}
    look("the trail")
    auditor.goto(f"{city.officers}/oversight/reports/2026-Q1")
    look("a report")
    with auditor.expect_download() as download:
        auditor.locator("[data-test=pdf]").click()
    assert download.value.suggested_filename == "report-2026-Q1.pdf"
    assert download.value.path().read_bytes().startswith(b"%PDF-")
    assert found == []


def test_what_is_asked_for_again_is_said_to_the_officer_before_and_to_the_auditor_after(
    city: City, auditor: Page, officer: Page, elsewhere: FurtherDevice
) -> None:
    """The same area in three cases: the third draft says so in words; its flag leads into the trail."""
    for _ in range(2):
        elsewhere.publish(Wanted())
    fill_in(officer, city, Wanted())
    warned = officer.locator("[data-lately=area]")
    warned.wait_for()
    assert re.search(r"Much of this area was asked for \w+( times)? lately in other cases.*by you", warned.inner_text())
    assert "Auditors see repeats." in warned.inner_text()
    assert officer.is_enabled("#submit")
    request_id = elsewhere.publish(Wanted())
    auditor.goto(f"{city.officers}/oversight")
    flag = auditor.locator("tr[data-kind=repeat_area]").first
    assert request_id[:8] in flag.inner_text() or request_id in flag.inner_text()
    assert page_faults(auditor) == []
    flag.get_by_role("link").last.click()
    auditor.wait_for_url("**/oversight/trail?before=**")
    assert request_id[:8] in auditor.inner_text("#trail tbody tr:first-child")
    auditor.goto(f"{city.officers}/requests/{request_id}")
    auditor.wait_for_selector("#no-shares:has-text('custodians see its shares')")
