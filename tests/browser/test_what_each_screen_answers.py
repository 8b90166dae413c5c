"""Who never saw the page decides with what is on it: each screen answers, in words that nobody has to open.

The words are those of docs/what-each-screen-answers.md, in both languages; here is how each screen is reached.
"""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.card_stage import open_dashboard
from tests.browser.homes import film
from tests.browser.panel_stage import (
    BASE,
    NOW,
    Stage,
    attempt,
    camera,
    case,
    new_log,
    open_stage,
    receipt,
    request,
    share,
    state,
    text,
)
from tests.browser.test_accessibility import ASKED, COURT, FOUND, KEPT
from tests.browser.test_card import STATES as CARD_STATES
from tests.browser.test_files import added
from tests.browser.test_own import RECORDED, own
from tests.browser.test_panel import PEOPLE, PREVIEW, REVIEW, REVIEWING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Locator

    from tests.browser.tabs import Tabs

SCRIPT = Path(__file__).parents[2] / "docs" / "what-each-screen-answers.md"
LANGUAGES = {"English": "en", "Spanish": "es"}
QUESTIONS = 6
NEVER_REACHED = {"link": "away", "last_contact": None}
IN_HALF_AN_HOUR = text(NOW + timedelta(minutes=30))
LOCKED_APPROVER = {
    "refusal": None, "is_owner": True, "has_pin": True, "tries_left": 0, "locked_until": IN_HALF_AN_HOUR,
}  # fmt: skip
ORIGINALS = state(request(case(state="receipted", share=KEPT, kept_until=COURT)))
SHARED = {
    "state": "receipted",
    "share": share(receipts=[receipt(1, "received", NOW), receipt(2, "fetched", NOW, "2147")]),
}
ACCEPTED = [receipt(1, "received", NOW), receipt(2, "accepted", NOW, "2147")]
SENDING = case(state="sealed", share=share(state="sealed", sent_bytes=1_607_000, receipts=[]))
HALF_SEALED = share(state="approved", sealed_bytes=1_607_000, sent_bytes=0, receipts=[])
NOTHING = case(state="received", footage_from=None, footage_until=None, gaps=[])
DRILLED = state(request(REVIEWING["state"]["requests"][0]["cases"][0], drill=True))
RECEIPTED = state(request(case(state="receipted", share=share())))
TAKEN_BACK = share(state="withdrawn", withdraw_wanted=True)
LOCKED = state(request(case()), approver=LOCKED_APPROVER)
OVER = {"refused": "expired", "expires_at": text(NOW - timedelta(hours=67))}

# State, where on the page, and what is pressed there.
SCREENS: dict[str, tuple[dict[str, Any], str, tuple[str, ...]]] = {
    "the list": (state(request(case())), "", ()),
    "review, before a look": (state(request(case())), REVIEW, ()),
    "review, while a clip is cut": (state(request(case(cutting=0.4))), REVIEW, ()),
    "review, of a clip": (REVIEWING, REVIEW, ()),
    "review, of a drill": (DRILLED, REVIEW, ()),
    "the question before sharing": (REVIEWING, REVIEW, ("share-button",)),
    "being sealed": (state(request(case(state="approved", share=HALF_SEALED))), REVIEW, ()),
    "on its way": (state(request(SENDING)), REVIEW, ()),
    "receipts": (state(request(case(**SHARED))), REVIEW, ()),
    "receipts, accepted": (state(request(case(state="receipted", share=share(receipts=ACCEPTED)))), REVIEW, ()),
    "the question before taking back": (state(request(case(**SHARED))), REVIEW, ("withdraw",)),
    "not this time": (state(request(case(state="declined"))), REVIEW, ()),
    "held past the end": (state(request(case(state="lapsed"), **OVER)), REVIEW, ()),
    "the question before wiping": (state(request(case(state="lapsed"), **OVER)), REVIEW, ("held-wipe",)),
    "no footage": (state(request(NOTHING)), REVIEW, ()),
    "refused by your home": (state(request(refused="revoked")), REVIEW, ()),
    "settings": (state(), "/settings", ()),
    "save for myself": (state(), "/own", ()),
    "save for myself, cut": (state(own=own()), "/own", ()),
    "asked to pass it on": (ASKED, REVIEW, ()),
    "the question before letting pass on": (ASKED, REVIEW, ("passing-yes",)),
    "the question before not letting pass on": (ASKED, REVIEW, ("passing-no",)),
    "the question before earlier acceptance": (RECEIPTED, REVIEW, ("early",)),
    "the question before the evidence unit only": (RECEIPTED, REVIEW, ("flag-later",)),
    "the question before wiping the originals": (ORIGINALS, REVIEW, ("give-up",)),
    "taken back": (state(request(case(state="withdrawn", share=TAKEN_BACK))), REVIEW, ()),
    "withdrawn by the police": (state(request(case(state="lapsed"), refused="withdrawn")), REVIEW, ()),
    "expired": (state(request(refused="expired")), REVIEW, ()),
    "a file to add": (state(request(NOTHING), cameras=[camera(footage="app", maker="ring")]), REVIEW, ()),
    "a file's time": (state(request(added())), REVIEW, ()),
    "no camera yet": (state(cameras=[camera(eligible=False)]), "", ()),
    "a pause": (state(household={"paused": True}), "", ()),
    "a locked PIN": (LOCKED, "", ()),
    "tried and refused": (state(attempts=[attempt()]), "", ()),
    "the list, hub never reached": (state(snapshot=NEVER_REACHED), "", ()),
    "the list, hub away": (state(snapshot={"link": "away"}), "", ()),
    "the list, papers that can't be checked": (state(snapshot={"trust_rule": "directory_expired"}), "", ()),
    "the list, the city's new log": (state(snapshot={"trust_rule": "log_replaced"}, new_log=new_log()), "", ()),
    "the question before accepting a new log": (
        state(snapshot={"trust_rule": "log_replaced"}, new_log=new_log()),
        "",
        ("accept-log",),
    ),
    "a camera": (state(), "/settings", ("edit-camera",)),
    "cameras found": (state(), "/settings", ("search-cameras",)),
    "the question before somebody may share": (state(), "/settings", ("name-approver",)),
    "the question before somebody may not": (state(), "/settings", ("remove-approver",)),
    "the question before leaving": (state(), "/settings", ("leave",)),
    "came while paused": (state(request(), household={"paused": True}), REVIEW, ()),
    "for homes with a code": (state(request(by_code=True)), REVIEW, ()),
    "a door code": (state(), "", ("door-code-entry",)),
    "a PIN to set": ({"refused": "no_pin"}, "", ()),  # the last: who is refused sees nothing more
}
CARDS = {
    "card: calm": state(),
    "card: waiting": CARD_STATES["waiting"],
    "card: several": CARD_STATES["several"],
    "card: sealing": CARD_STATES["sealing"],
    "card: sending": CARD_STATES["sending"],
    "card: withdrawn by the police": CARD_STATES["withdrawn"],
    "card: refused by your home": CARD_STATES["refused"],
    "card: held past the end": CARD_STATES["held"],
    "card: papers that can't be checked": CARD_STATES["papers"],
    "card: hub never reached": state(snapshot=NEVER_REACHED),
    "card: hub away": CARD_STATES["away"],
}
# The words that are seen, once those that are looked for are there or don't come: of a question on top of the page that
# alone, none that are for screen readers alone, nor what lies in something closed. All kinds of spaces are one.
SEEN = """async (root, words) => {
  const isSeen = (one) => {
    if (getComputedStyle(one).display === "contents") return true;
    return one.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && one.offsetWidth !== 1;
  };
  const said = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return node.data;
    if (node.nodeType !== Node.ELEMENT_NODE || !isSeen(node)) return "";
    return [...(node.childNodes.length ? node : node.shadowRoot ?? node).childNodes].map(said).join("");
  };
  const now = () => said(root.shadowRoot?.querySelector("dialog[open]") ?? root).replace(/\\s+/g, " ");
  for (let tries = 0; tries < 100 && !words.every((one) => now().includes(one)); tries += 1) {
    await new Promise((done) => setTimeout(done, 50));
  }
  return now();
}"""
GO = """(path) => {
  history.pushState(null, "", path);
  dispatchEvent(new CustomEvent("location-changed"));
}"""


