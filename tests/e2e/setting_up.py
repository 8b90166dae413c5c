"""Setting up by hand, in Home Assistant's own frontend: from its question to a camera that may be asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from playwright.async_api import TimeoutError as NotInTimeError

from .evidence import EvidenceError, need
from .owner import PIN

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page

    from .home_assistant import HomeAssistant

INPUTS_MAX = 18
"""Presses and filled-in fields: at ten seconds each, which is slow, they are three minutes."""

TIMES_MAX = 3
ANSWERS_WITHIN_MS = 30_000  # the city's hub answers in a second; a busy machine takes several


@dataclass(slots=True)
class Hands:
    """Who presses and types, and how often."""

    inputs: int = 0

    async def press(self, control: Locator) -> None:
        """Tap a button, or a box."""
        await control.tap()
        self.inputs += 1

    async def fill(self, field: Locator, text: str) -> None:
        """Type, or paste, into a field."""
        await field.fill(text)
        self.inputs += 1


async def _join(hands: Hands, flow: Locator, link: str) -> None:
    """Give the link until the city's words are asked about: a form that draws itself anew loses what was typed."""
    field, asked = flow.locator("step-flow-form input").first, flow.locator("ha-checkbox")
    for _ in range(TIMES_MAX):
        await hands.fill(field, link)
        await hands.press(flow.get_by_role("button", name="Submit"))
        try:
            await asked.wait_for(timeout=ANSWERS_WITHIN_MS)
        except NotInTimeError:
            continue
        return
    message = f"the city's words are not asked about: {await flow.all_inner_texts()}"
    raise EvidenceError(message)


async def set_up(home: HomeAssistant, page: Page, *, link: str, words: str) -> int:
    """Join by the city's link, compare its words, choose a PIN, let the camera be asked; return how many inputs.

    ``page`` is signed in. Home Assistant's own parts are found by their roles: they are others in each version.
    """
    hands, flow = Hands(), page.locator("dialog-data-entry-flow")
    submit = flow.get_by_role("button", name="Submit")
    await page.goto(f"{home.url}/config/integrations/dashboard/add?domain=milton_share")
    await hands.press(page.get_by_role("button", name="OK"))
    await _join(hands, flow, link)
    need(await flow.get_by_text(words).count() > 0, "the words that are asked about are not the city's")
    await hands.press(flow.locator("ha-checkbox"))
    await hands.press(submit)
    for number in range(2):
        await hands.fill(flow.locator("input[type=password]").nth(number), PIN)
    await hands.press(submit)
    await hands.press(flow.get_by_role("button", name="finish"))
    await page.goto(f"{home.url}/milton-share")
    hands.inputs += 1  # the entry in the sidebar: on a phone two, with the button that opens it
    await hands.press(page.get_by_test_id("choose-cameras"))
    await hands.press(page.get_by_test_id("edit-camera").first)
    await hands.press(page.locator("label", has=page.get_by_test_id("placing-outdoor")))
    await hands.press(page.get_by_test_id("at-home"))
    await hands.press(page.get_by_test_id("form-eligible"))
    await hands.press(page.locator("label", has=page.get_by_test_id("keeps-continuous")))
    await hands.press(page.get_by_test_id("save-camera"))
    await page.get_by_test_id("camera-form").wait_for(state="detached")
    return hands.inputs
