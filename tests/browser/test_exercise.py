"""An exercise on the officers' pages: from the form to the test card, and what is shown where the two do not fit."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.browser.accessibility import page_faults
from tests.browser.homes import Answer, card_of, enrol, film, share
from tests.browser.officers import Wanted, publish

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.asking import FurtherDevice
    from tests.browser.conftest import City

CHIP = "[data-test=exercise]"


def open_share(page: Page, city: City, share_id: str) -> str:
    """Open a share with the officer's key; return what its provenance says at the end."""
    page.goto(f"{city.officers}/shares/{share_id}")
    page.set_input_files("#identity-file", city.folder / "offline" / "officer.age")
    page.click("#open")
    page.wait_for_selector("body[data-clip=verified], body[data-clip=broken]")
    return page.inner_text("#provenance")


def test_an_exercise_is_called_one_from_the_form_to_the_test_card(city: City, officer: Page) -> None:
    """On the signer, in every list, beside the share, in the case, among several clips, and on paper."""
    request_id = publish(officer, city, Wanted(case_number="26-430001", drill=True))
    sealed = share(city, enrol(city), request_id, Answer(clip=film()))
    line = officer.locator(f"[data-share-id='{sealed.share.share_id}']")
    line.wait_for()
    assert line.locator(CHIP).inner_text() == "Exercise"
    said = open_share(officer, city, sealed.share.share_id)
    assert "A test card of an exercise" in said
    assert "No gap" not in said
    assert "is UTC, ±" not in said
    assert officer.locator(".strip .chip", has_text="Exercise").count() == 1
    assert "Nobody accepts it, holds it or passes it on" in officer.inner_text("[data-test=test-card]")
    faults = page_faults(officer)
    officer.emulate_media(media="print")
    assert officer.is_visible("[data-test=test-card]")
    officer.emulate_media(media="screen")
    officer.click("[data-test=custody]")
    assert officer.locator(".strip .chip", has_text="Exercise").count() == 1
    assert "it is a test card of an exercise" in officer.inner_text("[data-test=kept-until]")
    faults += page_faults(officer)
    officer.goto(f"{city.officers}/requests/{request_id}")
    officer.click("#case-link")
    officer.wait_for_selector("body[data-live=yes]")
    officer.locator("#shares [data-test=share]").first.click()
    assert officer.is_visible("[data-test=picked-exercise]")
    assert officer.locator("#requests").locator(CHIP).count() == 1
    faults += page_faults(officer)
    officer.click("#together")
    officer.locator("#offered").locator(CHIP).wait_for()
    officer.goto(f"{city.officers}/search?q=26-430001")
    assert officer.locator(CHIP).count() == 3
    officer.goto(f"{city.officers}/requests")
    assert officer.locator(f"[data-request-id='{request_id}']").locator(CHIP).count() == 1
    assert faults == []


@pytest.mark.parametrize("drill", [True, False], ids=["a real clip for an exercise", "a test card for a request"])
def test_a_clip_of_the_other_kind_is_not_shown(
    city: City,
    officer: Page,
    elsewhere: FurtherDevice,
    drill: bool,  # noqa: FBT001
) -> None:
    """Each is signed by the share's own key; the page refuses it by name before anything plays."""
    request_id = elsewhere.publish(Wanted(drill=drill))
    told = (lambda manifest: replace(manifest, test_card=False)) if drill else card_of
    sealed = share(city, enrol(city), request_id, Answer(clip=film(), told=told))
    said = open_share(officer, city, sealed.share.share_id)
    assert "A check failed" in said
    assert "drill_differs" in said
    assert not officer.is_visible("#stage")
