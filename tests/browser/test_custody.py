"""What is decided about a share beside watching it, on its page: by its officer and by a custodian."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.browser.accessibility import page_faults
from tests.browser.homes import Answer, enrol, share
from tests.browser.officers import Wanted, come_in

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.asking import FurtherDevice
    from tests.browser.conftest import City


def press(page: Page, act: str, reason: str | None = None) -> None:
    """Fill in one act's form by keys alone and wait for the page that follows."""
    form = page.locator(f"[data-test='{act}']")
    form.locator("button:enabled").wait_for()
    if reason is not None:
        form.locator("textarea").fill(reason)
    with page.expect_navigation():
        form.locator("button").press("Enter")


def test_custodians_hold_and_delete_and_officers_sort_out(
    city: City, officer: Page, page: Page, elsewhere: FurtherDevice
) -> None:
    """Each is offered what they may; nobody their own confirmation; what was done stands there with its reason."""
    request_id = elsewhere.publish(Wanted(case_number="26-410001"))
    sealed = share(city, enrol(city), request_id, Answer(clip=b"clip"))
    share_id = sealed.share.share_id
    officer.goto(f"{city.officers}/shares/{share_id}")
    officer.click("[data-test=custody]")
    press(officer, "decline")
    assert "it is not needed" in officer.inner_text("[data-test=kept-until]")
    press(officer, "keep")
    assert "unless somebody accepts it" in officer.inner_text("[data-test=kept-until]")
    assert officer.locator("[data-test=hold], [data-test=ask-deletion], [data-test=unflag]").count() == 0
    faults = page_faults(officer)
    press(officer, "flag")
    assert officer.url.endswith("/requests")

    come_in(page, city, "custodian")
    page.goto(f"{city.officers}/shares/{share_id}/custody")
    assert page.locator("[data-test=sensitive]").count() == 1
    assert page.locator("[data-test=hold]").count() == 0  # nobody has opened it
    goes_through_acts(page)
    press(page, "ask-deletion", "It shows a child and is of no use.")
    assert page.locator("[data-test=confirm]").count() == 0
    assert "Until one confirms it, nothing changes" in page.inner_text("[data-test=deletion-waits]")
    assert "It shows a child" in page.inner_text("[data-test=deletions]")
    faults += waits_for_another(page, city, share_id)
    press(page, "take-back", "It is needed after all.")
    press(page, "unflag")
    assert "Taken back by Ruth Abara, badge 1518" in page.inner_text("[data-test=deletions]")

    officer.goto(f"{city.officers}/shares/{share_id}")
    assert officer.request.get(f"{city.officers}/api/shares/{share_id}/parts/clip/body").ok
    officer.reload()
    assert officer.inner_text("#share-state") == "Opened"
    page.reload()
    press(page, "hold", "The prosecutor asked for it.")
    assert page.locator("[data-test=held]").count() == 1
    assert page.locator("[data-test=ask-deletion]").count() == 0
    faults += page_faults(page)
    press(page, "release-1", "The trial is over.")
    assert "Ended by Ruth Abara, badge 1518" in page.inner_text("[data-test=holds]")

    page.goto(f"{city.officers}/cases")
    page.get_by_role("link", name="26-410001").click()
    for words, shown in (("Close the case", "[data-test=closed]"), ("Open the case again", "[data-test=reopened]")):
        page.locator("#closing-part summary", has_text=words).press("Enter")
        page.fill("#closing-reason", f"{words}: the court is done with it.")
        page.locator("[data-test=closing]:enabled").press("Enter")
        page.wait_for_selector(shown)
        assert f"{words}: the court is done with it." in page.inner_text(shown)
    faults += page_faults(page)
    officer.goto(page.url)
    officer.wait_for_selector("[data-test=reopened]")
    assert officer.locator("#closing").count() == 0
    assert faults == []


def waits_for_another(page: Page, city: City, share_id: str) -> list[str]:
    """Look at the custodians' list, as who asked for a deletion, and go back; return what is wrong with it."""
    page.goto(f"{city.officers}/leavers")
    line = page.locator(f"[data-deletion='{share_id}']")
    assert "Another custodian: you asked for it" in line.inner_text()
    assert "shows a child" not in page.inner_text("main")
    faults = page_faults(page)
    line.locator("a[href$='/custody']").click()
    page.wait_for_url("**/custody")
    return faults


def goes_through_acts(page: Page) -> None:
    """J goes from act to act; Enter goes to the first field of one, and does nothing more."""
    page.keyboard.press("j")
    line = "document.activeElement.closest('[data-line]').dataset.line"
    assert page.evaluate(line) == page.locator("main [data-line]").first.get_attribute("data-line")
    while page.evaluate(line) != "ask-deletion":
        page.keyboard.press("j")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.name") == "reason"
