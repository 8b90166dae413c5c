"""The whole way of a decision on the page: by keys alone, by a finger alone, beside another approver, cut off.

The scripted Home Assistant answers what the real one would: a test pushes the state that follows from what was asked.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.browser.homes import film
from tests.browser.panel_stage import (
    ASKED_FROM,
    ASKED_UNTIL,
    BASE,
    NOW,
    ORIGIN,
    REQUEST_ID,
    TAG,
    Stage,
    case,
    clip,
    receipt,
    request,
    share,
    stages,
    state,
    stills,
)
from tests.browser.test_panel import CLIP, PEOPLE, PREVIEW, REVIEW, REVIEWING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.browser.tabs import Tabs

    type Open = Callable[..., Stage]

PIN = "271828"
MOST_STOPS = 120
INPUTS_A_MINUTE = 6
LOOKS, LOOK_AGAIN_MS = 50, 200
WAITING = state(request(case()))
SENDING = state(request(case(state="sealed", share=share(state="sealed", sent_bytes=1_607_000, receipts=[]))))
RECEIPTED = state(request(case(state="receipted", share=share())))
WITHDRAWING = state(request(case(state="receipted", share=share(withdraw_wanted=True))))
WITHDRAWN = state(
    request(case(state="withdrawn", share=share(state="withdrawn", receipts=[receipt(1, "received", NOW)])))
)
DECLINED = state(request(case(state="declined")))
ASKED = "(name) => window.asked.filter(({ type }) => type === `milton_share/${name}`).length > 0"
FOCUSED = """() => {
  let at = document.activeElement;
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  return at?.dataset?.test ?? null;
}"""
IS_SEEN = """() => {
  let at = document.activeElement;
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  if (!at || at === document.body) return null;
  const { outlineStyle, outlineWidth } = getComputedStyle(at);
  const { top, bottom } = at.getBoundingClientRect();
  const seen = outlineStyle !== "none" && parseFloat(outlineWidth) >= 2 && bottom > 0 && top < innerHeight;
  return seen ? (at.dataset.test ?? at.textContent.trim()) : null;
}"""


@pytest.fixture
def stage(tabs: Tabs) -> Iterator[Open]:
    """Open the page at phone size; a script error in it fails the test."""
    shown = {"preview_path": PREVIEW, "approvers": PEOPLE, "stills": stills(), "width": 390, "height": 844}
    with stages(tabs, film=film(), **shown) as opened:
        yield opened


def tab_to(page: Stage, name: str) -> None:
    """Go on with the Tab key until a control has the focus."""
    for _ in range(MOST_STOPS):
        page.page.keyboard.press("Tab")
        if page.page.evaluate(FOCUSED) == name:
            return
    pytest.fail(f"{name} is not reached in {MOST_STOPS} stops")


def kept(page: Stage) -> str:
    """Wait until what has the keyboard can be seen; return its name for tests, or its words."""
    page.until(IS_SEEN)
    return str(page.page.evaluate(IS_SEEN))


def once_asked(page: Stage, command: str) -> dict[str, Any]:
    """Wait for a command, and return the last of it."""
    page.until(ASKED, arg=command)
    return page.asked(command)[-1]


def cut_as_asked(look: dict[str, Any]) -> dict[str, Any]:
    """Return the state in which the part that was asked for is cut and shown."""
    start, end = (datetime.fromisoformat(look[name]) for name in ("from", "until"))
    return state(request(case(state="reviewing", clip=clip(start, end))))


def test_a_clip_is_looked_at_shared_and_taken_back_by_the_keys_alone(stage: Open) -> None:
    """From the list to the withdrawal: Tab, Enter, arrows and digits; the focus is never lost on the way."""
    page = stage(WAITING, look={})
    keys = page.page.keyboard
    tab_to(page, "look-at-it")
    keys.press("Enter")
    expect(page.find("reason")).to_be_visible()
    assert kept(page) == "Request"
    tab_to(page, "handle-from")
    keys.press("PageUp")
    tab_to(page, "handle-until")
    keys.press("Shift+ArrowLeft")
    tab_to(page, "look")
    keys.press("Enter")
    look = once_asked(page, "look")
    first = datetime.fromisoformat(look["from"])
    assert (first, datetime.fromisoformat(look["until"])) == (
        ASKED_FROM + timedelta(minutes=1),
        ASKED_UNTIL - timedelta(seconds=10),
    )
    page.push(cut_as_asked(look))
    expect(page.find("player")).to_be_visible()
    assert kept(page) == "Exactly what would be sent"
    tab_to(page, "share-button")
    keys.press("Enter")
    expect(page.find("pin")).to_be_focused()
    keys.press("Escape")
    expect(page.find("share-dialog")).to_have_count(0)
    assert kept(page) == "share-button"
    keys.press("Enter")
    keys.type(PIN)
    keys.press("Enter")
    assert once_asked(page, "approve")["pin"] == PIN
    page.push(RECEIPTED)
    expect(page.find("share-dialog")).to_have_count(0)
    assert kept(page) == "title"
    tab_to(page, "withdraw")
    keys.press("Space")
    expect(page.find("pin")).to_be_focused()
    tab_to(page, "go-back")
    keys.press("Enter")
    expect(page.find("withdraw-dialog")).to_have_count(0)
    assert kept(page) == "withdraw"
    keys.press("Space")
    keys.type(PIN)
    keys.press("Enter")
    once_asked(page, "withdraw")
    page.push(WITHDRAWN)
    expect(page.find("share-state")).to_have_attribute("data-state", "withdrawn")
    assert kept(page) == "Your clip from Driveway"
    tab_to(page, "back")
    keys.press("Enter")
    expect(page.find("list")).to_be_visible()
    assert kept(page) == "Milton Share"


def test_not_this_time_is_said_by_the_keys_alone(stage: Open) -> None:
    """As easily: one key more or less than the other answer."""
    page = stage(REVIEWING, path=REVIEW)
    tab_to(page, "not-this-time")
    page.page.keyboard.press("Tab")
    assert page.page.evaluate(FOCUSED) == "share-button"
    page.page.keyboard.press("Shift+Tab")
    page.page.keyboard.press("Enter")
    once_asked(page, "not_this_time")
    page.push(DECLINED)
    expect(page.find("answered")).to_be_visible()
    assert kept(page) == "Not this time"


# As a picture does that has been read, or words that came: below what a browser holds on to by itself.
GROW = """() => {
  const above = document.createElement("div");
  above.style.height = "3000px";
  document.querySelector("milton-share-panel").shadowRoot.activeElement.before(above);
}"""

# A little, and much so soon after that.
GROW_TWICE = """(after_ms) => new Promise((done) => {
  const last = document.querySelector("milton-share-panel").shadowRoot.activeElement;
  const grow = (height) => {
    const above = document.createElement("div");
    above.style.height = height;
    last.before(above);
  };
  let looks = 0;
  new ResizeObserver((_, watch) => {
    looks += 1;
    if (looks === 1) grow("4px");
    else watch.disconnect();
    if (looks === 2) setTimeout(() => { grow("3000px"); done(); }, after_ms);
  }).observe(last.parentElement);
})"""

# A browser tells what came into sight or left it in the frame after.
IS_LOOKED_AT = """() => new Promise((done) => {
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)));
})"""

SCROLL_UP = """() => {
  let each = document.querySelector("milton-share-panel").shadowRoot.activeElement.parentNode;
  for (; each; each = each.parentNode ?? each.host) each.scrollTop = 0;
}"""


def test_the_keyboard_is_seen_on_the_heading_of_the_bar(stage: Open) -> None:
    """Whose ground is the theme's: the ring has the color of the bar's own words."""
    page = stage(WAITING)
    tab_to(page, "look-at-it")
    page.page.keyboard.press("Enter")
    assert kept(page) == "Request"
    heading = page.page.locator(".bar").get_by_role("heading")
    ring = "(one) => getComputedStyle(one).outlineColor === getComputedStyle(one.parentElement).color"
    expect(heading).to_be_focused()
    assert heading.evaluate(ring)


def test_the_keyboard_comes_back_to_a_button_that_could_not_be_used_for_a_while(stage: Open) -> None:
    """A search takes seconds; who goes elsewhere meanwhile stays there."""
    page = stage(state(), path="/settings", cameras__search={"waits": True, "refused": "storage_failed"})
    tab_to(page, "search-cameras")
    page.page.keyboard.press("Enter")
    expect(page.find("searching")).to_be_visible()
    page.page.evaluate("window.go_on()")
    expect(page.find("searching")).to_have_count(0)
    assert kept(page) == "search-cameras"
    page.page.keyboard.press("Enter")
    expect(page.find("searching")).to_be_visible()
    page.find("quiet_from").focus()
    page.page.evaluate("window.go_on()")
    expect(page.find("searching")).to_have_count(0)
    assert page.page.evaluate(FOCUSED) == "quiet_from"


def test_a_button_that_was_off_for_an_instant_is_still_in_sight(stage: Open) -> None:
    """It never lost the keyboard; what is told above it pushes it out of the screen."""
    page = stage(state(), path="/settings", cameras__search={"refused": "storage_failed"})
    tab_to(page, "search-cameras")
    page.page.keyboard.press("Enter")
    expect(page.page.get_by_role("alert")).to_be_visible()
    assert kept(page) == "search-cameras"


def test_what_the_keyboard_is_on_stays_in_sight_when_the_page_grows_twice(stage: Open) -> None:
    """Once so little that it stays where it is, then so much that it does not, however soon after that."""
    for after_ms in (0, 50, 90, 98, 110):
        page = stage(WAITING, path=REVIEW)
        tab_to(page, "look")
        page.page.evaluate(GROW_TWICE, after_ms)
        expect(page.find("look")).to_be_in_viewport(ratio=1)


# What it holds is taller than it.
HOLD_MUCH = """() => {
  const last = document.querySelector("milton-share-panel").shadowRoot.activeElement;
  const tall = document.createElement("div");
  tall.style.height = "400px";
  Object.assign(last.style, { height: "40px", overflow: "auto" });
  last.append(tall);
}"""

SCROLL_INSIDE = """() => {
  const last = document.querySelector("milton-share-panel").shadowRoot.activeElement;
  last.scrollTop = 200;
  return last.scrollTop > 100;
}"""


def test_what_was_scrolled_in_itself_was_not_moved(stage: Open) -> None:
    """Whoever then looks elsewhere is not brought back."""
    page = stage(WAITING, path=REVIEW)
    tab_to(page, "look")
    page.page.evaluate(GROW)
    expect(page.find("look")).to_be_in_viewport(ratio=1)
    page.page.evaluate(HOLD_MUCH)
    page.page.evaluate(IS_LOOKED_AT)
    assert page.page.evaluate(SCROLL_INSIDE)
    page.page.evaluate(SCROLL_UP)
    page.page.evaluate(IS_LOOKED_AT)
    expect(page.find("look")).not_to_be_in_viewport()


@pytest.mark.parametrize("way", ["wheel", "bar"])
def test_what_the_keyboard_is_on_stays_in_sight_when_the_page_grows_above_it(way: str, stage: Open) -> None:
    """Pictures and words come late; whoever looks elsewhere meanwhile is not brought back."""
    page = stage(WAITING, path=REVIEW)
    tab_to(page, "look")
    page.page.evaluate(GROW)
    expect(page.find("look")).to_be_in_viewport(ratio=1)
    if way == "wheel":
        page.page.mouse.move(200, 400)
        page.page.mouse.wheel(0, -10_000)
    else:  # which a page hears of only as of a scroll, as of its own
        page.page.evaluate(IS_LOOKED_AT)
        page.page.evaluate(SCROLL_UP)
        page.page.evaluate(IS_LOOKED_AT)
    expect(page.find("look")).not_to_be_in_viewport()
    page.page.evaluate(GROW)
    page.page.evaluate(IS_LOOKED_AT)
    expect(page.find("look")).not_to_be_in_viewport()


def test_a_camera_that_was_set_by_the_keys_gives_the_keyboard_back(stage: Open) -> None:
    """To the button that opened its form."""
    page = stage(state(), path="/settings")
    tab_to(page, "edit-camera")
    page.page.keyboard.press("Enter")
    tab_to(page, "save-camera")
    page.page.keyboard.press("Enter")
    once_asked(page, "camera/set")
    expect(page.find("camera-form")).to_have_count(0)
    assert kept(page) == "edit-camera"


def test_a_clip_is_looked_at_shared_and_taken_back_by_a_finger_alone(stage: Open) -> None:
    """Taps, and the phone's own digits: no key, no mouse."""
    page = stage(WAITING, look={})
    page.find("look-at-it").tap()
    page.find("later-from").tap()
    page.find("earlier-until").tap()
    page.find("look").tap()
    look = once_asked(page, "look")
    assert datetime.fromisoformat(look["from"]) == ASKED_FROM + timedelta(seconds=1)
    page.push(cut_as_asked(look))
    page.find("as-named").tap()
    page.find("keep-sources").tap()
    page.find("share-button").tap()
    page.find("pin").fill(PIN)
    page.find("share-yes").tap()
    said = once_asked(page, "approve")
    assert (said["named"], said["keep_sources"]) == (True, True)
    page.push(RECEIPTED)
    page.find("withdraw").tap()
    page.find("pin").fill(PIN)
    page.find("withdraw-yes").tap()
    once_asked(page, "withdraw")
    page.push(WITHDRAWN)
    page.find("back").tap()
    expect(page.find("list")).to_be_visible()


