"""A resident in front of the city's pages, in a real Chromium on a phone's screen."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from tests.e2e.officer_browser import ZONE
from tests.e2e.owner_browser import PHONE, WAIT_MS

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

    from tests.e2e.city import City

STREET = "Sorrel Run"  # passes by the front door
LEFT, LOWER = 1 / 3, 0.55  # of the map when it shows the street: near the front door


class ResidentBrowser:
    """One resident at one phone."""

    def __init__(self, city: City, page: Page) -> None:
        """Name the pages and the tab."""
        self._url = city.residents_url
        self._page = page

    @classmethod
    async def at(cls, city: City, browser: Browser) -> ResidentBrowser:
        """Open a tab on a phone that was never here."""
        context = await browser.new_context(
            viewport=PHONE, has_touch=True, is_mobile=True, locale="en-US", timezone_id=str(ZONE)
        )
        context.set_default_timeout(WAIT_MS)
        return cls(city, await context.new_page())

    async def _tap(self, name: str) -> None:
        await self._page.get_by_test_id(name).tap()

    async def join(self, code: str) -> str:
        """Join with a letter's code; return the key that is shown to be printed."""
        await self._page.goto(f"{self._url}/join")
        await self._page.get_by_test_id("code").fill(code)
        await self._tap("join")
        key = self._page.get_by_test_id("key")
        await key.wait_for()
        shown = await key.inner_text()
        await self._tap("next")
        await self._page.get_by_test_id("add").wait_for()
        return shown

    async def account_id(self) -> str:
        """Return the id that this browser made for the account."""
        return str(json.loads(await self._page.evaluate("() => localStorage.getItem('milton-account')"))["id"])

    async def place_camera(self, kind: str) -> list[str]:
        """Put a camera near the front door on the map, as ``area`` or ``exact``; return what police will see."""
        page = self._page
        await self._tap("add")
        await page.locator(".map-ground path").first.wait_for(state="attached")
        await page.get_by_test_id("street").fill(STREET)
        await page.get_by_test_id("street").press("Tab")
        await self._tap(kind)
        if kind == "exact":
            await page.get_by_test_id("heading").fill("90")
        await page.get_by_test_id("keeps").select_option("14")
        ground = page.get_by_test_id("map")
        await ground.scroll_into_view_if_needed()
        box = await ground.bounding_box()
        if box is not None:
            await ground.tap(position={"x": box["width"] * LEFT, "y": box["height"] * LOWER})
        said = await page.get_by_test_id("sent").locator("li").all_inner_texts()
        await self._tap("save")
        await page.get_by_test_id("cameras").wait_for()
        return said

    async def _get(self, path: str) -> Any:  # noqa: ANN401  a peer's JSON
        return await self._page.evaluate("async (path) => (await fetch(path)).json()", path)

    async def entries(self) -> list[dict[str, Any]]:
        """Return one's entries as the city keeps them."""
        return list((await self._get("/api/entries"))["entries"])

    async def told(self) -> list[dict[str, Any]]:
        """Return what the city told of look-ups."""
        return list(await self._get("/api/notices"))

    async def come_back(self, key: str) -> None:
        """Sign out, and in again with the printed key."""
        await self._page.goto(f"{self._url}/cameras")
        await self._tap("sign-out")
        await self._page.wait_for_url(f"{self._url}/")
        await self._page.goto(f"{self._url}/sign-in")
        await self._page.get_by_test_id("key").fill(key)
        await self._tap("sign-in")
        await self._page.get_by_test_id("cameras").wait_for()

    async def looks(self) -> list[str]:
        """Return what "Who looked" says."""
        await self._page.goto(f"{self._url}/cameras")
        return await self._page.get_by_test_id("looks").locator("li").all_inner_texts()

    async def erase(self) -> bytes:
        """Erase the account and all that is its own; return the city's signed word."""
        await self._page.goto(f"{self._url}/cameras")
        await self._tap("erase-me")
        await self._tap("erase")
        async with self._page.expect_download() as download:
            await self._tap("save")
        return await asyncio.to_thread((await (await download.value).path()).read_bytes)
