"""The officers' pages and the signer by axe-core: each state once, large and small, by day and by night."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.browser.accessibility import page_faults
from tests.browser.homes import Answer, enrol, film, share
from tests.browser.officers import LARGE, Wanted, fill_in, see

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.asking import FurtherDevice
    from tests.browser.conftest import City


def test_whoever_comes_in_meets_no_barrier(city: City, page: Page) -> None:
    """Sign-in, an invitation, registering on the signer, one's keys, and what leads nowhere."""
    found = []

    def look(name: str) -> None:
        found.extend(f"{name}: {fault}" for fault in page_faults(page))

    page.goto(f"{city.officers}/sign-in")
    look("sign-in")
    page.goto(f"{city.officers}/sign-in/return#eyJ2ZXJzaW9uIjoxLCJhY3QiOiJzaWduIiwic3RhdGUiOiJ4In0")
    page.wait_for_selector("#problem:not(:empty)")
    look("an answer that nobody asked for")
    page.goto(city.invitation("officer"))
    page.wait_for_selector("#invited:visible")
    look("an invitation")
    page.fill("#device", "a device that is looked at")
    page.click("#register")
    page.wait_for_selector("#registering:visible")
    look("the signer registers")
    page.click("#register")
    page.wait_for_url("**/account")
    look("one's keys")
    page.goto(f"{city.officers}/keys")
    page.wait_for_selector("body[data-keys=shown]")
    look("one's opening key")
    page.click("#make")
    look("an opening key that waits for a security key")
    page.goto(f"{city.officers}/requests/{'0' * 64}")
    look("nothing there")
    page.goto(city.signer)
    page.wait_for_selector("#idle:visible")
    look("the signer, asked nothing")
    page.goto(f"{city.signer}/#e30")
    page.reload()
    page.wait_for_selector("#refused:visible")
    look("the signer, asked nonsense")
    page.goto(f"{city.homes}/enrol")
    look("an enrollment link")
    assert found == []


def test_an_officers_work_meets_no_barrier(city: City, officer: Page, elsewhere: FurtherDevice) -> None:
    """The list, a form that is wrong and one that is right, what is signed, the request, a share sealed and opened."""
    found = []

    def look(name: str) -> None:
        found.extend(f"{name}: {fault}" for fault in page_faults(officer))

    officer.goto(f"{city.officers}/requests/new")
    officer.wait_for_selector("#map path")
    look("an empty form")
    fill_in(officer, city, Wanted(case_number="none", reason="Police business, ongoing investigation", points=LARGE))
    officer.wait_for_selector("[data-rule]")
    look("a form that breaks rules")
    fill_in(officer, city, Wanted(case_number="26-400001"))
    officer.wait_for_selector("#submit:enabled")
    look("a form within the limits")
    officer.click("#submit")
    officer.wait_for_selector("#signing:visible")
    look("what is signed")
    request_id = elsewhere.publish(Wanted(case_number="26-400002"))
    see(officer, city, request_id)
    home = enrol(city)
    sealed = share(city, home, request_id, Answer(clip=film()))
    officer.wait_for_selector(f"[data-share-id='{sealed.share.share_id}']")
    look("a request with a share")
    officer.goto(f"{city.officers}/shares/{sealed.share.share_id}")
    look("a sealed share")
    officer.set_input_files("#identity-file", city.folder / "offline" / "officer.age")
    officer.click("#open")
    officer.wait_for_selector("body[data-clip=verified]")
    look("an opened share")
    officer.goto(f"{city.officers}/requests")
    look("the list")
    assert found == []
