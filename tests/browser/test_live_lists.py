"""Lists change by themselves, and take nothing from who reads or writes there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.browser.accessibility import page_faults
from tests.browser.homes import Answer, enrol, share
from tests.browser.officers import LARGE, Wanted, come_in, see

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.browser.asking import FurtherDevice
    from tests.browser.conftest import City


def opened(page: Page, address: str) -> Page:
    """Open a list that is told of changes."""
    page.goto(address)
    page.wait_for_selector("body[data-live=yes]")
    return page


def test_requests_and_cases_change_by_themselves_and_keep_focus_and_scroll(
    city: City, officer: Page, elsewhere: FurtherDevice
) -> None:
    """The officer reads while they ask at another device."""
    for _ in range(6):
        elsewhere.publish(Wanted())
    officer.set_viewport_size({"width": 1280, "height": 400})
    for path in ("requests", "cases"):
        opened(officer, f"{city.officers}/{path}")
        line = officer.locator("main tbody tr").nth(4)
        key = line.get_attribute("data-line")
        line.locator("a").first.focus()
        officer.evaluate("scrollTo(0, 120)")
        wanted = Wanted()
        elsewhere.publish(wanted)
        officer.wait_for_selector(f"main tr:has-text('{wanted.case_number}')")
        focused = "document.activeElement.closest('[data-line]')?.dataset.line"
        assert officer.evaluate(focused) == key
        assert officer.evaluate("scrollY") == 120
        assert "UTC" in (officer.get_attribute("main tbody time", "title") or "")


def test_where_a_question_waits_is_listed_by_itself(
    city: City, officer: Page, chromium: Browser, elsewhere: FurtherDevice
) -> None:
    """A custodian who has that list open sees it come, and go once it is answered."""
    custodian = chromium.new_context(timezone_id="America/New_York").new_page()
    come_in(custodian, city, "custodian")
    wanted = Wanted()
    request_id = elsewhere.publish(wanted)
    see(officer, city, request_id)
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
    city: City, chromium: Browser, elsewhere: FurtherDevice
) -> None:
    """The list says that there is something newer."""
    people = chromium.new_context(timezone_id="America/New_York")
    page = people.new_page()
    come_in(page, city, "supervisor")
    opened(page, f"{city.officers}/cosign")
    elsewhere.sign(Wanted(points=LARGE))
    waiting = page.locator(".waiting").first
    waiting.wait_for()
    waiting.locator(".why").fill("Half a sentence")
    wanted = Wanted(points=LARGE)
    elsewhere.sign(wanted)
    page.wait_for_selector("#show-changes:visible")
    assert waiting.locator(".why").input_value() == "Half a sentence"
    page.click("#show-changes")
    page.wait_for_selector(f".waiting:has-text('{wanted.case_number}')")
    people.close()
