"""Pause everything, in a real browser: begun in the settings, seen on the page and the card, ended by the owner."""

from __future__ import annotations

import contextlib
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import faults
from tests.browser.card_stage import open_dashboard
from tests.browser.panel_stage import NOW, Stage, case, request, stages, state, text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.browser.tabs import Tabs

    type Open = Callable[..., Stage]

NOT_OWNER = {"refusal": None, "is_owner": False, "has_pin": True, "tries_left": 5, "locked_until": None}
PAUSED = {"paused": True, "paused_until": None}
TIMED = {"paused": True, "paused_until": text(NOW + timedelta(days=1))}
ASKED = "(number) => window.asked.filter(({ type }) => type === 'milton_share/household/set').length === number"


@pytest.fixture
def stage(tabs: Tabs) -> Iterator[Open]:
    """Open the page at phone size; a script error in it fails the test."""
    with stages(tabs, width=390, height=844) as opened:
        yield opened


def test_the_owner_pauses_for_as_long_as_is_chosen(stage: Open) -> None:
    """By finger: until it is resumed, for a day, a week, until a time by the wall's clock; never until a past one."""
    page = stage(state(), path="/settings")
    expect(page.page.locator("text=To the police a paused home looks like any other")).to_be_visible()
    page.find("pause").tap()
    page.until(ASKED, arg=1)
    for number, (lasts, days) in enumerate((("day", 1), ("week", 7)), start=2):
        page.find("pause-lasts").select_option(lasts)
        page.find("pause").tap()
        page.until(ASKED, arg=number)
        assert page.asked("household/set")[-1]["pause"] == {"until": text(NOW + timedelta(days=days))}
    assert page.asked("household/set")[0] == {"type": "milton_share/household/set", "pause": {"until": None}}
    page.find("pause-lasts").select_option("time")
    expect(page.find("pause")).to_be_disabled()
    page.find("pause-until").fill("2026-11-12T11:29")
    expect(page.find("pause")).to_be_disabled()
    page.find("pause-until").fill("2026-11-13T08:00")
    page.find("pause").tap()
    page.until(ASKED, arg=4)
    assert page.asked("household/set")[-1]["pause"] == {"until": "2026-11-13T13:00:00.000Z"}
    page.answer("household/set", {"refused": "storage_failed"})
    page.find("pause").tap()
    expect(page.find("household-error").first).to_be_visible()


def test_by_keys_alone_it_is_begun_and_ended(stage: Open) -> None:
    """At a desk, in Spanish."""
    page = stage(state(), path="/settings", width=1280, height=900, language="es")
    page.find("pause-lasts").focus()
    page.page.keyboard.press("ArrowDown")
    expect(page.find("pause-lasts")).to_have_value("day")
    page.find("pause").press("Enter")
    page.until(ASKED, arg=1)
    page.push(state(household=TIMED))
    expect(page.page.locator("text=En pausa hasta vie, 13 nov")).to_be_visible()
    page.find("resume").press("Space")
    page.until(ASKED, arg=2)
    assert page.asked("household/set")[-1]["pause"] is None


def test_while_paused_the_page_says_so_and_claims_nothing_of_cameras(stage: Open) -> None:
    """A request that came meanwhile was looked at by no camera; what waited before can be answered as ever."""
    page = stage(state(request(), request(case(), request_id="cd" * 32), household=TIMED))
    expect(page.find("paused")).to_contain_text("Paused until Fri, Nov 13")
    expect(page.find("waiting")).to_have_count(1)
    expect(page.find("section-unasked")).to_contain_text("Not looked at")
    expect(page.find("section-elsewhere")).to_have_count(0)
    page.find("row").first.tap()
    expect(page.find("unasked")).to_contain_text("no camera was asked")
    expect(page.find("no-footage")).to_have_count(0)
    again = stage(state(request(), household=PAUSED))
    expect(again.find("paused")).to_contain_text("Paused until you resume")
    again.answer("household/set", {"refused": "storage_failed"})
    again.find("resume").tap()
    expect(again.page.locator('[role="alert"]')).to_be_visible()
    again.answer("household/set", None)
    again.find("resume").tap()
    again.until(ASKED, arg=2)
    again.push(state(request()))
    expect(again.find("paused")).to_have_count(0)
    expect(again.find("section-elsewhere")).to_have_count(1)


def test_who_is_not_the_owner_sees_it_and_can_not_end_it(stage: Open) -> None:
    """On the list and in the settings."""
    page = stage(state(household=PAUSED, approver=NOT_OWNER))
    expect(page.find("paused")).to_contain_text("Only the owner")
    expect(page.find("resume")).to_have_count(0)
    other = stage(state(approver=NOT_OWNER), path="/settings")
    for name in ("pause", "pause-lasts"):
        expect(other.find(name)).to_be_disabled()
    other.push(state(approver=NOT_OWNER, household=PAUSED))
    expect(other.find("resume")).to_be_disabled()


def test_the_card_says_it_but_not_on_a_screen_that_others_see(tabs: Tabs) -> None:
    """In a line below; what waits comes first as ever."""
    with contextlib.ExitStack() as stack:
        for options, shown in (({}, 1), ({"without_details": True}, 0)):
            event = state(request(case()), household=TIMED)
            board = open_dashboard(tabs, {"config": options, "event": event})
            stack.callback(board.close)
            expect(board.find("card")).to_be_visible()
            expect(board.find("card-paused")).to_have_count(shown)
            if shown:
                expect(board.find("card-paused")).to_contain_text("Paused until Fri, Nov 13")
                expect(board.find("card-look")).to_be_visible()


def test_that_messages_only_of_matches_are_not_offered_is_said_with_the_reason(stage: Open) -> None:
    """Beside the phones."""
    page = stage(state(), path="/settings")
    expect(page.find("only-matches")).to_contain_text("could tell which of them your cameras saw")
    expect(page.find("only-matches").locator("input, button")).to_have_count(0)


@pytest.mark.parametrize("path", ["", "/settings"])
def test_it_breaks_no_rule_of_accessibility(stage: Open, path: str) -> None:
    """As every view."""
    page = stage(state(request(), household=TIMED), path=path, language="es")
    expect(page.find("resume")).to_be_visible()
    assert faults(page) == []
