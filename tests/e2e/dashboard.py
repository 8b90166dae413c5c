"""The card in Home Assistant's own frontend, by mouse: found in the picker, set in the visual editor, in both views."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .evidence import need
from .owner_browser import DASHBOARD, tab

if TYPE_CHECKING:
    from playwright.async_api import Browser, Locator, Page, ViewportSize

    from .home_assistant import HomeAssistant

CARD = "custom:milton-share-card"
COLUMNS = {"title": "Columns", "path": "columns", "type": "masonry", "cards": []}
GRID = {"type": "grid", "cards": [{"type": "heading", "heading": "Hall"}, {"type": CARD}]}
SECTIONS = {"title": "Sections", "path": "sections", "type": "sections", "sections": [GRID]}
NAME = "Hall screen"
DARK, LIGHT = 90, 165  # of 255: the mean of what is behind the card's words
BEHIND = """(card) => {
  let at = card;
  while (at !== null) {
    const [red, green, blue, alpha] = (getComputedStyle(at).backgroundColor.match(/[\\d.]+/g) ?? []).map(Number);
    if (red !== undefined && alpha !== 0) return (red + green + blue) / 3;
    at = at.assignedSlot ?? at.parentElement ?? at.getRootNode().host ?? null;
  }
  return -1;
}"""


def waiting(page: Page) -> Locator:
    """Return the card that says that a request waits, where a dashboard shows it."""
    return page.locator("[data-test=card][data-head=waiting]")


async def add_card(home: HomeAssistant, page: Page, shelf: str) -> None:
    """Put the card on an empty view of a dashboard, with the mouse; ``shelf`` is the view's address."""
    await page.goto(f"{home.url}/{DASHBOARD}/{shelf}?edit=1")
    await page.get_by_role("button", name="Add card").last.click()
    await page.get_by_role("tab", name="By card").click()
    picker = page.locator("hui-card-picker")
    await picker.locator("input").first.fill("Milton")
    await picker.locator(".card", has_text="Milton Share").first.click()
    editor = page.locator("hui-dialog-edit-card")
    await editor.locator("input[name=name]").fill(NAME)
    await editor.locator("ha-switch").first.click()
    await waiting(page).get_by_text(NAME).wait_for()  # the editor's own look at it
    await editor.get_by_text("Save", exact=True).click()
    await editor.locator("input[name=name]").wait_for(state="detached")


async def see_card(page: Page) -> None:
    """See that the card is laid out where it can be read, by day and by night."""
    card = waiting(page)
    await card.get_by_test_id("card-look").wait_for()
    need(await card.count() == 1, "the card is there more than once")
    for scheme in ("dark", "light"):
        await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        await page.wait_for_function(
            "(dark) => document.querySelector('home-assistant').hass.themes.darkMode === dark", arg=scheme == "dark"
        )
        behind = float(await card.evaluate(BEHIND))
        need(
            behind < DARK if scheme == "dark" else behind > LIGHT,
            f"behind the card it is {behind} where it is {scheme}",
        )
    box = await card.bounding_box()
    need(box is not None and box["width"] > 250 and box["height"] > 150, f"the card has no room: {box}")


async def meet_card_by_hand(home: HomeAssistant, browser: Browser, screen: ViewportSize, request_id: str) -> None:
    """Add the card in columns, see it there and in sections, and follow it to the request that waits.

    In a tab of its own: Home Assistant's picker fetches pictures from elsewhere, and its editor leaves errors.
    """
    page = await tab(home, browser, screen)
    async with home.socket() as socket:
        where = {"url_path": DASHBOARD, "title": "Hall", "mode": "storage", "require_admin": False}
        await socket.command("lovelace/dashboards/create", show_in_sidebar=True, **where)
        await socket.command("lovelace/config/save", url_path=DASHBOARD, config={"views": [COLUMNS, SECTIONS]})
    await add_card(home, page, "columns")
    async with home.socket() as socket:
        kept = await socket.command("lovelace/config", url_path=DASHBOARD)
    need(kept["views"][0]["cards"] == [{"type": CARD, "name": NAME, "hide_when_quiet": True}], f"it is kept as {kept}")
    await page.goto(f"{home.url}/{DASHBOARD}/columns")
    await see_card(page)
    await page.goto(f"{home.url}/{DASHBOARD}/sections")
    await see_card(page)
    await waiting(page).get_by_test_id("card-look").click()
    await page.locator(f"[data-test=review][data-request-id='{request_id}']").wait_for()
    await page.context.close()
