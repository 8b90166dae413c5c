"""The city's map at home: the one that the root's record names, fetched by the feed's clock alone, and kept."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.city.map import MapView
from custom_components.milton_share.errors import MiltonShareError
from custom_components.milton_share.storage.paths import database_path
from tests.simulators.maps import shape, town

if TYPE_CHECKING:
    from tests.milton_share.conftest import Home

PACK = town()
OTHER = town(shape("road", (0, -9_000), (0, 9_000), name="Mayfield Rd"))
NONE = MapView(sha256=None, named=False, refused=None)


def digest(pack: bytes) -> str:
    """Return a pack's SHA-256."""
    return hashlib.sha256(pack).hexdigest()


def here(pack: bytes, refused: str | None = None) -> MapView:
    """Return what the owner sees when this pack is here and the city names one."""
    return MapView(sha256=digest(pack), named=True, refused=refused)


async def sees(home: Home, view: MapView) -> None:
    """Wait until the owner sees this of the map."""
    await home.until(lambda: home.state().map == view)


async def has_map(home: Home, pack: bytes = PACK) -> None:
    """Give homes a map, and wait until it is here."""
    home.hub.give_map(pack)
    await sees(home, here(pack))


def asked(home: Home) -> int:
    """Return how many times the hub was asked for the map."""
    return home.hub.paths().count("GET /v1/map")


async def reads(home: Home, times: int = 3) -> None:
    """Wait until the feed was read some more times."""
    before = home.hub.paths().count("GET /v1/feed")
    await home.until(lambda: home.hub.paths().count("GET /v1/feed") >= before + times)


async def drawn(home: Home) -> bytes:
    """Return the map as the page is given it."""
    sha256, pack = await home.panel.map_pack(home.owner.session)
    assert digest(pack.encode()) == sha256
    return pack.encode()


async def test_the_map_comes_whole_and_once(home: Home) -> None:
    """Then it is here, after a restart too, and is not asked for again."""
    await has_map(home)
    assert await drawn(home) == PACK
    await reads(home)
    await home.restart()
    assert home.state().map.sha256 == digest(PACK)
    await sees(home, here(PACK))
    await reads(home)
    assert asked(home) == 1
    assert await drawn(home) == PACK


async def test_a_city_without_a_map_is_asked_for_none(home: Home) -> None:
    """The page is told so, and gets none."""
    await sees(home, NONE)
    await reads(home)
    assert asked(home) == 0
    with pytest.raises(MiltonShareError) as refusal:
        await home.panel.map_pack(home.owner.session)
    assert refusal.value.rule == "no_map"


async def test_a_new_map_takes_the_place_of_the_old_and_none_is_left_where_the_city_gives_none(home: Home) -> None:
    """The old one is drawn until the new one is here."""
    await has_map(home)
    home.hub.answers["/v1/map"] = [(503, "database_busy")] * 1_000
    home.hub.give_map(OTHER)
    await home.until(lambda: asked(home) > 3)
    assert (home.state().map, await drawn(home)) == (here(PACK), PACK)
    del home.hub.answers["/v1/map"]
    await sees(home, here(OTHER))
    assert await drawn(home) == OTHER
    home.hub.give_map(b"", named="")
    await sees(home, NONE)
    with closing(sqlite3.connect(database_path(home.hass))) as connection:
        assert connection.execute("SELECT count(*) FROM map_pack").fetchone() == (0,)


async def test_a_hub_that_shows_one_home_another_map_is_noticed(home: Home, caplog: pytest.LogCaptureFixture) -> None:
    """Only the root names a map: another one is neither read nor drawn; it is said on the page, and logged once."""
    home.hub.give_map(OTHER, named=digest(PACK))
    await sees(home, MapView(sha256=None, named=True, refused="map_differs"))
    await reads(home)
    said = [one for one in caplog.records if "map of the city" in one.getMessage()]
    assert [(one.levelno, one.args) for one in said] == [(logging.WARNING, ("map_differs",))]
    home.hub.map = PACK
    await sees(home, here(PACK))
    home.hub.map = OTHER
    await reads(home)
    assert (home.state().map, await drawn(home)) == (here(PACK), PACK)


