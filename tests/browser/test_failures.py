"""What did not work is said in words, in the reader's language, with what to do: nothing that a program threw."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import faults
from tests.browser.homes import film
from tests.browser.panel_stage import NOW, Stage, case, receipt, request, share, stages, state, stills
from tests.browser.test_own import RECORDED
from tests.browser.test_panel import PEOPLE, PREVIEW, REVIEW, REVIEWING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.browser.tabs import Tabs

    type Open = Callable[..., Stage]

PRIVATE = "camera.driveway of undefined"
LOST = {"breaks": "line"}
WAITING = state(request(case()))
SHARED = state(request(case(state="receipted", share=share(receipts=[receipt(1, "received", NOW)]))))
REFUSED = state(request(case(), refused="revoked"))
SETTINGS, OWN = "/settings", "/own"
# The state, where on the page, what is pressed there, and the command that breaks.
BREAKS: dict[str, tuple[dict[str, Any], str, tuple[str, ...], str]] = {
    "an answer in the list": (WAITING, "", ("not-this-time",), "not_this_time"),
    "an answer in the review": (WAITING, REVIEW, ("not-this-time",), "not_this_time"),
    "a cut": (WAITING, REVIEW, ("look",), "look"),
    "a clip to be played": (REVIEWING, REVIEW, (), "preview_path"),
    "the message as it came": (WAITING, REVIEW, ("raw-message",), "evidence"),
    "receipts to be saved": (SHARED, REVIEW, ("save-evidence",), "evidence"),
    "a refused request to be saved": (REFUSED, REVIEW, ("save-for-auditor",), "evidence"),
    "the search for cameras": (state(), SETTINGS, ("search-cameras",), "cameras__search"),
    "a camera's folder": (state(), SETTINGS, ("edit-camera",), "folder__roots"),
    "a camera's settings": (state(), SETTINGS, ("edit-camera", "save-camera"), "camera__set"),
    "who may share": (state(), SETTINGS, (), "approvers"),
    "a setting of the household": (state(), SETTINGS, ("cap-more",), "household__set"),
    "what is recorded": (state(), OWN, (), "own__recorded"),
}
SAID = {"en": "Load this page again", "es": "Cargue esta página de nuevo"}
AWAY = {"en": "Your Home Assistant can\u2019t be reached.", "es": "No se puede contactar con su Home Assistant."}
PAGE = {"en": "This page can\u2019t be shown just now", "es": "Esta página no se puede mostrar ahora"}


@pytest.fixture
def stage(tabs: Tabs) -> Iterator[Open]:
    """Open the page; a script error in it fails the test."""
    shown = {"preview_path": PREVIEW, "approvers": PEOPLE, "stills": stills(), "own__recorded": RECORDED}
    shown["folder__roots"] = {"roots": ["/media"]}
    with stages(tabs, film=film(), **shown) as opened:
        yield opened


@pytest.mark.parametrize(("name", "language"), [*((name, "en") for name in BREAKS), ("an answer in the review", "es")])
def test_what_failed_is_said_with_what_to_do_and_never_as_a_program_threw_it(
    stage: Open, name: str, language: str
) -> None:
    """Beside what was pressed; nothing of it is in the console either."""
    event, path, pressed, command = BREAKS[name]
    page = stage(event, path=path, language=language, **{command: {"breaks": PRIVATE}})
    told: list[str] = []
    page.page.on("console", lambda line: told.append(line.text))
    for control in pressed:
        page.find(control).first.click()
    alert = page.page.get_by_role("alert").filter(has_text=SAID[language])
    expect(alert).to_be_visible()
    assert "TypeError" not in alert.inner_text()
    assert "driveway" not in alert.inner_text().lower()
    assert [line for line in told if "driveway" in line] == []


@pytest.mark.parametrize("language", ["en", pytest.param("es", marks=pytest.mark.long)])
def test_an_answer_that_a_broken_line_may_have_lost_is_said_to_be_in_doubt(stage: Open, language: str) -> None:
    """Also a PIN's: it may have arrived."""
    page = stage(
        REVIEWING, path=REVIEW, language=language, approve={"breaks": "line"}, not_this_time={"breaks": "line"}
    )
    page.find("share-button").click()
    page.find("pin").fill("271828")
    page.find("share-yes").click()
    expect(page.find("share-error")).to_contain_text(AWAY[language])
    page.find("go-back").click()
    page.find("not-this-time").click()
    expect(page.find("hint")).to_contain_text(AWAY[language])
    assert faults(page) == []


@pytest.mark.parametrize("language", [pytest.param("en", marks=pytest.mark.long), "es"])
def test_a_page_that_gets_no_answer_blames_nobody_and_comes_by_itself(stage: Open, language: str) -> None:
    """A home that still starts knows none of our commands: that is no fault of who reads it."""
    page = stage(state(), language=language, whoami={"refused": "unknown_command"})
    closed = page.find("closed-page")
    expect(closed.get_by_role("heading")).to_have_text(PAGE[language])
    assert "unknown_command" not in closed.inner_text()
    page.answer("whoami", {"refusal": None})
    expect(page.find("list")).to_be_visible(timeout=15_000)
