"""The page in the reader's language: English is there, another is loaded by who reads it, also in the middle."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.browser.panel_stage import Stage, open_stage, state

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser

    type Open = Callable[..., Stage]

SPEAK = """(language) => {
  const panel = document.querySelector("milton-share-panel");
  panel.hass = { ...panel.hass, language, locale: { ...panel.hass.locale, language } };
}"""


@pytest.fixture
def stage(chromium: Browser) -> Iterator[Open]:
    """Open the page; a script error in it fails the test."""
    with contextlib.ExitStack() as stack:

        def opened(**knobs: Any) -> Stage:  # noqa: ANN401
            one = open_stage(chromium, state(), **knobs)
            stack.callback(one.page.context.close)
            return one

        yield opened


def test_who_reads_english_loads_no_other_language_and_may_change(stage: Open) -> None:
    """One script more; and back again without any."""
    page = stage()
    calm = page.find("calm")
    expect(calm).to_contain_text("Nothing waiting")
    loaded: list[str] = []
    page.page.on("request", lambda asked: loaded.append(asked.url))
    page.page.evaluate(SPEAK, "es-419")
    expect(calm).to_contain_text("Nada pendiente")
    assert len(loaded) == 1
    page.page.evaluate(SPEAK, "en-GB")
    expect(calm).to_contain_text("Nothing waiting")
    page.page.evaluate(SPEAK, "es")
    expect(calm).to_contain_text("Nada pendiente")
    assert len(loaded) == 1


def test_a_language_that_can_not_be_loaded_or_is_not_known_is_english(stage: Open) -> None:
    """After an update of a running Home Assistant; in a language that nobody wrote."""
    page = stage()
    page.page.route("**/chunk-*.js", lambda route: route.abort())
    for language in ("es", "fr-CA"):
        page.page.evaluate(SPEAK, language)
        expect(page.find("calm")).to_contain_text("Nothing waiting")
