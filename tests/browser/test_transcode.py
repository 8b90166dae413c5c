"""A clip whose video the browser can't play: its home's transcode is shown as that, and the clip is what is checked."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from milton_protocol.sealing.stream import NONCE_SIZE_BYTES
from tests.browser.accessibility import axe, page_faults
from tests.browser.homes import Answer, hevc_film, noisy_film, paced_film
from tests.browser.test_player import SHOWN_MS, goes_to, shown, text_in, told
from tests.browser.test_shares import officers_key, open_share

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.browser.conftest import City
    from tests.simulators.sealed_share import SealedShare

HEVC = Answer(clip=hevc_film(SHOWN_MS), preview=paced_film(SHOWN_MS), told=told)
COUNT = len(SHOWN_MS)


def alter(city: City, sealed: SealedShare, part: str) -> None:
    """Change one byte of a sealed body on the hub's disk."""
    path = next((city.folder / "hub" / "blobs").rglob(f"*{sealed.share.share_id}/{part}*"))
    body = bytearray(path.read_bytes())
    body[NONCE_SIZE_BYTES + 100] ^= 1
    path.chmod(0o600)
    path.write_bytes(body)


def test_hevc_is_watched_by_its_homes_transcode_and_saved_as_it_is(
    city: City, officer: Page, answers: Callable[[Answer], SealedShare], tmp_path: Path
) -> None:
    """The page says what is seen; its pictures are gone to; both digests stand there; the clip is what is saved."""
    sealed = answers(HEVC)
    open_share(officer, city, sealed.share.share_id, officers_key(city))
    officer.wait_for_selector(f"body[data-frames='{COUNT}'][data-clip=verified][data-transcode=shown]")
    said = officer.inner_text("#transcode")
    assert said.startswith(
        "The browser can\u2019t play HEVC. You see the home\u2019s transcode; the evidence is the clip."
    )
    for key, number in ((".", 1), (".", 2), (",", 1)):
        officer.keyboard.press(key)
        officer.wait_for_selector(f"#frame-words:has-text('Frame {number + 1} of {COUNT} of the transcode')")
    assert officer.inner_text("#frame-doubt") == ""
    words = officer.inner_text("#provenance")
    for film in (HEVC.clip, HEVC.preview or b""):
        assert hashlib.sha256(film).hexdigest() in words
    assert "You see the home\u2019s transcode" in words
    with officer.expect_download() as download:
        officer.click("#save-clip")
    download.value.save_as(tmp_path / "clip.mp4")
    assert (tmp_path / "clip.mp4").read_bytes() == HEVC.clip
    assert page_faults(officer) == []


def test_a_still_of_a_transcode_says_that_it_is_one(
    city: City, officer: Page, answers: Callable[[Answer], SealedShare], tmp_path: Path
) -> None:
    """In its name, in itself, on the page and in the hub's row: both digests, and no doubt which was seen."""
    sealed = answers(HEVC)
    open_share(officer, city, sealed.share.share_id, officers_key(city))
    officer.wait_for_selector(f"body[data-frames='{COUNT}'][data-clip=verified]")
    with officer.expect_download() as download:
        officer.keyboard.press("p")
    officer.wait_for_selector("#still-result:visible")
    assert "It is a picture of the home\u2019s transcode, not of the clip." in officer.inner_text("#still-result")
    assert "-transcode-of-clip-" in download.value.suggested_filename
    download.value.save_as(tmp_path / "still.png")
    said = json.loads(text_in((tmp_path / "still.png").read_bytes()))
    clip, preview = (hashlib.sha256(film or b"").hexdigest() for film in (HEVC.clip, HEVC.preview))
    assert (said["clip_sha256"], said["preview_sha256"], said["clip_verified"]) == (clip, preview, True)
    with closing(sqlite3.connect(f"file:{city.folder / 'hub' / 'hub.sqlite'}?mode=ro", uri=True)) as books:
        of_share = "SELECT detail FROM audit WHERE action = 'share.still' AND subject = ?"
        ((detail,),) = books.execute(of_share, (sealed.share.share_id,)).fetchall()
    assert f"of transcode {preview} of clip {clip} verified" in detail


@pytest.mark.parametrize("what", [pytest.param("another digest", marks=pytest.mark.long), "altered"])
def test_a_transcode_that_fails_a_check_is_refused_and_the_clip_is_checked_all_the_same(
    city: City, officer: Page, answers: Callable[[Answer], SealedShare], what: str
) -> None:
    """One that its owner never approved, and one that was altered on the hub: no picture of it stays."""
    answer = replace(HEVC, claimed_preview_sha256="cd" * 32) if what == "another digest" else HEVC
    sealed = answers(answer)
    if what == "altered":
        alter(city, sealed, "preview")
    open_share(officer, city, sealed.share.share_id, officers_key(city))
    officer.wait_for_selector("body[data-transcode=refused][data-clip=verified]")
    rule = "preview_differs" if what == "another digest" else "chunk_broken"
    assert rule in officer.inner_text("#transcode-refused")
    assert officer.is_hidden("#player")
    assert officer.is_hidden("#transcode")
    assert officer.get_attribute("#clip", "src") is None
    assert "You see the home\u2019s transcode" not in officer.inner_text("#provenance")
    assert officer.is_enabled("#save-clip")
    assert page_faults(officer) == []


