"""Nothing is approved that its approver's own session wasn't sent: beginning and end, of a short clip all of it.

A person who skips the preview, and a program or page that holds an approver's session and PIN, are refused alike.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest

from custom_components.milton_share.approvers.session import session_of
from custom_components.milton_share.const import PIN_TRIES
from tests.milton_share.conftest import PIN, sign_in
from tests.milton_share.panel.conftest import token_of

from .test_law_6_every_other_way import attempts

if TYPE_CHECKING:
    from aiohttp.test_utils import TestClient
    from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

    from custom_components.milton_share.cases.model import CaseView
    from tests.milton_share.conftest import Home
    from tests.milton_share.panel.conftest import Connect, Line

    type Browser = TestClient[Any, Any]

pytestmark = pytest.mark.usefixtures("recorded")
NOT_SHOWN = "clip_not_shown"


@pytest.fixture
async def browser(hass_client_no_auth: ClientSessionGenerator) -> Browser:
    """Have what fetches signed paths."""
    return await hass_client_no_auth()


async def looked_at(home: Home, **changes: Any) -> CaseView:  # noqa: ANN401
    """Have a clip that nobody has played yet."""
    await home.place_camera()
    return await home.looked_at(**changes)


def yes_to(home: Home, case: CaseView) -> dict[str, Any]:
    """Return the words of an approval."""
    request = home.request(case.request_id)
    assert request is not None
    assert case.clip is not None
    return {
        "case_id": case.case_id,
        "clip_sha256": case.clip.clip_sha256,
        "recipients_sha256": request.recipients_sha256,
        "pin": PIN,
        "named": False,
        "keep_sources": False,
    }


async def path_of(line: Line, case: CaseView) -> str:
    """Return the clip's path, signed for the line's own session."""
    assert case.clip is not None
    return (await line.result("preview_path", case_id=case.case_id, sha256=case.clip.clip_sha256))["path"]


async def play(line: Line, browser: Browser, case: CaseView) -> None:
    """Fetch the whole clip, as a player does."""
    answer = await browser.get(await path_of(line, case))
    assert answer.status == HTTPStatus.OK
    await answer.read()


async def test_a_clip_that_was_never_played_is_not_approved(home: Home, line: Line, browser: Browser) -> None:
    """The refusal costs no PIN try, is kept for the approvers to see, and ends with the playing."""
    case = await looked_at(home)
    assert await line.refusal("approve", **yes_to(home, case)) == NOT_SHOWN
    assert await line.refusal("approve", **yes_to(home, case) | {"pin": "161803"}) == NOT_SHOWN
    assert home.panel.approver_for(home.owner.session).tries_left == PIN_TRIES
    assert await attempts(line) == [("olivia", "password", "approve", NOT_SHOWN, 2)]
    assert (home.case(case.request_id).state, home.hub.shares) == ("reviewing", {})
    await play(line, browser, case)
    assert (await line.result("approve", **yes_to(home, case)))["share_id"]


async def test_what_is_not_the_clip_or_not_enough_of_it_counts_for_nothing(
    home: Home, line: Line, browser: Browser
) -> None:
    """A signed path, a HEAD, small pictures, one byte, all but the first byte, a range that is refused."""
    case = await looked_at(home)
    assert case.clip is not None
    path, size = await path_of(line, case), case.clip.size_bytes
    pictures = await line.result("stills", case_id=case.case_id, sha256=case.clip.clip_sha256)
    for kind in ("poster", "sheet", "strip"):
        await (await browser.get(pictures[kind])).read()
    await browser.head(path)
    for asked in (f"bytes={size - 1}-", "bytes=1-", f"bytes={size}-", "bytes=5-1"):
        await (await browser.get(path, headers={"Range": asked})).read()
        assert await line.refusal("approve", **yes_to(home, case)) == NOT_SHOWN, asked
    await (await browser.get(path, headers={"Range": "bytes=0-0"})).read()
    assert (await line.result("approve", **yes_to(home, case)))["share_id"], "its ranges together are all of it"


async def test_what_another_session_was_sent_counts_for_none_else(
    home: Home, line: Line, browser: Browser, connect: Connect
) -> None:
    """Neither for the owner's own session on another device, nor for another approver."""
    case = await looked_at(home)
    first = token_of(home.owner.user)
    token = await home.hass.auth.async_create_refresh_token(
        home.owner.user, "http://localhost/", credential=first.credential
    )
    assert session_of(home.hass, home.owner.user, token.id).credential_id == home.owner.session.credential_id
    adam = await sign_in(home.hass, home.hass.auth.auth_providers[0], "adam")
    await home.panel.settings.name_approver(home.owner.session, adam.user.id, PIN)
    await home.panel.settings.set_pin(adam.session, PIN, None)
    await play(line, browser, case)
    for other in (await connect(token), await connect(token_of(adam.user))):
        assert await other.refusal("approve", **yes_to(home, case)) == NOT_SHOWN
    phone = await connect(token)
    await play(phone, browser, case)
    assert (await phone.result("approve", **yes_to(home, case)))["share_id"]


async def test_a_clip_that_is_cut_again_is_played_again(home: Home, line: Line, browser: Browser) -> None:
    """What was played was another clip: twice as long."""
    case = await looked_at(home)
    assert case.clip is not None
    await play(line, browser, case)
    half = case.clip.from_ + (case.clip.until - case.clip.from_) / 2
    await home.panel.review.look(home.owner.session, case.case_id, case.clip.from_, half, audio=False)
    trimmed = home.case(case.request_id)
    assert await line.refusal("approve", **yes_to(home, trimmed)) == NOT_SHOWN
    await play(line, browser, trimmed)
    assert (await line.result("approve", **yes_to(home, trimmed)))["share_id"]


async def test_a_test_card_is_played_like_a_clip(home: Home, line: Line, browser: Browser) -> None:
    """A drill tries the whole way."""
    case = await looked_at(home, drill=True)
    assert await line.refusal("approve", **yes_to(home, case)) == NOT_SHOWN
    await play(line, browser, case)
    assert (await line.result("approve", **yes_to(home, case)))["share_id"]


async def test_after_a_restart_a_clip_is_played_once_more(home: Home, line: Line, browser: Browser) -> None:
    """What was sent before is known to the run of Home Assistant that sent it, and to no other."""
    case = await looked_at(home)
    await play(line, browser, case)
    await home.restart()
    await home.until(lambda: home.request(case.request_id) is not None)
    assert await line.refusal("approve", **yes_to(home, case)) == NOT_SHOWN
    await play(line, browser, case)
    assert (await line.result("approve", **yes_to(home, case)))["share_id"]
