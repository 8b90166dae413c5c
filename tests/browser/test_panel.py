"""Home Assistant's page in a real browser, in front of a scripted Home Assistant: what an owner sees, and can do."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import faults
from tests.browser.homes import film
from tests.browser.panel_stage import (
    ASKED_FROM,
    ASKED_UNTIL,
    CASE_ID,
    CLIP_SHA256,
    CUSTODIANS_SHA256,
    NOW,
    RECIPIENTS_SHA256,
    REQUEST_ID,
    Stage,
    asked,
    camera,
    case,
    clip,
    logged,
    receipt,
    request,
    share,
    stages,
    state,
    text,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.browser.tabs import Tabs

    type Open = Callable[..., Stage]

REVIEW = f"/request/{REQUEST_ID}"
PREVIEW = {"path": "/api/milton_share/preview/x/y?authSig=z", "lives_s": 900}
START = ASKED_FROM + timedelta(minutes=50)
CLIP = clip(START, START + timedelta(seconds=12))
REVIEWING = state(request(case(state="reviewing", clip=CLIP)))
PEOPLE = {
    "approvers": [
        {"user_id": "owner", "name": "Olivia", "login": "olivia", "is_owner": True, "has_pin": True},
        {"user_id": "max", "name": "Max", "login": "max", "is_owner": False, "has_pin": False},
    ],
    "others": [{"user_id": "zoe", "name": "Zoe", "login": "zoe"}],
}
NOT_OWNER = {"refusal": None, "is_owner": False, "has_pin": True, "tries_left": 5, "locked_until": None}


@pytest.fixture
def stage(tabs: Tabs) -> Iterator[Open]:
    """Open the page; a script error in it fails the test."""
    with stages(tabs, film=film(), preview_path=PREVIEW, approvers=PEOPLE) as opened:
        yield opened


def chosen(stage: Stage, end: str) -> datetime:
    """Return where a handle stands, by its slider's value in seconds."""
    value = stage.find(f"handle-{end}").get_attribute("aria-valuenow")
    assert value is not None
    return ASKED_FROM + timedelta(seconds=int(value))


def test_a_person_who_may_not_sees_one_plain_sentence(stage: Open) -> None:
    """No list, no count, no settings."""
    page = stage(state(request(case())), whoami={"refusal": "not_approver"})
    expect(page.find("closed-page")).to_contain_text("Only the owner of this Home Assistant")
    assert page.asked("subscribe") == []
    assert page.find("open-settings").count() == 0
    assert page.find("list").count() == 0


def test_a_named_person_sets_a_pin_and_is_let_in(stage: Open) -> None:
    """The two entries must be the same; then the page opens."""
    page = stage(state(), whoami={"refusal": "no_pin"}, pin__set=None)
    page.find("pin-pin").fill("314159")
    page.find("pin-again").fill("314158")
    page.find("save-pin").click()
    expect(page.find("pin-error")).to_contain_text("differ")
    page.find("pin-again").fill("314159")
    page.answer("whoami", {"refusal": None})
    page.find("save-pin").click()
    expect(page.find("calm")).to_be_visible()
    assert page.asked("pin/set") == [{"type": "milton_share/pin/set", "pin": "314159", "old_pin": None}]


def test_a_page_whose_session_ends_shows_nothing_more(stage: Open) -> None:
    """The state that was shown goes with it."""
    page = stage(state(request(case())))
    expect(page.find("waiting")).to_be_visible()
    page.push({"refused": "not_approver"})
    expect(page.find("closed-page")).to_be_visible()
    assert page.find("waiting").count() == 0


def test_nothing_waiting_is_calm_and_offers_nothing_to_press(stage: Open) -> None:
    """Quiet is fine; a hub that is away is said, and what it means."""
    page = stage(state(snapshot={"link": "away"}))
    expect(page.find("calm")).to_contain_text("Nothing waiting")
    expect(page.find("link-away")).to_contain_text("Nothing is lost by waiting")
    assert page.find("calm").locator("button, a").count() == 0


def test_a_home_without_a_camera_that_may_be_asked_says_where_to_begin(stage: Open) -> None:
    """Who has just joined: one press leads to the cameras."""
    page = stage(state(cameras=[camera(eligible=False, placing="unclassified", position=None)]))
    expect(page.find("calm")).to_contain_text("No camera may be asked yet")
    page.find("choose-cameras").click()
    expect(page.find("edit-camera")).to_be_visible()


def test_the_list_sorts_by_what_there_is_to_do(stage: Open) -> None:
    """Waiting, shared, held with the time left, refused, and what is not about these cameras."""
    page = stage(
        state(
            request(case()),
            request(case(state="receipted", share=share()), request_id="11" * 32),
            request(refused="revoked", request_id="22" * 32),
            request(request_id="33" * 32),
            request(
                case(state="lapsed"),
                request_id="44" * 32,
                refused="expired",
                expires_at=text(NOW - timedelta(hours=67)),
            ),
        )
    )
    expect(page.find("waiting")).to_contain_text("1 h 23 min recorded of 1 h 30 min asked")
    expect(page.find("section-shared").locator("[data-test=row]")).to_have_count(1)
    expect(page.find("section-held")).to_contain_text("Wiped in 5 h")
    expect(page.find("section-refused")).to_contain_text("revoked")
    expect(page.find("section-elsewhere").locator("[data-test=row]")).to_have_count(1)


def test_look_at_it_opens_the_request_and_back_returns(stage: Open) -> None:
    """Within the page: the subscription stays."""
    page = stage(state(request(case())))
    page.find("look-at-it").click()
    expect(page.find("reason")).to_contain_text("light SUV")
    assert page.page.url.endswith(REVIEW)
    page.find("back").click()
    expect(page.find("waiting")).to_be_visible()
    assert len(page.asked("subscribe")) == 1


def test_not_this_time_asks_nothing_more(stage: Open) -> None:
    """One press, no second question, no reason."""
    page = stage(state(request(case())), path=REVIEW)
    page.find("not-this-time").click()
    expect(page.find("list")).to_be_visible()
    assert page.asked("not_this_time") == [{"type": "milton_share/not_this_time", "request_id": REQUEST_ID}]


def test_the_two_answers_look_the_same(stage: Open) -> None:
    """Same size, weight, color, border; neither has the focus."""
    page = stage(REVIEWING, path=REVIEW)
    look = """(button) => { const style = getComputedStyle(button); const box = button.getBoundingClientRect();
      return [box.width, box.height, style.color, style.backgroundColor, style.font, style.border]; }"""
    assert page.find("not-this-time").evaluate(look) == page.find("share-button").evaluate(look)
    assert page.page.evaluate("document.activeElement.localName") == "body"


