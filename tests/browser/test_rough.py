"""What a camera saw, roughly, before the first cut: in a real browser, by finger, by mouse and by keys."""

from __future__ import annotations

import base64
import contextlib
import subprocess
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import faults
from tests.browser.panel_stage import (
    ASKED_FROM,
    ASKED_UNTIL,
    CASE_ID,
    REQUEST_ID,
    Stage,
    case,
    clip,
    open_stage,
    request,
    state,
    stills,
    text,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.browser.tabs import Tabs

    type Open = Callable[..., Stage]

MINUTE = timedelta(minutes=1)
TIMES = [ASKED_FROM + 15 * number * MINUTE + 2 * MINUTE for number in range(6)]
CLIP = clip(ASKED_FROM + 20 * MINUTE, ASKED_FROM + 21 * MINUTE)


def picture(number: int) -> str:
    """Draw a small JPEG."""
    source = f"color=color=0x{40 * number:02x}80{200 - 30 * number:02x}:size=240x135"
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", source, "-frames:v", "1", "-f", "mjpeg", "-"]
    return base64.b64encode(subprocess.run(command, capture_output=True, check=True).stdout).decode()


@pytest.fixture(scope="module")
def rough() -> dict[str, Any]:
    """Make what the home shows: six pictures."""
    return {"pictures": [{"at": text(at), "jpeg": picture(number)} for number, at in enumerate(TIMES)]}


@pytest.fixture
def stage(tabs: Tabs, rough: dict[str, Any]) -> Iterator[Open]:
    """Open a request at phone size; a script error in the page fails the test."""
    with contextlib.ExitStack() as stack:

        def opened(*cases: dict[str, Any], **knobs: Any) -> Stage:  # noqa: ANN401
            answers = {"rough": rough, "width": 390, "height": 844, "stills": stills()} | knobs
            one = open_stage(tabs, state(request(*(cases or [case()]))), path=f"/request/{REQUEST_ID}", **answers)
            stack.callback(one.close)
            return one

        yield opened


def chosen(page: Stage) -> tuple[str, str]:
    """Return the times that are chosen."""
    return page.find("time-from").inner_text(), page.find("time-until").inner_text()


def test_before_the_first_cut_the_owner_sees_what_the_camera_saw(stage: Open) -> None:
    """Each picture with its time; a tap chooses the part around it, and nothing is cut by that."""
    page = stage()
    pictures = page.find("rough-picture")
    expect(pictures).to_have_count(6)
    expect(pictures.nth(1)).to_contain_text("2:27:00 AM")
    assert page.page.evaluate(
        "[...document.querySelector('milton-share-panel').shadowRoot.querySelectorAll('.rough img')]"
        ".every(({ complete, naturalWidth }) => complete && naturalWidth === 240)"
    )
    assert page.asked("rough") == [{"type": "milton_share/rough", "case_id": CASE_ID}]
    expect(page.page.locator(".rough .inside")).to_have_count(6)
    pictures.nth(1).tap()
    assert chosen(page) == ("2:26:50 AM", "2:28:00 AM")
    expect(page.page.locator(".rough .inside")).to_have_count(1)
    assert page.asked("look") == []


def test_by_keys_alone_a_picture_is_chosen(stage: Open) -> None:
    """Each is a button, and says what it does."""
    page = stage(width=1280, height=900, language="es")
    third = page.find("rough-picture").nth(2)
    expect(third).to_have_attribute("aria-label", "Elegir la parte alrededor de 2:42:00\u00a0a.\u00a0m.")
    third.press("Enter")
    page.find("rough-picture").nth(3).press("Space")
    assert chosen(page)[0] == "2:56:50\u00a0a.\u00a0m."


def test_with_a_clip_they_are_there_for_who_asks(stage: Open) -> None:
    """Nothing is made of them until then; choosing one says that the clip is no longer what is chosen."""
    page = stage(case(state="reviewing", clip=CLIP), preview_path={"path": "/x.mp4", "lives_s": 900})
    expect(page.find("rough-again")).to_be_visible()
    assert page.asked("rough") == []
    page.find("rough-again").locator("summary").tap()
    page.find("rough-picture").first.tap()
    expect(page.find("stale")).to_be_visible()


def test_they_are_asked_for_again_when_there_is_more_to_see(stage: Open) -> None:
    """Footage that another recorder is still giving."""
    page = stage()
    expect(page.find("rough-picture")).to_have_count(6)
    page.push(state(request(case(kept_until=None))))
    page.push(state(request(case(gaps=[]))))
    page.until("window.asked.filter(({ type }) => type === 'milton_share/rough').length === 2")


def test_of_what_is_still_filmed_they_are_asked_for_each_minute_and_not_with_each_file(stage: Open) -> None:
    """What is still to come is a gap that begins where the newest file ends: each would cost the home some seconds."""

    def filmed(seconds: int) -> dict[str, Any]:
        end = ASKED_FROM + timedelta(seconds=seconds)
        return case(footage_until=text(end), gaps=[{"from": text(end), "until": text(ASKED_UNTIL)}])

    page = stage(filmed(4800))
    expect(page.find("rough-picture")).to_have_count(6)
    for seconds in (4810, 4820, 4850, 4860, 4870, 4920):
        page.push(state(request(filmed(seconds))))
    page.until("window.asked.filter(({ type }) => type === 'milton_share/rough').length >= 3")
    assert len(page.asked("rough")) == 3


def test_they_are_asked_for_again_while_all_is_copied_and_once_it_is(stage: Open) -> None:
    """First and last file were there from the start, and nothing is a gap: what lies between came later."""
    page = stage(case(gaps=[], copied=0.1))
    expect(page.find("rough-picture")).to_have_count(6)
    for copied in (0.2, 0.6, 0.7, None):
        page.push(state(request(case(gaps=[], copied=copied))))
    page.until("window.asked.filter(({ type }) => type === 'milton_share/rough').length === 3")
    page.answer("rough", {"refused": "stills_failed"})
    page.push(state(request(case(gaps=[], footage_from=text(ASKED_FROM + MINUTE)))))
    page.until("window.asked.filter(({ type }) => type === 'milton_share/rough').length === 4")
    expect(page.find("rough-picture")).to_have_count(6)  # what was there stays


@pytest.mark.parametrize("answer", [{"refused": "stills_failed"}, {"pictures": []}])
def test_without_them_the_page_is_the_same_but_for_them(stage: Open, answer: dict[str, Any]) -> None:
    """A part can be shown all the same."""
    page = stage(rough=answer)
    expect(page.find("rough-none")).to_contain_text("Show a part to see it")
    expect(page.find("look")).to_be_enabled()


def test_they_break_no_rule_of_accessibility(stage: Open) -> None:
    """As every view, on a phone and a desk, by day and by night."""
    page = stage()
    expect(page.find("rough-picture")).to_have_count(6)
    assert faults(page) == []
