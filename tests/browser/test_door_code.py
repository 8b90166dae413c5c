"""A door code, typed in a real browser at phone size: it opens its request, waits for it, or is said to be none."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import faults
from tests.browser.panel_stage import BASE, NOW, REQUEST_ID, Stage, case, request, stages, state, text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.browser.tabs import Tabs

    type Open = Callable[..., Stage]

CODE = "md 0a1b 2c3d 4e5f 6g7h"
OTHER = "cd" * 32
TYPED = {"request_id": REQUEST_ID, "keep_until": text(NOW + timedelta(days=5))}
WAITS = {"request_id": None, "keep_until": text(NOW + timedelta(days=10))}
AT = "(path) => location.pathname === path"


@pytest.fixture
def stage(tabs: Tabs) -> Iterator[Open]:
    """Open the page at phone size; a script error in it fails the test."""
    with stages(tabs, width=390, height=844) as opened:
        yield opened


def test_a_code_opens_its_request(stage: Open) -> None:
    """By finger, from the list: the request is shown, and once its footage is held it waits for an answer."""
    page = stage(state(request(by_code=True)))
    page.answer("door_code/enter", TYPED)
    expect(page.find("section-elsewhere")).to_contain_text("Needs the door code")
    page.find("door-code-entry").locator("summary").tap()
    page.find("door-code-text").fill(CODE)
    page.find("enter-door-code").tap()
    page.until(AT, arg=f"{BASE}/request/{REQUEST_ID}")
    assert page.asked("door_code/enter") == [{"type": "milton_share/door_code/enter", "code": CODE}]
    page.push(state(request(case(), by_code=True, code_typed=True)))
    expect(page.find("share-button")).to_be_visible()
    expect(page.find("door-code")).to_have_count(0)


def test_by_keys_alone_it_is_entered_at_its_request(stage: Open) -> None:
    """At a desk, in Spanish; the page stays where it is, says what the code changed, and keeps the keyboard."""
    path = f"/request/{REQUEST_ID}"
    page = stage(state(request(by_code=True)), path=path, width=1280, height=900, language="es")
    page.answer("door_code/enter", TYPED)
    expect(page.find("no-footage")).to_contain_text("¿Le dejaron una nota en la puerta? Escriba su código")
    page.find("door-code-text").focus()
    page.page.keyboard.type(CODE)
    page.page.keyboard.press("Enter")
    page.until("() => window.asked.some(({ type }) => type.endsWith('door_code/enter'))")
    page.push(state(request(by_code=True, code_typed=True)))
    expect(page.find("door-code")).to_have_count(0)
    expect(page.find("no-footage").locator("h2")).to_be_focused()


def test_a_code_that_opens_another_request_leads_there(stage: Open) -> None:
    """From the request that it doesn't open."""
    page = stage(state(request(by_code=True), request(by_code=True, request_id=OTHER)), path=f"/request/{REQUEST_ID}")
    page.answer("door_code/enter", TYPED | {"request_id": OTHER})
    page.find("door-code-text").fill(CODE)
    page.find("enter-door-code").tap()
    page.until(AT, arg=f"{BASE}/request/{OTHER}")


def test_a_wrong_code_is_said_plainly_and_stays_to_be_corrected(stage: Open) -> None:
    """One that can't be a code, one that no request has, and a home that can't write it down."""
    page = stage(state(request(by_code=True)))
    page.find("door-code-entry").locator("summary").tap()
    page.find("door-code-text").fill("MS-AAAA-BBBB-CCCC")
    page.answer("door_code/enter", {"refused": "door_code_form"})
    page.find("enter-door-code").tap()
    expect(page.find("door-code-error")).to_contain_text("a door code.")
    page.answer("door_code/enter", WAITS)
    page.find("enter-door-code").tap()
    expect(page.find("door-code-waits")).to_contain_text("No open request has this code.")
    expect(page.find("door-code-waits")).to_contain_text("until Sun, Nov 22")
    expect(page.find("door-code-error")).to_have_count(0)
    expect(page.find("door-code-text")).to_have_value("MS-AAAA-BBBB-CCCC")
    page.answer("door_code/enter", {"refused": "storage_failed"})
    page.find("enter-door-code").tap()
    expect(page.find("door-code-error")).to_be_visible()


@pytest.mark.parametrize("path", ["", f"/request/{REQUEST_ID}"])
@pytest.mark.parametrize("language", ["en", "es"])
def test_it_breaks_no_rule_of_accessibility(stage: Open, path: str, language: str) -> None:
    """On both pages, with what is said of a code that waits."""
    page = stage(state(request(by_code=True)), path=path, language=language)
    page.answer("door_code/enter", WAITS)
    if path == "":
        page.find("door-code-entry").locator("summary").tap()
    page.find("door-code-text").fill(CODE)
    page.find("enter-door-code").tap()
    expect(page.find("door-code-waits")).to_be_visible()
    assert faults(page) == []