@pytest.mark.parametrize(
    "rule", ["revoked", "signature_wrong", "replayed", "outside_jurisdiction", "a_rule_of_tomorrow"]
)
def test_a_refused_request_has_no_share_button_and_no_camera(stage: Open, rule: str) -> None:
    """The broken rule first, in red; nothing to press, whatever the cases say."""
    page = stage(state(request(case(state="reviewing", clip=CLIP), refused=rule)), path=REVIEW)
    expect(page.find("refused")).to_be_visible()
    expect(page.find("refused-rule")).to_have_attribute("data-rule", rule)
    for name in ("share-button", "not-this-time", "look", "player", "track", "decide"):
        assert page.find(name).count() == 0, name


def test_a_refused_request_can_be_saved_for_the_auditor(stage: Open) -> None:
    """As one file of what every home of the city got: nothing that this home answered is in it."""
    papers = dict.fromkeys(("root_public_key", "city_record", "directory", "live", "bundle"), "e30=")
    own = {"shares": [{"share_id": "5a" * 16}]}
    page = stage(state(request(case(), refused="revoked")), path=REVIEW, evidence=papers | own)
    expect(page.page.get_by_text("Your home sends it to nobody")).to_be_visible()
    with page.page.expect_download() as download:
        page.find("save-for-auditor").click()
    assert download.value.suggested_filename == f"milton-share-request-{REQUEST_ID[:12]}.json"
    assert json.loads(download.value.path().read_text()) == papers


def test_a_request_refused_while_it_is_looked_at_loses_its_button_at_once(stage: Open) -> None:
    """The next state takes the button away, and the open question with it."""
    page = stage(REVIEWING, path=REVIEW)
    expect(page.find("share-button")).to_be_visible()
    page.push(state(request(case(state="lapsed"), refused="withdrawn")))
    expect(page.find("closed")).to_contain_text("withdrew")
    assert page.find("share-button").count() == 0


def test_papers_that_cannot_be_checked_pause_everything_without_calling_it_forged(stage: Open) -> None:
    """A stale statement is the city's trouble, not a forged request."""
    page = stage(state(request(case(), refused="live_expired"), snapshot={"trust_rule": "live_expired"}))
    expect(page.find("trust-rule")).to_contain_text("older than a day")
    expect(page.find("section-paused").locator("[data-test=row]")).to_have_count(1)
    page.find("row").click()
    assert page.find("share-button").count() == 0
    assert page.find("refused").count() == 0


def test_notices_are_shown_in_words(stage: Open) -> None:
    """A demonstration city, a signer that the hub serves, a log without witnesses."""
    page = stage(state(request(case(), notices=["demo_city", "signer_served_by_hub", "no_witness"])), path=REVIEW)
    expect(page.find("notice-demo_city")).to_contain_text("demonstration")
    expect(page.find("notice-no_witness")).to_contain_text("Nobody outside the city checks this yet")
    expect(page.find("notice-signer_served_by_hub")).to_be_visible()


def test_the_checks_name_who_checked_what_and_when(stage: Open) -> None:
    """Each check in words: the officer, the log's entry and checkpoint, each witness with the time by their clock."""
    seen = logged("northfulton-civic", "crabapple-press")
    page = stage(state(request(case(), approver_name="Ida Park", logged=seen)), path=REVIEW)
    checks = page.find("checks").locator("li")
    expect(checks).to_have_text(
        [
            "From Milton, by the key whose eight words you compared",
            "Signed by Dana Reyes, badge 2147, with a passkey, not revoked",
            "Signed by a second person too: Ida Park",
            re.compile("Only keys in the city.s directory can open what you send"),
            "In the public log: entry 18,204 of 18,231",
            re.compile(
                "Seen in the log by 2 witnesses outside the city: "
                r"northfulton-civic \(Wed, Nov 11, 11:31 AM\), crabapple-press \(Wed, Nov 11, 11:32 AM\)"
            ),
            "Open today, not withdrawn, not expired",
            "Inside the city, inside every limit, first time seen",
        ]
    )
    witness = page.find("witness").last
    expect(witness).not_to_be_visible()
    page.find("log-detail").locator("summary").click()
    expect(page.find("log-detail")).to_contain_text("18,204, counted from 0")
    expect(page.find("log-detail")).to_contain_text(f"18,231 entries; their fingerprint:{'4d' * 32}")
    expect(witness).to_have_text(re.compile(r"crabapple-press, Wed, Nov 11, 11:32:00 AM\s*crabapple-press\+0f1e2d3c"))
    assert faults(page) == []


def test_a_log_that_no_witness_has_seen_is_not_said_to_be_seen(stage: Open) -> None:
    """Neither in the list nor in the detail."""
    page = stage(state(request(case())), path=REVIEW)
    expect(page.find("checks")).to_contain_text("In the public log: entry 18,204")
    assert page.find("check-witnesses").count() == 0
    page.find("log-detail").locator("summary").click()
    expect(page.find("log-detail")).to_contain_text("None that you know has seen this log.")


def test_the_review_says_what_is_stripped_and_what_stays(stage: Open) -> None:
    """Names, tags, place, time, sound; less of it where the owner gives the name or the sound; of a drill no tags."""
    always = [
        "Camera names, makes, serial numbers",
        "Your name, your address, the place of the camera",
        "Everything before and after the part, to the frame",
        "Every tag and message that the camera wrote into its recording: places, labels, small pictures",
    ]
    page = stage(REVIEWING, path=REVIEW)
    stays = page.find("what-stays").locator("li")
    expect(stays).to_have_text([*always, "Sound"])
    page.find("as-named").check()
    expect(stays).to_have_text([always[0], *always[2:], "Sound"])
    page.push(state(request(case(state="reviewing", clip=CLIP | {"audio": "kept"}))))
    expect(stays).to_have_text([always[0], *always[2:]])
    page.push(state(request(case(state="reviewing", clip=CLIP), drill=True)))
    expect(page.find("stays-tags")).to_have_count(0)


def test_the_ends_move_by_keys(stage: Open) -> None:
    """One second, ten with Shift, all with Home and End; the slider says the time."""
    page = stage(state(request(case())), path=REVIEW)
    start = page.find("handle-from")
    start.focus()
    for key, at in (
        ("ArrowRight", timedelta(seconds=1)),
        ("Shift+ArrowRight", timedelta(seconds=11)),
        ("ArrowLeft", timedelta(seconds=10)),
        ("PageUp", timedelta(seconds=70)),
        ("Home", timedelta()),
        ("ArrowLeft", timedelta()),
    ):
        page.page.keyboard.press(key)
        assert chosen(page, "from") == ASKED_FROM + at, key
    expect(start).to_have_attribute("aria-valuetext", "Tue, Nov 10, 2:10:00 AM")
    page.find("handle-until").focus()
    page.page.keyboard.press("Shift+ArrowLeft")
    assert chosen(page, "until") == ASKED_UNTIL - timedelta(seconds=10)
    page.find("handle-from").focus()
    page.page.keyboard.press("End")
    assert chosen(page, "until") - chosen(page, "from") == timedelta(seconds=1)


