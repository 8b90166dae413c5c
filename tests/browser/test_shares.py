"""A share arrives while the officer looks, is opened and checked in the browser, and plays."""

from __future__ import annotations

import hashlib
import re
import sqlite3
import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.browser.accessibility import page_faults
from tests.browser.homes import FRAMES, RATE, WIDTH, Answer, film
from tests.browser.officers import come_in

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from tests.browser.conftest import City
    from tests.simulators.sealed_share import SealedShare

WAIT_S = 30


@pytest.fixture(scope="module")
def clip() -> bytes:
    """Film two seconds."""
    return film()


def until(page: Page, condition: str) -> None:
    """Wait for a condition on the page; the page's own policy forbids the driver's way, which evaluates text."""
    deadline = time.monotonic() + WAIT_S
    while not page.evaluate(f"() => {condition}"):
        assert time.monotonic() < deadline, condition
        page.wait_for_timeout(50)


def open_share(page: Page, city: City, share_id: str, identity: Path) -> None:
    """Go to a share and open it with the key in a file."""
    page.goto(f"{city.officers}/shares/{share_id}")
    page.set_input_files("#identity-file", identity)
    page.click("#open")


def officers_key(city: City) -> Path:
    """Return where the officer's opening key lies: never with the hub."""
    return city.folder / "offline" / "officer.age"


def body_on_disk(city: City, sealed: SealedShare) -> Path:
    """Return the hub's file of the sealed clip."""
    return next((city.folder / "hub" / "blobs").rglob(f"*{sealed.share.share_id}/clip*"))


def test_a_share_arrives_by_itself_and_plays(
    city: City, officer: Page, home_shares: Callable[[Answer], SealedShare], clip: bytes, tmp_path: Path
) -> None:
    """From the open page to moving pictures; the saved file is the very clip that the owner approved."""
    assert officer.is_visible("#no-shares")
    sealed = home_shares(Answer(clip=clip))
    officer.click(f"[data-share-id='{sealed.share.share_id}']")
    officer.set_input_files("#identity-file", officers_key(city))
    officer.click("#open")
    officer.wait_for_selector("body[data-clip=verified]")
    assert officer.inner_text("#audio-state") == "No audio: the owner removed it"
    assert officer.inner_text("#camera-label") == "Front door"
    words = officer.inner_text("#provenance")
    for said in (
        "The bytes are those that the owner approved",
        "41.8 s is UTC, ± 0.6 s",
        "30 frames re-encoded",
        "No gap",
    ):
        assert said in words
    until(officer, "document.querySelector('#clip').readyState >= 2")
    assert officer.evaluate("document.querySelector('#clip').videoWidth") == WIDTH
    assert officer.evaluate("document.querySelector('#clip').duration") == pytest.approx(FRAMES / RATE, abs=0.1)
    officer.evaluate("document.querySelector('#clip').play()")
    until(officer, "document.querySelector('#clip').currentTime > 0.5")
    with officer.expect_download() as download:
        officer.click("#save-clip")
    download.value.save_as(tmp_path / "clip.mp4")
    assert (tmp_path / "clip.mp4").read_bytes() == clip
    officer.reload()
    receipts = officer.inner_text("#receipts")
    assert "Received" in receipts
    assert "Fetched" in receipts


def test_what_is_saved_is_written_down_before_and_the_owner_is_told(
    city: City, officer: Page, answers: Callable[[Answer], SealedShare], clip: bytes, tmp_path: Path
) -> None:
    """Clip and manifest, each with the passkey; the receipts of the open page say so by themselves, once a day."""
    sealed = answers(Answer(clip=clip))
    open_share(officer, city, sealed.share.share_id, officers_key(city))
    officer.wait_for_selector("body[data-clip=verified]")
    asked: list[str] = []
    officer.on("request", lambda request: asked.append(request.url.removeprefix(city.officers)))
    digests = {}
    for part in ("clip", "manifest", "clip"):
        asked.clear()
        with officer.expect_download() as download:
            officer.click(f"#save-{part}")
        download.value.save_as(tmp_path / part)
        digests[part] = hashlib.sha256((tmp_path / part).read_bytes()).hexdigest()
        saves = f"/api/shares/{sealed.share.share_id}/saves"
        calls = [each for each in asked if each in {saves, "/reverify/options", "/reverify/verify"}]
        assert calls == [saves, "/reverify/options", "/reverify/verify", saves]
    assert digests["clip"] == hashlib.sha256(clip).hexdigest()
    until(officer, "document.querySelector('#receipts').textContent.match(/Exported/g)?.length === 2")
    with closing(sqlite3.connect(f"file:{city.folder / 'hub' / 'hub.sqlite'}?mode=ro", uri=True)) as books:
        saved = "SELECT detail FROM audit WHERE action = 'share.saved' AND subject = ? ORDER BY number"
        rows = [row[0] for row in books.execute(saved, (sealed.share.share_id,))]
    assert rows == [f"{part} sha256 {digests[part]}" for part in ("clip", "manifest", "clip")]
    officer.goto(f"{city.officers}/shares/{sealed.share.share_id}/custody")
    assert officer.locator("[data-test=saves] li").count() == 3