@pytest.mark.parametrize(
    ("pack", "rule"),
    [
        (b" " * 2**21, "not_json"),
        (b"[" * 2**19, "too_deep"),
        (b"\xff" * 9, "not_utf8"),
        (b" " + PACK, "not_canonical"),
        (PACK.replace(b'"street"', b'"script"'), "unknown_choice"),
        (PACK.replace(b"Sorrel Run", b"Sorrel\\u0007Run"), "forbidden_character"),
        (town(agency_id="alpharetta-pd"), "agency_differs"),
        (b"", "not_json"),
    ],
)
async def test_a_map_that_is_none_is_refused_though_the_record_names_it(home: Home, pack: bytes, rule: str) -> None:
    """A root's keeper can err, and so can who made the file for them. All else goes on."""
    home.hub.give_map(pack)
    await sees(home, MapView(sha256=None, named=True, refused=rule))
    await home.receive()


async def test_a_map_longer_than_any_is_not_read_to_its_end(home: Home) -> None:
    """The line is given up, and the page says that it has not come."""
    home.hub.give_map(b" " * (2**21 + 1))
    await home.until(lambda: asked(home) > 1)
    assert home.state().map == MapView(sha256=None, named=True, refused=None)
    await home.receive()


async def test_a_map_that_does_not_come_keeps_nothing_else_waiting(home: Home) -> None:
    """The home is linked and says so while the hub says nothing of the map."""
    home.hub.map_pause = asyncio.Event()
    home.hub.give_map(PACK)
    await home.until(lambda: asked(home) == 1)
    await home.restart()
    await home.until(lambda: home.state().snapshot.link == "feed")
    assert home.state().map.sha256 is None
    home.hub.map_pause.set()
    await sees(home, here(PACK))


async def test_a_map_that_a_stolen_hub_names_is_not_asked_for(home: Home) -> None:
    """A record that another key signed names nothing."""
    await has_map(home)
    before, city = asked(home), home.hub.city
    home.hub.map, (record, root_key) = OTHER, (city.record, city.root_key)
    city.record = replace(record, map_sha256=digest(OTHER), serial=99)
    city.root_key = city.hub_key
    home.hub.put("city-record", city.city_record_envelope())
    city.record, city.root_key = record, root_key
    await reads(home)
    assert (asked(home), home.state().map) == (before, here(PACK))


async def test_a_name_of_a_street_that_looks_like_a_script_is_text(home: Home) -> None:
    """It is handed over as it is: the page draws text only (tests/browser/test_map.py)."""
    hostile = town(shape("street", (0, 0), (9, 9), name="</script><script>alert(1)</script>"))
    await has_map(home, hostile)
    assert await drawn(home) == hostile


async def test_what_a_disk_did_to_the_map_is_not_handed_over(home: Home) -> None:
    """It is fetched again by the feed's clock."""
    await has_map(home)

    def damage() -> None:
        with closing(sqlite3.connect(database_path(home.hass))) as connection, connection:
            connection.execute("UPDATE map_pack SET pack = ?", (OTHER,))

    await home.hass.async_add_executor_job(damage)
    with pytest.raises(MiltonShareError) as refusal:
        await drawn(home)
    assert refusal.value.rule == "no_map"
    await sees(home, here(PACK))
    assert await drawn(home) == PACK


async def test_a_map_that_can_not_be_kept_is_asked_for_again(home: Home) -> None:
    """The disk's trouble is told; the link to the hub is as it was."""
    database = database_path(home.hass)
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("CREATE TRIGGER full BEFORE INSERT ON map_pack BEGIN SELECT RAISE(ABORT, 'full'); END")
    home.hub.give_map(PACK)
    await home.until(lambda: home.coordinator.status().storage_trouble is not None)
    assert home.state().map.sha256 is None
    assert home.state().snapshot.link == "feed"
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("DROP TRIGGER full")
    await sees(home, here(PACK))
    await home.until(lambda: home.coordinator.status().storage_trouble is None)


@pytest.mark.usefixtures("recorded")
async def test_nothing_that_an_owner_does_asks_for_the_map(home: Home) -> None:
    """Law 1: whether a request matches, a camera is placed or the map is looked at."""
    await has_map(home)
    before = asked(home)
    await home.place_camera()
    await home.held()
    await drawn(home)
    await home.place_camera(heading_deg=10)
    await reads(home)
    assert asked(home) == before