def test_the_ends_move_by_drag_tap_and_buttons(stage: Open) -> None:
    """A finger drags; a tap or a button does the same without a drag."""
    page = stage(state(request(case())), path=REVIEW)
    page.find("track").evaluate("(track) => track.scrollIntoView({ block: 'center' })")
    track = page.find("track").bounding_box()
    handle = page.find("handle-from").bounding_box()
    assert track is not None
    assert handle is not None
    mouse = page.page.mouse
    grip = handle["x"] + handle["width"] / 2
    mouse.move(grip, handle["y"] + handle["height"] / 2)
    mouse.down()
    mouse.move(grip + track["width"] / 2, track["y"] + 10, steps=5)  # it lies beside its time: it moves as far
    mouse.up()
    middle = ASKED_FROM + (ASKED_UNTIL - ASKED_FROM) / 2
    assert abs(chosen(page, "from") - middle) < timedelta(seconds=30)
    before = chosen(page, "from")
    page.find("later-from").click()
    assert chosen(page, "from") == before + timedelta(seconds=1)
    overview = page.find("overview").bounding_box()
    assert overview is not None
    page.page.touchscreen.tap(overview["x"] + overview["width"] * 0.8, overview["y"] + 5)
    assert abs(chosen(page, "until") - (ASKED_FROM + timedelta(minutes=72))) < timedelta(seconds=30)


def test_only_what_is_seen_can_be_shared(stage: Open) -> None:
    """Without a clip, or after a change, Share says what to do first and opens nothing."""
    page = stage(state(request(case())), path=REVIEW, look={})
    page.find("share-button").click()
    expect(page.find("hint")).to_contain_text("First show the part")
    page.find("handle-from").focus()
    page.page.keyboard.press("Shift+ArrowRight")
    page.find("look").click()
    (look,) = page.asked("look")
    assert (look["from"], look["until"], look["audio"]) == (
        text(ASKED_FROM + timedelta(seconds=10)),
        text(ASKED_UNTIL),
        False,
    )
    page.push(REVIEWING)
    expect(page.find("stale")).to_be_visible()
    page.find("share-button").click()
    expect(page.find("hint")).to_be_visible()
    assert page.find("share-dialog").count() == 0


def test_cutting_shows_its_progress_and_locks_the_choice(stage: Open) -> None:
    """And a refusal of the cutter is said in words."""
    page = stage(state(request(case(cutting=0.4))), path=REVIEW)
    expect(page.find("cutting")).to_have_attribute("value", "40")
    assert page.find("look").count() == 0
    expect(page.find("audio")).to_be_disabled()
    page.answer("look", {"refused": "nothing_recorded"})
    page.push(state(request(case())))
    page.find("look").click()
    expect(page.find("look-error")).to_have_text(re.compile(r"Nothing was recorded between .+ and .+\."))


def test_only_what_goes_to_the_police_is_blue(stage: Open) -> None:
    """What is cut at home has the color of what stays there."""
    colors = "(one) => ['--ms-police', '--ms-home'].map((name) => getComputedStyle(one).getPropertyValue(name))"
    page = stage(state(request(case(cutting=0.4))), path=REVIEW)
    of_the_cut, home = page.find("cutting").evaluate(colors)
    page.push(state(request(case(state="sealed", share=share(state="sealed", receipts=[])))))
    of_the_upload, _ = page.find("sending").evaluate(colors)
    assert of_the_cut == home != of_the_upload


def test_what_is_being_cut_can_be_stopped(stage: Open) -> None:
    """By a button beside its progress; whoever asked for the part reads that nothing was kept."""
    page = stage(state(request(case(cutting=0.4))), path=REVIEW, look__cancel=None)
    page.find("stop-cutting").click()
    assert page.asked("look/cancel") == [{"type": "milton_share/look/cancel", "case_id": case()["case_id"]}]
    page.answer("look", {"refused": "cut_stopped"})
    page.push(state(request(case())))
    page.find("look").click()
    expect(page.find("look-error")).to_contain_text("Nothing of it was kept")
    assert page.find("stop-cutting").count() == 0


def test_kept_originals_are_shown_and_the_owner_may_wipe_them(stage: Open) -> None:
    """Until when; with the PIN; then what was said stays beside what was done."""
    said = NOW + timedelta(days=365)
    kept = share(sources_said_until=text(said), sources_kept_until=text(said))
    shared = case(state="receipted", share=kept, kept_until=text(said))
    page = stage(state(request(shared)), path=REVIEW, **{"sources/give_up": None})
    expect(page.find("kept-for-court")).to_be_visible()
    page.find("give-up").click()
    expect(page.find("give-up-dialog")).to_contain_text("for good")
    page.find("pin").fill("271828")
    page.find("give-up-yes").click()
    expect(page.find("give-up-dialog")).to_have_count(0)
    assert page.asked("sources/give_up") == [
        {"type": "milton_share/sources/give_up", "share_id": "5e" * 16, "pin": "271828"}
    ]
    given_up = kept | {"sources_kept_until": text(NOW - timedelta(days=1))}
    page.push(state(request(case(state="receipted", share=given_up))))
    expect(page.find("originals")).to_contain_text("wiped by you on Nov 11, 2026")
    expect(page.find("kept-for-court")).to_have_count(0)
    expect(page.find("originals")).to_contain_text("until Nov 12, 2027")
    assert page.find("give-up").count() == 0
    page.push(state(request(case(state="receipted", share=share()))))
    expect(page.find("originals")).to_have_count(0)


def test_sound_is_off_until_it_is_ticked(stage: Open) -> None:
    """Ticking it makes the clip that was shown no longer the one that is chosen."""
    page = stage(REVIEWING, path=REVIEW, look={})
    expect(page.find("audio")).not_to_be_checked()
    page.find("audio").check()
    expect(page.find("stale")).to_be_visible()
    page.find("look").click()
    assert page.asked("look")[0]["audio"] is True


