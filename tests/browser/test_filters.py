"""Lists are narrowed by a form that needs no script; what it leaves can be searched and kept."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.browser.accessibility import axe, page_faults
from tests.browser.officers import Wanted

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.browser.asking import FurtherDevice
    from tests.browser.conftest import City


def test_a_list_is_narrowed_without_a_script_and_the_filter_is_kept(
    city: City, chromium: Browser, officer: Page, elsewhere: FurtherDevice
) -> None:
    """On requests and cases; the way on leads to a search that is narrowed the same, and is found again."""
    wanted = Wanted()
    request_id = elsewhere.publish(wanted)
    mine = f"[data-request-id='{request_id}']"
    plain = chromium.new_context(storage_state=officer.context.storage_state(), java_script_enabled=False)
    page = plain.new_page()
    for path, row in (("/requests", mine), ("/cases", f"#cases tr:has-text('{wanted.case_number}')")):
        for state, shown in (("open", 1), ("closed", 0)):
            page.goto(city.officers + path)
            page.click("details.narrow > summary")
            page.select_option("#only", state)
            page.select_option("#offence", wanted.offence)
            page.select_option("#last", "1")
            page.click("[data-test=narrow]")
            page.wait_for_url(re.compile(f"only={state}"))
            assert page.locator(row).count() == shown, (path, state)
            assert page.input_value("#only") == state
    plain.close()
    officer.goto(f"{city.officers}/requests?only=open&offence={wanted.offence}")
    assert axe(officer) == []
    officer.click("#keep-it")
    officer.wait_for_selector(f"[data-line='/requests/{request_id}']")
    assert page_faults(officer) == []
    officer.fill("#keep-name", "Open ones")
    officer.click("[data-test=keep]")
    officer.click("#kept a:has-text('Open ones')")
    officer.wait_for_selector(f"[data-line='/requests/{request_id}']")
    assert officer.input_value("#offence") == wanted.offence
    assert officer.input_value("#only") == "open"
    officer.click("[data-forget]")
    officer.wait_for_selector("#kept .muted")
