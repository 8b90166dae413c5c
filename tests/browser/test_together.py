"""Several clips of a case on one clock: they step, play and rest together, and each says what it has of the moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from milton_protocol.geometry import Point
from milton_protocol.messages.shares.manifest_parts import Camera, ClockMethod, ClockReading, View
from milton_protocol.messages.shares.ranges import StoredRange
from milton_protocol.sealing.stream import NONCE_SIZE_BYTES, SEALED_CHUNK_SIZE_BYTES
from tests.browser.accessibility import page_faults
from tests.browser.homes import Answer, noisy_film, paced_film, share
from tests.browser.officers import Wanted, new_case_number
from tests.browser.test_shares import body_on_disk, officers_key, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Locator, Page

    from milton_protocol.messages.shares.manifest import Manifest
    from tests.browser.asking import FurtherDevice
    from tests.browser.conftest import City
    from tests.simulators.sealed_share import SealedShare

FAST_MS = tuple(range(0, 1200, 50))  # twenty pictures a second
SLOW_MS = tuple(range(0, 2000, 90))
CASE_NUMBER = new_case_number()
COUNTED = "document.querySelector('[data-shows=yes] figcaption').innerText"
LATE_MS = 600  # by so much the slow camera begins later


def seen_from(
    begins_ms: int, length_ms: int, label: str, *, unsure_ms: int, view: View | None
) -> Callable[[Manifest], Manifest]:
    """Say of a film when it was taken, by which camera, and how sure that is."""

    def told(manifest: Manifest) -> Manifest:
        begin = manifest.range.from_ + timedelta(milliseconds=begins_ms)
        end = begin + timedelta(milliseconds=length_ms)
        return replace(
            manifest,
            camera=Camera(label=label, view=view),
            ranges=(StoredRange(from_=begin, until=end, first_frame=begin, stored_ms=0),),
            clock=ClockReading(offset_ms=0, uncertainty_ms=unsure_ms, method=ClockMethod.RTCP, was_put=False),
        )

    return told


VIEW = View(position=Point(lat_e7=341_450_000, lon_e7=-843_000_000), heading_deg=90, field_of_view_deg=100, range_m=30)
FAST = Answer(clip=paced_film(FAST_MS), told=seen_from(0, 1250, "Front door", unsure_ms=300, view=VIEW))
SLOW = Answer(clip=paced_film(SLOW_MS), told=seen_from(LATE_MS, 2070, "Driveway", unsure_ms=1500, view=None))


@pytest.fixture(scope="module")
def answers(city: City, elsewhere: FurtherDevice, home: str) -> Callable[[Answer], SealedShare]:
    """Ask once for all tests; return how a home answers."""
    request_id = elsewhere.publish(Wanted(case_number=CASE_NUMBER))
    return lambda answer: share(city, home, request_id, answer)


def watch(page: Page, city: City, *shares: SealedShare) -> list[Locator]:
    """Choose these shares from the page of their case, and open them; return their panels."""
    choose(page, city)
    for sealed in shares:
        page.check(f"#offered input[value='{sealed.share.share_id}']")
    page.set_input_files("#identity-file", officers_key(city))
    page.click("#open")
    page.wait_for_selector("body[data-together=ready]")
    return [page.locator(f"[data-share='{sealed.share.share_id}']") for sealed in shares]


def choose(page: Page, city: City) -> None:
    """Go from the list of cases to where its clips are chosen."""
    page.goto(f"{city.officers}/cases")
    page.click(f"text={CASE_NUMBER}")
    page.click("#together")
    page.wait_for_selector("#offered input")


def taken(panel: Locator) -> datetime:
    """Return when the picture of a panel was taken."""
    return datetime.strptime(panel.locator("figcaption .xs").first.inner_text()[:23], "%Y-%m-%d %H:%M:%S.%f")  # noqa: DTZ007 - compared with its like


def moment(page: Page) -> datetime:
    """Return where the playhead is."""
    return datetime.strptime(page.inner_text("#moment-utc")[:23], "%Y-%m-%d %H:%M:%S.%f")  # noqa: DTZ007 - compared with its like


def test_two_clips_go_by_one_clock(city: City, officer: Page, answers: Callable[[Answer], SealedShare]) -> None:
    """Who has no picture of the moment says so; the map shows who has, as far as owners told where they stand."""
    fast, slow = watch(officer, city, answers(FAST), answers(SLOW))
    begin = moment(officer)
    assert officer.inner_text("#who") == "Recorded by A."
    assert slow.locator(".nothing").is_visible()
    assert fast.locator(".nothing").is_hidden()
    assert officer.locator(".map-camera.is-on").count() == 1
    assert "Its place was not told" in officer.inner_text("#places")
    bands = officer.eval_on_selector_all("#tracks .unsure", "(all) => all.map((each) => each.offsetWidth)")
    assert bands[1] > bands[0]
    for key, expected in ((".", 50), (".", 100), (",", 50)):
        officer.keyboard.press(key)
        until(officer, f"{COUNTED}.includes('Frame {1 + expected // 50} ')")
        assert (taken(fast) - begin) / timedelta(milliseconds=1) == pytest.approx(expected, abs=2)
    officer.locator("#tracks input").fill("900")
    until(officer, "document.querySelectorAll('[data-shows=yes]').length === 2")
    officer.keyboard.press("Space")
    until(officer, "document.querySelector('#who').textContent === 'Recorded by B.'")
    assert fast.locator(".nothing").is_visible()
    assert officer.locator(".map-camera.is-on").count() == 0
    officer.keyboard.press("Space")
    until(officer, "document.querySelector('#play-words').textContent === 'Play'")
    until(officer, "!document.querySelector('[data-shows=yes] video').seeking")
    behind = (moment(officer) - taken(slow)) / timedelta(milliseconds=1)
    assert -2 <= behind <= 92  # the picture of the moment: the next one is not there yet
    officer.wait_for_selector(".panel[data-clip=verified] >> nth=1")
    assert page_faults(officer) == []


def test_a_clip_whose_part_is_broken_is_taken_away_and_the_others_go_on(
    city: City, officer: Page, answers: Callable[[Answer], SealedShare]
) -> None:
    """It is told in its place; and nobody chooses a fifth."""
    whole, broken = answers(FAST), answers(Answer(clip=noisy_film()))
    path = body_on_disk(city, broken)
    body = bytearray(path.read_bytes())
    body[NONCE_SIZE_BYTES + 5 * SEALED_CHUNK_SIZE_BYTES + 100] ^= 1
    path.chmod(0o600)
    path.write_bytes(body)
    good, bad = watch(officer, city, whole, broken)
    bad.locator("[role=alert]").wait_for()
    assert "is damaged, or was altered" in bad.inner_text()
    assert bad.locator("video").count() == 0
    good.locator(".chip", has_text="Verified").wait_for()
    officer.keyboard.press(".")
    until(officer, f"{COUNTED}.includes('Frame 2 ')")


def test_four_are_the_most(city: City, officer: Page, answers: Callable[[Answer], SealedShare]) -> None:
    """A fifth can't be chosen, and the page says why."""
    for _ in range(5):
        answers(Answer(clip=b"never opened"))
    choose(officer, city)
    boxes = officer.locator("#offered input")
    for number in range(4):
        boxes.nth(number).check()
    assert boxes.nth(4).is_disabled()
    assert "more memory" in officer.inner_text("#chosen-words")
