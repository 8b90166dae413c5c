"""A city whose officers, and a hub whose errors, say hostile things to the owner's page."""

from __future__ import annotations

import base64
import contextlib
import json
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.browser.panel_stage import REQUEST_ID, camera, case, open_stage, request, share, state

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.browser.panel_stage import Stage
    from tests.browser.tabs import Tabs

type Open = Callable[..., Stage]

HTML = '"><img src=x onerror=document.title=1><b id=forged>{{7*7}}${7*7}</b>'
REVIEW = f"/request/{REQUEST_ID}"
# What every object of a script has: looked up as a word, it would be no word.
INHERITED = ("constructor", "__proto__", "toString")


@pytest.fixture
def stage(tabs: Tabs) -> Iterator[Open]:
    """Open the page; a script error in it fails the test."""
    with contextlib.ExitStack() as stack:

        def opened(event: dict[str, Any], **knobs: Any) -> Stage:  # noqa: ANN401
            one = open_stage(
                tabs, event, **{"preview_path": None, "approvers": {"approvers": [], "others": []}} | knobs
            )
            stack.callback(one.close)
            return one

        yield opened


def hostile() -> dict[str, Any]:
    """Return a state in which everybody says hostile things where they write freely."""
    asked = request(
        case(camera_name=HTML),
        reason=HTML,
        agency_name=HTML,
        officer_name=HTML,
        approver_name=HTML,
        badge=HTML[:20],
        contact=f"javascript:document.title=1//{HTML}"[:40],
        case_number=HTML[:40],
        offence_name=HTML,
        notices=[HTML],
    )
    refused = request(request_id="ef" * 32, refused=HTML, refused_detail=HTML, reason=HTML, offence_name=HTML)
    return state(
        asked, refused, cameras=[camera(HTML)], city={"city_name": HTML, "agency_name": HTML, "words": [HTML] * 8}
    )


@pytest.mark.parametrize("path", ["", REVIEW, f"/request/{'ef' * 32}", "/settings"])
def test_what_the_city_says_is_only_text(stage: Open, path: str) -> None:
    """On every view: shown as it was written, no element of it, no address that runs."""
    page = stage(state(), path=path)
    page.push(hostile())
    expect(page.page.locator("milton-share-panel")).to_contain_text("onerror")
    assert page.page.locator("img, #forged").count() == 0
    assert page.page.title() == "Home"
    for link in page.page.locator("a").all():
        assert not (link.get_attribute("href") or "").startswith("javascript:")


@pytest.mark.parametrize("rule", [*INHERITED, "x" * 64])
def test_a_rule_that_is_no_word_of_the_page_is_shown_as_it_is(stage: Open, rule: str) -> None:
    """A hub may name any rule as an error: of a request, of a share on its way, of the city's papers, of a command."""
    sent = share(trouble=rule, state="sealed", receipts=[], withdraw_refused=rule)
    page = stage(state(request(case(state="sealed", share=sent)), snapshot={"trust_rule": rule}), path=REVIEW)
    expect(page.page.locator("milton-share-panel .bar")).to_be_visible()
    page.push(state(request(refused=rule, refused_detail=rule)))
    expect(page.page.locator("milton-share-panel .bar")).to_be_visible()
    text = page.page.locator("milton-share-panel").inner_text()
    assert "native code" not in text
    assert "[object" not in text
    assert page.page.locator("img, #forged").count() == 0


def test_numbers_beyond_any_do_not_break_the_page(stage: Open) -> None:
    """Sizes, offsets and places as no city has them."""
    far = {"kind": "circle", "center": [900_000_000, 1_800_000_000], "radius_m": 804}
    sent = share(size_bytes=2**53 - 1, sent_bytes=0, state="sealed")
    page = stage(state(request(case(state="sealed", share=sent), area=far)), path=REVIEW)
    expect(page.page.locator("milton-share-panel .bar")).to_be_visible()
    assert "NaN" not in page.page.locator("milton-share-panel").inner_text()


def bundle(signed: bytes) -> dict[str, Any]:
    """Return what the home keeps of a request whose officer signed these bytes."""
    whole = json.dumps({"type": "milton/request-bundle", "payload": base64.b64encode(signed).decode()})
    return {"bundle": base64.b64encode(whole.encode()).decode()}


@pytest.mark.parametrize("refused", [None, "revoked"])
def test_the_message_as_it_came_is_one_tap_away_and_only_text(stage: Open, refused: str | None) -> None:
    """With what would turn or hide its text shown as a number; also of a request that was refused."""
    said = json.dumps({"reason": f"{HTML}\u202egnp.exe\u200b"}, ensure_ascii=False).encode()
    page = stage(state(request(case(), refused=refused)), path=REVIEW, evidence=bundle(said))
    page.find("raw-message").click()
    expect(page.find("raw-text")).to_contain_text("milton/request-bundle")
    expect(page.find("raw-text")).to_contain_text("<b id=forged>")
    expect(page.find("raw-text")).to_contain_text("\\u202egnp.exe\\u200b")
    assert page.page.locator("img, #forged").count() == 0
    page.find("raw-message").click()
    expect(page.find("raw-text")).to_have_count(0)


def test_a_message_that_is_no_message_is_shown_as_it_is(stage: Open) -> None:
    """No JSON, or not even base64; one that is not kept any more is said to be gone."""
    page = stage(state(request(refused="not_json")), path=REVIEW)
    for evidence, shown in ((bundle(b"\xff\x00no"), "milton/request-bundle"), ({"bundle": "%%%"}, "%%%")):
        page.answer("evidence", evidence)
        page.find("raw-message").click()
        expect(page.find("raw-text")).to_contain_text(shown)
        page.find("raw-message").click()
        expect(page.find("raw-text")).to_have_count(0)
    page.answer("evidence", {"refused": "unknown_request"})
    page.find("raw-message").click()
    expect(page.page.get_by_role("alert")).to_have_count(2)