def test_without_the_passkey_nothing_is_saved(
    city: City, officer: Page, answers: Callable[[Answer], SealedShare], clip: bytes
) -> None:
    """Neither clip nor manifest: no byte is gathered, and the page says why."""
    sealed = answers(Answer(clip=clip))
    open_share(officer, city, sealed.share.share_id, officers_key(city))
    officer.wait_for_selector("body[data-clip=verified]")
    refusal = {"error": "passkey_refused", "message": "The passkey was refused."}
    officer.route("**/reverify/verify", lambda route: route.fulfill(status=403, json=refusal))
    got: list[str] = []
    officer.on("download", lambda download: got.append(download.suggested_filename))
    officer.on("request", lambda request: got.append(request.url) if request.url.endswith("/body") else None)
    for part in ("clip", "manifest"):
        officer.click(f"#save-{part}")
        officer.wait_for_selector("#problem:has-text('The passkey was refused.')")
        officer.evaluate("document.querySelector('#problem').textContent = ''")
    assert got == []
    receipts = officer.request.get(f"{city.officers}/api/shares/{sealed.share.share_id}").json()["receipts"]
    assert [each["event"] for each in receipts] == ["received", "fetched"]


def test_a_share_that_was_opened_has_its_cameras_name_in_the_lists_of_this_browser_alone(
    city: City, officer: Page, home_shares: Callable[[Answer], SealedShare], clip: bytes
) -> None:
    """On the case's page and the request's, and in nothing that is sent; others stay named by their id."""
    opened, other = home_shares(Answer(clip=clip)), home_shares(Answer(clip=clip))
    sent: list[str] = []
    officer.context.on("request", lambda request: sent.append(f"{request.url} {request.post_data_buffer or b''!r}"))
    open_share(officer, city, opened.share.share_id, officers_key(city))
    officer.wait_for_selector("body[data-clip=verified]")
    officer.goto(f"{city.officers}/requests/{opened.share.request_id}")
    for place in ("the request", "the case"):
        if place == "the case":
            officer.click("#case-link")
        officer.wait_for_selector(f"[data-share='{opened.share.share_id}'] [data-test=opened-name]")
        said = officer.inner_text(f"[data-share='{opened.share.share_id}']")
        assert f"Share {opened.share.share_id[:8]}" in said
        assert re.search(r"Front door, .*, 2 s", said)
        assert "Front door" not in officer.inner_text(f"[data-share='{other.share.share_id}']")
    assert page_faults(officer) == []
    assert [each for each in sent if "Front" in each] == []


def test_security_keys_that_the_hub_does_not_tell_of_now_are_said_to_be_missing(
    city: City, officer: Page, answers: Callable[[Answer], SealedShare], clip: bytes
) -> None:
    """A file opens the share all the same."""
    sealed = answers(Answer(clip=clip))
    busy = {"error": "database_busy", "message": "The hub is busy."}
    officer.route("**/api/wraps", lambda route: route.fulfill(status=503, json=busy))
    officer.goto(f"{city.officers}/shares/{sealed.share.share_id}")
    officer.wait_for_selector("#problem:has-text('Your security keys are not offered now. The hub is busy.')")
    officer.set_input_files("#identity-file", officers_key(city))
    officer.click("#open")
    officer.wait_for_selector("body[data-clip=verified]")


def test_what_line_and_browser_lack_is_not_called_a_check_that_failed(
    city: City, officer: Page, answers: Callable[[Answer], SealedShare], clip: bytes
) -> None:
    """Papers and clip that do not come, a check that loses its line, a browser that lets no service worker run."""
    sealed = answers(Answer(clip=clip))
    lost, whole = re.compile("/parts/manifest/body$"), re.compile("/parts/clip/body$")
    officer.route(lost, lambda route: route.abort())
    open_share(officer, city, sealed.share.share_id, officers_key(city))
    officer.wait_for_selector("#problem:has-text('The hub did not send the sealed clip. Try again.')")
    officer.unroute(lost)
    officer.route(whole, lambda route: route.continue_() if "range" in route.request.headers else route.abort())
    officer.click("#open")
    officer.wait_for_selector("#not-served:visible")
    assert officer.inner_text("#check-state") == "Not checked"
    officer.unroute(whole)
    officer.add_init_script("Object.defineProperty(Navigator.prototype, 'serviceWorker', { value: undefined })")
    open_share(officer, city, sealed.share.share_id, officers_key(city))
    officer.wait_for_selector("#problem:has-text('it takes a service worker')")
    assert officer.locator("#provenance .x").count() == 0
    assert officer.get_attribute("body", "data-clip") is None


