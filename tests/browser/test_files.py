"""Adding a file on the page, in a real browser in front of a scripted Home Assistant: what is sent, shown and said."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import faults
from tests.browser.homes import film
from tests.browser.panel_stage import (
    ASKED_FROM,
    CASE_ID,
    REQUEST_ID,
    Stage,
    camera,
    case,
    open_stage,
    request,
    state,
    text,
)
from tests.browser.tabs import Reply

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Request

    from tests.browser.tabs import Tabs

    type Open = Callable[..., Stage]

REVIEW = f"/request/{REQUEST_ID}"
PATH = {"path": "/api/milton_share/file_picture/x?authSig=z", "lives_s": 900}
AT = ASKED_FROM + timedelta(minutes=20)
SHOWN = "Tue, Nov 10, 2:30:00 AM"  # on the clock of the house
# As a person does who chooses a file: one of 40 MB, which the test need not carry to the browser.
CHOOSE_LARGE = """() => {
  const send = XMLHttpRequest.prototype.send;
  XMLHttpRequest.prototype.send = function (body) {
    window.sending = this; // a browser says nothing of its progress where its requests are answered for it
    send.call(this, body);
  };
  const field = document.querySelector("milton-share-panel").shadowRoot.querySelector('[data-test="file-input"]');
  const chosen = new DataTransfer();
  chosen.items.add(new File([new Uint8Array(40_000_000)], "film.mp4", { type: "video/mp4" }));
  field.files = chosen.files;
  field.dispatchEvent(new Event("change"));
}"""
OTHER_ID = "7" * 32
MAKERS = ("ring", "blink", "arlo", "eufy", "nest", "wyze", "dash_cam", "other")
VIDEO = {"name": "Ring Tür.mp4", "mimeType": "video/mp4", "buffer": b"film" * 100}


def candidate(at: datetime, **changes: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return a time that a file says."""
    offered = {"at": text(at), "origin": "name", "kind": "ring", "doubt": None, "precision_s": 1, "fits": True}
    return offered | changes


