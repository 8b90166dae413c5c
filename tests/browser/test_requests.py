"""Drafting on the map, signing on the signer, the second person."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.browser.officers import (
    LARGE,
    REASON,
    REQUEST_URL,
    SMALL,
    WHY_LARGER,
    Wanted,
    come_in,
    fill_in,
    see,
    sign_on_the_signer,
)

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

    from tests.browser.asking import FurtherDevice
    from tests.browser.conftest import City


OF_200_M = 0.049  # sq mi, of a circle with that radius


def test_a_request_within_the_limits_is_signed_and_published(city: City, officer: Page) -> None:
    """The signer shows the payload in words; then homes can get the request."""
    fill_in(officer, city, Wanted(case_number="26-200001"))
    officer.wait_for_selector("#submit:enabled")
    standing = officer.eval_on_selector_all("#checks li", "items => items.map(item => item.innerText)")
    assert [each.split("\n")[-1] for each in standing if "\n" in each] == [
        "0.067 of 0.100 sq mi",
        "1:30 of 2:00 h",
        "1 of 30 days",
        "1 of 2",
        "specific",
    ]
    assert officer.locator("#checks :is(.w, .x, .o):not([data-lately])").all_inner_texts() == []
    assert officer.inner_text("#submit-words") == "Sign and publish"
    assert officer.inner_text("#see-reason") == REASON
    officer.click("#submit")
    words = sign_on_the_signer(officer)
    assert officer.url.startswith(city.officers)
    for shown in ("26-200001", REASON, "Entering automobile", "UTC", "recovery", "the officer who asks"):
        assert shown in words
    assert officer.inner_text("#state") == "Open"
    assert "In the public log" in officer.inner_text(".prov")


def test_every_broken_rule_is_named_while_drafting(city: City, officer: Page) -> None:
    """The list names each rule, and nothing can be signed."""
    fill_in(officer, city, Wanted(case_number="none", reason="Police business, ongoing investigation", points=LARGE))
    officer.wait_for_selector("#checks .w:has-text('Area needs a supervisor')")
    assert "0.194 of 0.100 sq mi" in officer.inner_text("#checks")
    rules = officer.eval_on_selector_all("[data-rule]", "items => items.map(item => item.dataset.rule)")
    assert set(rules) == {"case_number_wrong", "reason_vague"}
    said = officer.inner_text("[data-rule=case_number_wrong]")
    assert "2 digits, “-”, 4 to 8 digits, as 26-104417" in said
    assert officer.get_attribute("#case-number", "placeholder") == "26-104417"
    assert officer.inner_text("#case-pattern") == "2 digits, “-”, 4 to 8 digits"
    assert officer.is_disabled("#submit")
    officer.fill("#points", "34.147700, -84.303000\n34.148000, -84.297900\nnowhere")
    officer.click("#points-apply")
    assert "Line 3" in officer.inner_text("#points-problem")
    officer.set_viewport_size({"width": 390, "height": 844})
    officer.fill("#points", SMALL)
    officer.click("#points-apply")
    assert officer.is_hidden("#points-panel")  # what was drawn is under it


def test_a_field_in_which_nothing_stands_yet_is_missing_and_not_wrong(city: City, officer: Page) -> None:
    """What is typed into it is judged."""
    officer.goto(f"{city.officers}/requests/new")
    officer.fill("#case-number", "")
    rule = officer.locator("[data-rule=case_number_wrong]")
    rule.wait_for()
    assert rule.get_attribute("class") == "o"
    officer.fill("#case-number", "none")
    officer.wait_for_selector("[data-rule=case_number_wrong].x")


def test_a_larger_area_waits_for_a_supervisor_who_signs_with_another_key(
    city: City, officer: Page, chromium: Browser, elsewhere: FurtherDevice
) -> None:
    """The officer's own signature does not publish it; the supervisor's does.

    Nothing that a supervisor writes is lost to a list that changes meanwhile.
    """
    fill_in(officer, city, Wanted(case_number="26-200002", points=LARGE))
    officer.wait_for_selector("#submit:enabled")
    assert officer.inner_text("#submit-words") == "Sign, then send to a supervisor"
    officer.click("#submit")
    sign_on_the_signer(officer)
    assert officer.inner_text("#state") == "Signed, waits for a second person"
    assert officer.locator("#cosign").count() == 0
    address = officer.url
    second = chromium.new_context(timezone_id="America/New_York").new_page()
    come_in(second, city, "supervisor")
    second.goto(f"{city.officers}/cosign")
    waiting = second.locator(f"[data-request-id='{address.rpartition('/')[2]}']")
    assert "0.194 sq mi, above 0.100" in waiting.inner_text()
    assert WHY_LARGER in waiting.inner_text()
    waiting.locator(".choices a").click()
    second.wait_for_selector("#cosign:enabled")
    assert "0.194 sq mi, above 0.100" in second.inner_text("main")
    second.click("#cosign")
    assert "the second person, who approves" in sign_on_the_signer(second)
    assert second.inner_text("#state") == "Open"
    officer.wait_for_selector("#state[data-state=published]")  # by itself: the page was told
    second.goto(f"{city.officers}/cosign")
    second.wait_for_selector("body[data-live=yes]")
    sent = elsewhere.sign(Wanted(case_number="26-200006", points=LARGE))
    waiting = second.locator(".waiting:has-text('26-200006')")  # by itself too
    waiting.wait_for()
    held: list[Route] = []
    second.route("**/cosign", lambda each: held.insert(0, each))
    elsewhere.sign(Wanted(case_number="26-200007", points=LARGE))
    see(officer, city, sent)
    while not held:
        second.wait_for_timeout(50)
    waiting.locator(".why").fill("One street is enough.")  # while the page asks for the new list
    for each in held:
        each.continue_()
    second.unroute("**/cosign")
    second.wait_for_selector("#show-changes:visible")
    waiting.locator(".turn-down").click()
    waiting.wait_for(state="detached")
    second.wait_for_selector(".waiting:has-text('26-200007')")
    officer.wait_for_selector("#turned-down:has-text('One street is enough.')")
    second.context.close()


def test_an_area_is_drawn_and_moved_with_keys_alone(city: City, officer: Page) -> None:
    """Handles take the focus; arrows move them by 5 and 50 m."""
    fill_in(officer, city, Wanted(case_number="26-200003"))
    before = officer.input_value("#points").splitlines()[0]
    officer.focus("[data-grip='point:0']")
    officer.keyboard.press("ArrowUp")
    officer.keyboard.press("Shift+ArrowUp")
    after = officer.input_value("#points").splitlines()[0]
    moved = float(after.split(",")[0]) - float(before.split(",")[0])
    assert abs(moved * 111_195 - 55) < 1
    officer.keyboard.press("Delete")
    assert len(officer.input_value("#points").splitlines()) == 3
    officer.click("#undo")
    assert len(officer.input_value("#points").splitlines()) == 4
    before = officer.get_attribute("#map", "viewBox")
    officer.focus("#map")
    officer.keyboard.press("ArrowLeft")
    officer.keyboard.press("-")
    assert officer.get_attribute("#map", "viewBox") != before


CORNERS = ((0.3, 0.3), (0.7, 0.3), (0.7, 0.7), (0.3, 0.7))


def on_the_map(page: Page, x: float, y: float) -> tuple[float, float]:
    """Return a place on the page, from the map's left upper corner in parts of it."""
    box = page.locator("#map").bounding_box()
    assert box is not None
    return box["x"] + box["width"] * x, box["y"] + box["height"] * y