def test_what_is_hidden_is_said_and_stays_hidden_in_another_part(stage: Open) -> None:
    """In the review, in what goes, in the last question; a clip of other minutes hides the same."""
    corners = [[0, 0], [2_000, 0], [0, 3_000]]
    masks = [{"keys": [{"at": text(START), "corners": corners}]} for _ in range(2)]
    page = stage(state(request(case(state="reviewing", clip=CLIP | {"masks": masks}))), path=REVIEW, look={})
    for shown in ("hidden-parts", "what-goes"):
        expect(page.find(shown)).to_contain_text("2 parts of the picture are hidden")
    page.find("share-button").click()
    expect(page.find("share-facts")).to_contain_text("2 parts of the picture are hidden")
    page.find("go-back").click()
    page.find("audio").check()
    page.find("look").click()
    assert page.asked("look")[0]["masks"] == masks


def test_several_parts_are_told_and_the_clock_runs_by_them(stage: Open) -> None:
    """Two parts an hour apart: both in the review and the last question, and their length together."""
    far = START + timedelta(hours=1)
    parts = [
        {"from": text(START), "until": text(START + timedelta(seconds=5)), "first_frame": text(START), "stored_ms": 0},
        {"from": text(far), "until": text(far + timedelta(seconds=7)), "first_frame": text(far), "stored_ms": 5_000},
    ]
    clip = CLIP | {"until": text(far + timedelta(seconds=7)), "ranges": parts}
    page = stage(state(request(case(state="reviewing", clip=clip))), path=REVIEW)
    expect(page.find("several-parts")).to_contain_text("2 parts of the time")
    expect(page.find("what-goes")).to_contain_text("12 s")
    expect(page.find("wall-time")).to_have_text("3:00:00 AM")
    page.until("document.querySelector('milton-share-panel').shadowRoot.querySelector('video').readyState >= 2")
    page.find("share-button").click()
    for begin in ("3:00:00 AM", "4:00:00 AM"):
        expect(page.find("share-facts")).to_contain_text(begin)


def test_the_player_plays_the_clip_that_would_be_sent(stage: Open) -> None:
    """By a signed path for its digest; a transcode is played where there is one, and called one."""
    page = stage(REVIEWING, path=REVIEW)
    expect(page.find("player")).to_be_visible()
    assert page.asked("preview_path") == [
        {"type": "milton_share/preview_path", "case_id": CASE_ID, "sha256": CLIP_SHA256}
    ]
    page.until("document.querySelector('milton-share-panel').shadowRoot.querySelector('video').readyState >= 2")
    page.push(state(request(case(state="reviewing", clip=CLIP | {"preview_sha256": "77" * 32}))))
    expect(page.find("transcode")).to_contain_text("converted copy")
    assert page.asked("preview_path")[-1]["sha256"] == "77" * 32


def test_sharing_names_exactly_what_was_seen_and_needs_the_pin(stage: Open) -> None:
    """The question repeats to whom, which seconds, as whom; a wrong PIN leaves it open."""
    page = stage(REVIEWING, path=REVIEW, approve={"refused": "wrong_pin"})
    page.find("as-named").check()
    expect(page.find("what-goes")).to_contain_text("place and direction")
    page.find("keep-sources").check()
    page.find("share-button").click()
    facts = page.find("share-facts")
    expect(facts).to_contain_text("Milton PD, case 26-104417")
    expect(facts).to_contain_text("3:00:00 AM \N{EN DASH} 3:00:12 AM")
    expect(facts).to_contain_text("2026-11-10 08:00:00.000 \N{EN DASH} 08:00:12.000 UTC ± 0.6 s")
    expect(facts).to_contain_text("You watched 0 s of 12 s")
    page.find("pin").fill("161803")
    page.answer("whoami", {"refusal": None, "tries_left": 1})
    page.find("share-yes").click()
    expect(page.find("share-error")).to_contain_text("not your PIN")
    expect(page.find("share-dialog")).to_contain_text("1 try left")
    page.answer("approve", {"share_id": "5e" * 16})
    page.find("pin").fill("271828")
    page.find("share-yes").click()
    expect(page.find("share-dialog")).to_have_count(0)
    assert page.asked("approve")[-1] == {
        "type": "milton_share/approve",
        "case_id": CASE_ID,
        "clip_sha256": CLIP_SHA256,
        "recipients_sha256": RECIPIENTS_SHA256,
        "pin": "271828",
        "named": True,
        "keep_sources": True,
    }


def test_what_shows_a_child_or_something_intimate_goes_to_the_evidence_unit_alone(stage: Open) -> None:
    """The tick changes who opens it, by name, the digest, the question, what is approved; a button does it later."""
    page = stage(REVIEWING, path=REVIEW, approve={"share_id": "5e" * 16}, flag=None)
    expect(page.find("openers")).to_contain_text("Dana Reyes, badge 2147, who asks")
    expect(page.find("opens-officer")).to_have_attribute("data-opens", "true")
    page.find("flag").check()
    expect(page.find("opens-officer")).to_contain_text("who asks, can\u2019t open it")
    expect(page.find("openers")).to_contain_text("Noor Aziz, badge 1518, evidence unit")
    expect(page.find("goes-flagged")).to_be_visible()
    expect(page.find("recipients")).to_have_attribute("title", CUSTODIANS_SHA256)
    page.find("share-button").click()
    expect(page.find("share-facts")).to_contain_text("The officer who asks can\u2019t open it")
    page.find("pin").fill("271828")
    page.find("share-yes").click()
    expect(page.find("share-dialog")).to_have_count(0)
    assert page.asked("approve")[-1]["recipients_sha256"] == CUSTODIANS_SHA256
    page.push(state(request(case(state="receipted", share=share(custodians_only=True)))))
    expect(page.find("flagged")).to_contain_text("sealed to the evidence unit")
    assert page.find("flag-later").count() == 0
    page.push(state(request(case(state="receipted", share=share()))))
    page.find("flag-later").click()
    expect(page.find("flag-dialog")).to_contain_text("may have a copy")
    page.find("pin").fill("271828")
    page.find("flag-yes").click()
    expect(page.find("flag-dialog")).to_have_count(0)
    assert page.asked("flag") == [{"type": "milton_share/flag", "share_id": "5e" * 16, "pin": "271828"}]
    page.push(state(request(case(state="receipted", share=share(flag_wanted=True)))))
    expect(page.find("flagged")).to_contain_text("Who had opened it before may have a copy")
    page.push(state(request(case(state="receipted", share=share(flag_wanted=True, unflagged=True)))))
    expect(page.find("unflagged")).to_contain_text("shows it to officers again")
    expect(page.find("flag-later")).to_be_visible()
    page.push(state(request(case(state="receipted", share=share(flag_wanted=True, flag_refused="deleted")))))
    expect(page.find("flag-refused")).to_be_visible()


