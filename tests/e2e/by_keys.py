"""The whole way of a request by the keyboard alone, from Home Assistant's sidebar: Tab, Enter, Space and arrows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.async_api import TimeoutError as NotInTimeError

from .evidence import EvidenceError, need
from .hands import control, ready
from .keyboard import at, enter_by_sidebar, kept, tab_to
from .owner import PIN
from .owner_browser import tab, watch

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page, ViewportSize

    from .town import Town

BACK = "Shift+Tab"
STILL = "/config/dashboard"  # a page of Home Assistant's that leads nowhere by itself, as its first one does
SCREEN: ViewportSize = {"width": 1280, "height": 800}


async def choose_and_look(page: Page) -> None:
    """Tick the sound, trim, and have the part shown."""
    await tab_to(page, "audio")
    await page.keyboard.press("Space")
    need(await control(page, "audio").is_checked(), "the space bar does not tick the sound")
    before = (await tab_to(page, "handle-from")).words
    handle = control(page, "handle-from")
    said = await handle.get_attribute("aria-valuetext")
    for key in ("ArrowRight", "ArrowRight", "Shift+ArrowRight"):
        await page.keyboard.press(key)
    need(await handle.get_attribute("aria-valuetext") != said, f"the arrows move nothing: {before}")
    await _look(page, BACK)


async def _look(page: Page, key: str = "Tab") -> None:
    await tab_to(page, "look", key=key)
    await page.keyboard.press("Enter")
    await control(page, "look").wait_for(state="detached")
    await control(page, "player").wait_for()
    await control(page, "stop-cutting").wait_for(state="detached")
    await ready(page)
    await kept(page)


async def hide_by_keys(page: Page) -> None:
    """Put a box into the picture, move and resize it, and have it burned in."""
    await tab_to(page, "edit-masks")
    await page.keyboard.press("Enter")
    await control(page, "add-box").wait_for()
    await kept(page, "add-box")
    await page.keyboard.press("Enter")
    await control(page, "mask").wait_for()
    await kept(page, "mask")
    for key in ("ArrowRight", "ArrowDown", "Shift+ArrowRight"):
        await page.keyboard.press(key)
    await tab_to(page, "masks-done")
    await page.keyboard.press("Enter")
    await control(page, "masks-done").wait_for(state="detached")
    await kept(page, "edit-masks")
    await _look(page)
    await control(page, "hidden-parts").wait_for()


async def answer_with_pin(page: Page, question: str) -> None:
    """Ask from where the keyboard is, go back by Escape and stand there again; ask once more and answer."""
    opener = await kept(page)
    await page.keyboard.press("Enter")
    await control(page, f"{question}-dialog").wait_for()
    await kept(page, "pin")
    await page.keyboard.press("Escape")
    await control(page, f"{question}-dialog").wait_for(state="detached")
    await kept(page, opener.name)
    await page.keyboard.press("Space")
    await control(page, f"{question}-dialog").wait_for()
    await tab_to(page, f"{question}-yes")
    await tab_to(page, "pin", key=BACK)
    await page.keyboard.type(PIN)
    await page.keyboard.press("Enter")
    await control(page, f"{question}-dialog").wait_for(state="detached")


async def _state(page: Page, state: str) -> None:
    await page.locator(f'[data-test="share-state"][data-state="{state}"]').wait_for()
    await kept(page)


async def _are_listed(page: Page, *request_ids: str) -> None:
    for request_id in request_ids:
        try:
            await page.locator(f"[data-test=waiting][data-request-id='{request_id}']").wait_for()
        except NotInTimeError:
            shown = [await each.inner_text() for each in await page.locator("milton-share-panel").all()]
            message = f"a request is not in the list at {page.url}: {shown}"
            raise EvidenceError(message) from None


async def share_by_keys(town: Town, browser: Browser, shared: str, declined: str) -> None:
    """Go from the sidebar to a request, share it, read its receipts, take it back; say not this time to another."""
    page = await tab(town.home, browser, SCREEN)
    await page.goto(f"{town.home.url}{STILL}")
    await page.locator("ha-sidebar").get_by_text("Milton Share").first.wait_for()
    await enter_by_sidebar(page, "/milton-share")
    await _are_listed(page, shared, declined)
    await tab_to(page, "look-at-it", request=shared)
    await page.keyboard.press("Enter")
    await page.locator(f"[data-test=review][data-request-id='{shared}']").wait_for()
    await kept(page)
    await choose_and_look(page)
    await hide_by_keys(page)
    await watch(page)
    await tab_to(page, "share-button")
    await answer_with_pin(page, "share")
    await _state(page, "receipted")
    need(await control(page, "receipt").count() > 1, "there is no receipt")
    await tab_to(page, "withdraw")
    await answer_with_pin(page, "withdraw")
    await _state(page, "withdrawn")
    await tab_to(page, "back", key=BACK)
    await page.keyboard.press("Enter")
    await control(page, "list").wait_for()
    await kept(page)
    await tab_to(page, "not-this-time", request=declined)
    await page.keyboard.press("Enter")
    await page.locator(f"[data-test=waiting][data-request-id='{declined}']").wait_for(state="detached")
    await kept(page)
    need(await at(page) is not None, "the keyboard is lost")
    await page.context.close()