def test_an_area_is_drawn_with_the_mouse(city: City, officer: Page) -> None:
    """Four clicks and one on the first point close a shape; the gauge follows."""
    officer.goto(f"{city.officers}/requests/new")
    officer.locator("#map .map-street").first.wait_for(state="attached")  # until then it may move under the mouse
    officer.click("#zoom-in")
    officer.click("#draw")
    for corner in [*CORNERS, CORNERS[0]]:
        officer.mouse.click(*on_the_map(officer, *corner))
    assert len(officer.input_value("#points").splitlines()) == 4
    assert float(officer.inner_text("#area-size")) > 0


def test_size_and_limits_follow_while_a_shape_is_drawn_and_while_it_is_dragged(city: City, officer: Page) -> None:
    """With each corner before it is closed, with each move before the mouse is let go; nothing open is signed."""
    fill_in(officer, city, Wanted(case_number="26-200008"))
    officer.wait_for_selector("#submit:enabled")
    officer.click("#points-toggle")
    officer.click("#zoom-out")
    officer.click("#draw")
    sizes = []
    for corner in CORNERS:  # around what is there
        officer.mouse.click(*on_the_map(officer, *corner))
        sizes.append(officer.inner_text("#area-size"))
    assert sizes[:2] == ["\u2013", "\u2013"]
    assert 0 < float(sizes[2]) < float(sizes[3])
    officer.wait_for_selector(f"#checks li:has-text('{sizes[3]} of ')")  # the hub's own word of it
    assert officer.is_disabled("#submit")
    officer.keyboard.press("Escape")
    officer.wait_for_selector("#submit:enabled")  # what was there before is there again
    assert officer.inner_text("#area-size") == "0.067"
    officer.click("#points-toggle")
    officer.fill("#points", "circle 34.145000, -84.300000 200 m")
    officer.click("#points-apply")
    assert officer.inner_text("#area-verdict") == "Within limits"
    edge = officer.locator("[data-grip=radius]").bounding_box()
    assert edge is not None
    x, y = edge["x"] + edge["width"] / 2, edge["y"] + edge["height"] / 2
    officer.mouse.move(x, y)
    officer.mouse.down()
    officer.mouse.move(x + 60, y, steps=4)
    held = float(officer.inner_text("#area-size"))
    assert held > OF_200_M
    officer.mouse.move(x + 160, y, steps=4)
    assert float(officer.inner_text("#area-size")) > held
    assert officer.inner_text("#area-verdict") in {"Supervisor", "Refused"}
    officer.wait_for_selector("#checks li:is(.w, .x):has-text('Area')")
    officer.mouse.up()


