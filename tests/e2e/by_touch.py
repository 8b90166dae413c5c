"""The whole way of a request by touch alone, on a phone whose session is revoked in the middle of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .evidence import need
from .hands import control, drag_by_finger
from .home_assistant import OWNER_NAME, OWNER_PASSWORD
from .owner import PIN
from .owner_browser import PHONE, WAIT_MS, watch

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

    from .owner import Owner
    from .town import Town


async def sign_in(page: Page) -> None:
    """Go through Home Assistant's own sign-in."""
    await page.locator("input[name=username]").fill(OWNER_NAME)
    await page.locator("input[name=password]").fill(OWNER_PASSWORD)
    await page.get_by_role("button", name="Log in").tap()


async def pocket_phone(town: Town, browser: Browser) -> Page:
    """Open Milton Share on a phone that was never here; a session of its own is signed in."""
    context = await browser.new_context(viewport=PHONE, has_touch=True, timezone_id="America/New_York")
    context.set_default_timeout(WAIT_MS)
    page = await context.new_page()
    await page.goto(f"{town.home.url}/milton-share")
    await sign_in(page)
    await control(page, "list").wait_for()
    return page


async def revoke(town: Town, page: Page) -> None:
    """Take back the session that a page has, by another one of its owner."""
    token = await page.evaluate("() => document.querySelector('home-assistant').hass.auth.data.refresh_token")
    kept = await page.evaluate(
        "() => document.querySelector('home-assistant').hass.callWS({ type: 'auth/refresh_tokens' })"
    )
    (own,) = [one["id"] for one in kept if one["is_current"]]
    need(bool(token) and bool(own), "the phone has no session")
    async with town.home.socket() as socket:
        await socket.command("auth/delete_refresh_token", refresh_token_id=own)


async def share_by_touch(town: Town, owner: Owner, browser: Browser, request_id: str) -> None:
    """Look, choose, ask to share; lose the session while the PIN stands there; come back, share, take it back."""
    page = await pocket_phone(town, browser)
    await page.locator(f"[data-test=waiting][data-request-id='{request_id}']").get_by_test_id("look-at-it").tap()
    await control(page, "rough-picture").locator("img").first.wait_for()  # nothing moves under the finger any more
    await drag_by_finger(page, control(page, "handle-from"), 40)
    await control(page, "look").tap()
    await control(page, "player").wait_for()
    await watch(page)
    await control(page, "share-button").tap()
    await control(page, "pin").fill(PIN)
    clip = (await _case(owner, request_id))["clip"]
    await revoke(town, page)
    await page.locator("input[name=password]").wait_for()
    need(await page.locator("milton-share-panel").count() == 0, "something of the page is left behind the sign-in")
    case = await _case(owner, request_id)
    need((case["clip"], case["share"]) == (clip, None), "a session that ended changed the clip, or shared it")
    await sign_in(page)
    await page.locator(f"[data-test=review][data-request-id='{request_id}']").wait_for()
    await watch(page)
    need(await control(page, "share-dialog").count() == 0, "the question came back by itself")
    await control(page, "share-button").tap()
    need(await control(page, "pin").input_value() == "", "the PIN was kept")
    await control(page, "pin").fill(PIN)
    await control(page, "share-yes").tap()
    await page.locator('[data-test="share-state"][data-state="receipted"]').wait_for()
    await control(page, "withdraw").tap()
    await control(page, "pin").fill(PIN)
    await control(page, "withdraw-yes").tap()
    await page.locator('[data-test="share-state"][data-state="withdrawn"]').wait_for()
    await page.context.close()


async def _case(owner: Owner, request_id: str) -> dict[str, object]:
    request = await owner.request(request_id, lambda each: bool(each["cases"]), "the request is not there")
    case: dict[str, object] = request["cases"][0]
    return case
