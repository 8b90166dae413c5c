"""What an owner sees of refusals: each rule in words and no way to share; who tried; a locked PIN; drills marked."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from milton_protocol.errors import Rule
from milton_protocol.sealing.rules import SealRule
from milton_protocol.translog.rules import LogRule
from tests.browser.accessibility import faults
from tests.browser.panel_stage import (
    NOW,
    REQUEST_ID,
    Stage,
    attempt,
    case,
    new_log,
    request,
    share,
    stages,
    state,
    text,
)
from tests.browser.test_panel import PEOPLE, REVIEW, REVIEWING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.browser.tabs import Tabs

    type Open = Callable[..., Stage]

OF_THE_HOME = (
    SealRule.KEY_MALFORMED.value,
    "papers_missing",
    "log_not_checked",
    "log_shrank",
    "log_proof_missing",
    "id_differs",
    "log_replaced",
)
NOT_NOW = ["expired", "withdrawn", "not_live", "log_not_followed"]
RULES = sorted({*map(str, Rule), *map(str, LogRule), *OF_THE_HOME} - set(NOT_NOW))
UNKNOWN = {"en": re.compile("It broke the rule"), "es": re.compile("No cumple la regla")}
VKEY = "witness.example+" + "0a1b2c3d+" + "A" * 44
TRIED = [
    attempt(),
    attempt(own=True, user_name="Olivia", rule="wrong_pin", count=5),
    attempt(user_name="", kind="notification", rule="no_button"),
    attempt(user_name="<img src=x onerror=alert(1)>", kind="other_sign_in", act="look", rule="wrong_login"),
    attempt(user_name="Carl", kind="program", act="pin/set", rule="a_rule_of_tomorrow"),
    attempt(user_name="", kind="event", rule="no_event"),
    attempt(user_name="Long ago", last_at=text(NOW - timedelta(days=8))),
]


@pytest.fixture
def stage(tabs: Tabs) -> Iterator[Open]:
    """Open the page; a script error in it fails the test."""
    with stages(tabs, approvers=PEOPLE) as opened:
        yield opened


@pytest.mark.parametrize("language", ["en", pytest.param("es", marks=pytest.mark.long)])
def test_every_rule_is_said_in_words_and_leaves_nothing_to_press(stage: Open, language: str) -> None:
    """By whatever rule a request is refused, even with a clip that was ready: no share button, and the reason."""
    ready = REVIEWING["state"]["requests"][0]["cases"][0]
    page = stage(state(request(ready)), path=REVIEW, language=language)
    expect(page.find("share-button")).to_be_visible()
    wrong = []
    for rule in RULES:
        page.push(state(request(ready, refused=rule)))
        expect(page.find("refused-rule")).to_have_attribute("data-rule", rule)
        said = page.find("refused-rule").inner_text().removesuffix(rule).strip()
        if not said or UNKNOWN[language].search(said):
            wrong.append(rule)
        assert page.find("share-button").count() == 0, rule
        assert page.find("decide").count() == 0, rule
        assert page.find("look").count() == 0, rule
    assert wrong == []


@pytest.mark.parametrize(
    ("rule", "language", "request_word"),
    [*((rule, "en", "request") for rule in NOT_NOW), ("withdrawn", "es", "solicitud")],
)
def test_a_request_that_is_over_or_waits_for_its_proof_leaves_nothing_to_press(
    stage: Open, rule: str, language: str, request_word: str
) -> None:
    """In words, too; what the hub only has to prove yet is not said to be false."""
    ready = REVIEWING["state"]["requests"][0]["cases"][0]
    page = stage(state(request(ready, refused=rule)), path=REVIEW, language=language)
    expect(page.find("closed")).to_contain_text(request_word)
    assert not UNKNOWN[language].search(page.find("closed").inner_text())
    for name in ("refused", "share-button", "decide", "look"):
        assert page.find(name).count() == 0, name


def test_while_the_citys_papers_are_refused_nothing_can_be_pressed(stage: Open) -> None:
    """The reason stands above the list and in the request."""
    event = state(request(case(), refused="directory_expired"), snapshot={"trust_rule": "directory_expired"})
    page = stage(event)
    expect(page.find("trust-rule")).to_contain_text("directory of officers expired")
    page.find("row").click()
    expect(page.find("closed")).to_contain_text("directory of officers expired")
    assert page.find("share-button").count() == 0


def test_a_page_that_is_open_loses_the_share_button_in_the_middle(stage: Open) -> None:
    """Also the question that is already being asked can't be answered: Home Assistant refuses, and that is said."""
    page = stage(REVIEWING, path=REVIEW, approve={"refused": "revoked"}, preview_path={"path": "/x", "lives_s": 900})
    page.find("share-button").click()
    page.push(state(request(case(), refused="revoked")))
    expect(page.find("refused-rule")).to_have_attribute("data-rule", "revoked")
    assert page.find("share-button").count() == 0
    if page.find("share-dialog").count():
        page.find("pin").fill("271828")
        page.find("share-yes").click()
        expect(page.find("share-error")).to_contain_text("revoked")


