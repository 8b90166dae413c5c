"""How soon the owner's page can be used, and how soon something of five minutes is seen, in a real Home Assistant.

The peer is Home Assistant's own history page in the same run: each page in a browser profile that nobody has used,
by turns. Nothing is asserted: machines are noisy.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
from playwright.async_api import async_playwright

from tests.bench.report import write_section
from tests.browser.conftest import ARGUMENTS
from tests.e2e.journey import draft, join
from tests.e2e.officer_calls import OfficerCalls
from tests.e2e.owner import Owner
from tests.e2e.owner_browser import PHONE, signed_in
from tests.e2e.steps import Steps
from tests.e2e.town import ROOT, running

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

    from tests.e2e.home_assistant import HomeAssistant
    from tests.e2e.town import Town

RECORD_S, ROUNDS = 330, 5
LOAD_BAR_S, SEEN_BAR_S = 1.5, 3.0
ENVIRONMENT = ROOT / ".venv" / "default"
HISTORY, OWN = "ha-panel-history ha-target-picker", "[data-test=look-at-it]"


async def load_s(browser: Browser, home: HomeAssistant, path: str, ready: str) -> float:
    """Return the seconds of a cold load of a page, until what can be used of it is seen."""
    context = await browser.new_context(viewport=PHONE, timezone_id="America/New_York")
    tokens = json.dumps(json.dumps(home.frontend_tokens()))
    await context.add_init_script(f"localStorage.setItem('hassTokens', {tokens})")
    page = await context.new_page()
    began = time.monotonic()
    await page.goto(f"{home.url}{path}", wait_until="commit")
    await page.locator(ready).first.wait_for()
    took = time.monotonic() - began
    await context.close()
    return took


async def seen_s(page: Page, request_id: str) -> tuple[float, float]:
    """Return the seconds from a request's opening to its first rough picture, and from "Show this part" to a frame."""
    began = time.monotonic()
    await page.locator(f"[data-request-id='{request_id}'] {OWN}").click()
    await page.locator("[data-test=rough-picture] img").first.wait_for()
    rough_s = time.monotonic() - began
    began = time.monotonic()
    await page.get_by_test_id("look").click()
    player = page.get_by_test_id("player")
    await player.wait_for(timeout=120_000)
    await player.evaluate(
        "(video) => video.readyState >= 2 || new Promise((shown) => video.addEventListener('loadeddata', shown))"
    )
    return rough_s, time.monotonic() - began


@dataclass(slots=True, kw_only=True)
class Measured:
    """Seconds: loads of the owner's page and of the history's, first rough pictures, first frames of exact clips."""

    ours: list[float] = field(default_factory=list)
    peers: list[float] = field(default_factory=list)
    rough: list[float] = field(default_factory=list)
    frames: list[float] = field(default_factory=list)


async def measured(town: Town, steps: Steps) -> Measured:
    """Measure all of it, `ROUNDS` times each; each look is at a request of its own, of which nothing was cut."""
    owner, took = Owner(town.home), Measured()
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        officer = OfficerCalls(town.city, http)
        await officer.register(await town.city.invitation("officer"))
        await town.city.sign_directory()
        await join(town, owner, steps)
        with steps.step(f"{RECORD_S} s are recorded"):
            await asyncio.sleep(RECORD_S)
        asked = draft(datetime.now(UTC))  # all of the same time: as much was recorded for each
        request_ids = [
            await officer.ask({**asked, "draft_id": secrets.token_hex(16), "case_number": f"26-0184{number:02d}"})
            for number in range(ROUNDS)
        ]
    for request_id in request_ids:
        await owner.request(
            request_id, lambda each: bool(each["cases"]) and each["cases"][0]["footage_until"], "no footage"
        )
    async with async_playwright() as playwright:
        playwright.selectors.set_test_id_attribute("data-test")
        browser = await playwright.chromium.launch(executable_path=town.chromium, args=ARGUMENTS)
        for _ in range(ROUNDS):
            took.ours.append(await load_s(browser, town.home, "/milton-share", OWN))
            took.peers.append(await load_s(browser, town.home, "/history", HISTORY))
        for request_id in request_ids:
            page = await signed_in(town.home, browser, PHONE)
            rough_s, frame_s = await seen_s(page, request_id)
            await page.context.close()
            took.rough.append(rough_s)
            took.frames.append(frame_s)
        await browser.close()
    return took


async def main() -> int:
    """Measure, and write the section."""
    steps = Steps()
    with tempfile.TemporaryDirectory(prefix="milton-bench-") as scratch:
        async with running(Path(scratch), ENVIRONMENT, steps) as town:
            took = await measured(town, steps)
    peer = statistics.median(took.peers)

    def verdict(seconds: float, bar: float) -> str:
        return f"{bar:.1f} s, {'held' if seconds < bar else 'MISSED'}"

    def spread(each: list[float]) -> str:
        return f"{min(each):.2f} to {max(each):.2f}"

    def row(name: str, each: list[float], bar: float) -> str:
        middle = statistics.median(each)
        return f"| {name} | {middle:.2f} | {spread(each)} | {verdict(middle, bar)} | {middle / peer:.2f} |"

    rows = [
        ("the owner's page can be used", took.ours, LOAD_BAR_S),
        ("a request opened, to the first rough picture", took.rough, SEEN_BAR_S),
        ("*Show this part*, to the first frame of the exact clip", took.frames, SEEN_BAR_S),
    ]
    lines = [
        f"A real Home Assistant and Chromium on one machine; medians of {ROUNDS}, with the least and the most. Cold",
        "loads by turns, in profiles that nobody has used, from the address to what can be used: a request that waits,",
        f"and the history's choice of what to show. Then {ROUNDS} requests, {RECORD_S / 60:.1f} minutes of each kept",
        "and cut whole (720p, 15 frames/s), each in a tab of its own.",
        f"Load {os.getloadavg()[0]:.0f} on {os.cpu_count()} cores.",
        "",
        "| step | seconds | least to most | bar | to Home Assistant's history page |",
        "|---|---|---|---|---|",
        f"| Home Assistant's history page can be used | {peer:.2f} | {spread(took.peers)} | | 1 |",
        *(row(*each) for each in rows),
    ]
    write_section("The owner's page in Home Assistant", lines)
    steps.say("\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
