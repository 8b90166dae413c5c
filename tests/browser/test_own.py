"""Save for myself, in a real browser at phone size: a time, cameras, exact clips, and nothing for anybody else."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import faults
from tests.browser.homes import film
from tests.browser.panel_stage import (
    ASKED_FROM,
    ASKED_UNTIL,
    NOW,
    REQUEST_ID,
    Stage,
    case,
    clip,
    request,
    stages,
    state,
    text,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.browser.tabs import Tabs

    type Open = Callable[..., Stage]

CLIP_ID = "c1" * 16
PATH = {"path": "/api/milton_share/preview/x/y?authSig=z", "lives_s": 900}
FIRST, LAST = NOW - timedelta(minutes=5), NOW  # what the page begins with
NAME = "Driveway 2026-11-12 11.25.00 -0500.mp4"


def recorded(name: str, *spans: tuple[datetime, datetime], **changes: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return what is recorded of a camera."""
    parts = [{"from": text(start), "until": text(end)} for start, end in spans]
    camera_id = f"id-{name.lower().replace(' ', '-')}"
    return {"camera_id": camera_id, "name": name, "recorded": parts, "trouble": None} | changes


RECORDED = [
    recorded("Driveway", (FIRST - timedelta(minutes=10), LAST - timedelta(minutes=1))),
    recorded("Front door", (FIRST, LAST)),
    recorded("Garage"),
    recorded("Shed", trouble="source_away"),
]