def test_what_can_not_be_read_is_shown_with_its_reason(stage: Open) -> None:
    """Many of one kind are one line."""
    rules = ["not_canonical", "message_too_long", "unknown_version", "out_of_bounds"]
    unreadable = [{"request_id": f"{n:064x}", "refused": rule} for n, rule in enumerate(rules)]
    page = stage(state(unreadable=unreadable, unreadable_count=40))
    expect(page.find("unreadable")).to_contain_text("40 messages that call themselves requests")
    expect(page.find("unreadable").locator("li")).to_have_count(2)
    assert page.find("unreadable").locator("button, a").count() == 0


def test_who_tried_is_shown_to_the_owner(stage: Open) -> None:
    """On the first page for a week, in the settings for as long as it is kept; a name is text, whatever it is."""
    page = stage(state(attempts=TRIED))
    expect(page.find("attempt")).to_have_count(5)
    first, own, button, look, setting = (page.find("attempt").nth(number) for number in range(5))
    expect(first).to_contain_text("Adam tried to share a clip")
    expect(first).to_contain_text("Not a person whom the owner named")
    expect(own).to_contain_text("Olivia (your account)")
    expect(own).to_contain_text("The PIN was wrong. Signed in with a password. 5 times, last Thu, Nov 12, 9:30 AM")
    expect(button).to_contain_text("Somebody without a name")
    expect(look).to_contain_text("<img src=x onerror=alert(1)> tried to look at footage")
    expect(setting).to_contain_text("a_rule_of_tomorrow")
    page.find("open-settings").click()
    expect(page.find("attempts").locator("li")).to_have_count(7)
    event = page.find("attempts").locator("li").nth(5)
    expect(event).to_contain_text("No event shares anything. By an event in Home Assistant")
    quiet = stage(state(), path="/settings")
    expect(quiet.find("attempts")).to_contain_text("Nobody tried")
    assert stage(state()).find("recent-attempts").count() == 0


def test_a_locked_pin_says_until_when(stage: Open) -> None:
    """On the first page and where the PIN is set."""
    approver = {"refusal": None, "is_owner": True, "has_pin": True, "tries_left": 0, "locked_until": text(NOW)}
    for path in ("", "/settings"):
        page = stage(state(approver=approver), path=path)
        expect(page.find("pin-locked")).to_contain_text("Your PIN is locked until Thu, Nov 12, 11:30 AM.")


def test_a_drill_is_marked_wherever_it_is_named(stage: Open) -> None:
    """In the list, in the request, when it is refused, and in the last question."""
    ready = REVIEWING["state"]["requests"][0]["cases"][0]
    page = stage(state(request(ready, drill=True), request(refused="revoked", drill=True, request_id="cd" * 32)))
    expect(page.find("waiting")).to_contain_text("Drill")
    expect(page.find("row")).to_contain_text("Drill: ")
    page.find("row").click()
    expect(page.find("review")).to_contain_text("The police only practice")
    drilled = stage(state(request(ready, drill=True)), path=REVIEW, preview_path={"path": "/x", "lives_s": 900})
    expect(drilled.find("drill")).to_be_visible()
    drilled.find("share-button").click()
    expect(drilled.find("share-facts")).to_contain_text("The police only practice")


