"""How an owner chooses several parts of the time: none is lost by trimming another."""

from __future__ import annotations

import contextlib
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.browser.panel_stage import (
    ASKED_FROM,
    ASKED_UNTIL,
    REQUEST_ID,
    Stage,
    case,
    clip,
    mark,
    open_stage,
    request,
    state,
    text,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.browser.tabs import Tabs

    type Open = Callable[..., Stage]

START = ASKED_FROM + timedelta(minutes=20)
FAR = ASKED_FROM + timedelta(minutes=40)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def stage(tabs: Tabs) -> Iterator[Open]:
    """Open a request whose clip shows these parts (none: no clip yet); a script error in the page fails the test."""
    with contextlib.ExitStack() as stack:

        def opened(*parts: tuple[datetime, datetime], **knobs: Any) -> Stage:  # noqa: ANN401
            shown = case(state="reviewing", clip=cut_of(*parts)) if parts else case()
            answers = {"look": {}, "stills": {"refused": "stills_failed"}} | knobs
            one = open_stage(tabs, state(request(shown)), path=f"/request/{REQUEST_ID}", **answers)
            stack.callback(one.close)
            return one

        yield opened


def cut_of(*parts: tuple[datetime, datetime]) -> dict[str, Any]:
    """Return a clip of these parts."""
    ranges = [
        {"from": text(a), "until": text(b), "first_frame": text(a), "stored_ms": 60_000 * n}
        for n, (a, b) in enumerate(parts)
    ]
    return clip(parts[0][0], parts[-1][1], ranges=ranges)


def asked(page: Stage) -> list[tuple[str, str]]:
    """Cut, and return the parts that were asked for, in their order."""
    before = len(page.asked("look"))
    page.find("look").click()
    page.until("(before) => window.asked.filter(({ type }) => type === 'milton_share/look').length > before", before)
    message = page.asked("look")[-1]
    return [(part["from"], part["until"]) for part in (message, *message.get("further", ()))]


def said(*parts: tuple[datetime, datetime]) -> list[tuple[str, str]]:
    """Return parts as a command says them."""
    return [(text(a), text(b)) for a, b in parts]


def test_trimming_one_part_keeps_the_others(stage: Open) -> None:
    """By keys: the chosen one alone moves, and not over its neighbor."""
    page = stage((START, START + MINUTE), (FAR, FAR + MINUTE))
    expect(page.find("stale")).to_have_count(0)
    expect(page.find("parts-total")).to_contain_text("2 parts, 2 min together")
    page.find("handle-until").focus()
    page.page.keyboard.press("Shift+ArrowRight")
    expect(page.find("stale")).to_be_visible()
    page.find("choose-part").nth(1).click()
    start = page.find("handle-from")
    expect(start).to_have_attribute("aria-label", "Driveway, start of part 2")
    start.focus()
    page.page.keyboard.press("ArrowLeft")
    long = timedelta(seconds=70)
    assert asked(page) == said((START, START + long), (FAR - timedelta(seconds=1), FAR + MINUTE))
    page.find("handle-from").focus()
    page.page.keyboard.press("Home")
    assert asked(page) == said((START, START + long), (START + long, FAR + MINUTE))


def test_a_part_is_added_chosen_and_taken_out(stage: Open) -> None:
    """It comes where most is recorded that is not chosen; the keyboard goes on at its handle."""
    page = stage((START, START + MINUTE))
    page.find("add-part").click()
    expect(page.find("choose-part")).to_have_count(2)
    expect(page.find("choose-part").nth(1)).to_have_attribute("aria-pressed", "true")
    expect(page.find("handle-from")).to_be_focused()
    first, second = asked(page)
    assert [first] == said((START, START + MINUTE))
    assert text(START + MINUTE) <= second[0] < second[1]
    page.find("remove-part").first.click()
    expect(page.find("parts")).to_have_count(0)
    assert asked(page) == [second]


def test_a_tap_on_another_part_chooses_it_and_a_drag_stops_at_it(stage: Open) -> None:
    """With a finger, on the overview and at a handle of the track."""
    after = START + 12 * MINUTE
    page = stage((START, START + 10 * MINUTE), (after, after + 10 * MINUTE))
    page.find("overview").evaluate("(track) => track.scrollIntoView({ block: 'center' })")
    overview = page.find("overview").bounding_box()
    assert overview is not None
    share = (after + 5 * MINUTE - ASKED_FROM) / (ASKED_UNTIL - ASKED_FROM)
    page.page.touchscreen.tap(overview["x"] + overview["width"] * share, overview["y"] + 5)
    expect(page.find("choose-part").nth(1)).to_have_attribute("aria-pressed", "true")
    page.find("choose-part").first.click()
    expect(page.find("other-part")).to_have_count(2)
    handle, track = page.find("handle-until").bounding_box(), page.find("track").bounding_box()
    assert handle is not None
    assert track is not None
    touch = page.page.context.new_cdp_session(page.page)
    y = handle["y"] + handle["height"] / 2
    for kind, x in (
        ("touchStart", handle["x"] + handle["width"] / 2),
        ("touchMove", handle["x"] + handle["width"]),
        ("touchMove", track["x"] + track["width"]),
        ("touchEnd", None),
    ):
        points = [] if x is None else [{"x": x, "y": y}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    expect(page.find("parts-total")).to_contain_text("22 min together")
    assert asked(page) == said((START, after), (after, after + 10 * MINUTE))


def test_where_no_part_more_fits_it_is_said_why(stage: Open) -> None:
    """All is chosen, or there are as many parts as a clip can have."""
    page = stage()
    expect(page.find("add-part")).to_be_disabled()
    expect(page.find("no-more-parts")).to_contain_text("All that is recorded is chosen already")
    page.find("handle-until").focus()
    page.page.keyboard.press("PageDown")
    expect(page.find("no-more-parts")).to_have_count(0)
    full = stage(*[(ASKED_FROM + n * MINUTE, ASKED_FROM + n * MINUTE + MINUTE / 2) for n in range(16)], width=390)
    expect(full.find("choose-part")).to_have_count(16)
    expect(full.find("no-more-parts")).to_contain_text("16 parts are the most")


def test_an_event_moves_the_part_that_is_trimmed_and_leaves_the_others(stage: Open) -> None:
    """One that lies in another part chooses that."""
    events = [mark("ring", FAR + 5 * MINUTE), mark("ring", START + MINUTE / 2)]
    parts = ((START, START + 2 * MINUTE), (FAR, FAR + MINUTE))
    page = stage(*parts, marks={"known": True, "marks": events})
    page.find("choose-part").nth(1).click()
    page.find("marks").locator("summary").click()
    page.find("choose-mark").nth(1).click()
    expect(page.find("choose-part").first).to_have_attribute("aria-pressed", "true")
    expect(page.find("stale")).to_have_count(0)
    page.find("choose-part").nth(1).click()
    page.find("choose-mark").first.click()
    ten = timedelta(seconds=10)
    assert asked(page) == said(parts[0], (FAR + 5 * MINUTE - ten, FAR + 6 * MINUTE))
