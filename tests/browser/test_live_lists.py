"""Lists change by themselves, and take nothing from who reads or writes there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.browser.accessibility import page_faults
from tests.browser.homes import Answer, enrol, share
from tests.browser.officers import LARGE, Wanted, come_in, fill_in, publish, sign_on_the_signer

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.browser.conftest import City


def opened(page: Page, address: str) -> Page:
    """Open a list that is told of changes."""
    page.goto(address)
    page.wait_for_selector("body[data-live=yes]")
    return page


def test_requests_and_cases_change_by_themselves_and_keep_focus_and_scroll(city: City, officer: Page) -> None:
    """A second tab of the same officer reads while the first one asks."""
    for _ in range(6):
        publish(officer, city, Wanted())
    reader = officer.context.new_page()
    reader.set_viewport_size({"width": 1280, "height": 400})
    for path in ("requests", "cases"):
        opened(reader, f"{city.officers}/{path}")
        line = reader.locator("main tbody tr").nth(4)
        key = line.get_attribute("data-line")
        line.locator("a").first.focus()
        reader.evaluate("scrollTo(0, 120)")
        wanted = Wanted()
        publish(officer, city, wanted)
        reader.wait_for_selector(f"main tr:has-text('{wanted.case_number}')")
        focused = "document.activeElement.closest('[data-line]')?.dataset.line"
        assert reader.evaluate(focused) == key
        assert reader.evaluate("scrollY") == 120
        assert "UTC" in (reader.get_attribute("main tbody time", "title") or "")
    reader.close()


def test_where_a_question_waits_is_listed_by_itself(city: City, officer: Page, chromium: Browser) -> None:
    """A custodian who has that list open sees it come, and go once it is answered."""
    custodian = chromium.new_context(timezone_id="America/New_York").new_page()
    come_in(custodian, city, "custodian")
    wanted = Wanted()
    request_id = publish(officer, city, wanted)
    share_id = share(city, enrol(city), request_id, Answer(clip=b"clip")).share.share_id
    opened(custodian, f"{city.officers}/cases?asked=yes")
    line = custodian.locator(f"tr:has-text('{wanted.case_number}')")
    assert line.count() == 0
    officer.click("#case-link")
    officer.wait_for_selector("body[data-live=yes]")
    officer.click(f"[data-share-id='{share_id}']")
    officer.fill("#about", "May its owner be asked?")
    officer.click("#ask")
    line.wait_for()
    answering = custodian.context.new_page()
    answering.goto(officer.url)
    answering.wait_for_selector("body[data-live=yes]")
    answering.click(f"[data-share-id='{share_id}']")
    answering.fill("#about", "Yes.")
    answering.click("#answer")
    line.wait_for(state="detached")
    opened(custodian, f"{city.officers}/leavers")
    assert page_faults(custodian) == []
    custodian.context.close()


def test_what_a_supervisor_writes_stays_until_the_change_is_asked_for(
    city: City, officer: Page, chromium: Browser
) -> None:
    """The list says that there is something newer."""
    people = chromium.new_context(timezone_id="America/New_York")
    page = people.new_page()
    come_in(page, city, "supervisor")
    opened(page, f"{city.officers}/cosign")
    fill_in(officer, city, Wanted(points=LARGE))
    officer.click("#submit:enabled")
    sign_on_the_signer(officer)
    waiting = page.locator(".waiting").first
    waiting.wait_for()
    waiting.locator(".why").fill("Half a sentence")
    wanted = Wanted(points=LARGE)
    fill_in(officer, city, wanted)
    officer.click("#submit:enabled")
    sign_on_the_signer(officer)
    page.wait_for_selector("#show-changes:visible")
    assert waiting.locator(".why").input_value() == "Half a sentence"
    page.click("#show-changes")
    page.wait_for_selector(f".waiting:has-text('{wanted.case_number}')")
    people.close()