def added(**changes: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return the case of a file whose time nobody has said yet."""
    file = {
        "name": "RingVideo_20261110_023000.mp4", "size_bytes": 4_200_000, "length_ms": 31_000, "width": 1920,
        "height": 1080, "sound": True, "anew_ms": [], "candidates": [candidate(AT)], "at": None, "uncertainty_s": None,
        "camera_id": None,
    }  # fmt: skip
    file |= {key: changes.pop(key) for key in list(changes) if key in file}
    nothing = {"footage_from": None, "footage_until": None, "gaps": [], "state": "received"}
    return case(camera_id="file.1", camera_name=file["name"], file=file, **nothing | changes)


@pytest.fixture
def stage(tabs: Tabs) -> Iterator[Open]:
    """Open the page of one request; a script error in it fails the test."""
    with contextlib.ExitStack() as stack:

        def opened(*cases: dict[str, Any], **knobs: Any) -> Stage:  # noqa: ANN401
            event = state(
                request(*cases), **{name: knobs.pop(name) for name in ("cameras", "folders") if name in knobs}
            )
            one = open_stage(tabs, event, path=REVIEW, film=film(), **{"file__picture_path": PATH} | knobs)
            stack.callback(one.close)
            return one

        yield opened


def test_a_file_goes_to_the_home_with_its_name_and_the_owner_s_token(stage: Open) -> None:
    """Its bytes are the body; its name is in a header, for a query would stand in access logs."""
    page = stage()
    with page.page.expect_request("**/api/milton_share/file/*") as sent:
        page.find("file-input").set_input_files(VIDEO)
    asked: Request = sent.value
    assert asked.url.endswith(f"/api/milton_share/file/{REQUEST_ID}")
    assert asked.headers["authorization"] == "Bearer token-of-olivia"
    assert asked.headers["x-file-name"] == "Ring%20T%C3%BCr.mp4"
    expect(page.find("adding")).to_have_count(0)
    assert page.uploaded == [VIDEO["buffer"]]
    assert page.asked("file/check") == [{"type": "milton_share/file/check", "request_id": REQUEST_ID}]


def test_what_is_refused_is_said_in_words(stage: Open) -> None:
    """Before anything is sent, or by the answer; and it can be tried again."""
    page = stage(upload=Reply(status=403, body=b'{"error": "not_a_video"}', kind="application/json"))
    page.find("file-input").set_input_files(VIDEO)
    expect(page.find("add-file-error")).to_contain_text("read this as a video")
    page.answer("file/check", {"refused": "expired"})
    page.find("file-input").set_input_files(VIDEO)
    expect(page.find("add-file-error")).to_contain_text("expired")
    page.answer("file/check", None)
    page.page.route("**/api/milton_share/file/*", lambda route: route.abort())
    page.find("file-input").set_input_files(VIDEO)
    expect(page.find("add-file-error")).to_contain_text("did not come whole")


def test_a_file_that_is_on_its_way_can_be_stopped(stage: Open) -> None:
    """How much of it has gone stands there until then; nothing is called a fault, and another can be chosen."""
    page = stage()
    page.page.route("**/api/milton_share/file/*", lambda _route: None)  # a home that never answers
    with page.page.expect_request("**/api/milton_share/file/*") as sent:
        page.page.evaluate(CHOOSE_LARGE)
    page.page.evaluate("window.sending.upload.dispatchEvent(new ProgressEvent('progress', { loaded: 12_000_000 }))")
    expect(page.find("adding")).to_contain_text("Taking film.mp4 in: 12.0 MB of 40.0 MB")
    expect(page.find("adding").locator("progress")).to_have_attribute("value", "12000000")
    expect(page.find("file-input")).to_be_disabled()
    with page.page.expect_event("requestfailed", lambda failed: failed == sent.value):
        page.find("stop-file").click()
    expect(page.find("file-stopped")).to_have_text("Stopped. Nothing of the file was kept.")
    expect(page.find("adding")).to_have_count(0)
    expect(page.find("add-file-error")).to_have_count(0)
    expect(page.find("file-input")).to_be_enabled()


def test_a_file_that_is_stopped_before_it_began_is_not_sent(stage: Open) -> None:
    """While the home is asked whether it may be added."""
    page = stage(file__check={"waits": True})
    sent: list[str] = []
    page.page.on("request", lambda one: sent.append(one.url))
    page.find("file-input").set_input_files(VIDEO)
    page.find("stop-file").click()
    page.page.evaluate("window.go_on()")
    expect(page.find("file-stopped")).not_to_be_empty()
    assert sent == []


def test_the_owner_reads_where_a_files_own_time_begins_anew(stage: Open) -> None:
    """And what that does to the times after it; of other files nothing is said."""
    page = stage(added(anew_ms=[10_000, 75_000]))
    expect(page.find("file-anew")).to_contain_text("begins anew after 10 s, 1 min 15 s")
    expect(page.find("file-anew")).to_contain_text("too early")
    expect(stage(added()).find("file-picture")).to_be_visible()
    expect(stage(added()).find("file-anew")).to_have_count(0)


def test_the_owner_confirms_what_the_name_says_beside_the_picture(stage: Open) -> None:
    """The picture is there, the time in the house's zone with where it comes from; a minute is the first offer."""
    page = stage(added())
    expect(page.find("file-picture")).to_be_visible()
    expect(page.find("no-footage")).to_have_count(0)  # there is something to decide
    expect(page.find("candidate").locator("..")).to_contain_text(SHOWN)
    expect(page.find("candidate").locator("..")).to_contain_text("by its name")
    page.find("confirm-file").click()
    assert page.asked("file/confirm") == [
        {"type": "milton_share/file/confirm", "case_id": CASE_ID, "at": text(AT), "uncertainty_s": 60,
         "camera_id": None},
    ]  # fmt: skip


def test_a_file_without_its_time_is_found_again_in_the_list(stage: Open) -> None:
    """Whoever left before saying it; not called a request without footage."""
    page = stage(added())
    page.find("back").click()
    expect(page.find("row")).to_contain_text("A file needs its time")
    expect(page.find("row")).not_to_contain_text("No footage")


def test_the_owner_says_another_time_and_how_sure_and_which_camera(stage: Open) -> None:
    """On the clock of the house; what is sent is UTC."""
    page = stage(added(candidates=[candidate(AT - timedelta(hours=5), origin="created", fits=False)]))
    expect(page.find("candidate").locator("..")).to_contain_text("outside the time asked for")
    page.find("another-time").check()
    page.find("typed-time").fill("2026-11-10T02:31:07")
    page.find("sure").select_option("5")
    page.find("filmed-by").select_option("id-driveway")
    page.find("confirm-file").click()
    (said,) = page.asked("file/confirm")
    assert (said["at"], said["uncertainty_s"], said["camera_id"]) == (
        text(datetime(2026, 11, 10, 7, 31, 7, tzinfo=UTC)), 5, "id-driveway",
    )  # fmt: skip


def test_nobody_is_surer_of_a_name_of_minutes_than_it_is(stage: Open) -> None:
    """It is read as the first second of its minute; who sees the second in the picture says that one."""
    page = stage(added(candidates=[candidate(AT, precision_s=60), candidate(AT + timedelta(hours=1))]))
    minute, other = page.find("candidate").first, page.find("candidate").last
    expect(minute.locator("..")).to_contain_text("it says no seconds")
    expect(other.locator("..")).not_to_contain_text("it says no seconds")
    soon = page.find("sure").locator("option").first
    expect(soon).to_be_disabled()
    other.check()
    page.find("sure").select_option("5")
    minute.check()
    expect(soon).to_be_disabled()
    expect(page.find("sure")).to_have_value("60")
    page.find("confirm-file").click()
    page.find("change-file-time").click()
    page.find("another-time").check()
    page.find("sure").select_option("5")
    page.find("confirm-file").click()
    first, second = page.asked("file/confirm")
    assert (first["at"], first["uncertainty_s"]) == (text(AT), 60)
    assert second["uncertainty_s"] == 5


def test_the_hour_that_comes_twice_is_asked_about(stage: Open) -> None:
    """Typed or by the name: the owner says which; and an hour that was left out is told."""
    first = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    twice = [candidate(first, doubt="repeated_hour"), candidate(first + timedelta(hours=1), doubt="repeated_hour")]
    page = stage(added(candidates=twice))
    expect(page.find("candidate").first.locator("..")).to_contain_text("1:30:00 AM EDT")
    expect(page.find("candidate").last.locator("..")).to_contain_text("1:30:00 AM EST")
    page.find("another-time").check()
    page.find("typed-time").fill("2026-11-01T01:30:00")
    page.find("which-second").check()
    page.find("confirm-file").click()
    assert page.asked("file/confirm")[0]["at"] == text(first + timedelta(hours=1))
    page.find("change-file-time").click()
    page.find("another-time").check()
    page.find("typed-time").fill("2026-03-08T02:30:00")
    expect(page.find("no-such-hour")).to_be_visible()
    expect(page.find("confirm-file")).to_be_disabled()


def test_a_file_that_is_taken_away_leaves_nothing_of_itself_in_the_next_ones_form(stage: Open) -> None:
    """Neither its picture nor its time: the next one's would be said to have been filmed then."""
    second = added(case_id=OTHER_ID, candidates=[candidate(AT + timedelta(hours=1))])
    page = stage(added(), second)
    expect(page.find("file-form")).to_have_count(2)
    page.push(state(request(second)))
    expect(page.find("file-form")).to_have_count(1)
    page.find("confirm-file").click()
    (said,) = page.asked("file/confirm")
    assert (said["case_id"], said["at"]) == (OTHER_ID, text(AT + timedelta(hours=1)))


def test_the_time_that_was_said_stays_when_another_word_is_changed(stage: Open) -> None:
    """Whoever comes back to name the camera: the file's own reading doesn't take the place of the owner's."""
    said = AT + timedelta(minutes=7, seconds=43)
    page = stage(added(at=text(said), uncertainty_s=300))
    page.find("change-file-time").click()
    expect(page.find("another-time")).to_be_checked()
    page.find("filmed-by").select_option("id-driveway")
    page.find("confirm-file").click()
    assert page.asked("file/confirm") == [
        {"type": "milton_share/file/confirm", "case_id": CASE_ID, "at": text(said), "uncertainty_s": 300,
         "camera_id": "id-driveway"},
    ]  # fmt: skip


@pytest.mark.parametrize("which", ["first", "second"])
def test_of_an_hour_that_comes_twice_the_one_that_was_said_stays(stage: Open, which: str) -> None:
    """It is what is sent, and what is seen to be chosen."""
    said = datetime(2026, 11, 1, 5 + (which == "second"), 30, tzinfo=UTC)
    page = stage(added(candidates=[], at=text(said), uncertainty_s=60))
    page.find("change-file-time").click()
    expect(page.find(f"which-{which}")).to_be_checked()
    page.find("confirm-file").click()
    assert page.asked("file/confirm")[0]["at"] == text(said)


def test_a_file_with_a_time_is_looked_at_like_any_camera_s(stage: Open) -> None:
    """Its card stands beside the clip's; the time can be changed, and the file taken away."""
    held = {"state": "held", "footage_from": text(AT), "footage_until": text(AT + timedelta(seconds=31))}
    page = stage(added(at=text(AT), uncertainty_s=60, **held))
    expect(page.find("file-time")).to_contain_text(SHOWN)
    expect(page.find("case")).to_contain_text("RingVideo_20261110_023000.mp4")
    expect(page.find("file-form")).to_have_count(0)
    page.answer("file/remove", {"refused": "already_decided"})
    page.find("remove-file").click()
    expect(page.find("file-error")).to_contain_text("decided already")


def test_a_camera_whose_app_alone_has_recordings_says_so_with_steps_and_times(stage: Open) -> None:
    """In the settings and in a request that it looks at: what to open, what to look for, how long it is kept."""
    ring = camera("Front door", footage="app", maker="ring", doorbell=True, can_record=False)
    waiting = case(camera_id="id-front-door", camera_name="Front door", state="received", footage_from=None, gaps=[])
    page = stage(waiting, cameras=[camera(), ring])
    expect(page.find("in-app")).to_contain_text("Only in the Ring app")
    expect(page.find("in-app")).to_contain_text("Look for Tue, Nov 10, 2:10 AM")
    expect(page.find("in-app")).to_contain_text("30 or 60 days, by country, unless you set another time")
    page.page.evaluate("history.pushState(null, '', '/milton-share/settings')")
    page.page.evaluate("dispatchEvent(new CustomEvent('location-changed'))")
    row = page.page.locator('[data-test="camera"][data-camera-id="id-front-door"]')
    expect(row).to_contain_text("Only in the Ring app")
    page.find("app-steps").locator("summary").click()
    expect(page.find("app-steps")).to_contain_text("tap Download")


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_app_s_steps_are_there_in_both_languages(stage: Open, language: str) -> None:
    """Behind one heading, closed until somebody wants them."""
    page = stage(language=language)
    steps = [page.find(f"steps-{maker}") for maker in MAKERS]
    for each in steps:
        expect(each).to_be_hidden()
    page.find("all-steps").locator("summary").click()
    for each in steps:
        expect(each).to_be_visible()
        assert len(each.inner_text()) > 60


def test_the_form_fits_and_can_be_used_by_everybody(stage: Open) -> None:
    """As every view, whatever the file is called."""
    page = stage(added(name=f"{'RingVideo_' * 9}.mp4"))
    expect(page.find("file-form")).to_be_visible()
    page.find("another-time").check()
    assert faults(page) == []


LOOKED = {
    "count": 4, "timed": 3, "untimed": ["<b>holiday</b>.mp4"],
    "examples": [{"name": "Front_01_20261110023000.mp4", "at": text(AT), "kind": "plain", "doubt": None}],
}  # fmt: skip


def test_the_owner_looks_into_a_camera_s_folder_and_names_it(stage: Open) -> None:
    """What would be found is shown before it is kept; names are only text; what is refused is said."""
    page = stage(folder__roots={"roots": ["/media"]}, folder__look=LOOKED)
    page.page.evaluate("history.pushState(null, '', '/milton-share/settings')")
    page.page.evaluate("dispatchEvent(new CustomEvent('location-changed'))")
    page.find("edit-camera").first.click()
    expect(page.find("camera-folder")).to_contain_text("/media")
    expect(page.find("use-folder")).to_be_disabled()
    page.find("folder-path").fill("/media/front")
    page.find("folder-zone").select_option("UTC")
    page.find("look-folder").click()
    expect(page.find("folder-found")).to_contain_text("3 of 4 files")
    expect(page.find("folder-found")).to_contain_text(f"Front_01_20261110023000.mp4: {SHOWN}")
    expect(page.find("folder-found")).to_contain_text("<b>holiday</b>.mp4")
    assert faults(page) == []
    page.find("use-folder").click()
    asked = {"type": "milton_share/folder/set", "camera_id": "id-driveway", "folder": "/media/front", "zone": "UTC"}
    assert page.asked("folder/set") == [asked]
    page.answer("folder/look", {"refused": "folder_outside"})
    page.find("folder-path").fill("/etc")
    page.find("look-folder").click()
    expect(page.find("folder-error")).to_contain_text("not open to Home Assistant")


def test_a_camera_with_a_folder_says_so_and_can_do_without(stage: Open) -> None:
    """It has its own recordings."""
    drive = camera(footage="media_folder")
    folder = {"camera_id": "id-driveway", "folder": "/media/drive", "zone": None}
    page = stage(cameras=[drive], folders=[folder], folder__roots={"roots": ["/media"]})
    page.page.evaluate("history.pushState(null, '', '/milton-share/settings')")
    page.page.evaluate("dispatchEvent(new CustomEvent('location-changed'))")
    expect(page.find("camera").first).to_contain_text("files in a folder")
    page.find("edit-camera").first.click()
    expect(page.find("folder-path")).to_have_value("/media/drive")
    page.find("no-folder").click()
    (asked,) = page.asked("folder/set")
    assert (asked["folder"], asked["zone"]) == (None, None)
