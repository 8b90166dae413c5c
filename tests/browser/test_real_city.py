"""A city that is no demonstration has no software key anywhere, and lets nobody in without an enrolled device."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from hub.identity.devices.presented import HEADER
from hub.web.assets import WEB
from tests.browser.closed import enrolled
from tests.browser.conftest import found, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

    from tests.browser.conftest import City

BORDERS = {
    "type": "Polygon",
    "coordinates": [[[-84.4, 34.07], [-84.2, 34.07], [-84.2, 34.22], [-84.4, 34.22], [-84.4, 34.07]]],
}


@pytest.fixture(scope="module")
def real_city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """Found and serve a city that is no demonstration."""
    folder = tmp_path_factory.mktemp("real")
    borders = folder / "borders.geojson"
    borders.write_text(json.dumps(BORDERS))
    with serving(found(folder / "city", demo=False, borders=borders)) as running:
        yield running


@pytest.fixture(scope="module")
def device(real_city: City) -> str:
    """Return what the web server in front says of an enrolled device."""
    return quote(enrolled(real_city, "desk").certificate.read_text(encoding="ascii"))


@pytest.fixture
def page(page: Page, device: str) -> Page:
    """Return a tab at that device."""
    page.set_extra_http_headers({HEADER: device})
    return page


def test_at_a_device_that_is_not_enrolled_nothing_of_the_officers_pages_is_there(real_city: City, page: Page) -> None:
    """As the city was founded: nobody has to remember to close it."""
    page.set_extra_http_headers({})
    for path in ("/sign-in", "/invite", "/requests"):
        answer = page.goto(f"{real_city.officers}{path}")
        assert answer is not None
        assert answer.status == 403
        page.get_by_role("heading", name="This device showed no certificate").wait_for()
        assert page.locator("#sign-in, script").count() == 0


@pytest.mark.parametrize("place", ["officers", "signer"])
def test_the_software_authenticator_is_not_served(real_city: City, page: Page, place: str) -> None:
    """Not even under its own name."""
    name = json.loads((WEB / "demo" / "manifest.json").read_text())["software.js"]
    address = f"{real_city.officers}/static/{name}" if place == "officers" else f"{real_city.signer}/{name}"
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == 404


def test_no_page_offers_a_software_key(real_city: City, page: Page) -> None:
    """Neither the officers' pages nor the signer draw the box or the amber banner."""
    page.goto(f"{real_city.officers}/sign-in")
    page.wait_for_selector("#sign-in")
    assert page.locator("#software-key").count() == 0
    assert page.locator("#demo-banner").count() == 0
    page.goto(real_city.signer)
    page.wait_for_selector("#idle:visible")
    assert page.is_hidden("#software-banner")