def test_what_is_said_of_one_request_is_not_said_of_another(stage: Open) -> None:
    """A notification leads from one to the other inside the open page: each begins as the household does."""
    other = "12" * 32
    more = request(case(case_id="ef" * 16, request_id=other, state="reviewing", clip=CLIP), request_id=other)
    page = stage(state(request(case(state="reviewing", clip=CLIP)), more), path=REVIEW)
    for name in ("flag", "as-named", "keep-sources"):
        page.find(name).check()
    go = "path => { history.pushState(null, '', path); dispatchEvent(new Event('location-changed')); }"
    page.page.evaluate(go, f"/milton-share/request/{other}")
    expect(page.find("review")).to_have_attribute("data-request-id", other)
    expect(page.find("as-pseudonym")).to_be_checked()
    for name in ("flag", "keep-sources"):
        expect(page.find(name)).not_to_be_checked()


def test_escape_goes_back_and_shares_nothing(stage: Open) -> None:
    """As Go back does."""
    page = stage(REVIEWING, path=REVIEW)
    page.find("share-button").click()
    page.page.keyboard.press("Escape")
    expect(page.find("share-dialog")).to_have_count(0)
    page.find("share-button").click()
    page.find("go-back").click()
    expect(page.find("share-dialog")).to_have_count(0)
    assert page.asked("approve") == []


def test_two_cameras_are_two_clips_and_one_can_stay_home(stage: Open) -> None:
    """All that are ticked must have been shown; one answer covers them."""
    second = case(
        case_id="ee" * 16, camera_name="Front door", state="reviewing", clip=CLIP | {"clip_sha256": "66" * 32}
    )
    page = stage(state(request(case(state="reviewing", clip=CLIP), second)), path=REVIEW, approve={"share_id": "x"})
    page.find("share-button").click()
    expect(page.find("share-yes")).to_have_text("Share 2 clips")
    page.find("go-back").click()
    page.find("include").nth(1).uncheck()
    page.find("share-button").click()
    expect(page.find("share-yes")).to_have_text("Share 1 clip")
    page.find("pin").fill("271828")
    page.find("share-yes").click()
    expect(page.find("share-dialog")).to_have_count(0)
    assert [message["case_id"] for message in page.asked("approve")] == [CASE_ID]


def test_how_much_is_sealed_is_shown_before_anything_goes_and_after_a_reload(stage: Open) -> None:
    """In bytes of all, beside how to stop it; what is not sealed yet is not called sealed."""

    def sealing(sealed_bytes: int, size_bytes: int) -> dict[str, Any]:
        amounts = {"sealed_bytes": sealed_bytes, "size_bytes": size_bytes, "sent_bytes": 0}
        return state(request(case(state="approved", share=share(state="approved", receipts=[], **amounts))))

    page = stage(sealing(0, 0), path=REVIEW)
    expect(page.page.get_by_text("Sealing to the keys of the police, on your own machine.")).to_be_visible()
    page.push(sealing(1_607_000, 3_214_000))
    expect(page.page.get_by_text("1.6 MB of 3.2 MB sealed to the keys of the police")).to_be_visible()
    expect(page.find("sealing")).to_have_attribute("value", "1607000")
    expect(page.find("receipt")).to_have_text(re.compile("^Approved at home"))
    expect(page.find("withdraw")).to_contain_text("Stop and delete")
    page.page.reload()
    expect(page.find("sealing")).to_have_attribute("value", "1607000")
    page.push(sealing(2_410_500, 3_214_000))
    expect(page.find("sealing")).to_have_attribute("value", "2410500")
    page.push(state(request(case(state="sealed", share=share(state="sealed", sent_bytes=0, receipts=[])))))
    expect(page.find("sealing")).to_have_count(0)
    expect(page.find("sending")).to_have_attribute("value", "0")
    expect(page.find("receipt")).to_have_text(re.compile("^Approved and sealed at home"))


def test_a_share_on_its_way_can_be_stopped_and_its_receipts_are_listed(stage: Open) -> None:
    """Bytes, then receipts with badge and device; withdrawing needs the PIN."""
    sending = share(state="sealed", sent_bytes=1_607_000, receipts=[])
    page = stage(state(request(case(state="sealed", share=sending))), path=REVIEW, withdraw=None)
    expect(page.find("sending")).to_have_attribute("value", "1607000")
    expect(page.find("withdraw")).to_contain_text("Stop and delete")
    seen = [receipt(1, "received", NOW - timedelta(minutes=30)), receipt(2, "fetched", NOW, "2147")]
    page.push(state(request(case(state="receipted", share=share(receipts=seen)))))
    expect(page.find("receipt")).to_have_count(3)
    expect(page.find("receipt").last).to_contain_text("Badge 2147, device MPD-LT-031")
    page.find("withdraw").click()
    page.find("pin").fill("271828")
    page.find("withdraw-yes").click()
    expect(page.find("withdraw-dialog")).to_have_count(0)
    assert page.asked("withdraw") == [{"type": "milton_share/withdraw", "share_id": "5e" * 16, "pin": "271828"}]


@pytest.mark.parametrize(
    ("shares", "listed", "state_of_the_first"),
    [
        ([share(receipts=[receipt(1, "received", NOW), receipt(2, "deleted", NOW)])], "Deleted", "deleted"),
        ([share(receipts=[receipt(1, "accepted", NOW), receipt(2, "deleted", NOW)])], "Deleted", "deleted"),
        ([share(state="lapsed", receipts=[])], "Not sent: the request ended first", "lapsed"),
        ([share(state="withdrawn"), share(state="lapsed", receipts=[])], "Withdrawn", "withdrawn"),
        ([share(state="lapsed", receipts=[]), share(state="sealed", receipts=[])], "On its way", "lapsed"),
        ([share(state="sealed", receipts=[]), share()], "With police", "sealed"),
    ],
)
def test_what_is_over_of_a_share_is_not_said_to_be_with_the_police(
    stage: Open, shares: list[dict[str, Any]], listed: str, state_of_the_first: str
) -> None:
    """Nor on its way: in the list, where the furthest of several counts, and above its receipts."""
    cases = [case(case_id=f"{n:032x}", state=one["state"], share=one) for n, one in enumerate(shares)]
    page = stage(state(request(*cases)))
    expect(page.find("section-shared").locator(".chip")).to_have_text(listed)
    page.find("row").click()
    expect(page.find("share-state").first).to_have_attribute("data-state", state_of_the_first)


