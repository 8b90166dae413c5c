"""The owner in front of Home Assistant's own frontend, in a real Chromium on a phone's screen."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from .evidence import need
from .owner import PIN

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page, ViewportSize

    from .home_assistant import HomeAssistant

PHONE: ViewportSize = {"width": 390, "height": 844}
WAIT_MS = 60_000
DASHBOARD = "house-hall"
CARDS = [{"type": "heading", "heading": "Hall"}, {"type": "custom:milton-share-card"}]
SECTIONS = {"type": "sections", "sections": [{"type": "grid", "cards": CARDS}]}
END_BEFORE_S, LENGTH_TENS, LENGTH_ONES = 6, 1, 4  # the clip: 15 s that end 6 s before the footage does

# A hand is faster than the line: whoever was sent less of a clip is told to play it first.
WATCH = """async (video) => {
  const until = async (holds) => { while (!holds()) await new Promise((done) => setTimeout(done, 50)); };
  await until(() => video.readyState >= 2);
  video.muted = true;
  await video.play();
  await until(() => video.ended || (video.currentTime > 1 && video.buffered.end(0) >= Math.min(video.duration - 1, 8)));
  video.pause();
  video.currentTime = video.duration - 0.5;
  await until(() => !video.seeking && video.readyState >= 2);
}"""


async def tab(
    home: HomeAssistant, browser: Browser, viewport: ViewportSize, *, has_touch: bool = False, dark: bool = False
) -> Page:
    """Open an empty tab as the owner, whose session the frontend finds where it keeps it."""
    context = await browser.new_context(
        viewport=viewport,
        has_touch=has_touch,
        color_scheme="dark" if dark else "light",
        timezone_id="America/New_York",
    )
    context.set_default_timeout(WAIT_MS)
    await context.add_init_script(
        f"localStorage.setItem('hassTokens', JSON.stringify({json.dumps(home.frontend_tokens())}))"
    )
    return await context.new_page()


async def watch(page: Page) -> None:
    """Play the beginning of the clip that is shown and look at its end, as a person does before sharing it."""
    await page.get_by_test_id("player").evaluate(WATCH)


async def signed_in(home: HomeAssistant, browser: Browser, viewport: ViewportSize, *, has_touch: bool = False) -> Page:
    """Open the integration's page as the owner."""
    page = await tab(home, browser, viewport, has_touch=has_touch)
    await page.goto(f"{home.url}/milton-share")
    await page.get_by_test_id("list").wait_for()
    return page


class OwnerBrowser:
    """The owner's page."""

    def __init__(self, page: Page) -> None:
        """Name the tab."""
        self._page = page

    @classmethod
    async def at(cls, home: HomeAssistant, browser: Browser) -> OwnerBrowser:
        """Open a tab of a phone that is signed in."""
        return cls(await signed_in(home, browser, PHONE, has_touch=True))

    async def meet_card(self, home: HomeAssistant, request_id: str) -> None:
        """Put the card on a dashboard of its own, and follow it to the request that waits."""
        async with home.socket() as socket:
            where = {"url_path": DASHBOARD, "title": "Hall", "mode": "storage", "require_admin": False}
            await socket.command("lovelace/dashboards/create", show_in_sidebar=True, **where)
            await socket.command("lovelace/config/save", url_path=DASHBOARD, config={"views": [SECTIONS]})
        page = await self._page.context.new_page()
        await page.goto(f"{home.url}/{DASHBOARD}/0")
        await page.locator("[data-test=card][data-head=waiting]").get_by_test_id("card-look").click()
        await page.locator(f"[data-test=review][data-request-id='{request_id}']").wait_for()
        await page.close()

    async def look(self, request_id: str, *, audio: bool) -> None:
        """Open a waiting request, choose the last seconds with the keys, and have the clip shown."""
        page = self._page
        await page.get_by_test_id("look-at-it").first.click()
        await page.locator(f"[data-test=review][data-request-id='{request_id}']").wait_for()
        await page.get_by_test_id("handle-until").focus()
        for key in ("End", *["ArrowLeft"] * END_BEFORE_S):
            await page.keyboard.press(key)
        await page.get_by_test_id("handle-from").focus()
        for key in ("End", *["Shift+ArrowLeft"] * LENGTH_TENS, *["ArrowLeft"] * LENGTH_ONES):
            await page.keyboard.press(key)
        if audio:
            await page.get_by_test_id("audio").check()
        await page.get_by_test_id("look").click()
        await page.get_by_test_id("player").wait_for()
        need(await page.get_by_test_id("stale").count() == 0, "another clip is shown than was chosen")

    async def share(self) -> None:
        """Press Share, read what happens, enter the PIN, share; wait until the page shows that it is on its way."""
        page = self._page
        await watch(page)
        await page.get_by_test_id("share-button").click()
        await page.get_by_test_id("pin").fill(PIN)
        await page.get_by_test_id("share-yes").click()
        await page.get_by_test_id("share-state").first.wait_for()
