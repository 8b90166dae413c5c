"""How an officer's device comes in: invitation, passkey, signing key, sign-in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.browser.officers import register

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

    from tests.browser.conftest import City


def with_virtual_authenticator(context: BrowserContext, page: Page, *, verified: bool = True) -> None:
    """Give the tab a security key of the browser's own making."""
    session = context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": verified,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


@pytest.mark.parametrize("authenticator", ["software", "passkey"])
def test_an_invited_officer_registers_and_signs_in_again(
    city: City, context: BrowserContext, page: Page, authenticator: str
) -> None:
    """The device works by itself after the invitation was used, and its keys wait for the directory."""
    if authenticator == "passkey":
        with_virtual_authenticator(context, page)
    register(page, city.invitation("officer"), f"device {authenticator}")
    assert page.locator(".waiting-key").count() >= 1
    assert "officer signs with one more key" in city.sign_directory()
    page.reload()
    assert page.locator(".signing-key").count() >= 1
    page.click("#sign-out")
    page.wait_for_url("**/sign-in")
    assert page.locator("#software-key").is_checked() == (authenticator == "software")
    page.click("#sign-in")
    page.wait_for_url(re.compile(r"/requests$"))
    assert page.inner_text("#badge") == "4117"


def test_an_invitation_works_once(city: City, context: BrowserContext, page: Page) -> None:
    """A link that was used, or never was, opens nothing."""
    link = city.invitation("supervisor")
    register(page, link, "first device")
    other = context.new_page()
    for address in (link, f"{city.officers}/invite#code=guessed"):
        other.goto("about:blank")
        other.goto(address)
        other.wait_for_selector("#problem:not(:empty)")
        assert "Ask for a new one" in other.inner_text("#problem")


def test_a_passkey_without_user_verification_does_not_sign_in(city: City, context: BrowserContext, page: Page) -> None:
    """Presence alone is not enough; what the browser says of it is said in words of the page's own."""
    with_virtual_authenticator(context, page, verified=False)
    page.goto(city.invitation("custodian"))
    page.wait_for_selector("#invited:visible")
    page.fill("#device", "a device without a PIN")
    page.click("#register")
    page.wait_for_selector("#problem:has-text('No key answered')")
    page.goto(f"{city.officers}/requests")
    assert page.url.endswith("/sign-in")