def test_what_becomes_of_a_clip_that_nobody_accepts_is_said_with_its_day(stage: Open) -> None:
    """Below the receipts, until it is accepted, deleted or taken back; what a court holds stays, a drill's is other."""
    got = receipt(1, "received", NOW)
    page = stage(state(request(case(state="receipted", share=share(receipts=[got])))), path=REVIEW)
    expect(page.find("if-not-accepted")).to_contain_text("Sat, Dec 12, 11:30 AM")
    expect(page.find("if-not-accepted")).to_contain_text("Deleted after 30 days at the latest")
    for event in ("accepted", "held", "deleted", "withdrawn"):
        over = share(receipts=[got, receipt(2, event, NOW, "1518")])
        page.push(state(request(case(state="receipted", share=over))))
        expect(page.find("receipt")).to_have_count(3)
        expect(page.find("if-not-accepted")).to_have_count(0)
    page.push(state(request(case(state="receipted", share=share(receipts=[got])), drill=True)))
    expect(page.find("receipt")).to_have_count(2)
    expect(page.find("if-not-accepted")).to_have_count(0)
    page.push(state(request(case(state="sealed", share=share(state="sealed", receipts=[])))))
    expect(page.find("receipt")).to_have_count(1)
    expect(page.find("if-not-accepted")).to_have_count(0)


def test_the_owner_may_let_the_police_accept_it_earlier_and_keeps_the_day_otherwise(stage: Open) -> None:
    """Asked with the PIN and what it means; said once it is so; gone when the day is over, or it is accepted."""
    page = stage(state(request(case(state="receipted", share=share()))), path=REVIEW, agree_early=None)
    page.find("early").click()
    expect(page.find("early-dialog")).to_contain_text("accept it into case")
    page.find("pin").fill("271828")
    page.find("early-yes").click()
    expect(page.find("early-dialog")).to_have_count(0)
    assert page.asked("agree_early") == [{"type": "milton_share/agree_early", "share_id": "5e" * 16, "pin": "271828"}]
    page.push(state(request(case(state="receipted", share=share(early_wanted=True)))))
    expect(page.find("early-agreed")).to_contain_text("you can still take it back")
    assert page.find("early").count() == 0
    assert page.find("withdraw").count() == 1
    refused = share(early_wanted=True, early_refused="share_unknown")
    page.push(state(request(case(state="receipted", share=refused))))
    expect(page.find("early-refused")).to_contain_text("could not be accepted earlier")
    for over in (
        share(receipts=[receipt(1, "received", NOW - timedelta(hours=25))]),
        share(receipts=[receipt(1, "received", NOW), receipt(2, "accepted", NOW, "1518")]),
        share(state="uploaded", receipts=[]),
    ):
        page.push(state(request(case(state=over["state"], share=over))))
        expect(page.find("early")).to_have_count(0)
        expect(page.find("early-refused")).to_have_count(0)


def test_the_owner_says_whether_it_is_passed_on_and_may_change_it(stage: Open) -> None:
    """Two equal buttons, each with the PIN; what was said stands there and can be taken back until the end."""
    receipts = [receipt(1, "received", NOW), asked(2, NOW)]
    page = stage(
        state(request(case(state="receipted", share=share(receipts=receipts)))), path=REVIEW, passing__say=None
    )
    question = page.find("passing-question")
    expect(question).to_contain_text("pass this clip on to Ruth Ellery, Fulton County DA?")
    yes, no = (question.locator(f"[data-test=passing-{each}]") for each in ("yes", "no"))
    assert yes.get_attribute("class") == no.get_attribute("class")
    for button, agrees in ((yes, True), (no, False)):
        button.click()
        page.find("pin").fill("271828")
        page.find("pass-yes").click()
        expect(page.find("pass-dialog")).to_have_count(0)
        said = {"share_id": "5e" * 16, "question": 2, "agrees": agrees, "pin": "271828"}
        assert page.asked("passing/say")[-1] == {"type": "milton_share/passing/say", **said}
    for agrees, words in ((True, "You let"), (False, "let Milton PD pass")):
        passing = [{"question": 2, "agrees": agrees, "refused": None if agrees else "too_many_consents"}]
        page.push(state(request(case(state="receipted", share=share(receipts=receipts, passing=passing)))))
        expect(page.find("passing-said")).to_contain_text(words)
        expect(page.find("passing-not-told")).to_have_count(0 if agrees else 1)
        assert page.find("passing-question").count() == 0
        page.find("passing-change").click()
        expect(page.find("pass-dialog")).to_be_visible()
        page.page.keyboard.press("Escape")
        expect(page.find("pass-dialog")).to_have_count(0)
    over = [receipt(1, "received", NOW), asked(2, NOW, until="2020-01-01T00:00:00Z")]
    page.push(state(request(case(state="receipted", share=share(receipts=over)))))
    expect(page.find("passing-over")).to_be_visible()
    assert page.find("passing-question").count() == 0


@pytest.mark.parametrize(
    "change",
    [
        {"withdraw_wanted": True},
        {"withdraw_refused": "already_accepted"},
        {"receipts": [receipt(1, "received", NOW), receipt(2, "accepted", NOW)]},
    ],
)
def test_what_cannot_be_withdrawn_has_no_button_for_it(stage: Open, change: dict[str, Any]) -> None:
    """Accepted, refused by the hub, or on its way back."""
    page = stage(state(request(case(state="receipted", share=share(**change)))), path=REVIEW)
    expect(page.find("share-state")).to_be_visible()
    assert page.find("withdraw").count() == 0


def test_a_question_about_a_clip_stands_first_and_in_the_list(stage: Open) -> None:
    """Until it is answered or over; then the row says again where the clip is."""
    receipts = [receipt(1, "received", NOW), asked(2, NOW)]
    page = stage(state(request(case(state="receipted", share=share(receipts=receipts)))), path=REVIEW)
    above = page.find("passing-question").bounding_box()
    history = page.find("receipt").first.bounding_box()
    assert above is not None
    assert history is not None
    assert above["y"] < history["y"]
    page.page.get_by_role("button", name="Back").click()
    row = page.find("section-shared")
    expect(row).to_contain_text("A question for you")
    said = [{"question": 2, "agrees": False, "refused": None}]
    over = [receipt(1, "received", NOW), asked(2, NOW, until="2020-01-01T00:00:00Z")]
    for settled in (share(receipts=receipts, passing=said), share(receipts=over)):
        page.push(state(request(case(state="receipted", share=settled))))
        expect(row).not_to_contain_text("A question for you")
        page.push(state(request(case(state="receipted", share=share(receipts=receipts)))))
        expect(row).to_contain_text("A question for you")


def test_the_papers_can_be_saved(stage: Open) -> None:
    """As one file, for somebody else to check."""
    page = stage(state(request(case(state="receipted", share=share()))), path=REVIEW, evidence={"bundle": "e30="})
    with page.page.expect_download() as download:
        page.find("save-evidence").click()
    assert download.value.suggested_filename == f"milton-share-{REQUEST_ID[:12]}.json"