def test_a_transcode_that_the_hub_does_not_send_is_asked_for_again(
    city: City, officer: Page, answers: Callable[[Answer], SealedShare]
) -> None:
    """Nothing was altered, so nothing is called that; the clip is checked meanwhile."""
    sealed = answers(HEVC)
    path = next((city.folder / "hub" / "blobs").rglob(f"*{sealed.share.share_id}/preview*"))
    away = path.rename(path.with_name("away"))
    open_share(officer, city, sealed.share.share_id, officers_key(city))
    officer.wait_for_selector("body[data-clip=verified]")
    assert officer.is_visible("#not-served")
    assert officer.is_hidden("#transcode")
    away.rename(path)
    officer.click("#again")
    officer.wait_for_selector(f"body[data-frames='{COUNT}'][data-clip=verified][data-transcode=shown]")
    assert officer.is_hidden("#not-served")
    assert officer.evaluate("document.querySelector('#clip').videoWidth") > 0


def test_a_clip_that_was_altered_is_taken_away_with_its_transcode(
    city: City, officer: Page, answers: Callable[[Answer], SealedShare]
) -> None:
    """A good transcode proves nothing of the clip."""
    sealed = answers(HEVC)
    alter(city, sealed, "clip")
    open_share(officer, city, sealed.share.share_id, officers_key(city))
    officer.wait_for_selector("body[data-clip=broken]")
    assert officer.is_hidden("#stage")
    assert officer.get_attribute("#clip", "src") is None


def test_a_clip_that_the_browser_plays_is_shown_itself(
    city: City, officer: Page, answers: Callable[[Answer], SealedShare]
) -> None:
    """Also where its home sent a transcode; of one that it can't play and that has none, the page says so."""
    own = answers(Answer(clip=paced_film(SHOWN_MS), preview=noisy_film(), told=told))
    open_share(officer, city, own.share.share_id, officers_key(city))
    officer.wait_for_selector(f"body[data-frames='{COUNT}'][data-clip=verified]")
    assert officer.is_hidden("#transcode")
    goes_to(officer, ".", 1, COUNT)
    assert shown(officer)[0] == f"Frame 2 of {COUNT}"
    none = answers(replace(HEVC, preview=None))
    open_share(officer, city, none.share.share_id, officers_key(city))
    officer.wait_for_selector("body[data-clip=verified]")
    assert "can\u2019t play the clip\u2019s video" in officer.inner_text("#problem")
    assert officer.is_enabled("#save-clip")


def test_among_several_clips_each_says_whether_its_home_s_transcode_is_seen(
    city: City, officer: Page, answers: Callable[[Answer], SealedShare]
) -> None:
    """One by its transcode, one itself, one whose transcode is refused: all three are checked, two are watched."""
    seen, own = answers(HEVC), answers(Answer(clip=paced_film(SHOWN_MS), told=told))
    refused = answers(replace(HEVC, claimed_preview_sha256="cd" * 32))
    officer.goto(f"{city.officers}/shares/{seen.share.share_id}")
    officer.click("[data-test=together]")
    for each in (seen, own, refused):
        officer.check(f"#offered input[value='{each.share.share_id}']")
    officer.set_input_files("#identity-file", officers_key(city))
    officer.click("#open")
    officer.wait_for_selector("body[data-together=ready]")
    panels = [officer.locator(f"[data-share='{each.share.share_id}']") for each in (seen, own, refused)]
    for panel in panels:
        panel.locator(".chip", has_text="Verified").wait_for()
    shown_words = [panel.locator("[data-test=transcode]").is_visible() for panel in panels]
    assert shown_words == [True, False, True]
    assert "You see the home\u2019s transcode" in panels[0].inner_text()
    assert "is not shown" in panels[2].inner_text()
    assert [panel.locator("video").count() for panel in panels] == [1, 1, 0]
    officer.keyboard.press(".")
    panels[0].locator("figcaption:has-text('Frame 2 of')").wait_for()
    assert "of the transcode" in panels[0].locator("figcaption").inner_text()
    assert "of the transcode" not in panels[1].locator("figcaption").inner_text()
    officer.evaluate("scrollTo(0, 1e6)")  # the buttons in their place: they stay in sight over what is scrolled
    assert axe(officer) == []
