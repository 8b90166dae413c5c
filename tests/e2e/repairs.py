"""Repairs that have a button, in Home Assistant's own frontend: on a phone, in the dark, in both languages."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .evidence import need
from .owner_browser import PHONE, tab
from .processes import StepError, until
from .town import ROOT

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from playwright.async_api import Browser, Locator, Page

    from .owner import Owner
    from .town import Town

TRANSLATIONS = ROOT / "custom_components" / "milton_share" / "translations"
DIALOG = "dialog-data-entry-flow"
MENDED_WITHIN_S = 30.0
MORE_ROOM_GB = 17
# What of a dialog is cut off, by the words that a person then doesn't read.
CUT_OFF = """(dialog) => {
  const cut = [];
  const walk = (root) => {
    for (const each of root.querySelectorAll("*")) {
      if (each.shadowRoot) walk(each.shadowRoot);
      const { overflowX, textOverflow } = getComputedStyle(each);
      const hides = textOverflow === "ellipsis" || overflowX === "hidden" || overflowX === "clip";
      if (hides && each.clientWidth > 1 && each.scrollWidth > each.clientWidth + 1) cut.push(each.textContent.trim());
    }
  };
  walk(dialog.shadowRoot);
  return cut.filter(Boolean);
}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """One of them: what it is called in the registry and in the words, and which line of its menu mends it."""

    issue_id: str
    key: str
    mends: str
    camera_id: str = ""
    camera: str = ""

    def words(self, language: str) -> dict[str, Any]:
        """Return its words, with what it names in them."""
        text = (TRANSLATIONS / f"{language}.json").read_text()
        words: dict[str, Any] = json.loads(text.replace("{camera}", self.camera))["issues"][self.key]
        return words


@asynccontextmanager
async def shown(town: Town, repair: Repair) -> AsyncIterator[None]:
    """Let a repair be shown that time alone would bring about, until the block ends."""
    fields = {name: getattr(repair, name) for name in ("issue_id", "camera_id", "camera")}
    made = await town.home.flow("days_passed", {**fields, "translation_key": repair.key})
    try:
        yield
    finally:
        await town.home.delete(f"/api/config/config_entries/entry/{made['result']['entry_id']}")


async def phone(town: Town, browser: Browser, language: str) -> Page:
    """Open a phone in the dark, in that language."""
    page = await tab(town.home, browser, PHONE, has_touch=True, dark=True)
    await page.add_init_script(f"localStorage.setItem('selectedLanguage', '\"{language}\"')")
    return page


async def open_repair(town: Town, page: Page, repair: Repair, language: str, pictures: Path) -> Locator:
    """Find it on Settings, Repairs, and open it; all that it says is there to be read."""
    words = repair.words(language)
    await page.goto(f"{town.home.url}/config/repairs")
    await page.get_by_text(words["title"]).first.tap()
    dialog = page.locator(DIALOG)
    step = words["fix_flow"]["step"]["init"]
    for part in (*step["description"].split("\n\n"), *step["menu_options"].values()):
        await dialog.get_by_text(part).first.wait_for()
    await page.screenshot(path=pictures / f"repair-{repair.key}-{language}.png")
    need(not (cut := await dialog.evaluate(CUT_OFF)), f"of {repair.key} in {language} is cut off: {cut}")
    return dialog


async def mend(town: Town, page: Page, repair: Repair, pictures: Path, *fields: str) -> None:
    """Choose what mends it, fill in what that asks, and send it."""
    dialog = await open_repair(town, page, repair, "en", pictures)
    step = repair.words("en")["fix_flow"]["step"]
    await dialog.get_by_text(step["init"]["menu_options"][repair.mends]).first.tap()
    if fields:
        await dialog.get_by_text(step[repair.mends]["description"]).first.wait_for()
        for field in fields:
            await dialog.locator("input").first.fill(field)
        await page.screenshot(path=pictures / f"repair-{repair.key}-form.png")
        await dialog.get_by_role("button", name="Submit").tap()
    await dialog.get_by_text("The issue is repaired!").first.wait_for()


async def mend_by_hand(town: Town, owner: Owner, browser: Browser, pictures: Path) -> None:
    """Mend a camera that is gone, too little room and a hub that has moved; each holds at once."""
    camera = await owner.camera("here")
    named = {"camera_id": camera["camera_id"], "camera": camera["name"]}
    gone = Repair(issue_id=f"camera_gone_{camera['camera_id']}", key="camera_gone", mends="not_asked", **named)
    room = Repair(issue_id="recording_paused", key="recording_paused", mends="room")
    away = Repair(issue_id="hub_away", key="hub_away", mends="hub_address")
    fields = {gone: (), room: (str(MORE_ROOM_GB),), away: (town.city.homes_url,)}
    spanish, english = await phone(town, browser, "es"), await phone(town, browser, "en")
    for repair, typed in fields.items():
        async with shown(town, repair):
            await open_repair(town, spanish, repair, "es", pictures)
            await mend(town, english, repair, pictures, *typed)

    async def mended() -> bool:
        try:
            state = await owner.state()
        except StepError:  # with another address of the hub the home starts anew
            return False
        kept = next(each for each in state["cameras"] if each["camera_id"] == camera["camera_id"])
        return not kept["settings"]["eligible"] and state["household"]["storage_gb"] == MORE_ROOM_GB

    await until(mended, MENDED_WITHIN_S, "a repair changed nothing")
    for page in (spanish, english):
        await page.context.close()
