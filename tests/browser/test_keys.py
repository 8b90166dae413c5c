"""An opening key under security keys: made, wrapped under two, opened with either, kept for its person's session."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.accessibility import page_faults
from tests.browser.homes import Answer, enrol, film, share
from tests.browser.officers import Wanted, come_in, is_sent_out
from tests.browser.security_keys import SecurityKeys

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.asking import FurtherDevice
    from tests.browser.conftest import City


@pytest.fixture
def keys_page(city: City, page: Page) -> Page:
    """Sign an officer in on a device of their own, and go to the page of keys."""
    come_in(page, city, "officer")
    page.goto(f"{city.officers}/keys")
    page.wait_for_selector("body[data-keys=shown]")
    return page


def wrap_under(page: Page, ring: SecurityKeys, name: str) -> None:
    """Wrap what waits under the security key ``name``, which is new."""
    ring.add(name)
    ring.touch(name)
    page.fill("#label", name)
    page.click("#wrap")


def test_an_identity_under_two_security_keys_opens_shares_with_either(
    city: City, keys_page: Page, elsewhere: FurtherDevice
) -> None:
    """Chosen once, it opens the next share by itself; a locked device asks again."""
    page, ring = keys_page, SecurityKeys.of(keys_page)
    page.set_input_files("#identity-file", city.folder / "offline" / "officer.age")
    page.click("#take")
    wrap_under(page, ring, "blue")
    page.wait_for_selector("#only-one:visible")
    assert "second one" in page.inner_text("#wrap-words")
    wrap_under(page, ring, "red")
    page.wait_for_selector("#begin-step:visible")
    assert page.locator("[data-test=wrap]").all_inner_texts()[1].split("\t")[0] == "red"
    assert page.is_hidden("#only-one")
    for name in ("blue", "red"):
        ring.touch(name)
        page.click("#try")
        page.wait_for_selector(f"#try-words:has-text('{name} opened')")
    page.click("#forget")
    page.wait_for_selector("#try-words:has-text('Forgotten')")

    request_id = elsewhere.publish(Wanted())
    home = enrol(city)
    shares = [share(city, home, request_id, Answer(clip=film())).share.share_id for _ in range(2)]
    page.goto(f"{city.officers}/shares/{shares[0]}")
    page.click("#security-key")
    page.wait_for_selector("body[data-clip=verified]")
    page.goto(f"{city.officers}/requests/{request_id}")
    page.goto(f"{city.officers}/shares/{shares[1]}")
    page.wait_for_selector("#key-ready:visible")
    page.click("#open")
    page.wait_for_selector("body[data-clip=verified]")
    other_tab = page.context.new_page()
    other_tab.goto(f"{city.officers}/shares/{shares[0]}")
    other_tab.click("#open")
    other_tab.wait_for_selector("body[data-clip=verified]")
    page.click("#sign-out")
    is_sent_out(page)
    is_sent_out(other_tab)
    page.click("#sign-in")
    page.wait_for_url("**/requests")
    page.goto(f"{city.officers}/shares/{shares[1]}")
    page.wait_for_selector("#security-key:visible")
    assert page.is_hidden("#key-ready")
    page.click("#security-key")
    page.wait_for_selector("body[data-clip=verified]")
    somebody_else_comes(page, city, shares[1])


def somebody_else_comes(page: Page, city: City, share_id: str) -> None:
    """Have a custodian register in the browser where an officer's opening key is ready: it is not theirs."""
    invited = page.context.new_page()
    invited.goto(city.invitation("custodian"))
    is_sent_out(page)
    page.goto(f"{city.officers}/shares/{share_id}")
    page.click("#security-key")
    page.wait_for_selector("body[data-clip=verified]")  # ready once more, before the custodian is in
    invited.fill("#device", "a shared desk")
    invited.click("#register")
    invited.wait_for_url("**/account")
    invited.goto(f"{city.officers}/shares/{share_id}")
    is_sent_out(page)
    invited.wait_for_selector("#open:visible")
    assert invited.inner_text("#badge") != "4117"
    assert invited.is_hidden("#key-ready")


def test_a_new_opening_key_goes_to_the_directory_and_a_key_without_prf_says_so(city: City, keys_page: Page) -> None:
    """A security key that wraps one already can't be the second; one that can't wrap at all is no key for this."""
    page, ring = keys_page, SecurityKeys.of(keys_page)
    page.click("#make")
    ring.add("plain", has_prf=False)
    ring.touch("plain")
    page.fill("#label", "plain")
    page.click("#wrap")
    page.wait_for_selector("#problem:has-text('PRF')")
    wrap_under(page, ring, "green")
    page.wait_for_selector("#wrap-words:has-text('second one')")
    page.fill("#label", "the same again")
    page.click("#wrap")
    page.wait_for_selector("#problem:not(:empty)")
    wrap_under(page, ring, "yellow")
    page.wait_for_selector("#begin-step:visible")
    assert "footage can be sealed to officer-officer" in city.sign_directory()
    page.reload()
    page.wait_for_selector("[data-test=wrap]:has-text('yellow')")
    assert "In the directory" in page.inner_text("[data-test=wrap]:has-text('yellow')")
    page.click("[data-test=wrap]:has-text('green') >> text=Remove")
    page.wait_for_selector("#only-one:visible")
    assert page_faults(page) == []
