"""A resident's phone: join by a letter's code, put cameras on the map, change one's mind, erase oneself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from hub.community.words import LANGUAGES
from tests.browser.accessibility import PHONE, page_faults
from tests.browser.test_registry import unanswered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext, Locator

    from tests.browser.conftest import City

SHOWN_KEY = re.compile(r"^MK(-[0-9A-HJKMNP-TV-Z]{5}){5}-[0-9A-HJKMNP-TV-Z]$")
STREET = "Sorrel Run"
MAP_WITHIN_MS = 30_000
HANDED_LAT = "341320000"
HANDED = f"#place={HANDED_LAT},-843000000,90,110"


class OnPhone:
    """A phone at the residents' pages, and what was wrong with them; ``w`` are the words of its language."""

    def __init__(self, context: BrowserContext, city: City, language: str) -> None:
        """Open a tab whose calls are noted."""
        self.language, self.w, self.city, self.page = language, LANGUAGES[language], city, context.new_page()
        self.wrong: list[str] = []
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("request", lambda request: self._note(request.url))

    def _note(self, url: str) -> None:
        if not url.startswith((self.city.residents, "data:", "blob:")):
            self.wrong.append(f"asked elsewhere: {url}")

    def tap(self, name: str) -> None:
        """Tap what has this name for tests."""
        self.page.tap(f"[data-test={name}]")

    def act(self, camera: Locator, name: str) -> None:
        """Tap a button of a camera's that loads the list again."""
        with self.page.expect_event("load"):
            camera.locator(f"[data-test={name}]").tap()

    def look(self, name: str, *, answers: bool = True) -> None:
        """Note what is wrong with the page as it stands, and what it leaves unanswered; it ends up on the phone."""
        self.wrong += [f"{name}: {fault}" for fault in page_faults(self.page)]
        self.page.set_viewport_size(PHONE)
        missing = unanswered(self.page, f"{name} ({self.language})") if answers else []
        self.wrong += [f"{name} doesn't say: {words}" for words in missing]

    def join(self) -> str:
        """Join with a new letter's code; return the key that is shown."""
        self.page.goto(f"{self.city.residents}/join")
        return self.join_here()

    def join_here(self) -> str:
        """Join on the page that is open."""
        (code,) = self.city.run("community", "letters", str(self.city.folder), "--count", "1").split()
        self.look("join")
        self.page.fill("[data-test=code]", code.lower())
        self.tap("join")
        expect(self.page.get_by_role("heading", name=self.w["join"]["keep_title"])).to_be_focused()
        self.look("keep your key")
        key = self.page.inner_text("[data-test=key]")
        self.tap("next")
        return key

    def place_camera(self, kind: str, *, street: str = "") -> list[str]:
        """Put one camera on the map; return what the page said would be sent."""
        self.tap("add")
        if street:
            self.page.fill("[data-test=street]", street)
            self.page.press("[data-test=street]", "Tab")
        else:
            place = self.page.locator("[data-test=map]")
            expect(self.page.locator(".map-ground path").first).to_be_attached(timeout=MAP_WITHIN_MS)
            place.tap(position={"x": 120, "y": 90})
        self.tap(kind)
        self.look(f"place: {kind.removeprefix('kind-')}")
        said = self.page.locator("[data-test=sent] li").all_inner_texts()
        self.tap("save")
        expect(self.page.get_by_role("heading", level=1)).to_have_text(self.w["cameras"]["title"])
        return said


@pytest.fixture(params=["en", "es"])
def phone(request: pytest.FixtureRequest, chromium: Browser, city: City) -> Iterator[OnPhone]:
    """Return a phone in this language that nobody has used."""
    context = chromium.new_context(viewport=PHONE, locale=request.param, has_touch=True, is_mobile=True)
    opened = OnPhone(context, city, request.param)
    yield opened
    context.close()
    assert opened.wrong == []


