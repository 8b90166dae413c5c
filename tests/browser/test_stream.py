"""A sealed clip is played as it comes: seeks, a worker that was stopped, parts that are broken, cut or not sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from milton_protocol.sealing.stream import NONCE_SIZE_BYTES, SEALED_CHUNK_SIZE_BYTES
from tests.browser.homes import Answer, film, noisy_film
from tests.browser.test_shares import body_on_disk, officers_key, open_share, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.browser.conftest import City
    from tests.simulators.sealed_share import SealedShare

STATES = """() => {
  window.states = [];
  new MutationObserver(() => window.states.push(document.body.dataset.clip))
    .observe(document.body, { attributeFilter: ["data-clip"] });
}"""
SEEK = """(to) => new Promise((resolve) => {
  const video = document.querySelector("#clip");
  video.addEventListener("seeked", () => resolve(video.currentTime), { once: true });
  video.currentTime = to;
})"""


def test_a_clip_of_many_chunks_is_sought_in_and_a_stopped_worker_asks_for_its_keys_again(
    city: City, officer: Page, answers: Callable[[Answer], SealedShare]
) -> None:
    """Verified comes last, when every byte was checked."""
    clip = noisy_film()
    assert len(clip) > 8 * SEALED_CHUNK_SIZE_BYTES
    sealed = answers(Answer(clip=clip))
    officer.goto(f"{city.officers}/shares/{sealed.share.share_id}")
    officer.evaluate(STATES)
    officer.set_input_files("#identity-file", officers_key(city))
    officer.click("#open")
    officer.wait_for_selector("body[data-clip=verified]")
    states = officer.evaluate("window.states")
    assert (states[0], states[-1], states.count("verified")) == ("playing", "verified", 1)
    for to in (1.5, 0.2, 1.0):
        assert officer.evaluate(SEEK, to) == pytest.approx(to, abs=0.1)
    session = officer.context.new_cdp_session(officer)
    session.send("ServiceWorker.enable")
    session.send("ServiceWorker.stopAllWorkers")
    address = "fetch(document.querySelector('#clip').src, { headers: { Range: 'bytes=70000-200000' } })"
    part = officer.evaluate(f"() => {address}.then((got) => got.arrayBuffer()).then((got) => [...new Uint8Array(got)])")
    assert bytes(part) == clip[70_000:200_001]


def test_a_broken_chunk_is_told_and_not_waited_for(
    city: City, officer: Page, answers: Callable[[Answer], SealedShare]
) -> None:
    """In the middle of a clip that began to play."""
    sealed = answers(Answer(clip=noisy_film()))
    path = body_on_disk(city, sealed)
    body = bytearray(path.read_bytes())
    body[NONCE_SIZE_BYTES + 5 * SEALED_CHUNK_SIZE_BYTES + 100] ^= 1
    path.chmod(0o600)
    path.write_bytes(body)
    officer.goto(f"{city.officers}/shares/{sealed.share.share_id}")
    officer.evaluate(STATES)
    officer.set_input_files("#identity-file", officers_key(city))
    officer.click("#open")
    officer.wait_for_selector("body[data-clip=broken]")
    assert "is damaged, or was altered" in officer.inner_text("#provenance .x")
    assert officer.is_hidden("#stage")
    assert "verified" not in officer.evaluate("window.states")


def test_a_body_that_its_home_cut_between_two_chunks_is_not_played(
    city: City, officer: Page, answers: Callable[[Answer], SealedShare]
) -> None:
    """Its digest and size are those of the share; its last chunk is not a last one."""
    sealed = answers(Answer(clip=noisy_film(), chunks=3))
    open_share(officer, city, sealed.share.share_id, officers_key(city))
    officer.wait_for_selector("body[data-clip=broken]")
    assert "chunk_broken" in officer.inner_text("#provenance .x")


def test_what_the_hub_does_not_send_is_told_and_asked_for_again(
    city: City, officer: Page, answers: Callable[[Answer], SealedShare]
) -> None:
    """Nothing was altered, so nothing is called that."""
    sealed = answers(Answer(clip=film()))
    path = body_on_disk(city, sealed)
    open_share(officer, city, sealed.share.share_id, officers_key(city))
    officer.wait_for_selector("body[data-clip=verified]")
    away = path.rename(path.with_name("away"))
    officer.evaluate("() => fetch(document.querySelector('#clip').src).then((got) => got.arrayBuffer()).catch(() => 0)")
    officer.wait_for_selector("#not-served:visible")
    assert officer.locator("#provenance .x").count() == 0
    away.rename(path)
    officer.click("#again")
    until(officer, "document.querySelector('#clip').readyState >= 2")
    assert officer.is_hidden("#not-served")