def test_a_request_is_decided_with_few_inputs_from_its_notification(stage: Open) -> None:
    """A look, the share, the PIN and a yes; or one press. At ten seconds each, which is slow, that is a minute."""
    page = stage(WAITING, path=f"/open/{TAG}", look={})
    inputs = [lambda: page.find("look").tap(), lambda: page.find("share-button").tap()]
    inputs += [lambda: page.find("pin").fill(PIN), lambda: page.find("share-yes").tap()]
    inputs[0]()
    page.push(cut_as_asked(once_asked(page, "look")))
    expect(page.find("player")).to_be_visible()
    for one in inputs[1:]:
        one()
    assert once_asked(page, "approve")["pin"] == PIN
    assert 1 + len(inputs) <= INPUTS_A_MINUTE  # with the notification
    other = stage(WAITING, path=f"/open/{TAG}")
    other.find("not-this-time").tap()
    once_asked(other, "not_this_time")


# Two approvers at once


@pytest.mark.parametrize("decision", [RECEIPTED, DECLINED])
def test_of_two_approvers_who_are_asked_at_once_the_later_one_is_told(stage: Open, decision: dict[str, Any]) -> None:
    """The question of who did not decide goes away before it is answered; nothing is shared by it."""
    olivia, max_ = stage(REVIEWING, path=REVIEW), stage(REVIEWING, path=REVIEW)
    for page in (olivia, max_):
        page.find("share-button").click()
        page.find("pin").fill(PIN)
    olivia.find("share-yes").click()
    once_asked(olivia, "approve")
    for page in (olivia, max_):
        page.push(decision)
    expect(max_.find("overtaken")).to_contain_text("somebody else of your household")
    expect(max_.find("share-dialog")).to_have_count(0)
    expect(max_.find("share-button")).to_have_count(0)
    assert max_.asked("approve") == []
    expect(olivia.find("share-dialog")).to_have_count(0)
    expect(olivia.find("overtaken")).to_have_count(0)