def test_a_home_without_footage_has_nothing_to_decide(stage: Open) -> None:
    """And it says that the police aren't told."""
    page = stage(state(request(case(state="received", footage_from=None, footage_until=None, gaps=[]))), path=REVIEW)
    expect(page.find("no-footage")).to_contain_text("is not told that you have cameras")
    assert page.find("decide").count() == 0


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"hold_trouble": "source_away"}, "be said now: The other recorder"),
        ({"state": "held", "copied": 0.0}, "is being copied from where it is recorded: 0 % is here"),
    ],
)
def test_what_is_not_known_yet_is_not_called_nothing(stage: Open, changes: dict[str, Any], said: str) -> None:
    """A recorder that is down, or slow, is told as it is: in the request, and in the list."""
    gone = {"footage_from": None, "footage_until": None, "gaps": []}
    page = stage(state(request(case(**{"state": "received", **gone, **changes}))), path=REVIEW)
    expect(page.find("no-footage")).to_contain_text(said)
    expect(page.find("no-footage")).not_to_contain_text("Nothing is recorded")
    expect(page.find("no-footage")).to_contain_text("nothing to decide yet")
    page.page.get_by_role("button", name="Back").click()
    expect(page.find("section-elsewhere")).to_contain_text("Footage not known yet")


def test_an_indoor_camera_can_never_be_switched_on(stage: Open) -> None:
    """Nor one without a place; an outdoor one can, by one switch."""
    cameras = [
        camera(),
        camera("Kitchen", seems_indoor=True, placing="unclassified", eligible=False, position=None),
        camera("Hall", placing="indoor", eligible=False),
        camera("Garage", placing="unclassified", eligible=False, position=None),
    ]
    page = stage(state(cameras=cameras), path="/settings", camera__set=None)
    expect(page.find("eligible")).to_have_count(1)
    page.find("eligible").click()
    (said,) = page.asked("camera/set")
    assert (said["camera_id"], said["eligible"]) == ("id-driveway", False)


def test_an_owner_gives_a_camera_storage_for_everything(stage: Open) -> None:
    """Around events unless said otherwise; the page says who tells of them, and how long it all fits."""
    cameras = [
        camera(told_by=["Doorbell", "Motion"], room={"kbit_s": 2048, "days": 4.2}),
        camera("Gate", recording="continuous", room={"kbit_s": 900, "days": None}),
        camera("Yard"),
    ]
    page = stage(state(cameras=cameras), path="/settings", camera__set=None)
    driveway, gate, yard = (page.find("camera").nth(number) for number in range(3))
    kept = "Keeps what is around rings and motion. Told by Doorbell, Motion. 4.2 days fit, at 2.0 Mbit/s"
    expect(driveway).to_contain_text(kept)
    expect(gate).to_contain_text("Keeps everything. 0.9 Mbit/s; how many days fit is not yet known")
    expect(yard).to_contain_text("Nothing tells this home")
    expect(yard).to_contain_text("How many days fit is not yet known")
    page.find("edit-camera").first.click()
    page.find("keeps-continuous").check(force=True)
    page.find("save-camera").click()
    (said,) = page.asked("camera/set")
    assert (said["recording"], said["on_battery"], said["record_also"]) == ("continuous", False, False)


def test_an_owner_names_what_else_has_a_camera_recorded(stage: Open) -> None:
    """An event or a sensor that tells of something; not a battery, not a lamp. None is asked for where all is kept."""
    cameras = [camera(also_told_by=["event.gate_bell"])]
    page = stage(state(cameras=cameras), path="/settings", camera__set=None)
    expect(page.find("camera")).to_contain_text("Told by Gate bell")
    page.find("edit-camera").click()
    expect(page.find("add-teller").locator("option")).to_have_text(["", "Side gate"])
    page.find("add-teller").select_option("binary_sensor.side_gate")
    expect(page.find("teller")).to_have_count(2)
    page.find("remove-teller").first.click()
    expect(page.find("teller")).to_have_text(re.compile("Side gate"))
    page.find("save-camera").click()
    (said,) = page.asked("camera/set")
    assert said["also_told_by"] == ["binary_sensor.side_gate"]
    page.find("edit-camera").click()
    page.find("keeps-continuous").check(force=True)
    expect(page.find("tellers")).to_have_count(0)


def test_a_camera_on_a_battery_is_never_set_to_be_recorded_continuously(stage: Open) -> None:
    """By its device's word, or by the owner's."""
    said_so = camera("Gate", recording="continuous")
    page = stage(state(cameras=[camera(has_battery=True), said_so]), path="/settings", camera__set=None)
    page.find("edit-camera").first.click()
    expect(page.find("keeps-continuous")).to_be_disabled()
    expect(page.find("on_battery")).to_be_disabled()
    page.find("close-camera").click()
    page.find("edit-camera").last.click()
    page.find("on_battery").check()
    expect(page.find("keeps-continuous")).to_be_disabled()
    page.find("save-camera").click()
    (said,) = page.asked("camera/set")
    assert (said["recording"], said["on_battery"]) == ("events", True)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Recorded without its sound since Tue, Nov 10, 1:05 PM, until Wed, Nov 11, 1:05 PM"),
        ("es", "Se graba sin su sonido desde el mar, 10 nov, 1:05 p. m. hasta el mié, 11 nov, 1:05 p. m."),
    ],
)
def test_a_camera_whose_sound_is_left_out_says_so_and_since_when_and_until_when(
    stage: Open, language: str, said: str
) -> None:
    """On its row, whether its settings are open or not; others say nothing of it."""
    left_out = {"since": "2026-11-10T18:05:00+00:00", "until": "2026-11-11T18:05:00+00:00"}
    home = state(cameras=[camera(sound_left_out=left_out), camera("Gate")])
    page = stage(home, path="/settings", language=language)
    expect(page.find("sound-left-out")).to_have_count(1)
    expect(page.find("sound-left-out")).to_contain_text(said)


def test_what_another_records_is_recorded_here_too_by_the_owners_word_only(stage: Open) -> None:
    """Then it is asked how."""
    page = stage(state(cameras=[camera(footage="frigate")]), path="/settings", camera__set=None)
    expect(page.find("camera")).not_to_contain_text("days fit")
    page.find("edit-camera").click()
    expect(page.find("keeps-events")).to_have_count(0)
    page.find("record_also").check()
    expect(page.find("keeps-events")).to_be_checked()
    page.find("save-camera").click()
    (said,) = page.asked("camera/set")
    assert (said["record_also"], said["recording"]) == (True, "events")


