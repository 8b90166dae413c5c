"""The page in a real Home Assistant, with a real camera and a real hub: the owner's whole way, by hand."""

from __future__ import annotations

import asyncio
import os
import shutil
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from tests.e2e.by_keys import share_by_keys
from tests.e2e.by_touch import share_by_touch
from tests.e2e.dashboard import meet_card_by_hand
from tests.e2e.hands import control, drag_by_mouse, ready, wall_time
from tests.e2e.journey import Found, ask, draft, hear
from tests.e2e.officer_browser import chromium
from tests.e2e.officer_calls import OfficerCalls
from tests.e2e.own_use import add_found_camera, answer_searches, save_for_oneself
from tests.e2e.owner import PIN, Owner
from tests.e2e.owner_browser import PHONE, tab, watch
from tests.e2e.quiet import need_quiet
from tests.e2e.repairs import mend_by_hand
from tests.e2e.setting_up import INPUTS_MAX, set_up
from tests.e2e.steps import Steps
from tests.e2e.sudden_ends import share_through_kills
from tests.e2e.town import CELL, ROOT, running
from tests.simulators.footage import film

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import Browser, Page, ViewportSize

    from tests.e2e.town import Town

RECORD_S = 25
WITHIN_S = 600  # two journeys and two starts of Home Assistant beside all other tests
ENDS_WITHIN_S = 120  # whatever runs by then
MIDDLE_OF_THE_PICTURE = """(video) => {
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
PICTURES_WITHIN_MS = 180_000  # as long as a home gives a child for them: it runs behind everything else
BLACK = 24  # of 255, after a lossy encoder
DESKTOP: ViewportSize = {"width": 1280, "height": 1000}
HOME_ENVIRONMENT = ROOT / ".venv" / os.environ.get("MILTON_LANE", "default")

pytestmark = pytest.mark.skipif(
    shutil.which("chromium") is None or not (HOME_ENVIRONMENT / "bin" / "hass").exists(),
    reason="needs Chromium and the environment of Home Assistant",
)


async def join_by_hand(town: Town, owner: Owner, browser: Browser, steps: Steps) -> Page:
    """Set up on a phone in the dark, which is returned, with a camera that Home Assistant has; it takes few inputs."""
    await town.home.add_camera(town.doorbell)
    code, words = await town.city.enrollment_code(CELL)
    phone = await tab(town.home, browser, PHONE, has_touch=True, dark=True)
    inputs = await set_up(town.home, phone, link=f"{town.city.homes_url}/#code={code}", words=words)
    assert inputs <= INPUTS_MAX
    await phone.get_by_test_id("back").click()
    await phone.get_by_test_id("calm").get_by_text("1 camera may be asked.").wait_for()
    await hear(town, owner, steps)
    return phone


async def look_and_share(page: Page, phone: Page) -> None:
    """Read the message, see roughly what there is, trim, look, play it, share with the PIN, wait for the receipt.

    All of it with the mouse, but for the PIN's digits.
    """
    await control(page, "back").click()
    await control(page, "look-at-it").click()
    await control(page, "town").wait_for()  # the streets of the city's own map
    await control(page, "raw-message").click()
    assert '"type": "milton/request"' in await control(page, "raw-text").inner_text()
    small = control(page, "rough-picture").locator("img").first
    assert await small.evaluate("async (picture) => { await picture.decode(); return picture.naturalWidth; }") > 100
    await drag_by_mouse(page, control(page, "handle-from"), 60)
    await control(page, "look").click()
    await control(page, "player").wait_for()
    played = await control(page, "player").evaluate(
        "async (video) => { await video.play(); await new Promise((done) => setTimeout(done, 1500)); video.pause();"
        " return video.currentTime > 0.5 && video.error === null; }"
    )
    assert played
    await hide_a_box(page)
    await watch(page)
    await control(page, "share-button").click()
    await control(page, "pin").fill(PIN)
    await decided_on(phone, page)
    await page.locator('[data-test="share-state"][data-state="receipted"]').wait_for()


async def decided_on(phone: Page, page: Page) -> None:
    """Share on one page while another asks the same question: there the answer comes by itself, and nothing is left."""
    await phone.goto(page.url)
    await phone.get_by_test_id("share-button").tap()
    await phone.get_by_test_id("share-dialog").wait_for()
    await control(page, "share-yes").click()
    await phone.get_by_test_id("overtaken").wait_for()
    await phone.get_by_test_id("share-state").wait_for()
    assert await phone.get_by_test_id("share-dialog").count() == 0
    assert await phone.get_by_test_id("share-button").count() == 0
    await phone.context.close()


async def hide_a_box(page: Page) -> None:
    """Put a box into the picture and cut again: what is shown then has it burned in, and is what would be sent."""
    await page.wait_for_function(PICTURES_ARE_THERE, arg=1, timeout=PICTURES_WITHIN_MS)
    await control(page, "edit-masks").click()
    await control(page, "add-box").click()
    await control(page, "stale").wait_for()
    await control(page, "look").click()
    await control(page, "hidden-parts").wait_for()
    await control(page, "stale").wait_for(state="detached")
    await ready(page)
    middle = await control(page, "player").evaluate(MIDDLE_OF_THE_PICTURE)
    assert max(middle[:3]) < BLACK
    await page.wait_for_function(PICTURES_ARE_THERE, arg=2, timeout=PICTURES_WITHIN_MS)


async def add_a_file(page: Page, path: Path) -> None:
    """Choose a file, see its first picture, say when that was, and have a part of it shown; take it away again."""
    await control(page, "file-input").set_input_files(await asyncio.to_thread(film, path, seconds=8, fps=10))
    await control(page, "file-picture").wait_for()
    width = await control(page, "file-picture").evaluate(
        "async (picture) => { await picture.decode(); return picture.naturalWidth; }"
    )
    assert width == 320
    await control(page, "another-time").check()
    await control(page, "typed-time").fill(await wall_time(page, 180))  # inside what was asked for
    await control(page, "confirm-file").click()
    await control(page, "file-time").wait_for()
    await control(page, "look").click()
    await control(page, "player").wait_for()
    await page.wait_for_function(PICTURES_ARE_THERE, arg=3, timeout=PICTURES_WITHIN_MS)
    await control(page, "remove-file").click()
    await control(page, "file").wait_for(state="detached")


def may_be_looked_at(request: dict[str, Any]) -> bool:
    """Whether the page lists a request among those that wait for the owner."""
    return request["refused"] is None and any(
        case["state"] == "held" and case["footage_from"] is not None for case in request["cases"]
    )


# By the loop's own clock, which says what was waited for: an alarm's exception is lost when a callback runs just then.
@pytest.mark.timeout(WITHIN_S + ENDS_WITHIN_S, method="thread")
async def test_an_owner_shares_and_takes_back_by_hand(tmp_path: Path) -> None:
    """From Home Assistant's question to a receipt, and back again; console, both logs and the repairs stay empty.

    Set up by touch; with the mouse alone a camera that was found, a clip for oneself, the card, the request; another
    request by touch alone, others by the keyboard alone. Then the processes are killed in the middle of another share,
    and repairs are mended on a phone: in one test, for a town is dear to start.
    """
    steps, found = Steps(), Found(folder=tmp_path / "kept")
    found.folder.mkdir()
    async with asyncio.timeout(WITHIN_S), running(tmp_path, HOME_ENVIRONMENT, steps) as town, AsyncExitStack() as stack:
        jar = aiohttp.CookieJar(unsafe=True)
        officer = OfficerCalls(town.city, await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=jar)))
        owner = Owner(town.home)
        browser = await stack.enter_async_context(chromium(town.chromium or "chromium"))
        phone = await join_by_hand(town, owner, browser, steps)
        await officer.register(await town.city.invitation("officer"))
        await town.city.sign_directory()
        await officer.sign_in()
        page = await tab(town.home, browser, DESKTOP)
        await answer_searches(page)
        await add_found_camera(town.home, page)
        await page.goto(f"{town.home.url}/milton-share")
        await control(page, "list").wait_for()  # Home Assistant's own start may say that a transition was skipped
        said: list[str] = []
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on(
            "console",
            lambda message: said.append(f"{message.text} {message.location}") if message.type == "error" else None,
        )
        await control(page, "calm").wait_for()
        await asyncio.sleep(RECORD_S)
        await save_for_oneself(town.home, page)
        await ask(officer, found, steps)
        await meet_card_by_hand(town.home, browser, DESKTOP, found.request_id)
        await look_and_share(page, phone)
        await control(page, "withdraw").click()
        await control(page, "pin").fill(PIN)
        await control(page, "withdraw-yes").click()
        await page.locator('[data-test="share-state"][data-state="withdrawn"]').wait_for()
        await add_a_file(page, tmp_path / "dash cam.mp4")
        assert said == []
        await need_quiet(town)
        await page.context.close()
        with steps.step("the same by touch alone, on a phone whose session is revoked in the middle"):
            by_touch = await officer.ask({**draft(datetime.now(UTC)), "case_number": "26-018454"})
            await owner.request(by_touch, lambda each: bool(each["cases"]), "the request did not come")
            await share_by_touch(town, owner, browser, by_touch)
        with steps.step("the same by the keyboard alone, from the sidebar, and not this time to another"):
            by_keys = [
                await officer.ask({**draft(datetime.now(UTC)), "case_number": number})
                for number in ("26-018455", "26-018456")
            ]
            for request_id in by_keys:
                await owner.request(request_id, may_be_looked_at, "the request did not come, or nothing is held for it")
            await share_by_keys(town, browser, *by_keys)
        (found.folder / "kills").mkdir()
        await share_through_kills(town, owner, officer, Found(folder=found.folder / "kills"), steps)
        with steps.step("repairs are read in both languages on a phone in the dark, and mended"):
            await mend_by_hand(town, owner, browser, found.folder)
