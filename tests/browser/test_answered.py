"""After an answer what came of it is seen at once, where the person is, and the keyboard is there too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import faults
from tests.browser.panel_stage import BASE, REQUEST_ID, Stage, case, request, share, stages, state
from tests.browser.test_panel import REVIEW
from tests.browser.test_what_each_screen_answers import GO

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.browser.tabs import Tabs

    type Open = Callable[..., Stage]

OTHERS = [request(case(case_id=f"{n:02x}" * 16), request_id=f"{n:064x}") for n in (1, 2)]
EARLIER = [request(case(state="receipted", share=share()), request_id=f"{n:064x}") for n in range(16, 32)]
ASKED = state(OTHERS[0], request(case()), OTHERS[1], *EARLIER)
ANSWERED = state(OTHERS[0], request(case(state="declined")), OTHERS[1], *EARLIER)
ORDER = """() => [...document.querySelector("milton-share-panel").shadowRoot
  .querySelectorAll('[data-test="waiting"], [data-test="answered"]')].map(({ dataset }) => dataset.test)"""


@pytest.fixture
def stage(tabs: Tabs) -> Iterator[Open]:
    """Open the page at phone size; a script error in it fails the test."""
    with stages(tabs, width=390, height=844) as opened:
        yield opened


@pytest.mark.parametrize("told_first", ["the answer", "the state"])
def test_what_came_of_an_answer_in_the_list_stands_where_it_was_asked(stage: Open, told_first: str) -> None:
    """Between what waits, in sight, with the keyboard, whichever comes first; on the next page it is said no more."""
    page = stage(ASKED, not_this_time={"waits": True})
    page.find("waiting").nth(1).locator('[data-test="not-this-time"]').press("Enter")
    page.until("window.go_on !== undefined")
    if told_first == "the state":
        page.push(ANSWERED)
    page.page.evaluate("window.go_on()")
    answered = page.find("answered")
    expect(answered).to_contain_text("You decided not to share, and that is final.")
    page.push(ANSWERED)
    assert page.page.evaluate(ORDER) == ["waiting", "answered", "waiting"]
    heading = answered.get_by_role("heading", name="Not this time")
    expect(heading).to_be_focused()
    expect(heading).to_be_in_viewport()
    assert faults(page) == []
    page.page.evaluate(GO, f"{BASE}/settings")
    expect(answered).to_have_count(0)
    page.page.evaluate(GO, BASE)
    expect(page.find("waiting")).to_have_count(2)
    assert answered.count() == 0


def test_what_came_of_an_answer_in_the_review_stands_first_where_it_leads(stage: Open) -> None:
    """The list, which is long: not among what was earlier, at its end, alone."""
    page = stage(state(request(case()), *EARLIER), path=REVIEW)
    page.find("not-this-time").press("Enter")
    page.push(state(request(case(state="declined")), *EARLIER))
    heading = page.find("answered").get_by_role("heading", name="Not this time")
    expect(heading).to_be_focused()
    expect(heading).to_be_in_viewport()
    expect(page.find("calm")).to_be_visible()
    assert page.find("answered").get_attribute("data-request-id") == REQUEST_ID


def test_an_answer_that_failed_leaves_the_question_where_it_was(stage: Open) -> None:
    """And nothing says that it was taken."""
    page = stage(ASKED, not_this_time={"refused": "storage_failed"})
    page.find("waiting").nth(1).locator('[data-test="not-this-time"]').press("Enter")
    expect(page.page.get_by_role("alert")).to_contain_text("storage")
    assert page.page.evaluate(ORDER) == ["waiting"] * 3


def test_a_request_that_was_answered_says_so_before_what_was_asked(stage: Open) -> None:
    """Who opens it again, or has it open while somebody else of the household answers, reads that first."""
    page = stage(state(request(case())), path=REVIEW)
    page.push(state(request(case(state="declined"))))
    expect(page.find("declined")).to_be_in_viewport()
    expect(page.find("review")).not_to_contain_text("You decide alone")
    above = "(one) => one.getBoundingClientRect().top"
    assert page.find("declined").evaluate(above) < page.find("reason").evaluate(above)
