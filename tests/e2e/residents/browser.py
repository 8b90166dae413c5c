"""A resident in front of the city's pages, in a real Chromium on a phone's screen."""

from __future__ import annotations

import asyncio
import json
import re
from typing import TYPE_CHECKING, Any

from tests.e2e.evidence import need
from tests.e2e.officer_browser import ZONE
from tests.e2e.owner_browser import PHONE, WAIT_MS
from tests.simulators.bad_network import UPLOADS, cutting

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from playwright.async_api import Browser, Page

    from tests.e2e.city import City

STREET = "Sorrel Run"  # passes by the front door
LEFT, LOWER = 1 / 3, 0.55  # of the map when it shows the street: near the front door

PLAY = """(video) => new Promise((done) => {
  video.addEventListener("ended", done);
  video.muted = true;
  video.play();
})"""


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

    async def open_request(self, code: str, case: str) -> None:
        """Follow a door sheet's QR to its request, which the page proves."""
        await self._page.goto(f"{self._url}/requests#{code}")
        await self._page.locator("main dd", has_text=case).wait_for()

    async def choose(self, clip: Path, begins: datetime) -> None:
        """Choose a file, say what it is, and play it to its end."""
        page, at = self._page, begins.astimezone(ZONE)
        await page.get_by_test_id("file").set_input_files(clip)
        await page.get_by_test_id("label").fill("Porch")
        await page.get_by_test_id("day").fill(f"{at:%Y-%m-%d}")
        await page.get_by_test_id("time").fill(f"{at:%H:%M:%S}")
        await page.get_by_test_id("off").select_option("A few seconds")
        await page.get_by_test_id("speed").select_option("8")
        await page.get_by_test_id("clip").evaluate(PLAY)

    async def share(self) -> tuple[str, str]:
        """Share over a line that is cut twice; return the share's id and the receipt's key."""
        page, cut = self._page, list[str]()
        await page.route(UPLOADS, cutting(cut))
        await self._tap("share")
        await page.get_by_test_id("events").get_by_text("Received, whole").wait_for()
        need(len(cut) == 2, f"the line was cut {len(cut)} times")
        share_id = page.locator("dd", has_text=re.compile("^[0-9a-f]{32}$"))
        return await share_id.inner_text(), await page.get_by_test_id("key").inner_text()

    async def withdraw(self) -> None:
        """Take the share back."""
        await self._tap("withdraw")
        await self._tap("withdraw-yes")
        await self._page.get_by_test_id("events").get_by_text("Taken back by you").wait_for()

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
