"""How many inputs a request takes from signing in to its publication; a draft that survives a reload."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tests.browser.officers import ZONE, Wanted, fill_in, publish, sign_on_the_signer

if TYPE_CHECKING:
    from playwright.sync_api import Page, Position

    from tests.browser.conftest import City

INPUTS_MAX = 12
TOUCHES = 2  # of a security key, at the door and on the signer's page: the demonstration's software key needs no hand


@dataclass(kw_only=True)
class Hands:
    """What a person does: each click, each field that is filled, each choice is one input."""

    page: Page
    inputs: int = 0

    def click(self, selector: str, position: Position | None = None) -> None:
        """Press something."""
        self.inputs += 1
        self.page.click(selector, position=position)

    def fill(self, selector: str, text: str) -> None:
        """Type into one field."""
        self.inputs += 1
        self.page.fill(selector, text)

    def choose(self, selector: str, label: str) -> None:
        """Choose from a list."""
        self.inputs += 1
        self.page.select_option(selector, label=label)


def test_a_request_takes_at_most_twelve_inputs_from_signing_in_to_its_publication(city: City, officer: Page) -> None:
    """Touches of the key counted; the phone number is remembered, the template has offense and length."""
    publish(officer, city, Wanted(case_number="26-200020"))
    officer.click("#sign-out")
    officer.wait_for_url("**/sign-in")
    hands = Hands(page=officer)
    hands.click("#sign-in")
    officer.wait_for_selector("h1:has-text('Requests')")
    hands.click("[data-test=new-request]")
    hands.fill("#case-number", "26-200021")
    hands.choose("#template", "Cars opened")
    hands.fill("#reason", "Several cars were opened near here. We look for two people with a small white van.")
    began = (datetime.now(UTC) - timedelta(hours=4)).astimezone(ZONE)
    hands.fill("#from-date", f"{began:%Y-%m-%d}")
    hands.fill("#from-time", f"{began:%H:%M}")
    officer.wait_for_selector(".map-ground path")
    box = officer.locator("#map").bounding_box()
    assert box is not None
    hands.click("#map", position={"x": box["width"] * 0.8, "y": box["height"] * 0.75})  # apart from what is open
    officer.wait_for_selector("#submit:enabled")
    hands.click("#submit")
    officer.wait_for_selector("#signing:visible")
    hands.inputs += 1  # the signer's button
    words = sign_on_the_signer(officer)
    assert "+1 678 555 0100" in words
    assert "2 h" in words
    assert "a circle of 250 m" in words
    officer.wait_for_selector("#state[data-state=published]")
    assert hands.inputs + TOUCHES <= INPUTS_MAX


def test_a_draft_survives_a_reload_and_lies_with_the_others_until_it_is_discarded(city: City, officer: Page) -> None:
    """Everything that was typed and drawn is there again."""
    officer.goto(f"{city.officers}/requests/new")
    officer.fill("#case-number", "26-200022")
    officer.select_option("#template", label="Burglary")
    at = officer.evaluate("() => [document.activeElement.id, document.activeElement.selectionStart]")
    assert at == ["reason", officer.input_value("#reason").index("…")]  # the cursor waits at the blank
    officer.fill("#from-time", "01:15")
    officer.click("#map")
    officer.wait_for_selector("#kept:has-text('Saved as a draft at')")
    fields = ("#case-number", "#offence", "#reason", "#from-time", "#until-time", "#length", "#points", "#contact")
    before = [officer.input_value(field) for field in fields]
    officer.wait_for_url("**/requests/new?draft=*")
    officer.reload()
    officer.wait_for_selector("#checks [data-limit=area]")
    assert [officer.input_value(field) for field in fields] == before
    ground, edge = officer.locator("#map").bounding_box(), officer.locator("[data-grip=radius]").bounding_box()
    assert ground is not None
    assert edge is not None
    assert edge["x"] + edge["width"] < ground["x"] + ground["width"]  # the whole circle is in sight
    assert officer.input_value("#reason").endswith("We look for …")
    assert officer.get_attribute("#checks [data-rule=reason_unfinished]", "class") == "x"
    officer.goto(f"{city.officers}/requests/new")
    assert officer.input_value("#case-number") == ""
    officer.click(".drafts summary")
    line = officer.locator(".drafts li:has-text('26-200022, Burglary')")
    line.locator(".discard").click()
    line.wait_for(state="detached")
    officer.reload()
    assert officer.locator(".drafts li:has-text('26-200022')").count() == 0


def test_a_hub_that_restarts_while_a_request_is_written_is_said_and_waited_for(city: City, officer: Page) -> None:
    """In words of the page's own; once it answers, the limits are judged and the draft is kept, and nobody typed."""
    asked = ("**/api/requests/verdict", "**/api/drafts")
    for each in asked:
        officer.route(each, lambda route: route.abort("connectionrefused"))
    fill_in(officer, city, Wanted(case_number="26-200023"))
    officer.wait_for_selector("#checks:has-text('The hub does not answer')")
    officer.wait_for_selector("#kept:has-text('Not saved: The hub does not answer')")
    assert officer.is_disabled("#submit")
    for each in asked:
        officer.unroute(each)
    officer.wait_for_selector("#submit:enabled")
    officer.wait_for_selector("#kept:has-text('Saved as a draft at')")
