"""The page in the sidebar: there for everybody while the home is enrolled, its script from memory."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import TYPE_CHECKING

from homeassistant.components.frontend import DATA_EXTRA_MODULE_URL, DATA_PANELS

import custom_components.milton_share

if TYPE_CHECKING:
    from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

    from tests.milton_share.conftest import Home

CARD_MAX_BYTES = 4_000  # gzipped: every page of Home Assistant loads it
BUILT = Path(custom_components.milton_share.__file__).parent / "www"


async def test_the_page_is_in_the_sidebar_as_long_as_the_home_is_enrolled(home: Home) -> None:
    """For every person: what it shows is law 6's decision, not a role's."""
    panel = home.hass.data[DATA_PANELS]["milton-share"]
    assert panel.require_admin is False
    custom = panel.config["_panel_custom"]
    assert (custom["name"], custom["embed_iframe"]) == ("milton-share-panel", False)
    assert custom["module_url"].endswith(f"panel-{panel.config['version']}.js")
    assert await home.hass.config_entries.async_unload(home.entry.entry_id)
    assert "milton-share" not in home.hass.data[DATA_PANELS]


async def test_the_script_is_served_from_memory_and_an_earlier_name_gets_it_too(
    home: Home, hass_client_no_auth: ClientSessionGenerator
) -> None:
    """Its own name for a year, any other name never from a cache; nothing else is served there."""
    url = home.hass.data[DATA_PANELS]["milton-share"].config["_panel_custom"]["module_url"]
    client = await hass_client_no_auth()
    current = await client.get(url)
    assert (current.status, current.content_type) == (200, "text/javascript")
    assert "immutable" in current.headers["Cache-Control"]
    earlier = await client.get("/api/milton_share/page/panel-OLD.js")
    assert earlier.headers["Cache-Control"] == "no-store"
    assert await earlier.read() == await current.read()
    assert (await client.get("/api/milton_share/page/manifest.json")).status == 404


async def test_a_browser_that_unpacks_gets_the_script_packed_and_any_other_as_it_was_built(
    home: Home, hass_client_no_auth: ClientSessionGenerator
) -> None:
    """The same bytes in the end, far fewer on the line; a cache between keeps the two apart."""
    url = home.hass.data[DATA_PANELS]["milton-share"].config["_panel_custom"]["module_url"]
    client = await hass_client_no_auth()
    built = (BUILT / url.rpartition("/")[2]).read_bytes()
    plain = await client.get(url, headers={"Accept-Encoding": "identity"})
    packed = await client.get(url, headers={"Accept-Encoding": "gzip, deflate, br"})
    assert (plain.headers.get("Content-Encoding"), await plain.read()) == (None, built)
    assert (packed.headers["Content-Encoding"], await packed.read()) == ("gzip", built)
    assert int(packed.headers["Content-Length"]) * 2.5 < len(built)
    assert plain.headers["Vary"] == packed.headers["Vary"] == "Accept-Encoding"


async def test_what_the_page_loads_later_is_served_by_its_own_name_alone(
    home: Home, hass_client_no_auth: ClientSessionGenerator
) -> None:
    """Each script that the page names, whole; of an earlier build there is none."""
    url = home.hass.data[DATA_PANELS]["milton-share"].config["_panel_custom"]["module_url"]
    client = await hass_client_no_auth()
    names = {name.decode() for name in re.findall(rb"chunk-\w+\.js", await (await client.get(url)).read())}
    assert names
    for name in names:
        part = await client.get(f"/api/milton_share/page/{name}")
        assert (part.status, part.content_type) == (200, "text/javascript")
        assert "immutable" in part.headers["Cache-Control"]
        assert await part.read() == (BUILT / name).read_bytes()
    assert (await client.get("/api/milton_share/page/chunk-OLD.js")).status == 404


async def test_dashboards_load_the_card_as_long_as_the_home_is_enrolled(
    home: Home, hass_client_no_auth: ClientSessionGenerator
) -> None:
    """Named to the frontend, never written into a dashboard's own resources; an earlier name gets today's card."""
    (url,) = home.hass.data[DATA_EXTRA_MODULE_URL].urls
    client = await hass_client_no_auth()
    card = await client.get(url)
    assert (card.status, card.content_type) == (200, "text/javascript")
    assert "immutable" in card.headers["Cache-Control"]
    body = await card.read()
    assert (b"milton-share-card" in body, len(gzip.compress(body)) < CARD_MAX_BYTES) == (True, True)
    page = home.hass.data[DATA_PANELS]["milton-share"].config["_panel_custom"]["module_url"].rpartition("/")[2]
    assert page.encode() in body, "opened at its own address, the page comes while Home Assistant still starts"
    earlier = await client.get("/api/milton_share/page/card-OLD.js")
    assert (earlier.headers["Cache-Control"], await earlier.read()) == ("no-store", body)
    assert await home.hass.config_entries.async_unload(home.entry.entry_id)
    assert home.hass.data[DATA_EXTRA_MODULE_URL].urls == frozenset()
    assert await home.hass.config_entries.async_setup(home.entry.entry_id)
    assert home.hass.data[DATA_EXTRA_MODULE_URL].urls == {url}
