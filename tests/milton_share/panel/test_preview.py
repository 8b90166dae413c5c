"""What the owner looks at: the very bytes that would be sealed, in ranges, and small pictures of them, over HTTP."""

from __future__ import annotations

import hashlib
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest

from custom_components.milton_share.storage.paths import private_folder
from tests.milton_share.conftest import Home, sign_in

from .conftest import token_of
from .test_commands import CLIP_S, PLACED, later, state_where

if TYPE_CHECKING:
    from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

    from .conftest import Connect, Line


async def cut(home: Home, line: Line) -> tuple[str, dict[str, Any]]:
    """Let the owner look at a clip; return its case and what is known of it."""
    await line.result("camera/set", **PLACED)
    await line.result("subscribe")
    request_id = await home.receive()
    held = (await state_where(line, request_id, lambda case: case["state"] == "held"))["cases"][0]
    start = later(held["footage_from"], 2)
    clip = await line.result(
        "look", case_id=held["case_id"], **{"from": start, "until": later(start, CLIP_S)}, audio=False
    )
    return held["case_id"], clip


@pytest.mark.usefixtures("recorded")
async def test_what_is_looked_at_comes_in_ranges_as_a_player_asks_for_them(
    home: Home, line: Line, hass_client_no_auth: ClientSessionGenerator
) -> None:
    """Whole, from the middle, the last bytes, again after a pause; several at once, and none, are refused."""
    case_id, clip = await cut(home, line)
    path = (await line.result("preview_path", case_id=case_id, sha256=clip["clip_sha256"]))["path"]
    client = await hass_client_no_auth()
    whole = await client.get(path)
    data = await whole.read()
    size = len(data)
    assert hashlib.sha256(data).hexdigest() == clip["clip_sha256"]
    assert whole.headers["Accept-Ranges"] == "bytes"
    for asked, first, last in (
        ("bytes=0-0", 0, 0),
        ("bytes=100-", 100, size - 1),
        ("bytes=-50", size - 50, size - 1),
        (f"bytes=10-{size + 99}", 10, size - 1),
    ):
        part = await client.get(path, headers={"Range": asked})
        assert part.status == HTTPStatus.PARTIAL_CONTENT, asked
        assert part.headers["Content-Range"] == f"bytes {first}-{last}/{size}"
        assert await part.read() == data[first : last + 1]
        assert part.headers["Cache-Control"] == "no-store"
    for asked in (f"bytes={size}-", "bytes=9-3", "bytes=0-1,5-6", "octets=0-1"):
        refused = await client.get(path, headers={"Range": asked})
        assert refused.status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, asked
    fresh = whole.headers["Last-Modified"]
    again = await client.get(path, headers={"Range": "bytes=5-9", "If-Range": fresh})
    assert (again.status, await again.read()) == (HTTPStatus.PARTIAL_CONTENT, data[5:10])
    changed = await client.get(path, headers={"Range": "bytes=5-9", "If-Range": "Thu, 01 Jan 1970 00:00:00 GMT"})
    assert (changed.status, await changed.read()) == (HTTPStatus.OK, data)
    head = await client.head(path)
    assert (head.status, head.headers["Content-Length"], await head.read()) == (HTTPStatus.OK, str(size), b"")
    assert head.content_type == "video/mp4"


@pytest.mark.usefixtures("recorded")
async def test_the_small_pictures_of_a_clip_are_for_approvers_and_only_while_it_is_there(
    home: Home, line: Line, connect: Connect, hass_client_no_auth: ClientSessionGenerator
) -> None:
    """A signed path is a bearer: the session behind it is judged again; when the clip is wiped there are none."""
    case_id, clip = await cut(home, line)
    asked = {"case_id": case_id, "sha256": clip["clip_sha256"]}
    found = await line.result("stills", **asked)
    client = await hass_client_no_auth()
    for kind in ("poster", "sheet", "strip"):
        answer = await client.get(found[kind])
        assert (answer.status, answer.content_type) == (HTTPStatus.OK, "image/jpeg")
        assert answer.headers["Cache-Control"] == "no-store"
        assert (await answer.read()).startswith(b"\xff\xd8\xff")
    assert 1 < len(found["at_ms"]) <= 60
    assert found["at_ms"][0] == 0
    assert found["at_ms"][-1] < CLIP_S * 1000
    assert (await client.get(found["poster"].partition("?")[0])).status == HTTPStatus.UNAUTHORIZED
    assert (await client.get(found["poster"].replace("poster", "secret"))).status == HTTPStatus.UNAUTHORIZED
    adam = await sign_in(home.hass, home.hass.auth.auth_providers[0], "adam")
    assert await (await connect(token_of(adam.user))).refusal("stills", **asked) == "not_approver"
    assert await line.refusal("stills", **asked | {"sha256": "0" * 64}) == "other_clip"

    before = sorted(path.name for path in private_folder(home.hass).clips(case_id).iterdir())
    assert before == [f"{clip['clip_sha256']}.mp4"]  # they are nowhere but in memory
    await line.result("not_this_time", request_id=home.panel.state_for(home.owner.session).requests[0].request_id)
    gone = await client.get(found["poster"])
    assert gone.status == HTTPStatus.FORBIDDEN
    assert await line.refusal("stills", **asked) == "other_clip"


@pytest.mark.usefixtures("recorded")
async def test_a_stranger_cannot_sign_the_path_of_a_picture(
    home: Home, line: Line, connect: Connect, hass_client_no_auth: ClientSessionGenerator
) -> None:
    """Home Assistant signs any path for anybody; the view judges the person who did."""
    case_id, clip = await cut(home, line)
    await line.result("stills", case_id=case_id, sha256=clip["clip_sha256"])
    adam = await sign_in(home.hass, home.hass.auth.auth_providers[0], "adam")
    his = await connect(token_of(adam.user))
    await his.socket.send_json_auto_id(
        {"type": "auth/sign_path", "path": f"/api/milton_share/still/{case_id}/{clip['clip_sha256']}/strip"}
    )
    signed = (await his.socket.receive_json())["result"]["path"]
    client = await hass_client_no_auth()
    answer = await client.get(signed)
    assert (answer.status, (await answer.json())["error"]) == (HTTPStatus.FORBIDDEN, "not_approver")
