"""The page in each state that no other test looks at as a whole: by axe-core and our own rules, in every look.

What belongs to one part of the page (drawing, files, own footage, refusals) is looked at in that part's tests.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import DESK, axe, faults, ours
from tests.browser.homes import film
from tests.browser.panel_stage import (
    ASKED_FROM,
    NOW,
    Stage,
    asked,
    camera,
    case,
    clip,
    receipt,
    request,
    share,
    stages,
    state,
    stills,
    text,
)
from tests.browser.test_panel import NOT_OWNER, PEOPLE, PREVIEW, REVIEW, REVIEWING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.browser.tabs import Tabs

    type Open = Callable[..., Stage]

SECOND = case(case_id="ee" * 16, camera_name="Front door", cutting=0.4)
NOTICES = ["demo_city", "signer_served_by_hub", "no_witness"]
MINUTE = timedelta(minutes=1)
PARTS = [
    {"from": text(at), "until": text(at + MINUTE), "first_frame": text(at), "stored_ms": number * 60_000}
    for number, at in enumerate((ASKED_FROM + 20 * MINUTE, ASKED_FROM + 40 * MINUTE))
]
OF_PARTS = clip(ASKED_FROM + 20 * MINUTE, ASKED_FROM + 41 * MINUTE, ranges=PARTS)
COURT = text(NOW + timedelta(days=300))
KEPT = share(sources_said_until=COURT, sources_kept_until=COURT)
EVENTS = ("received", "fetched", "accepted", "exported", "passed_on", "held", "released", "unflagged", "deleted")
SEEN = share(
    receipts=[
        receipt(number, event, NOW - timedelta(minutes=30 - number), "2147")
        for number, event in enumerate(EVENTS, start=1)
    ]
)
QUESTION = [receipt(1, "received", NOW), asked(2, NOW)]
ASKED = state(request(case(state="receipted", share=share(receipts=QUESTION))))
AGREED = share(receipts=QUESTION, passing=[{"question": 2, "agrees": True, "refused": None}])
UNHEARD = share(receipts=QUESTION, passing=[{"question": 2, "agrees": False, "refused": "too_many_consents"}])
LISTED = state(
    request(case()),
    request(case(state="receipted", share=share()), request_id="11" * 32),
    request(refused="revoked", request_id="22" * 32),
    request(request_id="33" * 32),
    request(case(state="lapsed"), request_id="44" * 32, refused="expired", expires_at=text(NOW - timedelta(hours=67))),
    request(case(state="declined"), request_id="55" * 32),
    snapshot={"link": "away"},
    city={"demo": True},
)
FOUND = [
    {"address": "192.0.2.7", "name": "Porch", "doorbell": True, "add_with": "homekit_controller"},
    {"address": "192.0.2.8", "name": "", "doorbell": False, "add_with": "onvif"},
]
CAMERAS = [
    camera(told_by=["Doorbell", "Motion"], room={"kbit_s": 2048, "days": 4.2}, also_told_by=["event.gate_bell"]),
    camera("Kitchen", seems_indoor=True, placing="unclassified", eligible=False, position=None),
    camera("Gate", maker="ring", can_record=False, footage="none"),
    camera("Yard", footage="frigate", footage_trouble="source_away"),
]
STATES: dict[str, tuple[dict[str, Any], str, dict[str, Any]]] = {
    "closed to others": (state(), "", {"whoami": {"refusal": "not_approver"}}),
    "a PIN to set": (state(), "", {"whoami": {"refusal": "no_pin"}}),
    "nothing waiting": (state(), "", {}),
    "a full list": (LISTED, "", {}),
    "an old page": (state() | {"panel_version": "NEWER"}, "", {}),
    "a request that is gone": (state(), REVIEW, {}),
    "two cameras, one being cut": (
        state(request(case(), SECOND, notices=NOTICES, urgent=True, drill=True, approver_name="Sam Ito")),
        REVIEW,
        {},
    ),
    "several parts": (state(request(case(state="reviewing", clip=OF_PARTS))), REVIEW, {}),
    "no footage": (state(request(case(state="received", footage_from=None, footage_until=None, gaps=[]))), REVIEW, {}),
    "declined": (state(request(case(state="declined"))), REVIEW, {}),
    "refused": (state(request(refused="revoked")), REVIEW, {}),
    "withdrawn by the police": (state(request(case(state="lapsed"), refused="withdrawn")), REVIEW, {}),
    "sending": (
        state(request(case(state="sealed", share=share(state="sealed", sent_bytes=1_607_000, receipts=[])))),
        REVIEW,
        {},
    ),
    "every receipt": (state(request(case(state="receipted", share=SEEN))), REVIEW, {}),
    "asked to pass it on": (ASKED, REVIEW, {}),
    "let pass on": (state(request(case(state="receipted", share=AGREED))), REVIEW, {}),
    "not let pass on, unheard": (state(request(case(state="receipted", share=UNHEARD))), REVIEW, {}),
    "somebody else's settings": (state(approver=NOT_OWNER), "/settings", {}),
}
BUTTONS = {
    "share-dialog": (REVIEWING, REVIEW, "share-button"),
    "withdraw-dialog": (state(request(case(state="receipted", share=share()))), REVIEW, "withdraw"),
    "pass-dialog": (ASKED, REVIEW, "passing-yes"),
    "early-dialog": (state(request(case(state="receipted", share=share()))), REVIEW, "early"),
    "flag-dialog": (state(request(case(state="receipted", share=share()))), REVIEW, "flag-later"),
    "give-up-dialog": (state(request(case(state="receipted", share=KEPT, kept_until=COURT))), REVIEW, "give-up"),
    "name-approver-dialog": (state(), "/settings", "name-approver"),
    "remove-approver-dialog": (state(), "/settings", "remove-approver"),
}
# Their parts are those of the other questions, with other words.
LIKE_ANOTHER = ("pass-dialog", "early-dialog", "flag-dialog", "remove-approver-dialog")

# Dark, and not Home Assistant's dark mode: a theme without modes of its own is called light.
DARK_BY_NAME_ONLY = """
html { --primary-text-color: #e8e6f0; --secondary-text-color: #b6b2c6; --divider-color: #444;
  --card-background-color: #1d1930; --primary-background-color: #120f20; --secondary-background-color: #241f3a; }
"""


@pytest.fixture
def stage(tabs: Tabs) -> Iterator[Open]:
    """Open the page; a script error in it fails the test."""
    shown = {"preview_path": PREVIEW, "approvers": PEOPLE, "stills": stills()}
    with stages(tabs, film=film(), **shown) as opened:
        yield opened


@pytest.mark.parametrize("name", STATES)
def test_every_state_breaks_no_rule_of_accessibility(stage: Open, name: str) -> None:
    """On a phone and at a desk."""
    event, path, knobs = STATES[name]
    assert faults(stage(event, path=path, **knobs)) == []


def test_a_dark_theme_that_is_not_the_dark_mode_stays_legible(stage: Open) -> None:
    """Green, blue, amber and red follow the ink of the theme, not a switch; also when the theme changes."""
    event, path, knobs = STATES["two cameras, one being cut"]
    page = stage(event, path=path, theme=DARK_BY_NAME_ONLY, **knobs)
    scheme = page.page.locator("milton-share-panel")
    page.find("verified").wait_for()
    expect(scheme).to_have_css("color-scheme", "dark")
    assert axe(page.page) + ours(page.page) == []
    page.page.evaluate("document.documentElement.style.setProperty('--primary-text-color', '#141414')")
    page.wear(DESK, dark=False)
    expect(scheme).to_have_css("color-scheme", "light")


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.long] if name in LIKE_ANOTHER else []) for name in BUTTONS]
)
def test_every_question_breaks_no_rule_of_accessibility(stage: Open, name: str) -> None:
    """Also after a wrong PIN; it is a dialog by name, and the keyboard stays in it."""
    event, path, button = BUTTONS[name]
    wrong = {"refused": "wrong_pin"}
    commands = (
        "approve",
        "withdraw",
        "agree_early",
        "flag",
        "passing__say",
        "sources__give_up",
        "approver__name",
        "approver__remove",
    )
    page = stage(event, path=path, **dict.fromkeys(commands, wrong))
    page.find(button).first.click()
    dialog = page.find(name)
    expect(dialog.get_by_role("heading")).not_to_be_empty()
    expect(page.page.get_by_role("dialog", name=dialog.get_by_role("heading").inner_text())).to_be_visible()
    page.find("pin").fill("161803")
    page.page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_be_visible()
    assert faults(page, "milton-share-panel", "dialog") == []
    for _ in range(6):
        page.page.keyboard.press("Tab")
        inside = "document.querySelector('milton-share-panel').shadowRoot.activeElement?.closest('dialog') !== null"
        assert page.page.evaluate(inside)  # none at all: the browser's own bar


def test_the_settings_break_no_rule_with_all_that_opens_in_them(stage: Open) -> None:
    """A camera's form, what is on the network, the steps of makers' apps, the witnesses, a PIN that was refused."""
    refused = {"refused": "wrong_pin"}
    page = stage(state(cameras=CAMERAS), path="/settings", cameras__search=FOUND, pin__set=refused)
    page.find("search-cameras").click()
    expect(page.find("found-camera")).to_have_count(2)
    page.find("pin-old").fill("271828")
    page.find("pin-pin").fill("314159")
    page.find("pin-again").fill("314159")
    page.find("save-pin").click()
    expect(page.find("pin-error")).to_be_visible()
    page.page.locator("milton-share-witnesses summary").click()
    page.find("edit-camera").first.click()
    expect(page.find("place")).to_be_visible()
    assert faults(page) == []


def test_a_review_breaks_no_rule_with_all_that_opens_in_it(stage: Open) -> None:
    """The message as it came, the steps of makers' apps, a hint, a refusal of the cutter."""
    refused = {"refused": "nothing_recorded"}
    page = stage(state(request(case())), path=REVIEW, look=refused, evidence={"bundle": "e30="})
    page.find("raw-message").click()
    expect(page.find("raw-text")).to_be_visible()
    page.find("all-steps").locator("summary").click()
    page.find("look").click()
    expect(page.find("look-error")).to_be_visible()
    page.find("share-button").click()
    expect(page.find("hint")).to_be_visible()
    assert faults(page) == []
