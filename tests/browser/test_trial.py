"""See what would be sent, in a real browser: from a camera's settings, by finger, mouse and keys, and wiped after."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import faults
from tests.browser.homes import film
from tests.browser.panel_stage import CLIP_SHA256, NOW, Stage, camera, clip, stages, state, text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.browser.tabs import Tabs

    type Open = Callable[..., Stage]

CLIP_ID = "c1" * 16
FIRST, LAST = NOW - timedelta(seconds=72), NOW - timedelta(seconds=60)
PATH = {"path": "/api/milton_share/preview/x/y?authSig=z", "lives_s": 900}
FORGOTTEN = "window.asked.some(({ type }) => type === 'milton_share/trial/forget')"


def trial(**changes: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return what was tried of the driveway."""
    made = {"clip_id": CLIP_ID, "camera_id": "id-driveway", "camera_name": "Driveway", "name": "Driveway.mp4"}
    made |= {"clip": clip(FIRST, LAST), "refused": None, "saved_as": None}
    made |= {name: changes.pop(name) for name in ("clip", "refused", "camera_id") if name in changes}
    whole = {"from": text(FIRST), "until": text(LAST), "audio": False, "cutting": None}
    return whole | {"kept_until": text(NOW + timedelta(hours=1)), "clips": [made]} | changes


@pytest.fixture
def stage(tabs: Tabs) -> Iterator[Open]:
    """Open the settings at phone size; a script error in them fails the test."""
    size = {"width": 390, "height": 844, "path": "/settings", "own__path": PATH}
    with stages(tabs, film=film(), **size) as opened:
        yield opened


def test_the_owner_sees_what_would_be_sent_and_it_goes_with_the_page(stage: Open) -> None:
    """By finger: the very bytes, how long, how large, their digest, what stays; wiped when the form is closed."""
    page = stage(state())
    page.find("edit-camera").first.tap()
    page.find("trial-cut").tap()
    page.until("window.asked.some(({ type }) => type === 'milton_share/trial/cut')")
    assert page.asked("trial/cut") == [{"type": "milton_share/trial/cut", "camera_id": "id-driveway"}]
    page.push(state(trial=trial(cutting=0.4, kept_until=None, clip=None)))
    expect(page.find("trial-cutting")).to_have_attribute("value", "40")
    page.push(state(trial=trial()))
    expect(page.find("player")).to_be_visible()
    facts = page.find("trial-facts")
    for said in ("12 s", "3.2 MB", "no sound"):
        expect(facts).to_contain_text(said)
    expect(page.find("trial-sha256")).to_have_text(CLIP_SHA256)
    section = page.find("trial")
    for said in ("Camera names, makes, serial numbers", "Would go to Milton PD, if you shared it", "for you alone"):
        expect(section).to_contain_text(said, ignore_case=True)
    assert [message["kind"] for message in page.asked("own/path")] == ["poster", "clip"]
    assert page.asked("trial/forget") == []
    page.find("close-camera").tap()
    page.until(FORGOTTEN)
    expect(page.find("trial")).to_have_count(0)


def test_by_keys_alone_it_is_begun_stopped_and_thrown_away(stage: Open) -> None:
    """At a desk, in Spanish."""
    page = stage(state(), width=1280, height=900, language="es")
    page.find("edit-camera").first.press("Enter")
    page.find("trial-cut").press("Enter")
    page.push(state(trial=trial(cutting=0.1, kept_until=None, clip=None)))
    page.find("trial-stop").press("Space")
    page.until(FORGOTTEN)
    page.push(state())
    expect(page.find("trial-cut")).to_have_text("Mostrar")
    page.push(
        state(trial=trial(clip=clip(FIRST, LAST, audio="kept", gaps=[{"from": text(FIRST), "until": text(LAST)}])))
    )
    expect(page.find("trial-facts")).to_contain_text("con sonido")
    page.find("trial-forget").press("Enter")
    page.until(f"{FORGOTTEN.replace('some', 'filter')}.length === 2")


def test_who_closes_the_form_before_it_began_leaves_nothing(stage: Open) -> None:
    """The home may still be looking what is recorded."""
    page = stage(state(), trial__cut={"waits": True})
    page.find("edit-camera").first.click()
    page.find("trial-cut").click()
    page.find("close-camera").click()
    page.until(FORGOTTEN)
    page.page.evaluate("window.go_on()")
    page.until(f"{FORGOTTEN.replace('some', 'filter')}.length === 2")
    assert page.page.evaluate("window.asked.at(-1).type") == "milton_share/trial/forget"


def test_a_slow_recorder_can_be_stopped_and_nothing_is_called_a_fault(stage: Open) -> None:
    """Before anything is cut; what it answers afterwards is not wanted, and the next try is a new one."""
    page = stage(state(), trial__cut={"waits": True, "refused": "cut_stopped"})
    page.find("edit-camera").first.click()
    page.find("trial-cut").click()
    expect(page.find("trial")).to_contain_text("Looking what is recorded.")
    expect(page.find("trial-stop")).to_have_text("Stop")
    page.find("trial-stop").press("Enter")
    page.until(FORGOTTEN)
    page.page.evaluate("window.go_on()")
    expect(page.find("trial-cut")).to_be_visible()
    page.answer("trial/cut", {"refused": "nothing_to_try"})
    expect(page.find("trial-refused")).to_have_count(0)
    page.find("trial-cut").click()
    expect(page.find("trial-refused")).to_be_visible()


def test_what_can_not_be_shown_is_said_in_plain_words(stage: Open) -> None:
    """Nothing recorded; a recorder that is away; what was cut to nothing; a page that an update left behind."""
    page = stage(state(), trial__cut={"refused": "nothing_to_try"})
    page.find("edit-camera").first.click()
    page.find("trial-cut").click()
    expect(page.find("trial-refused")).to_contain_text("Nothing is recorded of this camera in the last week")
    page.push(state(trial=trial(clip=None, refused="nothing_recorded")))
    expect(page.find("trial-refused").first).to_contain_text("Nothing was recorded")
    old = stage(state())
    old.page.route("**/chunk-*.js", lambda route: route.abort())
    old.find("edit-camera").first.click()
    expect(old.find("trial-missing")).to_contain_text("older than your Home Assistant")


def test_only_what_could_be_sent_can_be_tried_and_each_camera_shows_its_own(stage: Open) -> None:
    """Indoor cameras have none; of another camera's clip nothing is shown; a reload finds it again."""
    cameras = [camera(), camera("Front door"), camera("Kitchen", placing="indoor", eligible=False)]
    page = stage(state(cameras=cameras, trial=trial(), household={"named": True}))
    page.find("edit-camera").nth(0).click()
    expect(page.find("player")).to_be_visible()
    expect(page.find("trial")).to_contain_text("signature and the camera")
    page.find("edit-camera").nth(1).click()
    expect(page.find("trial")).to_have_count(2)
    expect(page.find("player")).to_have_count(1)
    page.find("edit-camera").nth(2).click()
    expect(page.find("camera-form")).to_have_count(3)
    expect(page.find("trial")).to_have_count(2)
    assert page.page.evaluate("customElements.get('milton-share-trial') !== undefined")


def test_it_breaks_no_rule_of_accessibility(stage: Open) -> None:
    """As every view, in the longer language, on a phone and a desk, by day and by night."""
    page = stage(state(trial=trial(), cameras=[camera()]), language="es")
    page.find("edit-camera").click()
    expect(page.find("player")).to_be_visible()
    assert faults(page) == []
