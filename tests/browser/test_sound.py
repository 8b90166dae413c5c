"""Sound: there, never recorded, or taken out by the owner; each is said, and what is there is switched by a key."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from milton_protocol.messages.shares.manifest_parts import AudioEdit
from tests.browser.homes import Answer, film, heard_film
from tests.browser.test_shares import officers_key, open_share, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from milton_protocol.messages.shares.manifest import Manifest
    from tests.browser.conftest import City
    from tests.simulators.sealed_share import SealedShare

UNMUTED = "(all) => all.filter((each) => !each.muted).length"
HEARD = "document.querySelector('#clip').webkitAudioDecodedByteCount > 0"


def says(audio: AudioEdit) -> Callable[[Manifest], Manifest]:
    """Let the manifest say what became of the sound."""
    return lambda manifest: replace(manifest, edits=replace(manifest.edits, audio=audio))


KEPT = Answer(clip=heard_film(), told=says(AudioEdit.KEPT))


def test_sound_that_the_owner_shared_is_heard_and_switched_by_a_key(
    city: City, officer: Page, answers: Callable[[Answer], SealedShare]
) -> None:
    """Its samples are decoded; the button says how it stands, and the key is in the list."""
    open_share(officer, city, answers(KEPT).share.share_id, officers_key(city))
    officer.wait_for_selector("body[data-clip=verified]")
    assert officer.inner_text("#audio-state") == "Audio shared by the owner"
    officer.keyboard.press("Space")
    until(officer, HEARD)
    for muted in (True, False):
        officer.keyboard.press("s")
        assert officer.evaluate("document.querySelector('#clip').muted") is muted
        assert officer.get_attribute("#sound", "aria-pressed") == str(not muted).lower()
    officer.keyboard.press("?")
    assert "Sound" in officer.inner_text("dialog.shortcuts")


@pytest.mark.parametrize(
    ("audio", "words"),
    [
        (AudioEdit.ABSENT, "No audio was recorded"),
        (AudioEdit.REMOVED, "No audio: the owner removed it"),
    ],
)
def test_a_clip_without_sound_says_why(
    city: City, officer: Page, answers: Callable[[Answer], SealedShare], audio: AudioEdit, words: str
) -> None:
    """Never recorded, or taken out: nothing is there to be switched, by a button or by a key."""
    open_share(officer, city, answers(Answer(clip=film(), told=says(audio))).share.share_id, officers_key(city))
    officer.wait_for_selector("body[data-clip=verified]")
    assert officer.inner_text("#audio-state") == words
    assert officer.is_hidden("#sound")
    officer.keyboard.press("s")
    assert officer.evaluate("document.querySelector('#clip').muted") is False
    officer.keyboard.press("?")
    assert "Sound" not in officer.inner_text("dialog.shortcuts")


def test_of_several_clips_one_at_most_is_heard(
    city: City, officer: Page, answers: Callable[[Answer], SealedShare]
) -> None:
    """Each by its letter, again for none; a clip without sound has no button, and its letter does nothing."""
    sealed = [answers(KEPT), answers(KEPT), answers(Answer(clip=film()))]
    officer.goto(f"{city.officers}/shares/{sealed[0].share.share_id}")
    officer.click("[data-test=together]")
    for each in sealed:
        officer.check(f"#offered input[value='{each.share.share_id}']")
    officer.set_input_files("#identity-file", officers_key(city))
    officer.click("#open")
    officer.wait_for_selector("body[data-together=ready]")
    heard = officer.locator(".panel:has([data-test=sound]:visible)")
    assert heard.count() == 2
    assert officer.locator(".panel .chip", has_text="the owner removed it").count() == 1
    letters = [each.strip()[0].lower() for each in heard.locator("h2").all_inner_texts()]
    (silent,) = set("abc") - set(letters)
    first, second = letters
    for key, expected in (
        (first, [True, False]),
        (second, [False, True]),
        (silent, [False, True]),
        (second, [False, False]),
    ):
        officer.keyboard.press(key)
        assert [each == "true" for each in states(officer)] == expected, key
        assert officer.eval_on_selector_all("video", "(all) => all.filter((each) => !each.muted).length") == sum(
            expected
        )
    officer.keyboard.press("?")
    assert f"Sound: {first.upper()}" in officer.inner_text("dialog.shortcuts")


def states(page: Page) -> list[str | None]:
    """Return how the buttons that are there stand."""
    buttons = page.locator("[data-test=sound]:visible")
    return [buttons.nth(number).get_attribute("aria-pressed") for number in range(buttons.count())]
