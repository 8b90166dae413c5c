"""What is behind the words of provenance: values as the messages have them, who asked, and what nobody checked."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hub.directory.setup import read_root_public_key
from milton_protocol.messages.shares.manifest_parts import FrameKind, FrameRange
from milton_protocol.words import fingerprint_words
from tests.browser.accessibility import page_faults
from tests.browser.homes import Answer, enrol, film, share
from tests.browser.officers import Wanted, publish
from tests.browser.test_shares import officers_key, open_share, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import BrowserContext, Page

    from milton_protocol.messages.shares.manifest import Manifest
    from tests.browser.conftest import City
    from tests.simulators.sealed_share import SealedShare

DONE = "body[data-clip=verified][data-asked]:not([data-asked=pending])"
SLICES = "ef" * 32
CUTTER = Path(__file__).parents[2] / "custom_components" / "milton_share" / "clips"


def copied_and_encoded(said: Manifest) -> Manifest:
    """Say of the first frames that they were copied."""
    runs = (
        FrameRange(first=0, count=20, kind=FrameKind.COPIED, slices_sha256=SLICES),
        FrameRange(first=20, count=10, kind=FrameKind.ENCODED, slices_sha256=None),
    )
    return replace(said, frames=runs)


def plain(text: str) -> str:
    """Return a text with a typewriter's signs."""
    return text.replace("\u2019", "'").replace("\u2013", "-")


def details(page: Page) -> dict[str, str]:
    """Open every line; return what is behind each."""
    page.locator("#provenance summary").first.click()
    page.evaluate("document.querySelectorAll('#provenance details').forEach((each) => (each.open = true))")
    until(page, "[...document.querySelectorAll('#provenance details')].every((each) => each.querySelector('dl'))")
    opened = page.locator("#provenance details")
    return {plain(each.get_attribute("data-of") or ""): plain(each.inner_text()) for each in opened.all()}


def words_of(city: City) -> str:
    """Return the city's words, as its founding printed them."""
    return " ".join(fingerprint_words(read_root_public_key(city.folder / "hub")))


def publicly(city: City, request_id: str) -> tuple[int, str]:
    """Return where the log has a request, and its proof, as the hub's books have them."""
    with closing(sqlite3.connect(f"file:{city.folder / 'hub' / 'hub.sqlite'}?mode=ro", uri=True)) as books:
        row = books.execute("SELECT leaf_index, log_proof FROM request WHERE request_id = ?", (request_id,)).fetchone()
    return int(row[0]), str(row[1])


@pytest.fixture(scope="module")
def answers(city: City, officer_profile: BrowserContext, home: str) -> Callable[[Answer], SealedShare]:
    """Ask once, by hand: what is proven is a signature that the signer's page asked for."""
    page = officer_profile.new_page()
    request_id = publish(page, city, Wanted())
    page.close()
    return lambda answer: share(city, home, request_id, answer)


def test_each_line_opens_to_the_values_that_it_rests_on_and_what_was_not_checked_is_said(
    city: City, officer: Page, answers: Callable[[Answer], SealedShare]
) -> None:
    """Of request, log, recipients, manifest, clock, frames and files, the very ones of the messages."""
    clip = film()
    sealed = answers(Answer(clip=clip, told=copied_and_encoded))
    officer.goto(f"{city.officers}/shares/{sealed.share.share_id}")
    assert officer.is_hidden("#unchecked-part")
    open_share(officer, city, sealed.share.share_id, officers_key(city))
    officer.wait_for_selector(DONE)
    officer.wait_for_selector("#provenance b:has-text('More is in the file')")  # of a film that no home cut
    assert "No second person was needed" in officer.inner_text("#provenance")
    unchecked = officer.locator("#unchecked b").all_inner_texts()
    assert {"The camera", "The clock", "The cut", "Which home it is", "The log as others see it"} < set(unchecked)
    assert "Who asked" not in unchecked
    behind, share = details(officer), sealed.share
    index, proof = publicly(city, share.request_id)
    assert f"Entry {index}, counted from 0, of " in officer.inner_text("#provenance")  # as the request's page has it
    keys = share.parts[0].header.count(b"\n-> ")
    for line, values in {
        "Answers this request": (share.request_id, share.share_id, share.recipients_sha256, '"type":"milton/share"'),
        "Asked by badge 4117": ('"type":"webauthn.get"', "ES256 04", f"{city.signer} (sign.localhost)"),
        "In the public log": (f"\n{index}\n", '"type":"milton/leaf"', proof.split("\n\n", 1)[1].strip(), "nobody"),
        f"Sealed to {keys} keys": (share.recipients_sha256, f"clip {keys}", f"manifest {keys}", "recovery age1"),
        "People and keys by the city's signed lists": (words_of(city), "Directory keys", "City record"),
        "Manifest signed by the share's own key": (share.one_time_key.hex(), '"predicateType"', "keyid"),
        "Clock": ("-41800", "600", "rtcp", "false"),
        "20 frames copied as recorded": (f"0-19 slices copied sha256 {SLICES}",),
        "10 frames re-encoded at home": ("20-29 re-encoded",),
        "One recorded file at home": ("ab" * 32,),
        "Made by": ("milton_share", "0.1.0"),
        "The bytes are those that the owner approved": (
            hashlib.sha256(clip).hexdigest(),
            *(f"{each.body_sha256}\n{each.body_size_bytes}" for each in share.parts),
        ),
    }.items():
        assert [each for each in values if each not in behind[line]] == [], line
    officer.context.grant_permissions(["clipboard-read", "clipboard-write"])
    officer.get_by_role("button", name="Copy: offset_ms").click()
    officer.wait_for_selector("#provenance button:has-text('Copied')")
    assert officer.evaluate("navigator.clipboard.readText()") == "-41800"
    officer.evaluate("document.querySelectorAll('#provenance details').forEach((each, at) => (each.open = at < 3))")
    assert page_faults(officer) == []


