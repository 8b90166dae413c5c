"""A tab that is used again has nothing of the page before, nor of what a test did to it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.browser.panel_stage import NOW, ORIGIN, open_stage, state

if TYPE_CHECKING:
    from tests.browser.tabs import Tabs

LEFT = """async () => {
  localStorage.left = sessionStorage.left = document.cookie = window.name = "left";
  await new Promise((done) => { indexedDB.open("left").onsuccess = ({ target }) => done(target.result.close()); });
  history.pushState(null, "", "/milton-share/settings");
  document.body.addEventListener("mousemove", () => {});
}"""
FOUND = """async () => ({
  kept: [localStorage.length, sessionStorage.length, document.cookie, window.name, history.length],
  databases: (await indexedDB.databases()).map(({ name }) => name),
  dark: matchMedia("(prefers-color-scheme: dark)").matches,
  still: matchMedia("(prefers-reduced-motion: reduce)").matches,
  paper: matchMedia("print").matches,
  size: [innerWidth, innerHeight],
  now: Date.now(),
})"""


def test_a_page_finds_in_a_used_tab_what_it_finds_in_one_that_nobody_used(tabs: Tabs) -> None:
    """Storage, cookies, history, what the tab pretends, where the mouse is, answers of the test before."""
    fresh = open_stage(tabs, state(), alone=True)
    wanted = fresh.page.evaluate(FOUND)
    hovered = fresh.page.locator(":hover").count()
    fresh.close()
    used = open_stage(tabs, state(), width=390, height=844)
    page = used.page
    page.evaluate(LEFT)
    page.mouse.move(200, 200)
    page.emulate_media(color_scheme="dark", reduced_motion="reduce", media="print")
    page.route("**/*", lambda route: route.abort())
    page.context.route("**/*", lambda route: route.abort())
    used.close()
    assert page.evaluate("() => document.title") == "Nothing"
    again = open_stage(tabs, state())
    assert again.page is page
    assert again.page.evaluate(FOUND) == wanted
    assert again.page.locator(":hover").count() <= hovered
    again.close()


def test_a_script_error_fails_who_uses_the_tab_then_and_nobody_after(tabs: Tabs) -> None:
    """Also in a tab that was used before."""
    throws = "() => { queueMicrotask(() => { throw new Error('broken'); }); }"
    open_stage(tabs, state()).close()
    page = open_stage(tabs, state())
    page.page.evaluate(throws)
    with pytest.raises(AssertionError, match="broken"):
        page.close()
    again = open_stage(tabs, state())
    assert again.page.url == f"{ORIGIN}/milton-share"
    again.close()


def test_who_moves_the_clock_of_a_tab_that_others_use_is_told(tabs: Tabs) -> None:
    """It is not given to anybody after."""
    page = open_stage(tabs, state())
    page.page.clock.set_fixed_time(NOW + timedelta(hours=1))
    with pytest.raises(AssertionError, match="alone"):
        page.close()
    again = open_stage(tabs, state())
    assert again.page.evaluate("() => Date.now()") == NOW.timestamp() * 1_000
    again.close()


def test_a_browser_that_asks_elsewhere_gets_nothing(tabs: Tabs) -> None:
    """The server behind a tab is the home's alone."""
    stage = open_stage(tabs, state())
    answer = stage.page.goto("http://elsewhere.test/")
    assert answer is not None
    assert answer.status == 502
    stage.page.goto(ORIGIN)
    stage.close()
