"""Two administrators' day in Chromium: let somebody in together, put a device out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.accessibility import page_faults
from tests.browser.officers import register
from tests.simulators.joining import proposal_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from tests.browser.conftest import City


@pytest.fixture
def administrators(city: City, chromium: Browser) -> Iterator[tuple[Page, Page]]:
    """Let two administrators join, each in a browser of their own."""
    people = ("ida", "lou")
    files = [
        word
        for each in people
        for word in ("--proposal", str(proposal_of(city.folder, each, "administrator", badge=each)))
    ]
    city.run("directory", "sign", str(city.folder), "--yes", *files)
    contexts = [chromium.new_context() for _ in people]
    pages = [context.new_page() for context in contexts]
    for page, person_id in zip(pages, people, strict=True):
        register(page, city.invitation(person_id), f"desk of {person_id}")
    yield pages[0], pages[1]
    for context in contexts:
        context.close()


def test_two_administrators_let_a_person_in_and_one_puts_the_device_out(
    city: City, chromium: Browser, administrators: tuple[Page, Page]
) -> None:
    """The link opens nothing before the second; what is put out is out with its page open."""
    ida, lou = administrators
    ida.goto(city.officers)
    ida.get_by_role("link", name="People", exact=True).click()
    ida.wait_for_url("**/people")
    assert page_faults(ida) == []
    ida.click("[data-person=supervisor] a")
    ida.click("[data-test=invite]")
    ida.wait_for_selector("body[data-link=shown]")
    assert page_faults(ida) == []
    link = ida.inner_text("#link-text")
    context = chromium.new_context()
    invited = context.new_page()
    invited.goto(link)
    invited.wait_for_selector("#problem:not(:empty)")
    lou.goto(f"{city.officers}/people/supervisor")
    assert page_faults(lou) == []
    ida.click("#link a")  # it is copied
    ida.wait_for_selector("body[data-live=yes]")
    lou.click("[data-test=confirm]")
    lou.wait_for_selector("#invitation:has-text('Confirmed by Lee Ortiz, badge ')")
    ida.wait_for_selector("#invitation:has-text('Confirmed by Lee Ortiz, badge ')")  # by itself
    invited.goto("about:blank")
    register(invited, link, "a new tablet")
    invited.goto(f"{city.officers}/cosign")
    invited.wait_for_selector("body[data-live=yes]")
    lou.goto(f"{city.officers}/devices?find=new%20tablet")
    assert page_faults(lou) == []
    lou.click("[data-device='a new tablet'] [data-test=remove]")
    lou.wait_for_selector("[data-device='a new tablet']:has-text('Out since')")
    invited.wait_for_url("**/sign-in")
    context.close()