def test_a_change_of_clocks_is_said_and_a_time_that_comes_twice_is_asked_about(city: City, officer: Page) -> None:
    """The agency's zone, not the device's; no time is moved in silence."""
    officer.goto(f"{city.officers}/requests/new")
    officer.fill("#from-date", "2026-11-01")
    officer.fill("#from-time", "01:30")
    words = officer.locator("#range-words")
    assert "comes twice on 2026-11-01" in words.inner_text()
    officer.select_option("#from-which", index=1)
    assert "2026-11-01 05:30 UTC to 2026-11-01 06:30 UTC" in words.inner_text()
    assert (officer.input_value("#until-time"), officer.input_value("#until-which")[:16]) == (
        "01:30",
        "2026-11-01T06:30",
    )
    assert "Clocks go back 1 h in between, so it is 1 h longer than the clocks show" in words.inner_text()
    officer.fill("#from-date", "2027-03-14")
    officer.fill("#from-time", "02:30")
    assert "does not exist: clocks go forward over 02:30 on 2027-03-14" in words.inner_text()


def test_going_back_from_the_signer_signs_nothing(city: City, officer: Page) -> None:
    """The request stays a draft that can be signed later."""
    fill_in(officer, city, Wanted(case_number="26-200004"))
    officer.wait_for_selector("#submit:enabled")
    officer.click("#submit")
    officer.click("#signing .go-back")
    officer.wait_for_selector("#problem:not(:empty)")
    assert "without signing" in officer.inner_text("#problem")
    officer.goto(f"{city.officers}/requests")
    officer.click("tr:has-text('26-200004') a")
    assert officer.inner_text("#state") == "Not signed"
    officer.click("#sign")
    sign_on_the_signer(officer)
    assert officer.inner_text("#state") == "Open"


def test_a_signature_that_this_tab_did_not_ask_for_is_thrown_away(city: City, officer: Page) -> None:
    """A link with a ready-made answer does nothing, signed in or not."""
    officer.goto(f"{city.officers}/sign-in/return#eyJ2ZXJzaW9uIjoxLCJhY3QiOiJzaWduIiwic3RhdGUiOiJ4In0")
    officer.wait_for_selector("#problem:not(:empty)")
    assert "No signature was asked for" in officer.inner_text("#problem")


def test_the_signer_answers_only_to_the_officers_own_pages(city: City, officer: Page) -> None:
    """A return address elsewhere, or a payload that is no request, is refused before a key is asked for."""
    officer.goto(city.signer)
    officer.wait_for_selector("#idle:visible")
    for change, rule in (
        ({"return_to": "https://evil.example/sign-in/return"}, "return_not_allowed"),
        ({"return_to": f"{city.officers}/requests"}, "return_not_allowed"),
        ({"payload": "eyJ0eXBlIjoiYSBzaWduLWluIn0"}, "unknown_type"),
    ):
        fragment = officer.evaluate(
            """order => btoa(JSON.stringify(order)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')""",
            {
                "version": 1,
                "act": "sign",
                "payload": "e30",
                "role": "officer",
                "credential_ids": [],
                "time_zone": "UTC",
                "return_to": f"{city.officers}/sign-in/return",
                "state": "x",
                **change,
            },
        )
        officer.goto("about:blank")
        officer.goto(f"{city.signer}/#{fragment}")
        officer.wait_for_selector("#refused:visible")
        assert officer.inner_text("#refused-rule") == rule
        officer.goto(city.signer)


def test_a_published_request_is_withdrawn(city: City, officer: Page, elsewhere: FurtherDevice) -> None:
    """Its page says so."""
    see(officer, city, elsewhere.publish(Wanted(case_number="26-200005")))
    officer.click("#withdraw")
    officer.wait_for_selector("#state[data-state=withdrawn]")
    assert re.search(REQUEST_URL, officer.url)
