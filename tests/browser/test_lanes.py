"""All cameras of a request under each other, on one axis: what each has, what happened, one moment chosen on each."""

from __future__ import annotations

import contextlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import faults
from tests.browser.panel_stage import ASKED_FROM, REQUEST_ID, Stage, case, mark, open_stage, request, state, text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.browser.tabs import Tabs

    type Open = Callable[..., Stage]

MINUTE = timedelta(minutes=1)
DOOR, GATE = "0a" * 16, "0b" * 16
CASES = (
    case(),
    case(
        case_id=DOOR,
        camera_id="id-front-door",
        camera_name="Front door",
        footage_from=text(ASKED_FROM + 30 * MINUTE),
        gaps=[],
    ),
    case(case_id=GATE, camera_id="id-gate", camera_name="Gate", state="received", footage_from=None, gaps=[]),
)
NAMED = mark("other", ASKED_FROM + 58 * MINUTE, ASKED_FROM + 59 * MINUTE) | {"name": "Side gate"}
MARKS = {
    "known": True,
    "marks": [
        mark("ring", ASKED_FROM + 50 * MINUTE),
        mark("motion", ASKED_FROM + 57 * MINUTE, ASKED_FROM + 60 * MINUTE),
        NAMED,
    ],
}


@pytest.fixture
def stage(tabs: Tabs) -> Iterator[Open]:
    """Open a request about three cameras; a script error in the page fails the test."""
    with contextlib.ExitStack() as stack:

        def opened(*cases: dict[str, Any], **knobs: Any) -> Stage:  # noqa: ANN401
            asked = state(request(*(cases or CASES)))
            one = open_stage(tabs, asked, path=f"/request/{REQUEST_ID}", **{"marks": MARKS} | knobs)
            stack.callback(one.close)
            return one

        yield opened


def chosen(page: Stage, case_id: str) -> tuple[str, str]:
    """Return the times that one camera's own timeline shows as chosen."""
    card = page.page.locator(f'[data-test="case"][data-case-id="{case_id}"]')
    return tuple(card.locator(f'[data-test="time-{end}"]').inner_text() for end in ("from", "until"))  # type: ignore[return-value]


def test_each_camera_is_shown_on_the_same_axis_also_one_that_has_nothing(stage: Open) -> None:
    """Recorded parts, gaps, rings, movement, what the owner named; what would be sent; each leads to its own."""
    page = stage()
    lanes = page.find("lane")
    expect(lanes).to_have_count(3)
    expect(lanes.nth(0)).to_contain_text("1 h 23 min recorded of 1 h 30 min asked, 3 events")
    expect(lanes.nth(2)).to_contain_text("nothing recorded, 3 events")
    assert [lanes.nth(number).locator(".cov").count() for number in range(3)] == [2, 1, 0]
    assert [lanes.nth(number).locator(".cut").count() for number in range(3)] == [1, 1, 0]
    for kind in ("ring", "motion", "other"):
        expect(lanes.nth(1).locator(f".mark.{kind}")).to_have_count(1)
    lefts = {lanes.nth(number).locator(".mark.ring").bounding_box()["x"] for number in range(3)}  # type: ignore[index]
    assert len(lefts) == 1, "the same moment is at the same place"
    assert {message["case_id"] for message in page.asked("marks")} == {one["case_id"] for one in CASES}
    expect(lanes.nth(2).locator("button")).to_have_count(0)
    lanes.nth(1).locator("button").click()
    expect(page.page.locator(f'[data-case-id="{DOOR}"] [data-test="handle-from"]')).to_be_focused()


def test_one_camera_alone_has_its_own_timeline_and_no_more(stage: Open) -> None:
    """Nothing is said twice."""
    page = stage(case())
    expect(page.find("track")).to_have_count(1)
    expect(page.find("lanes")).to_have_count(0)


def test_by_keys_alone_a_moment_is_found_and_chosen_on_each_camera(stage: Open) -> None:
    """It begins at the first thing that happened; what each camera has there is said."""
    page = stage()
    moment = page.find("lanes-moment")
    expect(moment).to_have_attribute("aria-valuenow", "3000")
    said = page.find("lanes-said")
    expect(said).to_contain_text("3:00:00 AM")
    expect(said.locator("li")).to_have_text(
        [
            "Driveway: recorded, at home, Doorbell rang",
            "Front door: recorded, at home, Doorbell rang",
            "Gate: nothing recorded, Doorbell rang",
        ]
    )
    for key, second in (
        ("ArrowRight", 3010),
        ("Shift+ArrowRight", 3070),
        ("PageUp", 3670),
        ("PageDown", 3070),
        ("Home", 0),
        ("ArrowLeft", 0),
        ("End", 5400),
        ("ArrowDown", 5390),
        ("ArrowUp", 5400),
    ):
        moment.press(key)
        expect(moment).to_have_attribute("aria-valuenow", str(second))
    moment.press("x")
    expect(page.find("lanes-choose")).to_be_disabled()
    moment.press("Home")
    expect(said.locator("li").nth(1)).to_have_text("Front door: nothing recorded")
    page.find("lanes-choose").press("Enter")
    expect(page.find("lanes-chosen")).to_contain_text("Chosen on 1 camera")
    assert chosen(page, CASES[0]["case_id"]) == ("2:10:00 AM", "2:11:00 AM")
    for _ in range(6):
        moment.press("PageUp")
    expect(page.find("lanes-chosen")).to_be_empty()
    moment.press("Shift+ArrowLeft")
    moment.press("Shift+ArrowLeft")
    expect(said).to_contain_text("Side gate")
    page.find("lanes-choose").press("Enter")
    assert chosen(page, DOOR) == ("3:07:50 AM", "3:09:00 AM")


def test_by_finger_and_by_mouse_a_moment_is_gone_to_on_any_camera(stage: Open) -> None:
    """A tap on a track, a drag along the axis; in a gap the camera is left as it was."""
    page = stage(width=390, height=844)
    moment = page.find("lanes-moment")
    track = page.find("lane").nth(1).locator(".track")
    track.scroll_into_view_if_needed()
    box = track.bounding_box()
    assert box is not None
    track.tap(position={"x": box["width"] * 58 / 90, "y": 8})
    second = int(moment.get_attribute("aria-valuenow") or 0)
    assert abs(second - 58 * 60) < 30
    expect(page.find("lanes-said").locator("li").nth(0)).to_have_text(
        "Driveway: nothing recorded, Something moved, Side gate"
    )
    page.find("lanes-choose").tap()
    expect(page.find("lanes-chosen")).to_contain_text("Chosen on 1 camera")
    assert chosen(page, CASES[0]["case_id"])[0] == "2:10:00 AM"
    axis = moment.bounding_box()
    assert axis is not None
    page.page.mouse.move(axis["x"] + 5, axis["y"] + 20)
    page.page.mouse.down()
    page.page.mouse.move(axis["x"] + axis["width"] / 2, axis["y"] + 20, steps=4)
    page.page.mouse.up()
    page.page.mouse.move(axis["x"] + axis["width"], axis["y"] + 20)
    assert abs(int(moment.get_attribute("aria-valuenow") or 0) - 45 * 60) < 30


def test_it_breaks_no_rule_of_accessibility(stage: Open) -> None:
    """As every view, in the longer language, on a phone and a desk, by day and by night."""
    page = stage(language="es")
    expect(page.find("lane")).to_have_count(3)
    assert faults(page) == []
