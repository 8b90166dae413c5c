"""The page in a real Home Assistant, with a real camera and a real hub: the owner's whole way, by hand."""

from __future__ import annotations

import asyncio
import shutil
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import aiohttp
import pytest

from tests.e2e.journey import Found, ask, join
from tests.e2e.officer_browser import chromium
from tests.e2e.officer_calls import OfficerCalls
from tests.e2e.owner import PIN, Owner
from tests.e2e.owner_browser import signed_in
from tests.e2e.steps import Steps
from tests.e2e.town import ROOT, running

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import Locator, Page, ViewportSize

RECORD_S = 25
# Some minutes ago, inside what was asked for, on the clock of the house.
WITHIN_THE_REQUEST = """() => {
  const home = document.querySelector("home-assistant").hass;
  const at = new Date(Date.now() - 180_000);
  const parts = new Intl.DateTimeFormat("en-CA", { timeZone: home.config.time_zone, year: "numeric", month: "2-digit",
    day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }).formatToParts(at);
  const of = (type) => parts.find((part) => part.type === type).value;
  return `${of("year")}-${of("month")}-${of("day")}T${of("hour")}:${of("minute")}:${of("second")}`;
}"""
# What the picture's middle looks like, once there is one.
MIDDLE_OF_THE_PICTURE = """async (video) => {
  while (video.readyState < 2) await new Promise((done) => setTimeout(done, 50));
  const canvas = new OffscreenCanvas(1, 1).getContext("2d");
  canvas.drawImage(video, video.videoWidth / 2, video.videoHeight / 2, 1, 1, 0, 0, 1, 1);
  return [...canvas.getImageData(0, 0, 1, 1).data];
}"""
# The small pictures of so many clips: those of one are refused once the next is cut, or it is decided.
PICTURES_ARE_THERE = """(clips) => {
  const loaded = performance.getEntriesByType("resource").filter(({ name }) => name.includes("/milton_share/still/"));
  const count = (kind) => loaded.filter(({ name }) => name.includes(`/${kind}?`)).length;
  return ["poster", "strip", "sheet"].every((kind) => count(kind) >= clips);
}"""
BLACK = 24  # of 255, after a lossy encoder
DESKTOP: ViewportSize = {"width": 1280, "height": 1000}
HOME_ENVIRONMENT = ROOT / ".venv" / "default"

pytestmark = pytest.mark.skipif(
    shutil.which("chromium") is None or not (HOME_ENVIRONMENT / "bin" / "hass").exists(),
    reason="needs Chromium and the environment of Home Assistant",
)


def control(page: Page, name: str) -> Locator:
    """Return a control of the page by its name for tests."""
    return page.locator(f'[data-test="{name}"]')


async def try_out(page: Page) -> None:
    """See in the settings what would be sent of the camera, with nobody asking: it plays, has a first picture, goes."""
    await control(page, "open-settings").click()
    await control(page, "edit-camera").first.click()
    await control(page, "trial-cut").click()
    await control(page, "player").wait_for()
    seen = await control(page, "player").evaluate(
        "async (video) => { while (video.readyState < 2) await new Promise((done) => setTimeout(done, 50));"
        " const picture = new Image(); picture.src = video.poster; await picture.decode();"
        " return [video.duration > 1, video.error === null, picture.naturalWidth > 100]; }"
    )
    assert seen == [True, True, True]
    assert len(await control(page, "trial-sha256").inner_text()) == 64
    await control(page, "trial-forget").click()
    await control(page, "player").wait_for(state="detached")
    await control(page, "back").click()


