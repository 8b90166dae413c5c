"""A case on the officer's screen: what arrives, what is said of it, by mouse and by keys; on paper; without the hub."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.browser.accessibility import page_faults
from tests.browser.homes import Answer, enrol, share
from tests.browser.officers import Wanted, see

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.asking import FurtherDevice
    from tests.browser.conftest import City

NOTE = "The same car as on the other street."


def test_a_case_is_worked_through_while_shares_arrive(city: City, officer: Page, elsewhere: FurtherDevice) -> None:
    """From its request to its page; two shares come by themselves; one is put aside by keys, one is asked about."""
    request_id = elsewhere.publish(Wanted(case_number="26-800001"))
    see(officer, city, request_id)
    officer.click("#case-link")
    officer.wait_for_selector("body[data-live=yes]")
    assert officer.is_visible("#no-shares")
    assert officer.is_hidden("#pick-one")  # there is nothing to pick
    assert page_faults(officer) == []
    waits_for_its_script(officer)
    home = enrol(city)
    first = share(city, home, request_id, Answer(clip=b"one")).share.share_id
    officer.wait_for_selector(f"[data-share-id='{first}']")
    second = share(city, home, request_id, Answer(clip=b"two")).share.share_id
    officer.wait_for_selector(f"[data-share-id='{second}']")
    assert officer.inner_text("#share-count") == "2"
    assert officer.is_visible("#pick-one")

    officer.keyboard.press("j")
    assert officer.get_attribute("#shares [aria-current]", "data-share-id") == second
    officer.keyboard.press("j")
    assert officer.get_attribute("#shares [aria-current]", "data-share-id") == first
    officer.keyboard.press("x")
    officer.wait_for_selector("#keep-part:visible")
    assert "Not needed" in officer.inner_text(f"[data-share-id='{first}']")
    officer.fill("#about", NOTE)
    officer.click("#note-share")
    officer.wait_for_selector(f"#share-notes li:has-text('{NOTE}')")
    assert officer.evaluate("document.activeElement.id") == "note-share"

    officer.click(f"[data-share-id='{second}']")
    assert officer.inner_text("#share-notes") == ""
    officer.fill("#about", "Is this one ours?")
    officer.click("#ask")
    officer.wait_for_selector(f"[data-share-id='{second}']:has-text('Asked')")
    officer.fill("#tag", "Night")
    officer.press("#tag", "Enter")
    officer.wait_for_selector("#tags li")
    assert "Dana Whitfield" in (officer.text_content("#officers option[value='4117']") or "")
    officer.fill("#member", "dana whitfield")
    officer.click("#add-member")
    officer.wait_for_selector("#problem:has-text('Nobody adds themselves')")
    assert page_faults(officer) == []

    is_read_on_paper(officer, first)
    officer.keyboard.press("k")
    officer.keyboard.press("o")
    officer.wait_for_url(re.compile(rf"/shares/{second}$"))
    is_found(city, officer)


def waits_for_its_script(officer: Page) -> None:
    """See that no form is sent before the page listens: what was typed would be lost."""
    script = re.compile("/static/case-")
    officer.route(script, lambda route: route.abort())
    officer.reload()
    for button in ("#write-note", "#add-tag", "#add-member"):
        assert officer.is_disabled(button)
    officer.wait_for_selector("#shares .skeleton:visible")  # where its lines will be
    officer.wait_for_selector("#shares .slow:visible")
    assert page_faults(officer) == []
    officer.unroute(script)
    officer.reload()
    officer.wait_for_selector("body[data-live=yes]")
    assert officer.locator(".skeleton, .slow").count() == 0


def is_read_on_paper(officer: Page, share_id: str) -> None:
    """See what is printed: what is there, and nothing to press."""
    officer.emulate_media(media="print")
    shown = officer.inner_text("main")
    assert NOTE in shown
    assert not officer.is_visible("#decline")
    assert officer.is_visible(f"[data-share-id='{share_id}']")
    times = officer.locator("#shares time, #notes time, #requests time, #picked-facts time")
    assert times.count() > 4
    for each in times.all():
        assert (each.get_attribute("title") or "").endswith(" UTC")
    officer.emulate_media(media="screen")
    officer.click("#picked-name")


def is_found(city: City, officer: Page) -> None:
    """Find the case in the list and by search; keep the search, and forget it."""
    officer.goto(f"{city.officers}/cases")
    row = officer.inner_text("tr:has-text('26-800001')")
    for said in ("1 open", "2", "1 asked", "night"):
        assert said in row
    assert page_faults(officer) == []
    officer.keyboard.press("g")
    officer.keyboard.press("s")
    officer.wait_for_url("**/search")
    officer.keyboard.press("/")
    officer.keyboard.type("800001")
    officer.keyboard.press("Enter")
    officer.wait_for_url("**/search?q=800001*")
    assert officer.locator("table[data-kind=shares] tbody tr").count() == 2
    officer.fill("#keep-name", "My case")
    officer.click("[data-test=keep]")
    officer.wait_for_selector("#kept a:has-text('My case')")
    assert page_faults(officer) == []
    officer.click("[data-forget]")
    officer.wait_for_selector("#kept:has-text('None yet')")
