"""What people of the agency do on the pages, step by step."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import City

ZONE = ZoneInfo("America/New_York")
REASON = "Several cars were opened overnight. We look for one person on foot with a backpack and a light SUV."
SMALL = "34.147700, -84.303000\n34.148000, -84.297900\n34.144900, -84.297000\n34.143600, -84.300600"
WHY_LARGER = "Cars on three streets were opened; the way out was probably Farrier Way."
CONTACT = "+1 678 555 0100"
LARGE = "circle 34.145000, -84.300000 400 m"
REQUEST_URL = re.compile(r"/requests/[0-9a-f]{64}$")
SIGN_IN_URL = re.compile(r"/sign-in$")
PATIENCE_MS = 30_000.0  # as long as the browser's driver waits for anything


_CASES = itertools.count(900_001)


def new_case_number() -> str:
    """Return a number that no other test of the one city takes: a third request of a case needs a second person."""
    return f"26-{next(_CASES)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the form is filled with."""

    case_number: str = field(default_factory=new_case_number)
    points: str = SMALL
    reason: str = REASON
    offence: str = "16-8-18"
    ends_ago: timedelta = timedelta(hours=1)
    length: timedelta = timedelta(minutes=90)
    drill: bool = False
    by_code: bool = False


def register(page: Page, link: str, device: str) -> None:
    """Go through an invitation, the signer included for who signs requests."""
    page.goto(link)
    page.wait_for_selector("#invited:visible")
    page.fill("#device", device)
    signs = page.is_visible("#signs")
    page.click("#register")
    if signs:
        page.wait_for_selector("#registering:visible")  # the signer's page
        page.click("#register")
    page.wait_for_url("**/account")


def come_in(page: Page, city: City, person_id: str) -> None:
    """Register a device whose signing key the directory then has."""
    register(page, city.invitation(person_id), f"device of {person_id}")
    city.sign_directory()


def is_sent_out(page: Page) -> None:
    """Wait until a page has left for the sign-in page; of two ways out at once the later breaks off the earlier."""
    expect(page).to_have_url(SIGN_IN_URL, timeout=PATIENCE_MS)
    page.wait_for_load_state()


def fill_in(page: Page, city: City, wanted: Wanted) -> None:
    """Fill in a new request, the area as a list of points."""
    page.goto(f"{city.officers}/requests/new")
    page.fill("#case-number", wanted.case_number)
    page.select_option("#offence", wanted.offence)
    page.fill("#reason", wanted.reason)
    page.fill("#contact", CONTACT)
    page.set_checked("#drill", wanted.drill)
    until = datetime.now(UTC) - wanted.ends_ago
    for which, time in (("from", until - wanted.length), ("until", until)):
        wall = time.astimezone(ZONE)
        page.fill(f"#{which}-date", f"{wall:%Y-%m-%d}")
        page.fill(f"#{which}-time", f"{wall:%H:%M}")
    page.click("#points-toggle")
    page.fill("#points", wanted.points)
    page.click("#points-apply")
    if wanted.points == LARGE:
        page.wait_for_selector("#why-larger:visible")
        page.fill("#why-larger", WHY_LARGER)
        page.wait_for_selector("[data-rule=why_larger_missing]", state="detached")


def sign_on_the_signer(page: Page) -> str:
    """Sign what the signer shows; return the words that were shown."""
    page.wait_for_selector("#signing:visible")
    words = page.inner_text("#facts")
    page.click("#sign")
    page.wait_for_url(REQUEST_URL)
    page.wait_for_selector("body[data-live=yes]")
    return words


def publish(page: Page, city: City, wanted: Wanted) -> str:
    """Draft and sign a request within the limits by hand; return its id, with its page open."""
    fill_in(page, city, wanted)
    page.wait_for_selector("#submit:enabled")
    page.click("#submit")
    sign_on_the_signer(page)
    page.wait_for_selector("#state[data-state=published]")
    return page.url.rpartition("/")[2]


def see(page: Page, city: City, request_id: str) -> None:
    """Open a request's page, which is told from then on of what comes."""
    page.goto(f"{city.officers}/requests/{request_id}")
    page.wait_for_selector("body[data-live=yes]")
