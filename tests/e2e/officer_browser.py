"""An officer in front of the pages, in a real Chromium whose security key is the browser's own virtual one."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from playwright.async_api import async_playwright

from .evidence import need
from .processes import StepError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from playwright.async_api import APIResponse, Browser, BrowserContext, Page

    from .city import City

ZONE = ZoneInfo("America/New_York")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
DESKTOP = {"width": 1440, "height": 900}
WAIT_MS = 60_000
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorSheet:
    """What an officer hands out at a door: ``qr`` is the SVG's content."""

    code: str
    qr: str
    pdf: bytes


def circle_words(circle: dict[str, Any]) -> str:
    """Return a circle as the map's list of points takes it."""
    latitude, longitude = (value / 1e7 for value in circle["center"])
    return f"circle {latitude:.6f}, {longitude:.6f} {circle['radius_m']} m"


@asynccontextmanager
async def chromium(executable: str) -> AsyncIterator[Browser]:
    """Start Chromium; end it at the end."""
    async with async_playwright() as playwright:
        playwright.selectors.set_test_id_attribute("data-test")
        browser = await playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        try:
            yield browser
        finally:
            await browser.close()


class OfficerBrowser:
    """One person of the agency at one device."""

    def __init__(self, city: City, browser: Browser, context: BrowserContext, page: Page) -> None:
        """Name the hub and the tab."""
        self._city = city
        self._browser = browser
        self._context = context
        self._page = page

    @classmethod
    async def at(cls, city: City, browser: Browser) -> OfficerBrowser:
        """Open a tab of a new profile and give it a security key."""
        context = await browser.new_context(viewport=DESKTOP, timezone_id=str(ZONE))
        context.set_default_timeout(WAIT_MS)
        page = await context.new_page()
        session = await context.new_cdp_session(page)
        await session.send("WebAuthn.enable")
        await session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
        return cls(city, browser, context, page)

    @property
    def browser(self) -> Browser:
        """The browser, for whoever else has a profile in it."""
        return self._browser

    async def call(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401  a peer's JSON
        """Make one call with the tab's session; raise StepError with the hub's own words."""
        answer = await self._fetch(method, path, body)
        if not answer.ok:
            message = f"{method} {path}: {answer.status} {(await answer.text())[:500]}"
            raise StepError(message)
        if "json" in answer.headers.get("content-type", ""):
            return await answer.json()
        return await answer.body()

    async def _fetch(self, method: str, path: str, body: object = None) -> APIResponse:
        headers = {"Origin": self._city.officers_url, "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body)
        url = self._city.officers_url + path
        return await self._context.request.fetch(url, method=method, data=data, headers=headers)

    async def refusal(self, path: str) -> str:
        """Ask for what isn't given; return the rule by which it is refused."""
        answer = await self._fetch("GET", path)
        need(not answer.ok, f"{path} is given")
        return str((await answer.json())["error"])

    async def register(self, invitation: str) -> None:
        """Go through an invitation: a sign-in passkey, and on the signer's page a signing key."""
        page = self._page
        await page.goto(invitation)
        await page.wait_for_selector("#invited:visible")
        await page.fill("#device", "MPD laptop 14")
        await page.click("#register")
        await page.wait_for_selector("#registering:visible")
        await page.click("#register")
        await page.wait_for_url("**/account")

    async def sign_in(self) -> None:
        """Lock the device and sign in again with the passkey."""
        page = self._page
        await page.reload()
        await page.click("#sign-out")
        await page.wait_for_url("**/sign-in")
        await page.click("#sign-in")
        await page.wait_for_url("**/requests")

    async def ask(self, draft: dict[str, Any]) -> str:
        """Fill in the form, sign on the signer's page, publish; return the request's id."""
        page = self._page
        await page.goto(f"{self._city.officers_url}/requests/new")
        await page.fill("#case-number", draft["case_number"])
        await page.select_option("#offence", draft["offence_code"])
        await page.fill("#reason", draft["reason"])
        await page.fill("#contact", draft["contact"])
        for which in ("from", "until"):
            wall = datetime.fromisoformat(draft[which]).astimezone(ZONE)
            await page.fill(f"#{which}-date", f"{wall:%Y-%m-%d}")
            await page.fill(f"#{which}-time", f"{wall:%H:%M:%S}")
        if draft["by_code"]:
            await page.check("#by-code")
        await self._draw(draft["area"])
        await page.wait_for_selector("#submit:enabled")
        await page.click("#submit")
        await page.wait_for_selector("#signing:visible")
        words = await page.inner_text("#facts")
        need(draft["case_number"] in words, "the signer does not show what is signed")
        need(draft["reason"] in words, "the signer does not show why")
        await page.click("#sign")
        await page.wait_for_url("**/requests/*")
        await page.wait_for_selector("#state[data-state=published]")
        return page.url.rpartition("/")[2]

    async def _draw(self, circle: dict[str, Any]) -> None:
        """Put a circle on the map of the page, as a list of points."""
        await self._page.click("#points-toggle")
        await self._page.fill("#points", circle_words(circle))
        await self._page.click("#points-apply")

    async def registered(self) -> list[str]:
        """Return what a draft's map says of registered cameras: its sentence, then what stands in each square."""
        page = self._page
        await page.goto(f"{self._city.officers_url}/requests/new")
        await page.locator("#registered", has_text="fewer than 5").wait_for()
        return [await page.inner_text("#registered"), *await page.locator(".map-count").all_text_contents()]

    async def look_up(self, request_id: str, circle: dict[str, Any]) -> list[str]:
        """Look up cameras for a request's case; return the sentence on what was found, then the list's lines."""
        page = self._page
        await page.goto(f"{self._city.officers_url}/requests/{request_id}")
        await page.click("#case-link")
        await page.click("#look-up")
        await self._draw(circle)
        await page.get_by_test_id("look-up").click()
        await page.locator("#found-words", has_text=".").wait_for()
        return [await page.inner_text("#found-words"), *await page.locator("#found-rows tr").all_inner_texts()]

    async def door_sheet(self) -> DoorSheet:
        """Open the case's door sheet from the page of a look-up; return what is printed."""
        page = self._page
        await page.click("#door-sheets a")
        await page.emulate_media(media="print")
        code = page.locator("#door-code")
        need(await code.is_visible(), "the door sheet prints no code")
        drawn = await page.get_by_role("img", name="The page that answers this request").inner_html()
        sheet = DoorSheet(code=await code.inner_text(), qr=drawn, pdf=await page.pdf())
        await page.emulate_media(media="screen")
        return sheet

    async def open(self, share_id: str, identity: Path) -> bytes:
        """Open a share on its page with a key file, see that it plays, and save the clip; return its bytes."""
        page = self._page
        await page.goto(f"{self._city.officers_url}/shares/{share_id}")
        await page.set_input_files("#identity-file", identity)
        await page.click("#open")
        await page.wait_for_selector("body[data-clip=verified]")
        async with asyncio.timeout(WAIT_MS / 1000):
            while await page.evaluate("() => document.querySelector('#clip').readyState") < 2:  # noqa: ASYNC110  a page
                await asyncio.sleep(0.1)
        async with page.expect_download() as download:
            await page.click("#save-clip")
        return await asyncio.to_thread((await (await download.value).path()).read_bytes)