def test_times_that_nothing_vouches_for_are_told_of_in_words(
    city: City, officer: Page, answers: Callable[[Answer], SealedShare], clip: bytes
) -> None:
    """Of a home whose clock no time service sets: no number that looks like knowledge."""
    unset = Answer(clip=clip, bend=lambda said: said.replace(b'"uncertainty_ms":600', b'"uncertainty_ms":3600600'))
    sealed = answers(unset)
    open_share(officer, city, sealed.share.share_id, officers_key(city))
    officer.wait_for_selector("body[data-clip=verified]")
    words = officer.inner_text("#provenance")
    assert "Nothing vouches for the times" in words
    assert "is UTC, ±" not in words


def test_a_clock_that_was_put_within_the_clip_has_no_one_offset(
    city: City, officer: Page, answers: Callable[[Answer], SealedShare], clip: bytes
) -> None:
    """Before it was put it was off by another; the times that are shown are right on both sides."""
    sealed = answers(Answer(clip=clip, bend=lambda said: said.replace(b'"was_put":false', b'"was_put":true')))
    open_share(officer, city, sealed.share.share_id, officers_key(city))
    officer.wait_for_selector("body[data-clip=verified]")
    words = officer.inner_text("#provenance")
    assert "clock was changed while this was recorded, and was up to 41.8 s off" in words
    assert "UTC all along, ± 0.6 s" in words
    assert "Camera time" not in words


def test_an_owner_s_word_that_is_hours_unsure_is_told_as_that(
    city: City, officer: Page, answers: Callable[[Answer], SealedShare], clip: bytes
) -> None:
    """No clock of the home has a part in the time of a file that its owner added."""
    measured = rb'"method":"\w+","offset_ms":-?\d+,"uncertainty_ms":600'
    unsure = b'"method":"owner","offset_ms":0,"uncertainty_ms":7200000'
    said = Answer(clip=clip, bend=lambda text: re.sub(measured, unsure, text))
    sealed = answers(said)
    open_share(officer, city, sealed.share.share_id, officers_key(city))
    officer.wait_for_selector("body[data-clip=verified]")
    words = officer.inner_text("#provenance")
    assert "± 7200.0 s, measured by the owner" in words
    assert "Nothing vouches for the times" not in words


def test_a_key_that_the_clip_is_not_sealed_to_opens_nothing(
    city: City, officer: Page, answers: Callable[[Answer], SealedShare], clip: bytes
) -> None:
    """The page says so; a file that is no key is refused before anything is fetched."""
    sealed = answers(Answer(clip=clip))
    other = city.folder / "other.age"
    other.write_text(sealed.identity.secret_text())
    open_share(officer, city, sealed.share.share_id, other)
    officer.wait_for_selector("#problem:not(:empty)")
    assert "This opening key does not open this clip" in officer.inner_text("#problem")
    other.write_text("no key")
    open_share(officer, city, sealed.share.share_id, other)
    officer.wait_for_selector("#problem:not(:empty)")
    assert "This is no opening key" in officer.inner_text("#problem")


@pytest.mark.parametrize(
    "place", [pytest.param(0, marks=pytest.mark.long), 40, pytest.param(-1, marks=pytest.mark.long)]
)
def test_a_clip_that_was_altered_on_the_hub_does_not_play(
    city: City, officer: Page, answers: Callable[[Answer], SealedShare], clip: bytes, place: int
) -> None:
    """One byte is enough, in the nonce, the first chunk or the last."""
    sealed = answers(Answer(clip=clip))
    path = body_on_disk(city, sealed)
    body = bytearray(path.read_bytes())
    body[place] ^= 1
    path.chmod(0o600)
    path.write_bytes(body)
    open_share(officer, city, sealed.share.share_id, officers_key(city))
    officer.wait_for_selector("#provenance .x")
    assert officer.is_hidden("#stage")


def test_a_clip_that_is_not_the_one_of_the_manifest_does_not_play(
    city: City, officer: Page, answers: Callable[[Answer], SealedShare], clip: bytes
) -> None:
    """The owner signed for other bytes."""
    sealed = answers(Answer(clip=clip, claimed_sha256="cd" * 32))
    open_share(officer, city, sealed.share.share_id, officers_key(city))
    officer.wait_for_selector("#provenance .x")
    assert "clip_differs" in officer.inner_text("#provenance")
    assert officer.is_hidden("#stage")


def test_a_custodian_may_not_accept_in_the_first_24_hours(
    city: City, chromium: Browser, officer: Page, answers: Callable[[Answer], SealedShare], clip: bytes
) -> None:
    """The button is the custodian's alone, and the hub says why it is too early."""
    sealed = answers(Answer(clip=clip))
    officer.goto(f"{city.officers}/shares/{sealed.share.share_id}")
    assert officer.locator("#accept").count() == 0
    custodian = chromium.new_context().new_page()
    come_in(custodian, city, "custodian")
    custodian.goto(f"{city.officers}/shares/{sealed.share.share_id}")
    custodian.click("#accept")
    custodian.wait_for_selector("#problem:not(:empty)")
    assert "24 hours" in custodian.inner_text("#problem")
    custodian.context.close()