def test_the_owner_picks_which_of_several_sources_is_used(stage: Open) -> None:
    """The default is picked until then; with one source there is nothing to pick."""
    cameras = [camera(footage="frigate", sources=["frigate", "here"]), camera("Yard")]
    page = stage(state(cameras=cameras), path="/settings", camera__set=None)
    page.find("edit-camera").first.click()
    expect(page.find("source").locator("option")).to_have_text(["Frigate", re.compile("This home.s recorder")])
    expect(page.find("source")).to_have_value("frigate")
    expect(page.find("record_also")).to_be_visible()
    page.find("source").select_option("here")
    expect(page.find("record_also")).to_have_count(0)
    expect(page.find("keeps-events")).to_be_checked()
    page.find("save-camera").click()
    (said,) = page.asked("camera/set")
    assert said["source"] == "here"
    page.find("edit-camera").nth(1).click()
    expect(page.find("camera-form")).to_be_visible()
    expect(page.find("source")).to_have_count(0)


@pytest.mark.parametrize(
    ("language", "source", "said"),
    [("en", "unifi_protect", "Footage from: UniFi Protect"), ("es", "here", "Grabación de: El grabador de esta casa")],
)
def test_the_review_says_which_source_was_used(stage: Open, language: str, source: str, said: str) -> None:
    """One line beside the facts."""
    page = stage(state(request(case(source=source))), path=REVIEW, language=language)
    expect(page.find("source")).to_have_text(said)


def test_a_camera_is_placed_by_fields_or_by_a_tap(stage: Open) -> None:
    """And it can be asked only once it is outdoors and has a place."""
    garage = camera("Garage", placing="unclassified", eligible=False, position=None, heading_deg=0)
    page = stage(state(cameras=[garage]), path="/settings", camera__set=None)
    page.find("edit-camera").click()
    page.find("placing-outdoor").check(force=True)
    expect(page.find("form-eligible")).to_be_disabled()
    page.find("at-home").click()
    page.find("heading_deg").fill("90")
    page.find("form-eligible").check()
    page.find("save-camera").click()
    (said,) = page.asked("camera/set")
    assert said["position"] == [341_335_000, -843_135_000]
    assert (said["placing"], said["eligible"], said["heading_deg"]) == ("outdoor", True, 90)
    page.find("edit-camera").click()
    page.find("placing-outdoor").check(force=True)
    page.find("place").click(position={"x": 60, "y": 60})
    assert page.find("latitude").input_value() > "34.1335"
    assert page.find("longitude").input_value() > "-84.3135"  # as text: farther west is the greater number


def test_who_is_not_the_owner_lets_no_camera_be_asked_and_can_take_it_back(stage: Open) -> None:
    """What they may not press is shown, with who can; a folder they name for none."""
    cameras = [camera(), camera("Garage", eligible=False)]
    page = stage(state(cameras=cameras, approver=NOT_OWNER), path="/settings", camera__set=None)
    allowed, other = page.find("eligible").nth(0), page.find("eligible").nth(1)
    expect(other).to_be_disabled()
    page.find("edit-camera").nth(1).click()
    expect(page.find("form-eligible")).to_be_disabled()
    expect(page.find("camera-form")).to_contain_text("Only the owner of this Home Assistant can change this.")
    expect(page.find("camera-folder")).to_have_count(0)
    allowed.click()
    (said,) = page.asked("camera/set")
    assert (said["camera_id"], said["eligible"]) == ("id-driveway", False)


def test_the_owner_names_and_removes_who_may_share(stage: Open) -> None:
    """With the PIN; nobody else has the buttons."""
    page = stage(state(), path="/settings", approver__name=None, approver__remove=None)
    page.find("name-approver").click()
    page.find("pin").fill("271828")
    page.find("name-approver-yes").click()
    expect(page.find("name-approver-dialog")).to_have_count(0)
    page.find("remove-approver").click()
    page.find("pin").fill("271828")
    page.find("remove-approver-yes").click()
    expect(page.find("remove-approver-dialog")).to_have_count(0)
    assert page.asked("approver/name")[0]["user_id"] == "zoe"
    assert page.asked("approver/remove")[0]["user_id"] == "max"
    other = stage(state(approver=NOT_OWNER), path="/settings")
    expect(other.find("approver")).to_have_count(2)
    assert other.find("remove-approver").count() == 0
    assert other.find("name-approver").count() == 0


def test_a_page_older_than_the_backend_says_so(stage: Open) -> None:
    """After an update, until it is loaded again."""
    page = stage(state() | {"panel_version": "NEWER"})
    expect(page.find("outdated")).to_be_visible()


def test_the_page_speaks_spanish(stage: Open) -> None:
    """Where Home Assistant does."""
    page = stage(REVIEWING, path=REVIEW, language="es")
    expect(page.find("share-button")).to_have_text("Compartir con Milton PD")
    expect(page.find("not-this-time")).to_have_text("Esta vez no")


def test_the_words_of_a_button_stay_beside_its_icon(stage: Open) -> None:
    """Also in two lines, as the longer Spanish is on a phone."""
    page = stage(REVIEWING, path=REVIEW, language="es", width=320)
    gap = """(button) => {
      const words = document.createRange();
      words.selectNodeContents(button);
      const icon = button.querySelector("svg").getBoundingClientRect();
      const lines = [...words.getClientRects()].filter(({ left, height }) => left >= icon.right && height > 0);
      return [new Set(lines.map(({ top }) => top)).size, Math.min(...lines.map(({ left }) => left)) - icon.right];
    }"""
    lines, apart_px = page.find("raw-message").evaluate(gap)
    assert lines == 2
    assert apart_px < 16


def test_cameras_on_the_network_are_looked_for_when_asked_and_come_with_the_way_to_add_them(stage: Open) -> None:
    """Nothing is searched before; a device's name is only text; nothing found and a refusal are said."""
    found = [
        {"address": "192.0.2.7", "name": "<b>Porch</b>", "doorbell": True, "add_with": "homekit_controller"},
        {"address": "192.0.2.8", "name": "", "doorbell": False, "add_with": "onvif"},
    ]
    page = stage(state(), path="/settings", cameras__search=found)
    assert page.asked("cameras/search") == []
    page.find("search-cameras").click()
    expect(page.find("found-camera")).to_have_count(2)
    expect(page.find("found-camera").nth(0)).to_contain_text("<b>Porch</b>")
    expect(page.find("found-camera").nth(1)).to_contain_text("Camera, 192.0.2.8")
    link = page.find("add-camera").nth(1)
    expect(link).to_have_attribute("href", "/config/integrations/dashboard/add?domain=onvif")
    empty = stage(state(), path="/settings", cameras__search=[])
    empty.find("search-cameras").click()
    expect(empty.find("none-found")).to_be_visible()
    refused = stage(state(), path="/settings", cameras__search={"refused": "not_approver"})
    refused.find("search-cameras").click()
    expect(refused.page.get_by_role("alert")).to_be_visible()
