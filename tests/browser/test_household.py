"""The household's settings in a real browser: each says what follows, is set at once, and is the owner's alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import faults
from tests.browser.homes import film
from tests.browser.panel_stage import TAG, Stage, camera, case, request, stages, state

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.browser.tabs import Tabs

    type Open = Callable[..., Stage]

PEOPLE = {
    "approvers": [{"user_id": "o", "name": "Olivia", "login": "olivia", "is_owner": True, "has_pin": True}],
    "others": [],
}
NOT_OWNER = {"refusal": None, "is_owner": False, "has_pin": True, "tries_left": 5, "locked_until": None}
COUNT = "(n) => window.asked.filter(({ type }) => type.endsWith('/set')).length === n"
NIGHT = {"from": "21:00", "until": "07:00"}


@pytest.fixture
def stage(tabs: Tabs) -> Iterator[Open]:
    """Open the page at phone size; a script error in it fails the test."""
    size = {"width": 390, "height": 844, "path": "/settings"}
    with stages(tabs, film=film(), **size | {"approvers": PEOPLE}) as opened:
        yield opened


def test_each_setting_is_sent_as_it_is_changed(stage: Open) -> None:
    """Quiet hours, cap, reminder, phones, what a review begins with, disk; each alone: nothing else is said again."""
    rooms = [camera(room={"kbit_s": 2000, "days": 4.2})]
    page = stage(state(cameras=rooms))
    changes: list[tuple[Callable[[], object], dict[str, Any]]] = [
        (lambda: page.find("quiet").uncheck(), {"quiet": None}),
        (lambda: page.find("quiet").check(), {"quiet": NIGHT}),
        (lambda: page.find("quiet_from").fill("22:30"), {"quiet": NIGHT | {"from": "22:30"}}),
        (lambda: page.find("urgent-breaks-quiet").check(), {"urgent_breaks_quiet": True}),
        (lambda: page.find("cap-fewer").click(), {"weekly_cap": 2}),
        (lambda: page.find("reminder").select_option("never"), {"reminder": "never"}),
        (lambda: page.find("phone").uncheck(), {"phones": []}),
        (lambda: page.find("default-audio").check(), {"audio": True}),
        (lambda: page.find("default-named").check(), {"named": True}),
        (lambda: (page.find("storage").fill("40"), page.find("storage").blur()), {"storage_gb": 40}),
        (lambda: (page.find("keep-days").fill("3"), page.find("keep-days").blur()), {"keep_days": 3}),
    ]
    for number, (change, sent) in enumerate(changes, start=1):
        change()
        page.until(COUNT, arg=number)
        assert page.asked("household/set")[-1] == {"type": "milton_share/household/set"} | sent
    expect(page.find("weekly-cap")).to_have_text("2")
    expect(page.find("fits")).to_contain_text("Driveway: 4.2 days fit, at 2.0 Mbit/s")


def test_the_disk_says_what_goes_when_what_is_used_and_what_the_days_would_take(stage: Open) -> None:
    """Before anything is known; where all days fit, and where they don't; a number out of bounds is not sent."""
    page = stage(state())
    fits = page.find("fits")
    expect(fits).to_contain_text("goes after 30 days, and sooner where 10 GB are full: first the oldest of the camera")
    expect(page.find("used")).to_have_text("1.4 of 10 GB used now. The oldest is from Sun, Nov 1, 11:30 AM.")
    expect(fits).to_contain_text(
        "How many days fit is not yet known. A camera of 2 Mbit/s that is recorded all the time fills 10 GB in about "
        "0.5 days; one that is recorded around events takes far less."
    )
    expect(page.find("wanted")).to_have_count(0)
    page.find("keep-days").fill("46")
    page.find("keep-days").blur()
    ring = {"used_bytes": 0, "oldest": None, "wanted_bytes": 22_548_578_304}
    page.push(state(cameras=[camera(room={"kbit_s": 2000, "days": 1.4})], household={"keep_days": 3}, ring=ring))
    expect(fits).to_contain_text("goes after 3 days")
    expect(page.find("used")).to_have_text("0.0 of 10 GB used now.")
    expect(page.find("wanted")).to_have_text("3 days of these cameras take about 21.0 GB.")
    expect(fits).to_contain_text("Driveway: 1.4 days fit, at 2.0 Mbit/s")
    expect(fits).not_to_contain_text("recorded all the time fills")
    page.push(state(cameras=[camera(room={"kbit_s": 100, "days": 3.0})], household={"keep_days": 3}, ring=ring))
    expect(fits).to_contain_text("Driveway: all 3 days fit, at 0.1 Mbit/s")
    assert page.asked("household/set") == []


def test_what_is_refused_is_said_and_nothing_is_changed(stage: Open) -> None:
    """And who is not the owner can change nothing, but reads it."""
    page = stage(state(), household__set={"refused": "storage_failed"})
    page.find("cap-more").click()
    expect(page.find("household-error").first).to_be_visible()
    expect(page.find("weekly-cap")).to_have_text("3")
    other = stage(state(approver=NOT_OWNER))
    expect(other.find("weekly-cap")).to_have_text("3")
    for name in ("quiet", "cap-more", "reminder", "phone", "default-audio", "storage", "keep-days"):
        expect(other.find(name)).to_be_disabled()
    expect(other.find("leave")).to_have_count(0)


def test_leaving_says_before_what_happens_and_needs_the_pin(stage: Open) -> None:
    """What is erased here, what the hub is asked, what stays with police, and that it can't be undone."""
    page = stage(state(), leave={"refused": "wrong_pin"})
    page.find("leave").click()
    dialog = page.find("leave-dialog")
    for words in ("erased at once", "server is asked to erase", "stays with them", "be undone"):
        expect(dialog).to_contain_text(words)
    page.find("pin").fill("161803")
    page.find("leave-yes").click()
    expect(page.find("leave-error")).to_be_visible()
    page.answer("leave", {"hub": "asked"})
    page.find("pin").fill("271828")
    page.find("leave-yes").click()
    expect(page.find("left")).to_contain_text("Everything here is erased")
    assert [message["pin"] for message in page.asked("leave")] == ["161803", "271828"]


def test_the_settings_break_no_rule_of_accessibility(stage: Open) -> None:
    """As every view, in the longer language; the leaving's question too."""
    page = stage(state(), language="es")
    assert faults(page) == []
    page.find("leave").click()
    expect(page.find("leave-dialog")).to_be_visible()
    assert faults(page) == []


def test_a_notification_opens_its_request_and_the_review_begins_as_the_household_set(stage: Open) -> None:
    """By its tag alone; one that is forgotten opens the list."""
    held = case(state="held")
    page = stage(state(request(held), household={"named": True, "audio": True}), path=f"/open/{TAG}")
    expect(page.find("title")).to_be_visible()
    expect(page.find("list")).to_have_count(0)
    expect(page.find("as-named")).to_be_checked()
    expect(page.find("audio")).to_be_checked()
    forgotten = stage(state(request(held)), path=f"/open/{'0' * 32}")
    expect(forgotten.find("list")).to_be_visible()
