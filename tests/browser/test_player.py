"""The player of an opened clip: picture by picture by the clip's own times, and a still that is written down."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
import struct
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import av
import pytest

from milton_protocol.messages.shares.manifest_parts import FrameKind, FrameRange, Period
from milton_protocol.messages.shares.ranges import StoredRange
from tests.browser.homes import HEIGHT, WIDTH, Answer, light_of, paced_film, share
from tests.browser.officers import Wanted
from tests.browser.test_shares import officers_key, open_share, until

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page, Route

    from milton_protocol.messages.shares.manifest import Manifest
    from tests.browser.asking import FurtherDevice
    from tests.browser.conftest import City
    from tests.simulators.sealed_share import SealedShare

# A camera that takes its time, rests for two seconds, and goes on at another rate.
SHOWN_MS = (0, 40, 80, 120, 187, 254, 321, 400, 480, 1000, 3000, 3033, 3066, 3100, 3300, 3900)
GAP_MS = (1067, 3000)
LENGTH_MS = 4000
LIGHT = """() => {
  const canvas = new OffscreenCanvas(2, 2);
  const context = canvas.getContext("2d");
  context.drawImage(document.querySelector("#clip"), 0, 0, 2, 2);
  return context.getImageData(0, 0, 1, 1).data[0];
}"""


def told(manifest: Manifest) -> Manifest:
    """Say of the film what its home measured."""
    begin = manifest.range.from_
    until_ = begin + timedelta(milliseconds=LENGTH_MS)
    gap = Period(from_=begin + timedelta(milliseconds=GAP_MS[0]), until=begin + timedelta(milliseconds=GAP_MS[1]))
    return replace(
        manifest,
        ranges=(StoredRange(from_=begin, until=until_, first_frame=begin, stored_ms=0),),
        gaps=(gap,),
        frames=(FrameRange(first=0, count=len(SHOWN_MS), kind=FrameKind.ENCODED, slices_sha256=None),),
    )


def shown(page: Page) -> tuple[str, datetime]:
    """Return what is said of the picture: its number, and when it was taken."""
    said = page.inner_text("#moment-utc")
    assert "± 0.6 s" in said
    return page.inner_text("#frame-words"), datetime.strptime(said[:23] + "+0000", "%Y-%m-%d %H:%M:%S.%f%z")


def goes_to(page: Page, key: str, number: int, count: int) -> None:
    """Press a key; the picture of this number (from 0) is then what is said, and what is seen."""
    page.keyboard.press(key)
    until(page, f"document.querySelector('#frame-words').textContent === 'Frame {number + 1} of {count}'")
    assert page.evaluate(LIGHT) == pytest.approx(light_of(number), abs=4), number


@pytest.fixture(scope="module")
def asked(elsewhere: FurtherDevice) -> str:
    """Publish a request, once for all tests."""
    return elsewhere.publish(Wanted())


@pytest.fixture(scope="module")
def sealed(city: City, home: str, asked: str) -> SealedShare:
    """Let a home answer with that film."""
    return share(city, home, asked, Answer(clip=paced_film(SHOWN_MS), told=told))


@pytest.fixture
def player(city: City, officer: Page, sealed: SealedShare) -> Page:
    """Open it; its pictures are counted, and it is verified."""
    open_share(officer, city, sealed.share.share_id, officers_key(city))
    officer.wait_for_selector(f"body[data-frames='{len(SHOWN_MS)}'][data-clip=verified]")
    return officer


def test_a_clip_is_stepped_through_by_its_own_times(player: Page) -> None:
    """Forward and back, across a gap: each picture, its number and its time belong together."""
    first, begin = shown(player)
    assert first == f"Frame 1 of {len(SHOWN_MS)}"
    assert player.inner_text("#frame-doubt") == ""
    ways = [*((".", number) for number in range(1, len(SHOWN_MS))), *((",", number) for number in (14, 13, 12))]
    seen = []
    for key, number in ways:
        goes_to(player, key, number, len(SHOWN_MS))
        seen.append((number, round((shown(player)[1] - begin) / timedelta(milliseconds=1))))
    assert seen == [(number, SHOWN_MS[number]) for _, number in ways]
    assert re.search(r"E[SD]T$", player.inner_text("#moment-local"))


def test_pictures_that_are_decoded_in_another_order_are_reached_too(
    city: City, officer: Page, asked: str, home: str
) -> None:
    """Before a key frame a browser's own seek jumps over them where the rate varies, forward and back."""
    put_off = paced_film((0, 3, *range(43, 443, 40)), 2)
    sealed = share(city, home, asked, Answer(clip=put_off))
    open_share(officer, city, sealed.share.share_id, officers_key(city))
    officer.wait_for_selector("body[data-frames='12']")
    assert "The manifest tells of 30 frames, the file shows 12." in officer.inner_text("#frame-doubt")
    for key, number in [*((".", number) for number in range(1, 10)), *((",", number) for number in (8, 7, 6))]:
        goes_to(officer, key, number, 12)