def test_an_answer_that_comes_second_is_refused_and_the_person_is_told(stage: Open) -> None:
    """Both pressed Share; the home took the other's word."""
    page = stage(REVIEWING, path=REVIEW, approve={"refused": "already_decided"})
    page.find("share-button").click()
    page.find("pin").fill(PIN)
    page.find("share-yes").click()
    expect(page.find("share-error")).to_contain_text("decided")
    page.push(RECEIPTED)
    expect(page.find("overtaken")).to_be_visible()
    expect(page.find("share-dialog")).to_have_count(0)
    expect(page.find("share")).to_be_visible()


def test_a_clip_that_another_approver_cuts_anew_is_not_the_one_that_is_asked_about(stage: Open) -> None:
    """The question goes away; what is shown now can be shared after it was looked at."""
    page = stage(REVIEWING, path=REVIEW)
    page.find("share-button").click()
    other = CLIP | {"clip_sha256": "77" * 32}
    page.push(state(request(case(state="reviewing", clip=other))))
    expect(page.find("overtaken")).to_be_visible()
    page.find("share-button").click()
    expect(page.find("overtaken")).to_have_count(0)
    page.find("pin").fill(PIN)
    page.find("share-yes").click()
    assert once_asked(page, "approve")["clip_sha256"] == "77" * 32