def script(language: str) -> dict[str, list[list[str]]]:
    """Return the words of each screen, by its name, a list for each question."""
    part = SCRIPT.read_text(encoding="utf-8").split(f"## {language}\n")[1].split("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in part.splitlines() if line.startswith("| ")][1:]
    return {name: [re.findall("`([^`]+)`", cell) for cell in cells] for name, *cells in rows}


def unanswered(name: str, shown: Locator, answers: list[list[str]]) -> Iterator[str]:
    """Name each answer that is not seen on a screen, and two periods where an abbreviation ends a sentence."""
    assert len(answers) == QUESTIONS, name
    looked_for = [words for answer in answers for words in answer]
    said = shown.evaluate(SEEN, looked_for)
    yield from (f"{name}: {words}" for words in looked_for if words not in said)
    if ".." in said:
        yield f"{name}: two periods: {said[said.index('..') - 30 :][:40]}"


def go_to(stage: Stage, name: str) -> Locator:
    """Go to a screen; return the page."""
    event, path, pressed = SCREENS[name]
    if stage.page.locator("dialog[open]").count():
        stage.page.keyboard.press("Escape")
    stage.page.evaluate(GO, BASE)
    stage.page.evaluate(GO, BASE + path)
    stage.push(event)
    for control in pressed:
        stage.find(control).first.click()
    return stage.page.locator("milton-share-panel")


def test_the_script_has_each_screen_in_both_languages() -> None:
    """And each screen has its way to it here."""
    for language in LANGUAGES:
        assert script(language).keys() == {**SCREENS, **CARDS}.keys()


@pytest.mark.parametrize("language", ["English", pytest.param("Spanish", marks=pytest.mark.long)])
def test_each_screen_of_the_page_answers_in_words_that_are_seen(tabs: Tabs, language: str) -> None:
    """On a phone: who, why, what exactly, to whom, what then, and can I undo it."""
    answers = {"preview_path": PREVIEW, "approvers": PEOPLE, "own__recorded": RECORDED, "own__path": PREVIEW}
    answers["cameras__search"] = FOUND
    size = {"width": 390, "height": 844}
    stage = open_stage(tabs, state(), film=film(), language=LANGUAGES[language], **size, **answers)
    words = script(language)
    missing = [one for name in SCREENS for one in unanswered(name, go_to(stage, name), words[name])]
    stage.close()
    assert missing == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_state_of_the_card_answers_in_words_that_are_seen(tabs: Tabs, language: str) -> None:
    """In a column of a dashboard."""
    page = open_dashboard(tabs, *({"event": event} for event in CARDS.values()), language=LANGUAGES[language])
    cards = page.page.locator("milton-share-card")
    words = script(language)
    missing = [one for number, name in enumerate(CARDS) for one in unanswered(name, cards.nth(number), words[name])]
    page.close()
    assert missing == []
