"""What an owner does with no request: save a clip for themselves, and add a camera that the network has."""

from __future__ import annotations

import asyncio
import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

from .evidence import need
from .hands import control, wall_time

if TYPE_CHECKING:
    from playwright.async_api import Page, WebSocketRoute

    from .home_assistant import HomeAssistant

SEARCH = '"milton_share/cameras/search"'
ON_THE_NETWORK = [{"address": "192.0.2.8", "name": "Garden", "doorbell": False, "add_with": "generic"}]


async def save_for_oneself(home: HomeAssistant, page: Page) -> None:
    """From the page's list, cut the last minutes of the camera, download and save the clip: the same bytes in both."""
    await control(page, "open-own").click()
    await control(page, "own-until").fill(await wall_time(page, 2))  # it begins with whole minutes
    camera = page.locator("[data-test=own-camera]:enabled").first
    await camera.wait_for()
    if not await camera.is_checked():
        await camera.check()
    await control(page, "own-cut").click()
    await control(page, "own-download").wait_for()
    async with page.expect_download() as coming:
        await control(page, "own-download").click()
    download = await coming.value
    data = await asyncio.to_thread(Path(await download.path()).read_bytes)
    await control(page, "own-save").click()
    await control(page, "own-saved").wait_for()
    saved = [path for path in (home.config / "media").rglob("*.mp4") if path.is_file()]
    need(len(saved) == 1, f"in the media folder is {saved}")
    digests = [hashlib.sha256(each).hexdigest() for each in (data, saved[0].read_bytes())]
    need(digests[0] == digests[1], "what was downloaded and what was saved are not the same")
    need(len(data) > 0, "nothing was saved")
    await control(page, "own-forget").click()
    await control(page, "own-result").wait_for(state="detached")


async def answer_searches(page: Page) -> None:
    """Let the network have a camera that Home Assistant lacks: the answer to a search alone is made here."""

    def route(line: WebSocketRoute) -> None:
        server = line.connect_to_server()

        def said(message: str | bytes) -> None:
            text = message if isinstance(message, str) else message.decode()
            if SEARCH not in text:
                server.send(message)
                return
            asked = json.loads(text)
            line.send(json.dumps({"id": asked["id"], "type": "result", "success": True, "result": ON_THE_NETWORK}))

        line.on_message(said)

    await page.route_web_socket("**/api/websocket", route)


async def add_found_camera(home: HomeAssistant, page: Page) -> None:
    """Search, and follow the link of what is found to where Home Assistant asks for its stream."""
    await page.goto(f"{home.url}/milton-share/settings")
    await control(page, "search-cameras").click()
    await control(page, "add-camera").click()
    await page.wait_for_url("**/config/integrations/dashboard**")
    await page.get_by_role("button", name="OK").click()
    flow = page.locator("dialog-data-entry-flow")
    await flow.get_by_text("Stream source URL").first.wait_for()
