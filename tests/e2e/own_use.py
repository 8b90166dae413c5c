"""What an owner does with no request: save a clip for themselves, and add a camera that the network has."""

from __future__ import annotations

import asyncio
import hashlib
import json
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.async_api import Error as BrowserError
from playwright.async_api import TimeoutError as NotInTimeError

from .evidence import need
from .hands import control, wall_time

if TYPE_CHECKING:
    from playwright.async_api import Page, WebSocketRoute

    from .home_assistant import HomeAssistant

STAYS_MS, OPENS_MS, TRIES = 5_000, 15_000, 4
OVERTAKEN = "ERR_ABORTED"
LISTEN = """() => {
  window.shown = [];
  addEventListener("show-dialog", ({ detail }) => window.shown.push(detail.dialogParams.title ?? ""));
}"""
SEARCH = '"milton_share/cameras/search"'
# Each integration by which a search can say that a camera is added, and what Home Assistant calls it.
ADDED_WITH = {
    "axis": "Axis",
    "doorbird": "DoorBird",
    "homekit_controller": "HomeKit Device",
    "onvif": "ONVIF",
    "generic": "Generic Camera",
}
ON_THE_NETWORK = [
    {"address": f"192.0.2.{number}", "name": name, "doorbell": False, "add_with": domain}
    for number, (domain, name) in enumerate(ADDED_WITH.items(), start=8)
]


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


async def _go(page: Page, url: str) -> None:
    for last in (*[False] * (TRIES - 1), True):
        try:
            await page.goto(url)
        except BrowserError as error:
            if last or OVERTAKEN not in str(error):
                raise
        else:
            return


async def _asked_of(home: HomeAssistant, page: Page, name: str) -> str:
    """Follow the link; return what Home Assistant asks, or the error that it shows.

    By what it is about to show: it shows it twice at once, and where it has much to do it closes both, or forgets
    the answer. Its dialogs are steps of the browser's history: one that closes goes a step back, over a way taken then.
    """
    await _go(page, f"{home.url}/milton-share/settings")
    await page.evaluate(LISTEN)
    await control(page, "search-cameras").click()
    await control(page, "found-camera").filter(has_text=name).get_by_test_id("add-camera").click()
    await page.wait_for_function("window.shown.length > 0")
    return str(await page.evaluate("window.shown[0]"))


async def _said_yes(page: Page) -> bool:
    """Say yes; say whether the integration asks for its stream then."""
    flow = page.locator("dialog-data-entry-flow")
    with suppress(NotInTimeError):
        await page.get_by_role("button", name="OK").click(timeout=STAYS_MS)
        await flow.get_by_text("Stream source URL").first.wait_for(timeout=OPENS_MS)
        return True
    return False


async def add_found_camera(home: HomeAssistant, page: Page) -> None:
    """Search, and follow each link to Home Assistant's own question; the last one to where it asks for a stream.

    What comes after that question is the integration's; most need a package that Home Assistant fetches then.
    """
    for name in ADDED_WITH.values():
        asked = await _asked_of(home, page, name)
        need(asked == f"Do you want to set up {name}?", f"the link to {name} leads to: {asked}")
    tries = 1
    while not await _said_yes(page):
        need((tries := tries + 1) <= TRIES, "Home Assistant does not ask for the stream")
        await _asked_of(home, page, ADDED_WITH["generic"])
