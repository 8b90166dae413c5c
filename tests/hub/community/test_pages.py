"""Residents' pages as they are sent: in the reader's language, small, and of the house's own files alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from hub.community.guard import COOKIE
from hub.community.words import LANGUAGES
from milton_protocol.messages.homes.camera_entry import EntryState, StreetPlace
from tests.simulators.registered import AT_POINT, IN_CELL, ON_STREET, Camera

if TYPE_CHECKING:
    from tests.simulators.community import CommunityBench

FIRST_PAGE_MAX_BYTES = 100_000
BROWSER = {"Accept": "text/html"}
LOADED = re.compile(r'(?:src|href)="(/static/[^"]+)"')


async def read(bench: CommunityBench, path: str, **headers: str) -> tuple[int, str]:
    """Ask for a page as a browser does; return status and text."""
    async with bench.session.get(bench.url + path, headers=BROWSER | headers) as answer:
        return answer.status, await answer.text()


def names(words: object, before: str = "") -> set[str]:
    """Return the names of all words, and how many stand in each list."""
    if isinstance(words, dict):
        return {name for key, inner in words.items() for name in names(inner, f"{before}.{key}")}
    return {f"{before} {len(words)}" if isinstance(words, list) else before}


def test_both_languages_have_the_same_words_and_the_same_blanks() -> None:
    """Else a page of the one would fail that works in the other."""
    english, spanish = LANGUAGES.values()
    assert names(english) == names(spanish)

    def blanks(words: object) -> object:
        if isinstance(words, dict):
            return {key: blanks(inner) for key, inner in words.items()}
        return sorted(re.findall(r"\{\w+\}", str(words)))

    assert {**blanks(english), "site": ""} == {**blanks(spanish), "site": ""}  # type: ignore[dict-item]


async def test_a_page_is_in_the_language_that_was_chosen_or_the_browsers(bench: CommunityBench) -> None:
    """A choice is remembered in a cookie that says nothing else; an unknown one is English."""
    for path, headers, title in (
        ("/", {}, "Put your camera on the map"),
        ("/", {"Accept-Language": "fr, es-MX;q=0.8"}, "Ponga su cámara en el mapa"),
        ("/", {"Accept-Language": "es", "Cookie": "milton_language=en"}, "Put your camera on the map"),
        ("/?lang=es", {"Cookie": "milton_language=en"}, "Ponga su cámara en el mapa"),
        ("/?lang=tlh", {}, "Put your camera on the map"),
    ):
        assert f"<h1>{title}" in (await read(bench, path, **headers))[1]
    async with bench.session.get(f"{bench.url}/?lang=es", headers=BROWSER) as answer:
        assert answer.cookies["milton_language"].value == "es"
    async with bench.session.get(f"{bench.url}/", headers=BROWSER) as answer:
        assert answer.cookies == {}


@pytest.mark.parametrize("language", ["en", "es"])
async def test_the_first_page_is_small_and_loads_nothing_from_outside(bench: CommunityBench, language: str) -> None:
    """With all that it loads; it has no script, so nobody needs one to read it."""
    _, text = await read(bench, f"/?lang={language}")
    size = len(text.encode())
    for path in LOADED.findall(text):
        size += len((await read(bench, path))[1])
    assert size < FIRST_PAGE_MAX_BYTES
    assert "<script" not in text
    assert "http://" not in text
    assert "https://" not in text
    async with bench.session.get(f"{bench.url}/join", headers=BROWSER) as answer:
        policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'")
    assert "trusted-types 'none'" in policy


async def test_what_is_no_page_is_said_in_words_and_a_fault_too(bench: CommunityBench) -> None:
    """To a person as a page, to a script as JSON; who isn't signed in is led to where they can be."""
    resident = await bench.resident()
    cookie = f"{COOKIE}={resident.token}"
    status, text = await read(bench, "/nowhere?lang=es", Cookie=cookie)
    assert (status, "Esa página no existe." in text) == (404, True)
    assert (await resident.ask("GET", "/nowhere"))[1]["error"] == "not_found"
    assert "<h1>Sign in</h1>" in (await read(bench, "/cameras"))[1]


async def test_ones_cameras_are_listed_in_words_without_javascript(bench: CommunityBench) -> None:
    """As an area, a street, an exact pin, and paused; erased ones aren't, and nobody else's."""
    resident, other = await bench.resident(), await bench.resident()
    cookie = f"{COOKIE}={resident.token}"
    assert "None of your cameras is on the map yet." in (await read(bench, "/cameras", Cookie=cookie))[1]
    cameras = [Camera(number=n + 1, place=each) for n, each in enumerate((IN_CELL, ON_STREET, AT_POINT, IN_CELL))]
    for camera in cameras:
        await camera.put(resident)
    await Camera(place=StreetPlace(street="Somebody Else Lane")).put(other)
    cameras[0].revision, cameras[3].revision = 2, 2
    await cameras[0].put(resident, EntryState.PAUSED)
    await cameras[3].put(resident, EntryState.ERASED)
    _, english = await read(bench, "/cameras", Cookie=cookie)
    _, spanish = await read(bench, "/cameras?lang=es", Cookie=cookie)
    assert [f">{number}<" in english.replace("Camera ", "") for number in (1, 2, 3, 4)] == [True, True, True, False]
    for said in ("Nothing while it is paused", "A home on Sorrel Run", "34.140000, -84.300000, facing east, 110° wide"):
        assert said in english
    assert "hacia el este" in spanish
    assert "Somebody Else Lane" not in english
    assert "14 days of recordings" in english


async def test_the_form_of_a_camera_is_shown_to_its_owner_alone(bench: CommunityBench) -> None:
    """Another's, an erased one, and none are one answer: there is no such page."""
    resident, other, camera = await bench.resident(), await bench.resident(), Camera()
    await camera.put(resident)
    mine, theirs = (f"{COOKIE}={each.token}" for each in (resident, other))
    change = f"/cameras/new?change={camera.id}"
    status, form = await read(bench, change, Cookie=mine)
    assert (status, "<h1>Change camera 1</h1>" in form) == (200, True)
    assert f"?lang=es&amp;change={camera.id}" in form
    assert (await read(bench, "/cameras/new", Cookie=theirs))[0] == 200
    unknown = [(await read(bench, each, Cookie=theirs)) for each in (change, "/cameras/new?change=%3Cb%3E")]
    camera.revision = 2
    await camera.put(resident, EntryState.ERASED)
    unknown.append(await read(bench, change, Cookie=mine))
    assert {(status, "There is no such page." in text) for status, text in unknown} == {(404, True)}


async def test_erasing_says_first_what_it_does(bench: CommunityBench) -> None:
    """To who is signed in; what stays is said as well."""
    resident = await bench.resident()
    _, text = await read(bench, "/erase", Cookie=f"{COOKIE}={resident.token}")
    assert "the police audit trail of look-ups, which never holds your name or account" in text
    assert "<h1>Sign in</h1>" in (await read(bench, "/erase"))[1]


async def test_the_citys_map_is_the_one_that_every_home_draws(bench: CommunityBench) -> None:
    """As the city record names it."""
    status, pack = await bench.ask("GET", "/api/map")
    assert (status, pack["type"]) == (200, "milton/map")