def test_a_resident_joins_places_three_cameras_changes_them_and_is_erased(phone: OnPhone) -> None:
    """Each camera as exactly as its owner chooses; the page says what police see before it is sent."""
    w, page = phone.w, phone.page
    page.goto(phone.city.residents)
    phone.look("welcome")
    key = phone.join()
    assert SHOWN_KEY.match(key)
    assert phone.place_camera("area")[0] == w["script"]["sent_area"]
    assert STREET in phone.place_camera("kind-street", street=STREET)[0]
    assert phone.place_camera("exact")[0].startswith(w["script"]["sent_exact"].split("{")[0])
    cameras = page.locator("[data-test=camera]")
    expect(cameras).to_have_count(3)
    expect(cameras.nth(0)).to_contain_text(w["cameras"]["area"])
    expect(cameras.nth(1)).to_contain_text(STREET)
    expect(cameras.nth(2)).to_contain_text("90°")

    phone.act(cameras.nth(0), "pause")
    expect(cameras.nth(0)).to_contain_text(w["cameras"]["sees_paused"])
    phone.act(cameras.nth(0), "resume")
    expect(cameras.nth(0)).to_contain_text(w["cameras"]["area"])
    phone.act(cameras.nth(1), "confirm")
    cameras.nth(1).locator("[data-test=erase-camera]").tap()
    phone.act(cameras.nth(1), "erase")
    expect(cameras).to_have_count(2)
    cameras.nth(1).locator("[data-test=change]").tap()
    expect(page.locator("[data-test=exact]")).to_be_checked()
    phone.tap("area")
    phone.tap("save")
    expect(cameras.nth(1)).to_contain_text(w["cameras"]["area"])
    phone.look("my cameras")

    phone.tap("sign-out")
    page.get_by_role("main").get_by_role("link", name=w["welcome"]["sign_in"]).tap()
    phone.look("sign in", answers=False)
    page.fill("[data-test=key]", key)
    phone.tap("sign-in")
    expect(cameras).to_have_count(2)
    phone.tap("erase-me")
    phone.look("erase me")
    phone.tap("erase")
    with page.expect_download() as saved:
        phone.tap("save")
    assert saved.value.suggested_filename == "milton-erasure.json"
    phone.look("erased")
    page.goto(f"{phone.city.residents}/sign-in")
    page.fill("[data-test=key]", key)
    phone.tap("sign-in")
    expect(page.get_by_role("alert")).to_have_text(w["script"]["refusals"]["key_unknown"])
    assert page.evaluate("localStorage.length") == 0


def test_a_wrong_code_is_refused_in_the_readers_words_and_can_be_corrected(phone: OnPhone) -> None:
    """Nothing typed is lost."""
    phone.page.goto(f"{phone.city.residents}/join#MS-7Q4K-M2VD-9TXA")
    expect(phone.page.locator("[data-test=code]")).to_have_value("MS-7Q4K-M2VD-9TXA")
    phone.tap("join")
    expect(phone.page.get_by_role("alert")).to_have_text(phone.w["script"]["refusals"]["code_unknown"])
    phone.look("a wrong code", answers=False)
    assert phone.page.input_value("[data-test=code]") == "MS-7Q4K-M2VD-9TXA"
    phone.join()
    expect(phone.page.get_by_text(phone.w["cameras"]["none"])).to_be_visible()


def test_a_place_that_a_home_hands_over_fills_the_form_and_stays_in_the_browser(phone: OnPhone) -> None:
    """It gets through signing in and joining behind the address's #; what is sent its owner chooses."""
    page = phone.page
    sent: list[str] = []
    page.on("request", lambda request: sent.append(f"{request.url} {request.post_data or ''}"))
    page.goto(f"{phone.city.residents}/cameras/new{HANDED}")
    page.get_by_role("link", name=phone.w["sign_in"]["no_key_link"]).tap()
    phone.join_here()
    expect(page.locator("[data-test=heading]")).to_have_value("90")
    expect(page.locator("[data-test=field-of-view]")).to_have_value("110")
    assert "#" not in page.url
    assert page.locator("[data-test=sent] li").first.inner_text() == phone.w["script"]["sent_area"]
    phone.tap("save")
    expect(page.locator("[data-test=camera]")).to_have_count(1)
    assert not [each for each in sent if "place=" in each.partition("#")[0] or HANDED_LAT in each.partition("#")[0]]