def own(**changes: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return what was cut: one clip, and one camera that had nothing."""
    made = {"clip_id": CLIP_ID, "camera_id": "id-driveway", "camera_name": "Driveway", "name": NAME}
    none = {"clip_id": "c2" * 16, "camera_id": "id-garage", "camera_name": "Garage", "name": "Garage.mp4"}
    return {
        "from": text(FIRST),
        "until": text(LAST),
        "audio": False,
        "cutting": None,
        "kept_until": text(NOW + timedelta(hours=1)),
        "clips": [
            made | {"clip": clip(FIRST, LAST), "refused": None, "saved_as": None},
            none | {"clip": None, "refused": "nothing_recorded", "saved_as": None},
        ],
    } | changes


@pytest.fixture
def stage(tabs: Tabs) -> Iterator[Open]:
    """Open the page at phone size; a script error in it fails the test."""
    size = {"width": 390, "height": 844, "path": "/own", "own__recorded": RECORDED, "own__path": PATH}
    with stages(tabs, film=film(), **size) as opened:
        yield opened


HELD = request(
    case(state="lapsed", kept_until=text(NOW + timedelta(hours=5))),
    case(case_id="ce" * 16, camera_id="id-garage", camera_name="Garage", state="lapsed", footage_from=None),
    case(case_id="cf" * 16, camera_id="file-1", camera_name="a.mp4", state="lapsed", file={"name": "a.mp4"}),
    refused="expired",
    expires_at=text(NOW - timedelta(hours=67)),
)


def test_what_is_held_of_a_request_that_expired_can_be_kept_for_oneself(stage: Open) -> None:
    """From its page, with its time and its cameras chosen: an hour of it at most, and no file that one has."""
    there = recorded("Driveway", (ASKED_FROM, ASKED_UNTIL))
    page = stage(state(HELD), path=f"/request/{REQUEST_ID}", own__recorded=[there, recorded("Front door")])
    expect(page.find("held")).to_contain_text("Driveway: 1 h 23 min recorded of 1 h 30 min asked")
    expect(page.find("held")).not_to_contain_text("Garage")
    expect(page.find("held").locator("h2")).to_have_text("Held until Thu, Nov 12, 4:30 PM — 5 h left")
    page.find("held-keep").tap()
    expect(page.find("own-from")).to_have_value("2026-11-10T02:10")
    expect(page.find("own-until")).to_have_value("2026-11-10T03:10")
    expect(page.find("own-camera").first).to_be_checked()
    page.find("own-cut").tap()
    (asked,) = page.asked("own/cut")
    assert asked["camera_ids"] == ["id-driveway"]
    page.find("back").tap()
    page.find("row").tap()
    page.find("held-wipe").tap()
    assert faults(page) == []
    page.find("held-wipe-yes").tap()
    expect(page.find("held-wiped")).to_have_text("Wiped. Nothing left your home.")
    page.push(state(HELD | {"cases": [case(state="lapsed", footage_from=None)]}))
    expect(page.find("held")).to_have_count(0)


def test_the_first_page_leads_there_and_a_time_and_cameras_are_chosen(stage: Open) -> None:
    """By finger: fields, the bar's handles, cameras that have something; then it is cut, and ended while it goes."""
    page = stage(state(), path="")
    page.find("open-own").tap()
    expect(page.page.locator(".bar")).to_contain_text("Save for myself")
    expect(page.find("own-from")).to_have_value("2026-11-12T11:25")
    cameras = page.find("own-camera")
    expect(cameras).to_have_count(4)
    expect(cameras.nth(2)).to_be_disabled()
    expect(cameras.nth(3)).to_be_disabled()
    expect(page.find("own-cut")).to_be_disabled()
    cameras.nth(0).check()
    cameras.nth(1).check()
    page.find("later-from").tap()
    page.find("handle-until").press("Shift+ArrowLeft")
    expect(page.find("own-until")).to_have_value("2026-11-12T11:29:50")
    page.find("own-audio").check()
    page.find("own-cut").tap()
    expect(page.find("own-cut")).to_be_enabled()
    assert page.asked("own/cut") == [
        {
            "type": "milton_share/own/cut",
            "camera_ids": ["id-driveway", "id-front-door"],
            "from": text(FIRST + timedelta(seconds=1)),
            "until": text(LAST - timedelta(seconds=10)),
            "audio": True,
            "masks": [],
        }
    ]
    page.push(state(own=own(cutting=0.4, kept_until=None, clips=[])))
    expect(page.find("own-cutting")).to_have_attribute("value", "40")
    expect(cameras.nth(0)).to_be_disabled()
    page.find("own-stop").tap()
    page.until("window.asked.some(({ type }) => type === 'milton_share/own/stop')")


def test_a_time_that_cannot_be_cut_is_said_and_asks_nothing(stage: Open) -> None:
    """Longer than an hour, backwards, still to come, left out by clocks that went forward; what is refused is said."""
    page = stage(state(), own__cut={"refused": "already_cutting"})
    page.find("own-camera").nth(0).check()
    page.find("own-cut").tap()
    expect(page.find("own-failure")).to_contain_text("being cut already")
    for end, typed, said in (
        ("own-from", "2026-11-12T09:00:00", "an hour or less"),
        ("own-from", "2026-11-12T12:00:00", "at least a second"),
        ("own-until", "2026-11-12T12:30:00", "not over yet"),
        ("own-until", "2026-03-08T02:30:00", "went forward"),
    ):
        page.find(end).fill(typed)
        expect(page.find("own-wrong")).to_contain_text(said)
        expect(page.find("own-cut")).to_be_disabled()


def test_an_hour_that_came_twice_is_asked_about(stage: Open) -> None:
    """When clocks went back; what is asked of the home is UTC."""
    page = stage(state())
    page.find("own-from").fill("2026-11-01T01:30:00")
    page.find("own-until").fill("2026-11-01T01:40:00")
    expect(page.page.locator('input[name="own-from"]')).to_have_count(2)
    page.page.locator('input[name="own-until"]').nth(1).check()
    expect(page.find("own-wrong")).to_contain_text("an hour or less")
    page.page.locator('input[name="own-from"]').nth(1).check()
    expect(page.find("own-wrong")).to_have_count(0)
    page.until("window.asked.at(-1).from === '2026-11-01T06:20:00.000Z'")
    assert page.asked("own/recorded")[-1]["until"] == "2026-11-01T06:50:00.000Z"


def test_a_part_of_the_page_that_is_gone_is_said(stage: Open) -> None:
    """After an update of a running Home Assistant."""
    page = stage(state(), path="")
    page.page.route("**/chunk-*.js", lambda route: route.abort())
    page.find("open-own").tap()
    expect(page.find("part-missing")).to_contain_text("older than your Home Assistant")


def test_a_clip_is_watched_downloaded_saved_and_hidden_in_part(stage: Open) -> None:
    """By the player of the review; a camera that had nothing says so; saved once, thrown away when asked."""
    page = stage(state(own=own()))
    expect(page.find("player")).to_be_visible()
    expect(page.find("own-name")).to_have_text(NAME)
    expect(page.find("own-facts")).to_contain_text("3.2 MB")
    expect(page.find("own-refused")).to_contain_text("Nothing was recorded")
    expect(page.find("own-kept")).to_contain_text("12:30")
    with page.page.expect_download() as download:
        page.find("own-download").tap()
    assert download.value.suggested_filename == NAME
    assert {message["kind"] for message in page.asked("own/path")} == {"clip"}
    page.answer("own/save", {"refused": "no_space"})
    page.find("own-save").tap()
    expect(page.find("own-error")).to_contain_text("no space left")
    page.answer("own/save", {"saved_as": f"milton_share/{NAME}"})
    page.find("own-save").tap()
    page.push(state(own=own(clips=[own()["clips"][0] | {"saved_as": f"milton_share/{NAME}"}])))
    expect(page.find("own-saved")).to_contain_text(NAME)
    expect(page.find("own-save")).to_have_count(0)
    page.find("edit-masks").tap()
    page.find("add-box").tap()
    page.find("own-again").tap()
    page.until("window.asked.some(({ type }) => type === 'milton_share/own/cut')")
    (again,) = page.asked("own/cut")
    assert (again["camera_ids"], again["from"], len(again["masks"][0]["masks"])) == (["id-driveway"], text(FIRST), 1)
    page.find("own-forget").tap()
    page.until("window.asked.some(({ type }) => type === 'milton_share/own/forget')")
    transcoded = clip(FIRST, LAST, preview_sha256="7" * 64)
    page.push(state(own=own(clips=[own()["clips"][0] | {"clip_id": "c3" * 16, "clip": transcoded}])))
    page.until("window.asked.some(({ kind }) => kind === 'preview')")


def test_saving_for_oneself_breaks_no_rule_of_accessibility(stage: Open) -> None:
    """As every view, in the longer language."""
    page = stage(state(own=own()), language="es")
    expect(page.find("own-camera")).to_have_count(4)
    expect(page.find("track")).to_be_visible()
    assert faults(page) == []