def test_of_two_clips_the_second_is_shared_although_the_first_is_on_its_way(stage: Open) -> None:
    """What one does oneself overtakes nothing; a try that failed in between goes on where it was."""
    second = case(case_id="ee" * 16, camera_name="Front door", state="reviewing", clip=CLIP)
    page = stage(state(request(case(state="reviewing", clip=CLIP), second)), path=REVIEW)
    page.find("share-button").click()
    page.page.evaluate("window.answers.approve = { waits: true }")
    page.find("pin").fill(PIN)
    page.find("share-yes").click()
    once_asked(page, "approve")
    page.answer("approve", {"refused": "storage_failed"})
    page.push(state(request(case(state="sealed", clip=CLIP, share=share(state="sealed", receipts=[])), second)))
    page.page.evaluate("window.go_on()")
    expect(page.find("share-error")).to_be_visible()
    expect(page.find("overtaken")).to_have_count(0)
    page.answer("approve", {})
    page.find("pin").fill(PIN)
    page.find("share-yes").click()
    expect(page.find("share-dialog")).to_have_count(0)
    assert [said["case_id"][:2] for said in page.asked("approve")] == ["cd", "ee", "ee"]


# A session that ends


def test_a_session_that_ends_in_the_middle_of_a_question_leaves_nothing_on_the_screen(stage: Open) -> None:
    """Neither the question, nor the PIN, nor the request; and who signs in again is where they were."""
    page = stage(REVIEWING, path=REVIEW)
    page.find("share-button").click()
    page.find("pin").fill(PIN)
    page.push({"refused": "wrong_login"})
    expect(page.find("closed-page")).to_be_visible()
    shown = page.page.locator("milton-share-panel").inner_text()
    assert "light SUV" not in shown
    for name in ("share-dialog", "pin", "player", "review", "open-settings"):
        expect(page.find(name)).to_have_count(0)
    assert page.asked("approve") == []
    page.answer("whoami", {"refusal": None})
    page.answer("subscribe", REVIEWING)
    page.page.reload()
    expect(page.find("share-button")).to_be_visible()
    expect(page.find("share-dialog")).to_have_count(0)


