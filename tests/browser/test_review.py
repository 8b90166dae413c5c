"""How an owner finds the right minute: pictures of the clip, what happened, how sure times are, how long it stays."""

from __future__ import annotations

import contextlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import faults
from tests.browser.homes import film
from tests.browser.panel_stage import (
    ASKED_FROM,
    CASE_ID,
    CLIP_SHA256,
    NOW,
    REQUEST_ID,
    TILES,
    Stage,
    case,
    clip,
    mark,
    open_stage,
    request,
    share,
    state,
    stills,
    text,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.browser.tabs import Tabs

    type Open = Callable[..., Stage]

REVIEW = f"/request/{REQUEST_ID}"
START = ASKED_FROM + timedelta(minutes=50)
CLIP = clip(START, START + timedelta(seconds=12))
PREVIEW = {"path": "/api/milton_share/preview/x/y?authSig=z", "lives_s": 900}
MARKS = {
    "known": True,
    "marks": [
        mark("motion", ASKED_FROM + timedelta(minutes=20), ASKED_FROM + timedelta(minutes=21)),
        mark("ring", ASKED_FROM + timedelta(minutes=50, seconds=5)),
        mark("motion", ASKED_FROM + timedelta(minutes=57), ASKED_FROM + timedelta(minutes=60)),
    ],
}
FILM_MS = 2_000
COME_MS = 15_000  # the page asks again after five seconds
SHARED = {"preview_path": PREVIEW, "stills": stills(), "marks": MARKS}


@pytest.fixture
def stage(tabs: Tabs) -> Iterator[Open]:
    """Open a request; a script error in the page fails the test."""
    with contextlib.ExitStack() as stack:

        def opened(*cases: dict[str, Any], **knobs: Any) -> Stage:  # noqa: ANN401
            one = open_stage(tabs, state(request(*cases)), path=REVIEW, film=film(), **SHARED | knobs)
            stack.callback(one.close)
            return one

        yield opened


def looking(**changes: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return a case whose clip is looked at."""
    return case(state="reviewing", clip=CLIP | changes)


def test_how_far_recordings_are_copied_is_shown_until_all_are_here(stage: Open) -> None:
    """A range of hours comes from another recorder in minutes."""
    page = stage(case(copied=0.416))
    expect(page.find("copying")).to_contain_text("41 % of this time is here")
    expect(page.find("copying").locator("progress")).to_have_attribute("value", "41")
    assert faults(page) == []
    page.push(state(request(case())))
    expect(page.find("copying")).to_have_count(0)


def test_the_strip_is_looked_through_by_keys_and_by_touch(stage: Open) -> None:
    """It moves the player, and says the wall time that is shown."""
    page = stage(looking(), stills=stills(FILM_MS))
    assert page.asked("stills")[0] | {"type": ""} == {"type": "", "case_id": CASE_ID, "sha256": CLIP_SHA256}
    strip = page.find("strip")
    strip.focus()
    page.page.keyboard.press("ArrowRight")
    expect(strip).to_have_attribute("aria-valuenow", "1")
    page.page.keyboard.press("End")
    expect(strip).to_have_attribute("aria-valuenow", str(TILES - 1))
    page.page.keyboard.press("PageDown")
    page.page.keyboard.press("Home")
    expect(strip).to_have_attribute("aria-valuenow", "0")
    box = strip.bounding_box()
    assert box is not None
    page.page.mouse.click(box["x"] + box["width"] / 2 + 1, box["y"] + 20)
    expect(strip).to_have_attribute("aria-valuenow", str(TILES // 2))
    expect(strip).to_have_attribute("aria-valuetext", "Tue, Nov 10, 3:00:01 AM")
    seconds = page.find("player").evaluate("(video) => video.currentTime")
    assert seconds == pytest.approx(FILM_MS / 2000, abs=0.1)
    page.page.keyboard.press("x")  # any other key is the browser's


def test_the_poster_is_seen_before_the_film_and_the_sheet_when_it_is_opened(stage: Open) -> None:
    """Both are of this clip alone."""
    page = stage(looking())
    expect(page.find("player")).to_have_attribute("poster", stills()["poster"])
    expect(page.find("sheet-picture")).to_be_hidden()
    page.find("sheet").locator("summary").click()
    expect(page.find("sheet-picture")).to_be_visible()
    expect(page.find("sheet-picture")).to_have_attribute("src", stills()["sheet"])


def test_a_clip_without_pictures_is_looked_at_all_the_same(stage: Open) -> None:
    """They could not be made: the player is there, the strip isn't, nothing else is missing."""
    page = stage(looking(), stills={"refused": "stills_failed"}, marks={"refused": "unknown_request"})
    expect(page.find("player")).to_be_visible()
    expect(page.find("handle-from")).to_be_visible()
    expect(page.find("strip")).to_have_count(0)
    expect(page.find("marks")).to_have_count(0)


def test_pictures_that_could_not_be_made_at_once_come_by_themselves(stage: Open) -> None:
    """The line to the home was lost for a moment, or a child failed while the machine had too much to do."""
    page = stage(looking(), stills={"breaks": "line"}, marks={"breaks": "line"})
    expect(page.find("player")).to_be_visible()
    page.answer("marks", MARKS)
    page.answer("stills", stills())
    expect(page.find("strip")).to_be_visible(timeout=COME_MS)
    expect(page.find("player")).to_have_attribute("poster", stills()["poster"])
    expect(page.find("overview").locator(".mark.ring")).to_have_count(1)


def test_what_happened_is_on_the_timeline_and_in_words(stage: Open) -> None:
    """A ring and movements; who can't see the marks reads and chooses them."""
    page = stage(looking())
    assert page.asked("marks")[0]["case_id"] == CASE_ID
    expect(page.find("overview").locator(".mark.ring")).to_have_count(1)
    expect(page.find("overview").locator(".mark.motion")).to_have_count(2)
    expect(page.find("marks").locator("summary")).to_have_text("3 events in this time")
    page.find("marks").locator("summary").click()
    rows = page.find("choose-mark")
    expect(rows).to_have_count(3)
    assert " ".join(rows.nth(1).inner_text().split()) == "3:00:05 AM Doorbell rang"
    assert " ".join(rows.nth(0).inner_text().split()) == "2:30:00 AM Something moved 1 min"
    rows.nth(1).click()
    ring_s = 50 * 60 + 5
    expect(page.find("handle-from")).to_have_attribute("aria-valuenow", str(ring_s - 10))
    expect(page.find("handle-until")).to_have_attribute("aria-valuenow", str(ring_s + 60))
    expect(page.find("stale")).to_be_visible()


def test_a_home_that_remembers_nothing_shows_no_events(stage: Open) -> None:
    """No recorder, or an empty one."""
    for marks in ({"known": False, "marks": []}, {"known": True, "marks": []}):
        page = stage(looking(), marks=marks)
        expect(page.find("track")).to_be_visible()
        expect(page.find("marks")).to_have_count(0)


@pytest.mark.parametrize(
    ("clock", "said"),
    [
        ({"offset_ms": 0, "uncertainty_ms": 150}, "These times are right to about 0.2 s."),
        (
            {"offset_ms": -41_800, "uncertainty_ms": 600},
            "These times are right to about 0.6 s. The camera\u2019s own clock was 41.8 s ahead; that is corrected.",
        ),
        (
            {"offset_ms": 1_500, "uncertainty_ms": 1_000},
            "These times are right to about 1.0 s. The camera\u2019s own clock was 1.5 s behind; that is corrected.",
        ),
        ({"offset_ms": 0, "uncertainty_ms": 300_000}, "These times are right to about 5 min."),
        (
            {"offset_ms": 0, "uncertainty_ms": 7_200_000, "clock_method": "owner"},
            "These times are right to about 120 min.",
        ),
    ],
)
def test_how_sure_the_times_are_is_said_in_plain_words(stage: Open, clock: dict[str, object], said: str) -> None:
    """Never surer than is known: rounded up."""
    expect(stage(looking(**clock)).find("clock")).to_have_text(said)


def test_a_home_whose_clock_nobody_sets_says_so(stage: Open) -> None:
    """No number is given for what has no bound."""
    page = stage(looking(offset_ms=0, uncertainty_ms=3_600_300))
    expect(page.find("clock")).to_contain_text("no time service sets this home\u2019s clock")
    assert "is-warn" in (page.find("clock").get_attribute("class") or "")


def test_a_camera_that_changed_the_size_of_its_picture_is_told_of_beside_what_will_be_sent(stage: Open) -> None:
    """Only then: what is seen is drawn in one size, and its owner would not know why it is less sharp."""
    case = looking()
    resized = case | {"clip": case["clip"] | {"resized_at": [case["clip"]["from"]]}}
    expect(stage(resized).find("resized")).to_contain_text("changed the size of its picture at")
    expect(stage(case).find("resized")).to_have_count(0)


def test_a_camera_whose_clock_was_put_meanwhile_is_told_of(stage: Open) -> None:
    """Only then."""
    expect(stage(looking() | {"clock_put": True}).find("clock-put")).to_contain_text("clock was changed")
    expect(stage(looking()).find("clock-put")).to_have_count(0)


def test_recordings_for_the_court_are_counted_down_beside_the_share(stage: Open) -> None:
    """None where none are kept."""
    kept = text(NOW + timedelta(days=300))
    page = stage(case(state="receipted", share=share(), clip=CLIP, kept_until=kept))
    expect(page.find("kept-for-court")).to_contain_text("300 days left")
    other = stage(case(state="receipted", share=share(), clip=CLIP, kept_until=None))
    expect(other.find("receipt").first).to_be_visible()
    expect(other.find("kept-for-court")).to_have_count(0)


def test_how_long_recordings_stay_is_counted_down(stage: Open) -> None:
    """To the minute at the end, while the page stands open."""
    until = NOW + timedelta(days=2, hours=3, minutes=10)
    page = stage(looking() | {"kept_until": text(until)}, alone=True)
    expect(page.find("kept-until")).to_have_text(
        "Kept until Sat, Nov 14, 2:40 PM — 2 days 3 hours left. Then it is wiped, unless you share it."
    )
    page.page.clock.set_fixed_time(until - timedelta(minutes=12))
    page.page.clock.fast_forward(31_000)
    expect(page.find("kept-until")).to_contain_text("12 minutes left")


def test_recordings_that_there_is_no_room_for_are_told_of(stage: Open) -> None:
    """What will be lost, and what can be done about it."""
    page = stage(looking() | {"hold_trouble": "hold_quota"})
    expect(page.find("hold-trouble")).to_contain_text("The room for kept recordings is full")
    other = stage(looking() | {"hold_trouble": "source_away", "kept_until": text(NOW)})
    expect(other.find("hold-trouble")).to_be_visible()


def test_all_of_it_is_said_in_spanish(stage: Open) -> None:
    """Every sentence of these."""
    page = stage(looking(offset_ms=-41_800, uncertainty_ms=600), language="es")
    expect(page.find("clock")).to_have_text(
        "Estas horas son exactas con un margen de 0,6 s. El reloj de la cámara iba 41,8 s adelantado; está corregido."
    )
    expect(page.find("kept-until")).to_contain_text("quedan 8 días")
    expect(page.find("marks").locator("summary")).to_have_text("3 sucesos en este tiempo")
    expect(page.find("strip")).to_have_attribute("aria-label", "Recorrer el vídeo")


def test_it_fits_and_can_be_read_and_pressed(stage: Open) -> None:
    """On a phone and on a desk, by day and by night."""
    page = stage(looking() | {"hold_trouble": "hold_quota"})
    page.find("marks").locator("summary").click()
    page.find("sheet").locator("summary").click()
    expect(page.find("sheet-picture")).to_be_visible()
    assert faults(page) == []