def test_who_answers_a_drill_reads_that_a_test_card_goes_and_is_asked_nothing_that_has_no_sense(stage: Open) -> None:
    """Before approving, in the question and after it; no sound, masks, files, originals or small pictures."""
    ready = REVIEWING["state"]["requests"][0]["cases"][0]
    page = stage(state(request(ready, drill=True)), path=REVIEW, preview_path={"path": "/x", "lives_s": 900})
    expect(page.find("drill-sends")).to_contain_text("No picture and no sound of your cameras is in it")
    expect(page.find("test-card")).to_contain_text("Nothing of your recordings is in it")
    expect(page.find("goes-clip")).to_contain_text("Driveway: Test card")
    for left_out in ("audio", "edit-masks", "keep-sources", "rough-again", "clock", "gap", "add-file"):
        expect(page.find(left_out)).to_have_count(0)
    page.find("share-button").click()
    for words in ("This is a test card.", "nothing that was recorded is sent", "Nobody takes it into a case."):
        expect(page.page.locator("dialog[open]")).to_contain_text(words)
    sent = stage(state(request(case(state="receipted", share=share()), drill=True)), path=REVIEW)
    expect(sent.find("share-state")).to_contain_text("Drill: Test card")
    expect(sent.find("share")).to_contain_text("Until it is deleted, 24 hours after it arrived")
    expect(sent.find("early")).to_have_count(0)
    spoken = stage(state(request(ready, drill=True)), path=REVIEW, language="es")
    expect(spoken.find("drill-sends")).to_contain_text("No contiene ninguna imagen ni sonido de sus cámaras")


def test_the_owner_compares_the_citys_new_log_and_accepts_it_with_the_pin(stage: Open) -> None:
    """What is shown is what is accepted; an approver reads it and has no button."""
    replaced = {"snapshot": {"trust_rule": "log_replaced"}, "new_log": new_log()}
    page = stage(state(**replaced), log__accept=None)
    expect(page.find("new-log-continues")).to_contain_text("all 187 entries that your home saw")
    expect(page.find("new-log-words")).to_have_text(" ".join(new_log()["words"]))
    assert page.find("trust-rule").count() == 0  # the card says it
    page.find("accept-log").click()
    page.find("pin").fill("271828")
    page.find("new-log-yes").click()
    expect(page.find("new-log-dialog")).to_have_count(0)
    said = page.asked("log/accept")[-1]
    assert (said["origin"], said["public_key"], said["pin"]) == (new_log()["origin"], "5a" * 32, "271828")
    approver = {"refusal": None, "is_owner": False, "has_pin": True, "tries_left": 5, "locked_until": None}
    broken = {**replaced, "new_log": new_log(continues=False)}
    read = stage(state(approver=approver, **broken), language="es")
    expect(read.find("new-log-continues")).to_contain_text("no puede demostrar")
    assert read.find("accept-log").count() == 0


def test_the_owner_says_who_the_witnesses_are(stage: Open) -> None:
    """With the PIN; somebody whom the owner named only reads it."""
    event = state(city={"witness_quorum": 1, "own_witness_quorum": 0})
    page = stage(event, path="/settings", witnesses__set={"refused": "verifier_key_malformed"})
    expect(page.find("witness-quorum")).to_contain_text("1 witness outside the city")
    page.page.locator("milton-share-witnesses summary").click()
    page.find("witness-keys").fill(f"{VKEY}\n\n {VKEY[:-1]}B \n")
    page.find("witness-count").fill("2")
    page.find("save-witnesses").click()
    page.find("pin").fill("271828")
    page.find("witnesses-yes").click()
    expect(page.find("witnesses-error")).to_contain_text("not that of a witness")
    page.answer("witnesses/set", None)
    page.find("pin").fill("271828")
    page.find("witnesses-yes").click()
    expect(page.find("witnesses-dialog")).to_have_count(0)
    said = page.asked("witnesses/set")[-1]
    assert (said["quorum"], said["witnesses"], said["pin"]) == (2, [VKEY, f"{VKEY[:-1]}B"], "271828")
    approver = {"refusal": None, "is_owner": False, "has_pin": True, "tries_left": 5, "locked_until": None}
    read = stage(state(approver=approver), path="/settings")
    expect(read.find("witness-quorum")).to_contain_text("No witness outside the city")
    assert read.find("save-witnesses").count() == 0


LOCKED = {"refusal": None, "is_owner": True, "has_pin": True, "tries_left": 0, "locked_until": text(NOW)}
FULL = state(
    request(refused="revoked", drill=True),
    attempts=TRIED,
    unreadable=[{"request_id": REQUEST_ID, "refused": "not_canonical"}],
    unreadable_count=1,
    approver=LOCKED,
    city={"witness_quorum": 2, "own_witness_quorum": 2, "witnesses": [VKEY, VKEY]},
)


@pytest.mark.parametrize("path", ["", "/settings"])
def test_what_is_refused_fits_and_can_be_read_and_pressed(stage: Open, path: str) -> None:
    """As every view does."""
    page = stage(FULL, path=path)
    if path:
        page.page.locator("milton-share-witnesses summary").click()
        page.page.locator(".scroll").evaluate("(scroll) => scroll.scrollTo(0, 0)")
    assert faults(page) == []
