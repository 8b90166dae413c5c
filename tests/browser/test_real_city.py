"""A city that is no demonstration has no software key anywhere."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from hub.web.assets import WEB
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
