"""A resident without Home Assistant answers a request from a phone: proven, looked at, sealed, sent, taken back."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import PHONE, page_faults
from tests.browser.homes import FRAMES, film
from tests.browser.officers import Wanted
from tests.browser.test_shares import officers_key, open_share
from tests.simulators.bad_network import UPLOADS, cutting

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, Page

    from tests.browser.asking import FurtherDevice
    from tests.browser.conftest import City

ZONE = "America/New_York"
RECEIPT_KEY = re.compile(r"^MR(-[0-9A-HJKMNP-TV-Z]{5}){5}-[0-9A-HJKMNP-TV-Z]$")
SENT_WITHIN_MS = 30_000
SAID = {
    "en": {
        "received": "Received, whole",
        "withdrawn": "Taken back by you",
        "no": "Nothing was sent.",
        "watch": "Play the clip to its end first.",
    },
    "es": {
        "received": "Recibida, entera",
        "withdrawn": "Retirada por usted",
        "no": "No se envió nada.",
        "watch": "Primero reproduzca la grabación hasta el final.",
    },
}


class Answering:
    """A phone at the answering page, and what was wrong with it."""

    def __init__(self, context: BrowserContext, city: City, language: str) -> None:
        """Open a tab that may call the residents' house and the hub, and nobody else."""
        self.said, self.city, self.page = SAID[language], city, context.new_page()
        self.wrong: list[str] = []
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("console", lambda each: self.wrong.append(each.text) if "Security Policy" in each.text else None)
        self.page.on("request", lambda request: self._note(request.url))

    def _note(self, url: str) -> None:
        if not url.startswith((self.city.residents, f"{self.city.homes}/v1/", "data:", "blob:")):
            self.wrong.append(f"asked elsewhere: {url}")

    def tap(self, name: str) -> None:
        """Tap what has this name for tests."""
        self.page.tap(f"[data-test={name}]")

    def look(self, name: str) -> None:
        """Note what is wrong with the page as it stands; it ends up on the phone again."""
        self.wrong += [f"{name}: {fault}" for fault in page_faults(self.page)]
        self.page.set_viewport_size(PHONE)

    def begin(self, fragment: str = "") -> None:
        """Open the page, and wait until it has judged what is asked."""
        self.page.goto("about:blank")
        self.page.goto(f"{self.city.residents}/requests{fragment}")
        expect(self.page.locator("#view > *").first).to_be_visible()

    def open(self, case_number: str) -> None:
        """Open the request of this case."""
        self.page.locator("[data-test=request]", has_text=case_number).locator("[data-test=answer]").tap()

    def choose(self, clip: Path, *, begins: datetime) -> None:
        """Choose a clip, and say what it is."""
        at = begins.astimezone(ZoneInfo(ZONE))
        self.page.set_input_files("#file", clip)
        self.page.fill("#label", "Porch")
        self.page.fill("#day", f"{at:%Y-%m-%d}")
        self.page.fill("#time", f"{at:%H:%M:%S}")
        expect(self.page.locator("[data-test=clip]")).to_be_visible()

    def watch(self) -> None:
        """Play the clip to its end."""
        self.page.evaluate("() => document.querySelector('video').play()")
        self.page.wait_for_function("() => document.querySelector('video').ended")


@pytest.fixture(params=["en", "es"])
def phone(request: pytest.FixtureRequest, chromium: Browser, city: City) -> Iterator[Answering]:
    """Return a phone in this language that nobody has used."""
    context = chromium.new_context(
        viewport=PHONE, locale=request.param, timezone_id=ZONE, has_touch=True, is_mobile=True
    )
    opened = Answering(context, city, request.param)
    yield opened
    context.close()
    assert opened.wrong == []


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Save what a recorder gave."""
    path = tmp_path / "IMG_2210.mp4"
    path.write_bytes(film())
    return path


def within(wanted: Wanted) -> datetime:
    """Return a time that a request asks for."""
    return datetime.now(UTC).replace(second=0, microsecond=0) - wanted.ends_ago - timedelta(minutes=10)


def test_a_resident_answers_from_a_phone_and_takes_it_back(
    phone: Answering, elsewhere: FurtherDevice, officer: Page, clip: Path
) -> None:
    """The whole way, with the line cut twice, until the officer has it open; the receipt works on another device."""
    wanted, page = Wanted(), phone.page
    elsewhere.publish(wanted)
    phone.begin()
    phone.look("requests")
    phone.open(wanted.case_number)
    phone.choose(clip, begins=within(wanted))
    phone.look("answer")
    phone.tap("share")
    expect(page.locator("[data-test=problem]")).to_contain_text(phone.said["watch"])
    phone.watch()
    cut: list[str] = []
    page.route(UPLOADS, cutting(cut))
    phone.tap("share")
    expect(page.locator("[data-test=events]")).to_contain_text(phone.said["received"], timeout=SENT_WITHIN_MS)
    assert len(cut) == 2
    phone.look("receipt")
    key = page.inner_text("[data-test=key]")
    assert RECEIPT_KEY.match(key)
    share_id = page.locator("dd", has_text=re.compile("^[0-9a-f]{32}$")).inner_text()

    open_share(officer, phone.city, share_id, officers_key(phone.city))
    officer.wait_for_selector("body[data-clip=verified]")
    assert officer.inner_text("#camera-label") == "Porch"
    assert f"{FRAMES} frames" in officer.inner_text("#provenance")

    page.evaluate("() => localStorage.clear()")  # as another device
    phone.begin(f"#{key}")
    expect(page.locator("[data-test=events]")).to_contain_text(phone.said["received"])
    phone.tap("withdraw")
    phone.tap("withdraw-yes")
    expect(page.locator("[data-test=events]")).to_contain_text(phone.said["withdrawn"])


def door_code(officer: Page, city: City, request_id: str) -> str:
    """Read a request's code off its door sheet."""
    officer.goto(f"{city.officers}/requests/{request_id}")
    officer.click("#case-link")
    officer.click("#look-up")
    officer.click("#door-sheets a")
    return officer.inner_text("#door-code")


def test_not_this_time_sends_nothing(phone: Answering, elsewhere: FurtherDevice, officer: Page, clip: Path) -> None:
    """Also of a request by door code, which its code alone shows; nothing but reading went out."""
    wanted, page = Wanted(by_code=True), phone.page
    code = door_code(officer, phone.city, elsewhere.publish(wanted))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.method) if "/v1/" in request.url else None)
    phone.begin()
    expect(page.locator("[data-test=request]", has_text=wanted.case_number)).to_have_count(0)
    page.fill("#code", "MD-0000-0000-0000-0000")
    phone.tap("open-code")
    expect(page.locator("[data-test=problem]")).not_to_be_empty()
    page.fill("#code", code.lower())
    phone.tap("open-code")
    expect(page.locator("main")).to_contain_text(wanted.case_number)
    phone.choose(clip, begins=within(wanted))
    phone.tap("no")
    expect(page.locator("[data-test=status]")).to_contain_text(phone.said["no"])
    assert set(asked) <= {"GET"}
    phone.begin(f"#{code}")
    expect(page.locator("main")).to_contain_text(wanted.case_number)
