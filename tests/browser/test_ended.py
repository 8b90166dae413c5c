"""A share ends while it is open: taken back, for custodians only, of a case one left. The page hears it and forgets."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import aiohttp
import pytest

from tests.browser.accessibility import axe, page_faults
from tests.browser.homes import Answer, film, share
from tests.browser.officers import Wanted, come_in, publish, see
from tests.browser.test_passing import say
from tests.browser.test_shares import officers_key, open_share, until
from tests.browser.test_together import FAST, SLOW

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page

    from tests.browser.asking import FurtherDevice
    from tests.browser.conftest import City
    from tests.simulators.sealed_share import SealedShare

STOPPED = """document.querySelector("#clip").paused && !document.querySelector("#clip").hasAttribute("src")"""
AGAIN = """(url) => fetch(url).then((got) => got.arrayBuffer().then((bytes) => bytes.byteLength)).catch(() => 0)"""
SEEN = """(how) => {
  Object.defineProperty(document, "hidden", { configurable: true, get: () => how === "hidden" });
  document.dispatchEvent(new Event("visibilitychange"));
}"""
SECRETS = ("Front door", "41.8 s", "30 frames")  # of the manifest


def take_back(city: City, sealed: SealedShare) -> None:
    """Withdraw a share, as its home does."""

    async def send() -> int:
        url = f"{city.homes}/v1/withdrawals"
        async with aiohttp.ClientSession() as session, session.post(url, data=sealed.withdrawal()) as answer:
            return answer.status

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(asyncio.run, send()).result() == 200


@pytest.fixture(scope="module")
def custodian(city: City, chromium: Browser) -> Iterator[Page]:
    """Sign a custodian in."""
    profile = chromium.new_context()
    page = profile.new_page()
    come_in(page, city, "custodian")
    yield page
    profile.close()


def watched(page: Page, city: City, sealed: SealedShare) -> str:
    """Open a share and let it play; return where its plain bytes are."""
    open_share(page, city, sealed.share.share_id, officers_key(city))
    page.wait_for_selector("body[data-clip=verified][data-live=yes]")
    page.evaluate("document.querySelector('#clip').loop = true")
    page.click("#play")
    until(page, "document.querySelector('#clip').currentTime > 0.2")
    return str(page.evaluate("document.querySelector('#clip').src"))


def is_forgotten(page: Page, url: str) -> None:
    """Nothing of it is shown, said, given again or to be saved."""
    assert page.evaluate(f"() => {STOPPED}")
    assert page.is_hidden("#stage")
    shown = page.inner_text("main")
    assert [each for each in SECRETS if each in shown] == []
    assert page.is_disabled("#save-clip")
    assert page.is_disabled("#save-manifest")
    assert page.evaluate(AGAIN, url) == 0
    assert page_faults(page) == []


def test_a_share_that_its_owner_takes_back_stops_and_is_forgotten(
    city: City, officer: Page, answers: Callable[[Answer], SealedShare]
) -> None:
    """In the middle of playing, and the page says who did it and when."""
    sealed = answers(Answer(clip=film()))
    url = watched(officer, city, sealed)
    take_back(city, sealed)
    officer.wait_for_selector("body[data-clip=ended]")
    assert "Its owner took it back on" in officer.inner_text("#ended")
    is_forgotten(officer, url)
    officer.reload()
    assert "Withdrawn" in officer.inner_text("#share-state")


def test_a_page_that_nobody_sees_keeps_no_stream_and_catches_up_when_it_is_seen(
    city: City, officer: Page, answers: Callable[[Answer], SealedShare]
) -> None:
    """A browser opens a few connections to a hub: pages behind others leave them to the one that is watched."""
    sealed = answers(Answer(clip=film()))
    watched(officer, city, sealed)
    with officer.expect_event("requestfailed", lambda request: request.url.endswith("/events")):
        officer.evaluate(SEEN, "hidden")
    take_back(city, sealed)
    officer.evaluate(SEEN, "visible")
    officer.wait_for_selector("body[data-clip=ended]")


def test_a_share_that_somebody_flags_is_taken_from_who_is_no_custodian(
    city: City, officer: Page, custodian: Page, answers: Callable[[Answer], SealedShare]
) -> None:
    """A custodian who has it open goes on."""
    sealed = answers(Answer(clip=film()))
    url = watched(officer, city, sealed)
    open_share(custodian, city, sealed.share.share_id, city.folder / "offline" / "custodian.age")
    custodian.wait_for_selector("body[data-clip=verified]")
    desk = custodian.context.new_page()
    desk.goto(f"{city.officers}/shares/{sealed.share.share_id}/custody")
    with desk.expect_navigation():
        desk.click("[data-test=flag] button:enabled")
    officer.wait_for_selector("body[data-clip=ended]")
    assert "for custodians only" in officer.inner_text("#ended")
    is_forgotten(officer, url)
    desk.close()
    assert custodian.get_attribute("body", "data-clip") == "verified"
    assert custodian.is_visible("#stage")


def test_what_its_owner_flagged_before_it_was_sent_is_told_to_the_officer_and_opened_by_a_custodian(
    city: City, officer: Page, custodian: Page, home: str
) -> None:
    """The officer reads at once that it came, by whose word it is not theirs, and whom to ask, and no more."""
    request_id = publish(officer, city, Wanted())
    sealed = share(city, home, request_id, Answer(clip=film(), flagged=True))
    officer.wait_for_selector("[data-test=set-aside-share]")
    told = officer.inner_text("[data-test=set-aside]")
    assert f"Share {sealed.share.share_id[:8]} arrived" in told
    assert "Flagged by the owner: a child or something intimate may be seen." in told
    assert "badge 1518" in told
    assert officer.locator("[data-test=share]").count() == 0
    assert officer.is_hidden("#no-shares")
    assert page_faults(officer) == []
    officer.click("#case-link")
    officer.wait_for_selector("[data-test=set-aside-share]")
    open_share(custodian, city, sealed.share.share_id, city.folder / "offline" / "custodian.age")
    custodian.wait_for_selector("body[data-clip=verified][data-asked=proven]")
    assert "Flagged by the owner" in custodian.inner_text("#provenance")
    keys = sealed.share.parts[0].header.count(b"\n-> ")
    assert f"Sealed to {keys} keys" in custodian.inner_text("#provenance")  # the officer's is not among them
    assert "Sealed to its custodians alone" in custodian.inner_text("#provenance")
    assert "Flagged by the owner" in custodian.inner_text("[data-test=flagged-by]")


def test_who_leaves_a_case_watches_nothing_of_it_any_more(
    city: City, officer: Page, home_shares: Callable[[Answer], SealedShare]
) -> None:
    """They left it on another page of theirs; the stream ends, and the page asks why at once."""
    sealed = home_shares(Answer(clip=film()))
    url = watched(officer, city, sealed)
    case = officer.context.new_page()
    case.goto(f"{city.officers}/requests/{sealed.share.request_id}")
    case.click("#case-link")
    case.click("#members button:has-text('Leave')")
    case.wait_for_url("**/cases")
    case.close()
    officer.wait_for_selector("body[data-clip=ended]")
    assert "You don\u2019t see this share any more" in officer.inner_text("#ended")
    is_forgotten(officer, url)


def test_a_share_that_is_accepted_though_its_homes_key_is_revoked_says_so_at_once(
    city: City, officer: Page, custodian: Page, answers: Callable[[Answer], SealedShare]
) -> None:
    """It can be watched on; state and receipts move by themselves."""
    sealed = answers(Answer(clip=film()))
    watched(officer, city, sealed)
    say(city, sealed.consent())
    custodian.goto(f"{city.officers}/shares/{sealed.share.share_id}")
    custodian.check("#key-revoked")
    custodian.fill("#accept-reason", "The key was lost a week after.")
    with custodian.expect_navigation():
        custodian.click("#accept")
    officer.wait_for_selector("#key-was-revoked:visible")
    assert "The key was lost a week after." in officer.inner_text("#key-was-revoked")
    assert officer.inner_text("#share-state") == "In case"
    assert "Accepted" in officer.inner_text("#receipts")
    assert officer.get_attribute("body", "data-clip") == "verified"
    assert page_faults(officer) == []


def test_of_several_clips_only_the_one_that_is_taken_back_goes(
    city: City, officer: Page, elsewhere: FurtherDevice, home: str
) -> None:
    """Its picture, its camera's name and its place; the others play on."""
    request_id = elsewhere.publish(Wanted())
    see(officer, city, request_id)
    kept, gone = share(city, home, request_id, SLOW), share(city, home, request_id, FAST)
    officer.click("#case-link")
    officer.click("#together")
    for sealed in (kept, gone):
        officer.check(f"#offered input[value='{sealed.share.share_id}']")
    officer.set_input_files("#identity-file", officers_key(city))
    officer.click("#open")
    officer.wait_for_selector("body[data-together=ready][data-live=yes]")
    officer.wait_for_selector(".panel[data-clip=verified] >> nth=1")
    take_back(city, gone)
    panel = officer.locator(f"[data-share='{gone.share.share_id}']")
    panel.locator("[role=alert]").wait_for()
    assert "Its owner took it back on" in panel.inner_text()
    assert panel.locator("video").count() == 0
    assert "Front door" not in officer.inner_text("main")
    assert officer.locator(".map-camera").count() == 0
    officer.keyboard.press(".")
    other = officer.locator(f"[data-share='{kept.share.share_id}']")
    other.locator("figcaption:has-text('Frame 1 ')").wait_for()
    assert other.get_attribute("data-clip") == "verified"
    officer.evaluate("scrollTo(0, 1e6)")  # the buttons in their place: they stay in sight over what is scrolled
    assert axe(officer) == []
