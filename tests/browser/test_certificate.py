"""A hub that asks each device for its certificate, and a real Chromium with one, without one, and with others."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Error

from tests.browser.accessibility import page_faults
from tests.browser.closed import Machine, browser_of, enrolled
from tests.browser.test_sign_in import with_virtual_authenticator
from tests.simulators.certificates import self_signed

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from tests.browser.conftest import City

DETAILS = ("revoked", "put out", "unknown", "certificate_", "MPD-LT")  # nothing of these on a page outside


@pytest.fixture(scope="module")
def chromium(whole_chromium: Browser) -> Browser:
    """Return the whole of it: which certificate is shown is asked of its windows."""
    return whole_chromium


def put_out(city: City, name: str) -> None:
    """Revoke a device by its label."""
    lines = city.run("device", "list", str(city.folder)).splitlines()
    (line,) = (each for each in lines if f"  {name} (" in each)
    city.run("device", "revoke", str(city.folder), line.split()[0])


def come_in(page: Page, city: City, person_id: str, device: str) -> None:
    """Register a passkey at this device; the signer, whose name only browsers know here, is left out."""
    with_virtual_authenticator(page.context, page)
    page.route(f"{city.signer}/**", lambda route: route.fulfill(body="the signer"))
    page.goto(city.invitation(person_id))
    page.wait_for_selector("#invited:visible")
    page.fill("#device", device)
    page.click("#register")
    page.wait_for_url(f"{city.signer}/**")


def outside(page: Page, heading: str) -> None:
    """Check that this is the page that says what to do, that it can be read, and that it tells nothing else."""
    page.get_by_role("heading", name=heading).wait_for()
    assert page.locator("li").count() >= 2
    words = page.inner_text("main")
    assert not [each for each in DETAILS if each in words]
    assert page_faults(page) == []


def test_an_officer_signs_in_with_the_devices_certificate_and_a_passkey(closed_city: City, chromium: Browser) -> None:
    """Neither is enough: without the certificate the same browser's cookie opens nothing."""
    city = closed_city
    with browser_of(chromium, city, enrolled(city, "desk")) as page:
        come_in(page, city, "officer", "desk")
        page.goto(f"{city.officers}/account")
        page.click("#sign-out")
        page.wait_for_url("**/sign-in")
        page.click("#sign-in")
        page.wait_for_url("**/requests")
        assert page.inner_text("#badge") == "4117"
        cookies = page.context.cookies()
        assert {each["name"] for each in cookies} == {"__Host-milton_session"}
    with browser_of(chromium, city, None) as page:
        page.context.add_cookies(cookies)
        page.goto(f"{city.officers}/requests")
        outside(page, "This device showed no certificate")
        answer = page.goto(f"{city.homes}/v1/city")  # residents are asked for none
        assert answer is not None
        assert answer.status == 200
    with browser_of(chromium, city, enrolled(city, "other")) as page:
        page.context.add_cookies(cookies)
        page.goto(f"{city.officers}/requests")
        page.click("text=Sign in at this device")
        page.wait_for_url("**/sign-in")


def test_a_device_that_is_put_out_in_the_middle_leaves_by_itself_and_is_told_what_to_do(
    closed_city: City, chromium: Browser
) -> None:
    """Its stream ends, the page goes, and every address says the same."""
    city = closed_city
    with browser_of(chromium, city, enrolled(city, "MPD-LT-007")) as page:
        come_in(page, city, "supervisor", "MPD-LT-007")
        page.goto(f"{city.officers}/cosign")
        page.wait_for_selector("body[data-live=yes]")
        put_out(city, "MPD-LT-007")
        outside(page, "This device is not let in")
        page.goto(f"{city.officers}/requests")
        outside(page, "This device is not let in")


def test_a_certificate_that_has_run_out_says_so_and_another_citys_gets_no_answer(
    closed_city: City, chromium: Browser, tmp_path: Path
) -> None:
    """The first device is the agency's; the second is nobody's here."""
    city = closed_city
    machine = enrolled(city, "old")
    with closing(sqlite3.connect(city.folder / "hub" / "hub.sqlite")) as connection, connection:
        connection.execute("UPDATE device SET expires_at = '2026-01-01 00:00:00.000000' WHERE label = 'old'")
    with browser_of(chromium, city, machine) as page:
        page.goto(f"{city.officers}/sign-in")
        outside(page, "This device's certificate has run out")
    certificate, key = self_signed(tmp_path, "another city")
    with browser_of(chromium, city, Machine(certificate=certificate, key=key)) as page:
        try:
            page.goto(f"{city.officers}/sign-in")
        except Error:
            return
        assert "Milton Police" not in page.content()
