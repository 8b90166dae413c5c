"""What a person sees of an area before they sign or approve it: the streets of the city's own map below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.accessibility import page_faults
from tests.browser.officers import LARGE, Wanted, come_in, see

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from tests.browser.asking import FurtherDevice
    from tests.browser.conftest import City

STREETS = "#area-map .map-names text"


@pytest.fixture
def supervisor(city: City, chromium: Browser) -> Iterator[Page]:
    """Let the supervisor come in."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, timezone_id="America/New_York")
    page = context.new_page()
    come_in(page, city, "supervisor")
    yield page
    context.close()


def test_a_requests_page_shows_its_area_on_the_citys_streets_and_is_moved_by_keys(
    city: City, officer: Page, elsewhere: FurtherDevice
) -> None:
    """Their names are there as text, on the map and beside it; nothing on it can be changed."""
    see(officer, city, elsewhere.sign(Wanted(points=LARGE)))
    officer.wait_for_selector(STREETS)
    names = set(officer.locator(STREETS).all_text_contents())
    assert "Sorrel Run" in names
    assert "Sorrel Run" in officer.inner_text("#area-words")
    assert "0.194 sq mi around 34.145" in officer.inner_text("#area-words")
    assert officer.locator("#area-map .map-street").count() > 0
    assert officer.locator("#area-map [data-grip]").count() == 0
    whole = officer.get_attribute("#area-map", "viewBox")
    officer.focus("#area-map")
    for key in ("ArrowLeft", "-", "+", "ArrowDown"):
        before = officer.get_attribute("#area-map", "viewBox")
        officer.keyboard.press(key)
        assert officer.get_attribute("#area-map", "viewBox") != before, key
    officer.click("#whole-area")
    assert officer.get_attribute("#area-map", "viewBox") == whole
    assert page_faults(officer) == []


def test_each_request_that_waits_is_shown_on_its_streets_while_it_is_seen(
    city: City, elsewhere: FurtherDevice, supervisor: Page
) -> None:
    """One copy of the city's map serves them all; what is out of sight draws none of it."""
    ids = {elsewhere.sign(Wanted(points=LARGE)) for _ in range(4)}
    maps: list[str] = []
    supervisor.on("request", lambda each: maps.append(each.url) if each.url.endswith("/map.geojson") else None)
    supervisor.set_viewport_size({"width": 1280, "height": 500})
    supervisor.goto(f"{city.officers}/cosign")
    listed = [each.get_attribute("data-request-id") for each in supervisor.locator(".waiting").all()]
    ours = [request_id for request_id in listed if request_id in ids]  # of one second: in no order
    first, last = (supervisor.locator(f"[data-request-id='{ours[at]}']") for at in (0, -1))
    first.locator(".map-names text").first.wait_for(state="attached")
    assert "Sorrel Run" in first.locator("figcaption").inner_text()
    assert last.locator(".map-street").count() == 0
    last.scroll_into_view_if_needed()
    last.locator(".map-street").first.wait_for(state="attached")
    first.locator(".map-street").first.wait_for(state="detached")
    assert len(maps) == 1
    assert page_faults(supervisor) == []
