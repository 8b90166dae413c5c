"""A custodian lets another officer open a share, and passes it on to somebody outside, who sees it behind a link."""

from __future__ import annotations

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import aiohttp
import pytest

from milton_protocol.messages.shares.passed_on import PassedOnTo
from milton_protocol.sealing.age import Identity
from tests.browser.accessibility import page_faults
from tests.browser.homes import Answer, enrol, hevc_film, paced_film, share
from tests.browser.officers import Wanted, come_in, see
from tests.simulators.joining import proposal_of, with_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext, Page

    from tests.browser.asking import FurtherDevice
    from tests.browser.conftest import City
    from tests.simulators.sealed_share import SealedShare


SHOWN_MS = tuple(range(0, 2000, 100))
HEVC = Answer(clip=hevc_film(SHOWN_MS), preview=paced_film(SHOWN_MS))  # both go to whom a custodian lets in


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A custodian at their desk, on the page of a share that was accepted; the officer has its request open."""

    officer: Page
    custodian: Page
    sealed: SealedShare
    address: str


def joins(city: City, person_id: str) -> str:
    """Let an officer join who has an opening key; return its file's text."""
    identity = Identity.generate()
    path = proposal_of(city.folder, person_id, "officer", badge="1604")
    with_key(path, person_id, "officer", identity.recipient)
    city.run("directory", "sign", str(city.folder), "--yes", "--proposal", str(path))
    return identity.secret_text()


def say(city: City, envelope: bytes) -> None:
    """Send an owner's word, as their home does."""

    async def send() -> int:
        url = f"{city.homes}/v1/consents"
        async with aiohttp.ClientSession() as session, session.post(url, data=envelope) as answer:
            return answer.status

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(asyncio.run, send()).result() == 200


def press(page: Page, form: str) -> None:
    """Press a form's button, once its script listens, and wait for the page that follows."""
    button = page.locator(f"[data-test={form}] button:enabled")
    button.wait_for()
    with page.expect_navigation():
        button.click()


@pytest.fixture(scope="module")
def desk(city: City, officer_profile: BrowserContext, elsewhere: FurtherDevice, chromium: Browser) -> Iterator[Desk]:
    """Let a home share a clip, and a custodian, who signs in, accept it before its day is over."""
    officer = officer_profile.new_page()
    request_id = elsewhere.publish(Wanted())
    see(officer, city, request_id)
    sealed = share(city, enrol(city), request_id, HEVC)
    say(city, sealed.consent())
    profile = chromium.new_context()
    custodian = profile.new_page()
    come_in(custodian, city, "custodian")
    address = f"{city.officers}/shares/{sealed.share.share_id}"
    custodian.goto(address)
    custodian.check("#key-revoked")
    custodian.fill("#accept-reason", "The key was lost a week after.")
    with custodian.expect_navigation():
        custodian.click("#accept")
    custodian.goto(f"{address}/custody")
    assert "a week after" in custodian.inner_text("main")
    yield Desk(officer=officer, custodian=custodian, sealed=sealed, address=address)
    officer.close()
    profile.close()


def test_a_custodian_lets_a_successor_open_a_share(city: City, chromium: Browser, desk: Desk) -> None:
    """New headers, made in the custodian's browser; the successor's own key opens what they give.

    A key that does not open the share is said not to, and another one asked for: here the recovery key, the only one
    where no custodian of today opens it.
    """
    officer, page, secret = desk.officer, desk.custodian, joins(city, "successor")
    officer.click("#case-link")
    officer.fill("#member", "1604")
    officer.click("#add-member")
    officer.wait_for_selector("#members:has-text('1604')")
    page.reload()
    page.locator("#rewrap button:enabled").click()
    page.wait_for_selector("#problem:has-text('Choose the file')")
    page.set_input_files("#identity-file", {"name": "key.txt", "mimeType": "text/plain", "buffer": secret.encode()})
    page.locator("#rewrap button:enabled").click()
    page.wait_for_selector("#problem:has-text('does not open this share')")
    assert page.is_visible("#identity-file")
    page.set_input_files("#identity-file", city.folder / "offline" / "recovery.age")
    theirs = page.locator("#rewrap-to option", has_text="1604").get_attribute("value")
    page.select_option("#rewrap-to", theirs)  # others of the city may have a new key, too
    press(page, "rewrap")
    assert "let in by a custodian" in page.inner_text("[data-test=readers]")
    assert page_faults(page) == []
    page.goto(f"{city.officers}/leavers")
    assert page.locator("#empty, #leavers").count() == 1
    assert page_faults(page) == []
    profile = chromium.new_context()
    successor = profile.new_page()
    come_in(successor, city, "successor")
    successor.goto(desk.address)
    successor.click("summary")
    successor.fill("#identity-text", secret)
    successor.click("#open")
    successor.wait_for_selector("body[data-clip=verified][data-transcode=shown]")
    profile.close()