async def look_and_share(page: Page) -> None:
    """Read the message, see roughly what there is, trim, look, play it, share with the PIN, wait for the receipt."""
    await control(page, "look-at-it").click()
    await control(page, "town").wait_for()  # the streets of the city's own map
    await control(page, "raw-message").click()
    assert '"type": "milton/request"' in await control(page, "raw-text").inner_text()
    small = control(page, "rough-picture").locator("img").first
    assert await small.evaluate("async (picture) => { await picture.decode(); return picture.naturalWidth; }") > 100
    await control(page, "handle-from").focus()
    await page.keyboard.press("Shift+ArrowRight")
    await control(page, "look").click()
    await control(page, "player").wait_for()
    played = await control(page, "player").evaluate(
        "async (video) => { await video.play(); await new Promise((done) => setTimeout(done, 1500)); video.pause();"
        " return video.currentTime > 0.5 && video.error === null; }"
    )
    assert played
    await hide_a_box(page)
    await control(page, "share-button").click()
    await control(page, "pin").fill(PIN)
    await control(page, "share-yes").click()
    await page.locator('[data-test="share-state"][data-state="receipted"]').wait_for()


async def hide_a_box(page: Page) -> None:
    """Put a box into the picture and cut again: what is shown then has it burned in, and is what would be sent."""
    await page.wait_for_function(PICTURES_ARE_THERE, arg=1)
    await control(page, "edit-masks").click()
    await control(page, "add-box").click()
    await control(page, "stale").wait_for()
    await control(page, "look").click()
    await control(page, "hidden-parts").wait_for()
    await control(page, "stale").wait_for(state="detached")
    middle = await control(page, "player").evaluate(MIDDLE_OF_THE_PICTURE)
    assert max(middle[:3]) < BLACK
    await page.wait_for_function(PICTURES_ARE_THERE, arg=2)


async def add_a_file(page: Page, path: Path) -> None:
    """Choose a file, see its first picture, say when that was, and have a part of it shown; take it away again."""
    source = ["-f", "lavfi", "-i", "testsrc2=size=320x240:rate=10:duration=8", "-pix_fmt", "yuv420p"]
    make = ["ffmpeg", "-v", "error", *source, "-c:v", "libx264", "-bf", "0", str(path)]
    await (await asyncio.create_subprocess_exec(*make)).wait()
    await control(page, "file-input").set_input_files(path)
    await control(page, "file-picture").wait_for()
    width = await control(page, "file-picture").evaluate(
        "async (picture) => { await picture.decode(); return picture.naturalWidth; }"
    )
    assert width == 320
    await control(page, "another-time").check()
    await control(page, "typed-time").fill(await page.evaluate(WITHIN_THE_REQUEST))
    await control(page, "confirm-file").click()
    await control(page, "file-time").wait_for()
    await control(page, "look").click()
    await control(page, "player").wait_for()
    await page.wait_for_function(PICTURES_ARE_THERE, arg=3)
    await control(page, "remove-file").click()
    await control(page, "file").wait_for(state="detached")


async def test_an_owner_shares_and_takes_back_by_hand(tmp_path: Path) -> None:
    """From an empty list to a receipt, and back again; the browser's console stays empty."""
    steps, found = Steps(), Found(folder=tmp_path / "kept")
    found.folder.mkdir()
    async with running(tmp_path, HOME_ENVIRONMENT, steps) as town, AsyncExitStack() as stack:
        jar = aiohttp.CookieJar(unsafe=True)
        officer = OfficerCalls(town.city, await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=jar)))
        await join(town, Owner(town.home), steps)
        await officer.register(await town.city.invitation("officer"))
        await town.city.sign_directory()
        await officer.sign_in()
        browser = await stack.enter_async_context(chromium(town.chromium or "chromium"))
        page = await signed_in(town.home, browser, DESKTOP)
        said: list[str] = []
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on(
            "console",
            lambda message: said.append(f"{message.text} {message.location}") if message.type == "error" else None,
        )
        await control(page, "calm").wait_for()
        await asyncio.sleep(RECORD_S)
        await try_out(page)
        await ask(officer, found, steps)
        await look_and_share(page)
        await control(page, "withdraw").click()
        await control(page, "pin").fill(PIN)
        await control(page, "withdraw-yes").click()
        await page.locator('[data-test="share-state"][data-state="withdrawn"]').wait_for()
        await add_a_file(page, tmp_path / "dash cam.mp4")
        assert said == []
