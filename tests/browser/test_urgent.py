"""An urgent request in the browser: the form says what it may be, and supervisors see it wherever they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.accessibility import page_faults
from tests.browser.officers import Wanted, come_in, fill_in, is_sent_out, sign_on_the_signer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, BrowserContext, Page, Route

    from tests.browser.conftest import City

KIDNAPPING = "16-5-40"
HEADER = ".top nav a[href='/cosign'] .chip"


@pytest.fixture
def supervisor(city: City, chromium: Browser) -> Iterator[BrowserContext]:
    """Let the supervisor come in."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, timezone_id="America/New_York")
    come_in(context.new_page(), city, "supervisor")
    yield context
    context.close()


def asks_urgently(officer: Page, city: City) -> str:
    """Sign an urgent request; return its id."""
    fill_in(officer, city, Wanted(offence=KIDNAPPING))
    officer.check("#urgent")
    officer.click("#submit:enabled")
    sign_on_the_signer(officer)
    return officer.url.rpartition("/")[2]


def test_the_form_says_what_may_be_urgent_and_closes_within_a_day_by_itself(city: City, officer: Page) -> None:
    """What is not on that list can't be ticked; without the tick the time comes back that was chosen."""
    fill_in(officer, city, Wanted())
    assert officer.is_disabled("#urgent")
    words = officer.inner_text("#urgent-words")
    assert "Entering automobile" in words.split("Urgent may be")[0]
    assert "Kidnapping" in words.split("Urgent may be")[1]
    officer.select_option("#offence", KIDNAPPING)
    closes = officer.input_value("#expires")
    officer.check("#urgent")
    assert officer.input_value("#expires") == "24"
    assert officer.locator("#expires option:disabled").count() > 0
    officer.wait_for_selector("#checks li:has-text('Urgent: a supervisor signs too')")
    officer.wait_for_selector("#submit:enabled")
    assert officer.locator("[data-rule]").count() == 0
    assert page_faults(officer) == []
    officer.uncheck("#urgent")
    assert officer.input_value("#expires") == closes != "24"
    officer.check("#urgent")
    officer.select_option("#offence", "16-8-18")
    assert (officer.is_checked("#urgent"), officer.input_value("#expires")) == (False, closes)


def test_a_supervisor_is_told_of_an_urgent_request_on_whatever_page_they_are(
    city: City, officer: Page, supervisor: BrowserContext
) -> None:
    """In every tab, by one stream; it stands above all else in the list, and homes get it once it is approved."""
    first, second = supervisor.pages[0], supervisor.new_page()
    streams: list[str] = []
    for page in (first, second):
        page.on("request", lambda each: streams.append(each.url) if each.url.endswith("/cosign/events") else None)
    first.goto(f"{city.officers}/requests")
    first.wait_for_selector("body[data-live=yes]")
    second.goto(f"{city.officers}/account")
    request_id = asks_urgently(officer, city)
    for page in (first, second):
        page.wait_for_selector(f"{HEADER}.is-bad:has-text('urgent')")
        assert "for a supervisor" in (page.text_content("#waiting-said") or "")
    assert len(streams) == 1
    assert page_faults(first) == []
    second.click(".top nav a[href='/cosign']")
    card = second.locator(".waiting").first
    assert card.get_attribute("data-request-id") == request_id
    assert "left" in card.locator(".urgent").inner_text()
    assert page_faults(second) == []
    second.keyboard.press("j")
    second.keyboard.press("Enter")
    second.wait_for_url(f"**/requests/{request_id}")
    second.click("#cosign")
    assert "the second person, who approves" in sign_on_the_signer(second)
    officer.wait_for_selector("#state[data-state=published]")
    first.wait_for_selector(f"{HEADER}:not(.is-bad)", state="attached")


def test_who_locks_the_device_asks_nothing_more_with_the_session_that_ends(
    city: City, supervisor: BrowserContext
) -> None:
    """Each stream is closed before the hub hears of it: it would begin again, and be written down as refused."""
    page = supervisor.pages[0]
    streams: set[str] = set()
    held: list[Route] = []

    page.on("request", lambda each: streams.add(each.url) if "/events" in each.url else None)
    page.on("requestfailed", lambda each: streams.discard(each.url))
    page.route("**/sign-out", lambda route: held.append(route))  # noqa: PLW0108  a handler must be a function
    page.goto(f"{city.officers}/requests")
    page.wait_for_selector("body[data-live=yes]")
    assert len(streams) == 2, "the list's, and that of what waits"
    with page.expect_request("**/sign-out"):
        page.keyboard.press("l")
    until(lambda: held and not streams, page)
    held[0].continue_()
    is_sent_out(page)


def until(is_so: Callable[[], object], page: Page) -> None:
    """Wait until something is so; the browser goes on meanwhile."""
    for _ in range(200):
        if is_so():
            return
        page.wait_for_timeout(25)
    pytest.fail("it never was")
