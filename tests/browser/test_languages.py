"""The page in the reader's language: each is a script that only its readers load, also in the middle."""

from __future__ import annotations

import contextlib
import gzip
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.browser.panel_stage import REASON, WWW, Stage, case, open_stage, request, state
from tests.browser.test_panel import PREVIEW, REVIEW, REVIEWING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.browser.tabs import Tabs

    type Open = Callable[..., Stage]

FIRST_LOAD_MAX_BYTES = 80_000  # packed
LATER_MAX_BYTES = 150_000  # each script that comes when it is needed
SAID = {"en": "Nothing waiting", "es": "Nada pendiente"}
OFFENSE = "Entering automobile"
# The language of each piece of text that is shown and holds some words, by the nearest element that names one.
TONGUES = """(words) => {
  const root = document.querySelector("milton-share-panel").shadowRoot;
  const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const found = [];
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    if (text.data.includes(words)) found.push(text.parentElement.closest("[lang]")?.lang);
  }
  return found;
}"""
SPEAK = """(language) => {
  const panel = document.querySelector("milton-share-panel");
  panel.hass = { ...panel.hass, language, locale: { ...panel.hass.locale, language } };
}"""


@pytest.fixture
def stage(tabs: Tabs) -> Iterator[Open]:
    """Open the page; a script error in it fails the test."""
    with contextlib.ExitStack() as stack:

        def opened(event: dict[str, Any] | None = None, **knobs: Any) -> Stage:  # noqa: ANN401
            one = open_stage(tabs, event or state(), **{"preview_path": PREVIEW} | knobs)
            stack.callback(one.close)
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


@pytest.mark.parametrize(("language", "page_language"), [("es", "es"), ("en-GB", "en"), ("fr", "en")])
def test_what_the_police_signed_is_marked_as_their_language_and_not_translated(
    stage: Open, language: str, page_language: str
) -> None:
    """In the list, the review and the last question; to who reads another language it is said why."""
    page = stage(state(request(case())), language=language)
    assert page.page.evaluate(TONGUES, OFFENSE) == ["en"]
    page.page.goto(f"{page.page.url}{REVIEW}")
    page.push(REVIEWING)
    page.find("share-button").click()
    expect(page.find("share-facts")).to_contain_text(OFFENSE)
    assert page.page.evaluate(TONGUES, OFFENSE) == ["en"] * 3
    assert page.page.evaluate(TONGUES, REASON) == ["en"]
    assert page.page.evaluate(TONGUES, "26-104417")[0] == page_language
    expect(page.find("not-translated")).to_have_count(0 if page_language == "en" else 1)


def test_no_language_loads_another_and_each_first_load_is_as_small_as_the_others(stage: Open) -> None:
    """All that the list needs until it is there, packed as Home Assistant sends it."""
    sizes = {}
    for language, words in SAID.items():
        page = stage(language=language)
        loaded: list[str] = []
        page.page.on("request", lambda asked, loaded=loaded: loaded.append(asked.url.rpartition("/")[2]))
        page.page.reload()
        expect(page.find("calm")).to_contain_text(words)
        files = [WWW / name for name in loaded if name.endswith(".js")]
        sizes[language] = sum(len(gzip.compress(file.read_bytes())) for file in files)
        said = "".join(file.read_text(encoding="utf-8") for file in files)
        assert [other for other, others in SAID.items() if others in said] == [language]
    assert max(sizes.values()) < FIRST_LOAD_MAX_BYTES
    assert max(sizes.values()) - min(sizes.values()) < 3_000


def test_what_is_loaded_later_comes_in_small_parts() -> None:
    """Each script of the page and the card that is not in the first load."""
    later = {file.name: len(gzip.compress(file.read_bytes())) for file in WWW.glob("chunk-*.js")}
    assert later
    assert {name: size for name, size in later.items() if size >= LATER_MAX_BYTES} == {}


@pytest.mark.parametrize(("language", "said"), [("en", "Load it again."), ("es", "Cárguela de nuevo.")])
def test_a_page_whose_words_are_gone_says_so(stage: Open, language: str, said: str) -> None:
    """After an update of a running Home Assistant: once, and in the reader's language all the same."""
    page = stage(language=language)
    for file in WWW.glob("chunk-*.js"):
        if any(words in file.read_text(encoding="utf-8") for words in SAID.values()):
            page.page.route(f"**/{file.name}", lambda route: route.abort())
    page.page.reload()
    expect(page.find("no-words")).to_contain_text(said)
