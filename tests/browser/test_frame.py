"""What every officers' page has: its keys and their list, the agency's time, a form for paper."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tests.browser.accessibility import page_faults
from tests.browser.officers import ZONE, Wanted, come_in, fill_in, is_sent_out

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

    from tests.browser.asking import FurtherDevice
    from tests.browser.conftest import City


def test_keys_go_where_they_say_and_can_be_switched_off(city: City, officer: Page) -> None:
    """A list shows them; nothing happens while somebody types (WCAG 2.1.4)."""
    officer.goto(f"{city.officers}/requests")
    officer.keyboard.press("?")
    officer.wait_for_selector("dialog[open]")
    assert "New request" in officer.inner_text("dialog ul")
    assert page_faults(officer) == []
    officer.keyboard.press("Escape")
    officer.wait_for_selector("dialog", state="detached")
    officer.keyboard.press("n")
    officer.wait_for_url("**/requests/new")
    officer.focus("#reason")
    officer.keyboard.press("d")
    assert officer.input_value("#reason") == "d"
    assert officer.get_attribute("#draw", "aria-pressed") == "false"
    officer.focus("#map")
    officer.keyboard.press("d")
    officer.wait_for_selector("#draw[aria-pressed=true]")
    officer.keyboard.press("g")
    officer.keyboard.press("r")
    officer.wait_for_url("**/requests")
    officer.click("#keys")
    officer.uncheck("#single-keys")
    officer.click("dialog >> text=Close")
    officer.reload()
    officer.keyboard.press("n")
    officer.keyboard.press("?")
    assert officer.locator("dialog").count() == 0
    assert officer.url.endswith("/requests")
    officer.click("#keys")
    officer.check("#single-keys")
    officer.keyboard.press("Escape")


PRESSED = """(apartMs) => {
  const pressed = (key) => new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
  const busy = (since, ms) => { while (performance.now() - since < ms); };
  const first = pressed("g");
  busy(first.timeStamp, apartMs);
  const second = pressed("r");
  document.body.dispatchEvent(first);
  busy(second.timeStamp, 2000);
  return document.body.dispatchEvent(second);
}"""


def test_two_keys_count_by_when_they_were_pressed_however_late_a_busy_page_gets_to_them(
    city: City, officer: Page
) -> None:
    """A slow device is not punished; and keys that were pressed far apart are no pair, however soon they come."""
    officer.goto(f"{city.officers}/account")
    assert officer.evaluate(PRESSED, 1600), "far apart: nobody took the second"
    assert officer.url.endswith("/account")
    officer.evaluate(PRESSED, 50)
    officer.wait_for_url("**/requests")


def test_lists_and_what_is_found_are_gone_through_by_keys(city: City, officer: Page, elsewhere: FurtherDevice) -> None:
    """J and K, Enter opens; the list of shortcuts has them where there is a list, and not elsewhere."""
    for _ in range(2):
        elsewhere.publish(Wanted())
    line = "document.activeElement.closest('[data-line]')?.dataset.line"
    for path in ("/requests", "/cases", "/search?q=26*&in=requests"):
        officer.goto(f"{city.officers}{path}")
        keys = [each.get_attribute("data-line") for each in officer.locator("main [data-line]").all()]
        at = []
        for key in ("k", "k", "j", "j", "k"):
            officer.keyboard.press(key)
            at.append(officer.evaluate(line))
        assert at == [keys[-1], keys[-2], keys[-1], keys[-1], keys[-2]], path
        officer.keyboard.press("?")
        assert {"Next line", "Line before", "Open the line"} <= set(officer.inner_text("dialog ul").split("\n"))
        officer.keyboard.press("Escape")
        officer.goto(f"{city.officers}{path}")
        officer.keyboard.press("j")
        opens = officer.evaluate("document.activeElement.pathname")
        officer.keyboard.press("Enter")
        officer.wait_for_url(f"**{opens}")
    officer.goto(f"{city.officers}/account")
    officer.keyboard.press("?")
    assert "Next line" not in officer.inner_text("dialog ul")


def test_times_are_the_agency_s_wherever_the_device_is(city: City, chromium: Browser) -> None:
    """An officer away from home reads and writes the city's time."""
    context = chromium.new_context(timezone_id="Asia/Tokyo")
    page = context.new_page()
    come_in(page, city, "officer")
    fill_in(page, city, Wanted(case_number="26-700001"))
    page.wait_for_selector("#submit:enabled")
    wall = page.input_value("#until-time")
    assert page.inner_text("#zone") == "(Eastern Time)"
    until = (datetime.now(UTC) - timedelta(hours=1)).astimezone(ZONE)
    assert abs(int(wall[:2]) * 60 + int(wall[3:]) - until.hour * 60 - until.minute) <= 1 or wall[:2] in {"00", "23"}
    assert "1 h 30 min" in page.inner_text("#range-words")
    context.close()


def test_a_page_on_paper_has_nothing_to_press(city: City, officer: Page) -> None:
    """What was asked and proven stays, and each time has UTC beside it."""
    officer.goto(f"{city.officers}/account")
    officer.emulate_media(media="print")
    assert officer.is_visible("main table")
    assert [officer.is_hidden(each) for each in ("nav", "#sign-out", "#keys", "main .btn")] == [True] * 4
    officer.emulate_media(media="screen")
    assert officer.is_hidden(".paper")


def test_a_sheet_says_who_printed_it_when_and_has_what_is_folded_away(city: City, officer: Page) -> None:
    """Its time is when it was printed, in the agency's zone and in UTC; on the screen all is folded as before."""
    fill_in(officer, city, Wanted())
    officer.wait_for_selector("#kept:not(:empty)")
    officer.goto(f"{city.officers}/requests/new")
    officer.wait_for_selector("details.drafts")
    folded = "document.querySelectorAll('main details:not([open])').length"
    before = officer.evaluate(folded)
    assert before > 0
    printed = "document.querySelector('.paper.xs').textContent"
    officer.evaluate(f"addEventListener('beforeprint', () => (window.seen = [{folded}, {printed}]))")
    assert officer.pdf().startswith(b"%PDF-")
    left, words = officer.evaluate("window.seen")
    assert left == 0
    assert re.search(r"Printed by badge 4117 on .+, .+ (EST|EDT) \(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\)\.", words), (
        words
    )
    assert officer.evaluate(folded) == before


def test_a_page_says_before_it_locks_and_lets_its_person_stay(
    city: City, officer_profile: BrowserContext, context: BrowserContext, page: Page
) -> None:
    """Five minutes before, quietly; once it has locked it leaves by itself."""
    context.add_cookies(officer_profile.cookies())  # whose own clock is that of all pages after this one
    page.clock.install()
    page.goto(f"{city.officers}/account")
    page.clock.fast_forward("20:00")
    assert page.is_hidden("#locks")
    page.clock.fast_forward("05:00")
    page.wait_for_selector("#locks:visible")
    assert page.inner_text("#locks-words") == "Locks in 4 min"
    assert page_faults(page) == []
    page.click("#stay")
    page.wait_for_selector("#locks", state="hidden")
    page.clock.fast_forward("28:30")
    page.wait_for_selector("#locks:visible")
    assert page.inner_text("#locks-words") == "Locks within a minute"
    assert "Locks within a minute" in (page.text_content("#locks-said") or "")
    context.clear_cookies()  # as a session that ran out
    page.clock.fast_forward("02:00")
    is_sent_out(page)
