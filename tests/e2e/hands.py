"""What a hand does on a page: a mouse that points and drags, a finger that taps and drags."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from .evidence import need
from .owner_browser import WAIT_MS

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page

HAS_A_PICTURE = 2  # HTMLMediaElement.HAVE_CURRENT_DATA
STEPS = 8
# A finger's own pace: Chromium takes a touch that comes at once after a drag for a part of that gesture, and no click.
FINGERS_STEP_S, NEXT_TOUCH_S = 0.02, 0.4
ON_THE_WALL = """(secondsAgo) => {
  const home = document.querySelector("home-assistant").hass;
  const at = new Date(Date.now() - secondsAgo * 1000);
  const parts = new Intl.DateTimeFormat("en-CA", { timeZone: home.config.time_zone, year: "numeric", month: "2-digit",
    day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }).formatToParts(at);
  const of = (type) => parts.find((part) => part.type === type).value;
  return `${of("year")}-${of("month")}-${of("day")}T${of("hour")}:${of("minute")}:${of("second")}`;
}"""


def control(page: Page, name: str) -> Locator:
    """Return a control of the page by its name for tests."""
    return page.locator(f'[data-test="{name}"]')


async def wall_time(page: Page, ago_s: int) -> str:
    """Return a moment as a person of this house types it into a field, by the clock on its wall."""
    return str(await page.evaluate(ON_THE_WALL, ago_s))


async def ready(page: Page) -> None:
    """Wait until the player that is there now has a picture: another may have taken its place meanwhile."""
    async with asyncio.timeout(WAIT_MS / 1000):
        while await control(page, "player").evaluate("(video) => video.readyState") < HAS_A_PICTURE:  # noqa: ASYNC110  a page
            await asyncio.sleep(0.05)


async def middle_of(handle: Locator) -> tuple[float, float]:
    """Bring something into view and return where its middle is on the screen."""
    await handle.scroll_into_view_if_needed()
    box = await handle.bounding_box()
    need(box is not None, "what is to be taken hold of is not there")
    return (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2) if box else (0, 0)


async def drag_by_mouse(page: Page, handle: Locator, right_px: int) -> None:
    """Drag a slider's handle with the mouse; raise EvidenceError where that does not change what it says."""
    before = await handle.get_attribute("aria-valuetext")
    x, y = await middle_of(handle)
    await page.mouse.move(x, y)
    await page.mouse.down()
    await page.mouse.move(x + right_px, y, steps=STEPS)
    await page.mouse.up()
    need(await handle.get_attribute("aria-valuetext") != before, "the mouse drags the handle nowhere")


async def drag_by_finger(page: Page, handle: Locator, right_px: int) -> None:
    """Do the same with a finger, as the screen tells of it."""
    before = await handle.get_attribute("aria-valuetext")
    x, y = await middle_of(handle)
    screen = await page.context.new_cdp_session(page)
    at = [{"x": x + right_px * step / STEPS, "y": y} for step in range(STEPS + 1)]
    await screen.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": at[:1]})
    for point in at[1:]:
        await asyncio.sleep(FINGERS_STEP_S)
        await screen.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
    await screen.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    await screen.detach()
    await asyncio.sleep(NEXT_TOUCH_S)
    need(await handle.get_attribute("aria-valuetext") != before, "the finger drags the handle nowhere")