def link_of(page: Page, city: City, sealed: SealedShare) -> str:
    """Ask the owner, who agrees, and make the link."""
    page.fill("#to-name", "Ruth Ellery")
    page.fill("#to-organisation", "Fulton County District Attorney")
    page.fill("#to-until", f"{datetime.now(UTC) + timedelta(days=20):%Y-%m-%d}")
    press(page, "ask-owner")
    assert "no answer yet" in page.inner_text("[data-test=passing]")
    path = f"{city.officers}/api/shares/{sealed.share.share_id}/passing"
    (asked,) = page.request.get(path).json()["passing"]
    until = datetime.fromisoformat(asked["until"])
    say(city, sealed.consent(PassedOnTo(name=asked["name"], organisation=asked["organisation"], until=until)))
    page.reload()
    page.set_input_files("#identity-file", city.folder / "offline" / "custodian.age")
    page.locator("[data-test=make-link] button:enabled").click()
    page.wait_for_selector("#made:visible")
    return page.input_value("#made-link")


def in_both_languages(seen: Page) -> None:
    """See that what is pressed, and the day on which it ends, can be read in Spanish too."""
    buttons = seen.locator("#about summary")
    assert buttons.count() == seen.locator("#about summary span[lang=es]:text-is('Detalles')").count() > 0
    buttons.first.click()
    assert seen.locator("#about details[open] .btn").first.inner_text() == "Copy \u00b7 Copiar"
    assert re.search(r", 20\d\d, .* UTC\)", seen.inner_text("#until"))
    assert re.fullmatch(r"(lun|mar|mi\u00e9|jue|vie|s\u00e1b|dom), .*20\d\d.*", seen.inner_text("#until [lang=es]"))


def test_whom_the_owner_agrees_to_sees_the_clip_behind_a_link(city: City, chromium: Browser, desk: Desk) -> None:
    """Its key is in its fragment alone; ended, it shows and opens nothing; the page says so of anything else too."""
    page = desk.custodian
    page.goto(f"{desk.address}/custody")
    link = link_of(page, city, desk.sealed)
    assert link.startswith(f"{city.homes}/passed/#")
    faults = page_faults(page)
    outside = chromium.new_context()
    sent: list[str] = []
    seen = outside.new_page()
    seen.on("request", lambda request: sent.append(f"{request.url} {request.post_data or ''} {request.headers}"))
    seen.goto(link)
    said = seen.inner_text("#before")
    assert "The link ends on the day until which the owner agreed" in said
    assert "El enlace termina el día hasta el que el propietario lo aceptó" in said
    faults += page_faults(seen)
    seen.click("#open")
    seen.wait_for_selector("body[data-clip=verified]")
    assert "Ruth Ellery" in seen.inner_text("#stage")
    assert seen.inner_text("#check-state") == "Verified · Comprobado"
    lines = seen.locator("#about li")
    assert lines.count() == seen.locator("#about li span[lang=es]:not(summary span)").count() > 0
    in_both_languages(seen)
    assert seen.evaluate("document.querySelector('#clip').videoWidth") > 0
    assert seen.inner_text("#transcode").startswith(
        "The browser can\u2019t play HEVC. You see the home\u2019s transcode"
    )
    assert "nodownload" in (seen.get_attribute("#clip", "controlslist") or "")
    faults += page_faults(seen)
    assert "AGE-SECRET-KEY" not in "".join(sent)
    assert [each for each in sent if "'referer': 'h" in each] == []
    page.reload()
    assert "seen 1 time" in page.inner_text("[data-test=passing]")
    press(page, "end-link")
    seen.wait_for_selector("#ended:visible", timeout=15_000)  # by itself
    assert "El enlace terminó, así que el vídeo ya no se muestra." in seen.inner_text("#ended")
    assert seen.url == f"{city.homes}/passed/"
    assert "Ruth Ellery" not in seen.content()
    assert "Front door" not in seen.content()
    assert seen.locator("#clip").get_attribute("src") is None
    assert not seen.is_visible("#stage")
    faults += page_faults(seen)
    for address in (link, f"{city.homes}/passed/#{'0' * 32}"):
        seen.goto(address)
        if address == link:
            seen.click("#open")
        seen.wait_for_selector("#problem:has-text('opens nothing')")
    assert seen.is_disabled("#open")
    outside.close()
    assert faults == []