def test_a_gap_is_told_where_the_playhead_is_in_it_and_keys_do_what_their_list_says(player: Page) -> None:
    """By the timeline, whose value is a time in words; the player's keys go on while it has the focus."""
    assert player.locator("#tracks .gap").count() == 1
    slider = player.locator("#tracks input")
    slider.fill("2000")
    player.wait_for_selector("#nothing:visible")
    assert "nothing was recorded" in (slider.get_attribute("aria-valuetext") or "")
    slider.press("ArrowLeft")
    player.wait_for_selector("#nothing", state="hidden")
    slider.press("=")
    assert player.inner_text("#speed").startswith("2")
    assert player.evaluate("document.querySelector('#clip').playbackRate") == 2
    slider.press("m")
    assert player.inner_text("#marks").startswith("Frame 10,")
    player.click("#write-marks")
    until(player, "document.querySelector('#marks-said').textContent.includes('note of the case')")
    player.keyboard.press("?")
    listed = player.inner_text("dialog.shortcuts")
    for words in ("Frame back", "Frame on", "Slower", "Faster", "Mark", "Save this picture"):
        assert words in listed
    player.keyboard.press("Escape")
    slider.press("Space")
    until(player, "document.querySelector('#clip').ended")
    assert player.inner_text("#frame-words").startswith(f"Frame {len(SHOWN_MS)} of")


def test_a_still_is_the_very_picture_and_is_written_down_with_its_digest(
    city: City, player: Page, sealed: SealedShare, tmp_path: Path
) -> None:
    """Its name, its text, its pixels and the hub's row say the same; the hub has no picture."""
    player.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=city.officers)
    for _ in range(5):
        player.click("#forward")
    until(player, "document.querySelector('#frame-words').textContent.startsWith('Frame 6 ')")
    with player.expect_download() as download:
        player.keyboard.press("p")
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    png = path.read_bytes()
    player.wait_for_selector("#still-result:visible")
    digest = player.inner_text("[data-test=still-sha256]")
    assert digest == hashlib.sha256(png).hexdigest()
    assert player.evaluate("navigator.clipboard.readText()") == digest
    assert "was verified to its end" in player.inner_text("#still-result")
    said = json.loads(text_in(png))
    clip = hashlib.sha256(paced_film(SHOWN_MS)).hexdigest()
    _, taken = shown(player)
    stamp = taken.strftime("%Y%m%dT%H%M%S.") + f"{taken.microsecond // 1000:03}Z"
    share_id = sealed.share.share_id
    assert path.name == f"share-{share_id[:8]}-frame-6-{stamp}-pm600ms-clip-{clip[:16]}.png"
    assert (said["frame"], said["frames"], said["clip_sha256"]) == (6, len(SHOWN_MS), clip)
    assert (said["share_id"], said["uncertainty_ms"], said["clip_verified"]) == (share_id, 600, True)
    with av.open(str(path)) as picture:
        pixels = next(picture.decode(video=0)).to_ndarray(format="rgb24")
    assert pixels.shape == (HEIGHT, WIDTH, 3)
    assert pixels.mean() == pytest.approx(light_of(5), abs=4)
    with closing(sqlite3.connect(f"file:{city.folder / 'hub' / 'hub.sqlite'}?mode=ro", uri=True)) as books:
        of_share = "SELECT actor, detail FROM audit WHERE action = 'share.still' AND subject = ?"
        rows = books.execute(of_share, (share_id,)).fetchall()
    assert rows == [("person:officer", f"frame 6 sha256 {digest} of clip {clip} verified")]


def test_a_still_of_a_clip_that_is_not_verified_yet_says_so(
    city: City, officer: Page, sealed: SealedShare, tmp_path: Path
) -> None:
    """While the whole is still on its way to be checked; what the officer watches is not held up by that."""
    held: list[Route] = []
    whole = re.compile("/parts/clip/body$")
    officer.route(whole, lambda route: route.continue_() if "range" in route.request.headers else held.append(route))
    open_share(officer, city, sealed.share.share_id, officers_key(city))
    officer.wait_for_selector(f"body[data-frames='{len(SHOWN_MS)}'][data-clip=playing]")
    with officer.expect_download() as download:
        officer.click("#still")
    officer.wait_for_selector("#still-result:visible")
    assert "was not verified to its end" in officer.inner_text("#still-result")
    download.value.save_as(tmp_path / "still.png")
    assert json.loads(text_in((tmp_path / "still.png").read_bytes()))["clip_verified"] is False
    assert len(held) == 1
    held[0].continue_()
    officer.wait_for_selector("body[data-clip=verified]")


def text_in(png: bytes) -> str:
    """Return the text of a PNG's first iTXt chunk."""
    at = 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        if png[at + 4 : at + 8] == b"iTXt":
            match = re.match(rb"Milton Share still\0\0\0\0\0(.*)", png[at + 8 : at + 8 + length], re.DOTALL)
            assert match is not None
            return match[1].decode()
        at += length + 12
    raise AssertionError