def cut_at_home(folder: Path) -> bytes:
    """Cut the film as a home does, by the cutter itself."""
    recording, clip = folder / "recording.mp4", folder / "clip.mp4"
    recording.write_bytes(film())
    ends = ["--from", "2026-11-10T07:10:00Z", "--until", "2026-11-10T07:10:01Z"]
    command = [sys.executable, CUTTER, "cut", *ends, "--out", clip, f"{recording}@2026-11-10T07:10:00Z"]
    subprocess.run(command, check=True, capture_output=True)
    return clip.read_bytes()


def test_a_clip_that_a_home_cut_is_said_to_be_stripped(
    city: City, officer: Page, answers: Callable[[Answer], SealedShare], tmp_path: Path
) -> None:
    """No false alarm of what else is in its file; of its sound it says what its manifest does."""
    sealed = answers(Answer(clip=cut_at_home(tmp_path)))
    open_share(officer, city, sealed.share.share_id, officers_key(city))
    officer.wait_for_selector(DONE)
    officer.wait_for_selector("#provenance b:has-text('Stripped')")
    said = plain(officer.inner_text("#provenance"))
    assert "The sound was taken out. No place, serial number, name or date is in the file" in said
    assert "More is in the file" not in said


def lies(of: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Return how a hub's answer is bent."""

    def bend(said: dict[str, Any]) -> dict[str, Any]:
        signed = said["assertions"][0]
        if of == "signature":
            other = (
                signed["signature"][:20] + ("A" if signed["signature"][20] != "A" else "B") + signed["signature"][21:]
            )
            return said | {"assertions": [signed | {"signature": other}]}
        return said | {"root_public_key": said["home_keys"][:43]}

    return bend


@pytest.mark.parametrize(("of", "rule"), [("signature", "signature_"), ("root", "signature_missing")])
def test_a_hub_that_lies_about_who_asked_is_found(
    city: City, officer: Page, answers: Callable[[Answer], SealedShare], of: str, rule: str
) -> None:
    """The page names the broken rule and still checks the clip. Each lie: officer/test/proof/proof.test.ts."""
    sealed, bend = answers(Answer(clip=film())), lies(of)

    def answer(route: Any) -> None:  # noqa: ANN401
        route.fulfill(json=bend(route.fetch().json()))

    officer.route("**/proofs?known=*", answer)
    open_share(officer, city, sealed.share.share_id, officers_key(city))
    officer.wait_for_selector("body[data-clip=verified][data-asked=refused]")
    assert officer.is_visible("#not-proven")
    assert rule in officer.inner_text("#provenance .x")
    said = officer.inner_text("#provenance")
    assert "Asked by badge" not in said
    assert "In the public log" not in said


def test_another_root_than_this_browser_knows_is_found(
    city: City, officer: Page, answers: Callable[[Answer], SealedShare]
) -> None:
    """Although all that it signed holds: a city that a thief made up has everything but that key."""
    sealed = answers(Answer(clip=film()))
    officer.goto(f"{city.officers}/account")
    other = json.dumps({"sha256": "ab" * 32, "since": "2026-11-01T00:00:00.000Z"})
    change = "(kept) => localStorage.setItem('milton-root', kept)"
    known = officer.evaluate("localStorage.getItem('milton-root')")
    officer.evaluate(change, other)
    try:
        open_share(officer, city, sealed.share.share_id, officers_key(city))
        officer.wait_for_selector("body[data-clip=verified][data-asked=refused]")
        assert "This is not the city that this browser knows" in officer.inner_text("#provenance .x")
    finally:
        officer.evaluate(change, known or "null")


def test_a_named_share_is_signed_by_an_enrolled_home_or_said_not_to_be(
    city: City, officer: Page, answers: Callable[[Answer], SealedShare]
) -> None:
    """By a home that takes part, by a key that nobody enrolled, and by a home that signed something else."""
    key = Ed25519PrivateKey.generate()
    enrol(city, key)
    named = {
        "Signed by an enrolled home": Answer(clip=film(), device_key=key),
        "The home's signature can't be checked": Answer(clip=film(), device_key=Ed25519PrivateKey.generate()),
        "The home's signature is wrong": Answer(clip=film(), device_key=key, signed_instead=b"{}"),
    }
    for words, answer in named.items():
        open_share(officer, city, answers(answer).share.share_id, officers_key(city))
        officer.wait_for_selector(DONE)
        said = plain(officer.inner_text("#provenance"))
        assert [each for each in named if each in said] == [words]
        assert officer.is_visible("#not-proven") is ("wrong" in words)