@pytest.mark.parametrize("rule", ["not_interactive", "wrong_login", "not_approver"])
def test_an_answer_of_a_session_that_ended_is_refused_in_words(stage: Open, rule: str) -> None:
    """Nothing was shared, and that can be read where the PIN was typed."""
    page = stage(REVIEWING, path=REVIEW, approve={"refused": rule})
    page.find("share-button").click()
    page.find("pin").fill(PIN)
    page.find("share-yes").click()
    expect(page.find("share-error")).not_to_have_text(rule)
    expect(page.find("pin")).to_have_value("")


def test_a_token_that_ended_is_renewed_before_a_file_is_sent(stage: Open) -> None:
    """And when it can't be, nothing is sent, and it is said."""
    page = stage(WAITING, path=REVIEW)
    film_file = {"name": "Ring.mp4", "mimeType": "video/mp4", "buffer": b"film"}
    page.page.evaluate(
        """() => { const { auth } = document.querySelector("milton-share-panel").hass;
        auth.expired = true;
        auth.refreshAccessToken = async () => { auth.accessToken = "a new token"; auth.expired = false; }; }"""
    )
    with page.page.expect_request("**/api/milton_share/file/*") as sent:
        page.find("file-input").set_input_files(film_file)
    assert sent.value.headers["authorization"] == "Bearer a new token"
    expect(page.find("adding")).to_have_count(0)
    page.page.evaluate(
        """() => { const { auth } = document.querySelector("milton-share-panel").hass;
        auth.expired = true;
        auth.refreshAccessToken = async () => { throw new Error("signed out"); }; }"""
    )
    sent_more = []
    page.page.on("request", lambda one: sent_more.append(one.url))
    page.find("file-input").set_input_files(film_file)
    expect(page.find("add-file-error")).to_be_visible()
    assert sent_more == []


# A page that is loaded again


