"""What the browser does beside the pages that tests look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

EVERYTHING: dict[str, object] = {"filter": [{}]}


@pytest.fixture(scope="module")
def chromium(whole_chromium: Browser) -> Browser:
    """Return the whole of it: the shell renders nothing of its own."""
    return whole_chromium


def test_a_window_renders_the_page_that_is_tested_and_no_other(chromium: Browser, page: Page) -> None:
    """What an address bar suggests cost more than a page: chromium.sh turns it off, by names that may change."""
    page.goto("data:text/html,<!doctype html><title>looked at</title>")
    targets = chromium.new_browser_cdp_session().send("Target.getTargets", EVERYTHING)["targetInfos"]
    assert page.url in {target["url"] for target in targets}
    assert [target["url"] for target in targets if target["url"].startswith("chrome")] == []
