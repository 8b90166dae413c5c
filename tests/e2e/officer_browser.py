"""An officer in front of the pages, in a real Chromium whose security key is the browser's own virtual one."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from playwright.async_api import async_playwright

from .evidence import need
from .processes import StepError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from playwright.async_api import Browser, BrowserContext, Page

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

    def __init__(self, city: City, context: BrowserContext, page: Page) -> None:
        """Name the hub and the tab."""
        self._city = city
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
        return cls(city, context, page)

    async def call(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401  a peer's JSON
        """Make one call with the tab's session; raise StepError with the hub's own words."""
        headers = {"Origin": self._city.officers_url, "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body)
        answer = await self._context.request.fetch(
            self._city.officers_url + path, method=method, data=data, headers=headers
        )
        if not answer.ok:
            message = f"{method} {path}: {answer.status} {(await answer.text())[:500]}"
            raise StepError(message)
        if "json" in answer.headers.get("content-type", ""):
            return await answer.json()
        return await answer.body()

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
        latitude, longitude = (value / 1e7 for value in draft["area"]["center"])
        await page.click("#points-toggle")
        await page.fill("#points", f"circle {latitude:.6f}, {longitude:.6f} {draft['area']['radius_m']} m")
        await page.click("#points-apply")
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