@pytest.mark.parametrize(
    ("event", "found"),
    [
        (state(request(case(cutting=0.4))), "cutting"),
        (REVIEWING, "player"),
        (SENDING, "sending"),
        (RECEIPTED, "receipt"),
        (WITHDRAWING, "share-state"),
        (DECLINED, "declined"),
    ],
)
def test_a_reload_at_any_moment_shows_how_it_stands(stage: Open, event: dict[str, Any], found: str) -> None:
    """The home does the work, not the page: nothing is asked of it anew."""
    page = stage(WAITING, path=REVIEW)
    page.push(event)
    expect(page.find(found).first).to_be_visible()
    page.page.reload()
    expect(page.find(found).first).to_be_visible()
    for command in ("look", "approve", "withdraw", "not_this_time"):
        assert page.asked(command) == [], command


def test_a_reload_in_the_middle_of_the_question_shares_nothing_and_asks_again(stage: Open) -> None:
    """The clip is still the one that was shown; the PIN is not kept."""
    page = stage(REVIEWING, path=REVIEW)
    page.find("share-button").click()
    page.find("pin").fill(PIN)
    page.page.reload()
    page.find("share-button").click()
    expect(page.find("pin")).to_have_value("")
    assert page.asked("approve") == []
    kept = page.page.evaluate("() => [JSON.stringify(localStorage), JSON.stringify(sessionStorage), document.cookie]")
    assert kept == ["{}", "{}", ""]


def test_going_back_and_on_in_the_browser_shows_the_same_pages(stage: Open) -> None:
    """List, request, settings: each is an address."""
    page = stage(WAITING)
    page.find("look-at-it").click()
    page.find("open-settings").click()
    expect(page.find("settings")).to_be_visible()
    page.page.go_back()
    expect(page.find("review")).to_have_attribute("data-request-id", REQUEST_ID)
    page.page.go_back()
    expect(page.find("list")).to_be_visible()
    page.page.go_forward()
    expect(page.find("review")).to_be_visible()


def test_what_was_opened_does_not_stay_in_memory(stage: Open) -> None:
    """A request, its player, its drawing: after six more openings the page has no more elements and listeners."""
    page = stage(REVIEWING)
    session = page.page.context.new_cdp_session(page.page)
    session.send("Performance.enable")

    def open_and_leave(times: int) -> None:
        for _ in range(times):
            page.find("look-at-it").click()
            page.find("edit-masks").click()
            page.find("add-box").click()
            expect(page.find("choose-mask")).to_have_count(1)
            page.find("back").click()
            expect(page.find("list")).to_be_visible()

    def held() -> tuple[float, float]:
        session.send("HeapProfiler.collectGarbage")
        found = {each["name"]: each["value"] for each in session.send("Performance.getMetrics")["metrics"]}
        return found["Nodes"], found["JSEventListeners"]

    open_and_leave(2)
    before = held()
    open_and_leave(6)
    after = held()
    for _ in range(LOOKS):  # what a player or a picture is in the middle of ends a moment after the page left it
        if all(more < 1.5 * less for more, less in zip(after, before, strict=True)):
            break
        page.page.wait_for_timeout(LOOK_AGAIN_MS)
        after = held()
    else:
        pytest.fail(f"{before} elements and listeners before, {after} after")


# Nobody else is asked


def test_the_page_asks_nobody_but_the_home_assistant_that_it_is_served_from(stage: Open) -> None:
    """With everything opened that can be: list, review, player, pictures, drawing, settings, own footage, a file."""
    cut = state(request(case(state="reviewing", clip=CLIP)))
    page = stage(cut, own__recorded=[], folder__roots={"roots": []}, cameras__search=[])
    asked: list[str] = []
    page.page.context.on("request", lambda one: asked.append(one.url))
    page.page.context.on("page", lambda other: asked.append(other.url))
    page.page.on("websocket", lambda socket: asked.append(socket.url))
    page.page.reload()
    page.find("look-at-it").click()
    expect(page.find("player")).to_be_visible()
    page.find("edit-masks").click()
    expect(page.find("add-box")).to_be_visible()
    page.find("open-settings").click()
    page.find("edit-camera").first.click()
    page.find("search-cameras").click()
    expect(page.find("none-found")).to_be_visible()
    page.page.goto(f"{ORIGIN}{BASE}/own")
    expect(page.find("own-from")).to_be_visible()
    assert len(asked) > 8
    assert [url for url in asked if not url.startswith((f"{ORIGIN}/", "blob:", "data:"))] == []
