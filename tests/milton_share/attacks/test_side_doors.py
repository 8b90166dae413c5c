"""Home Assistant's own side doors, tried by an ordinary user of the house: none tells that a camera matched."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest
from homeassistant.auth.const import GROUP_ID_USER
from homeassistant.auth.models import TOKEN_TYPE_NORMAL
from homeassistant.setup import async_setup_component

from custom_components.milton_share.panel.http.views import still_url
from custom_components.milton_share.storage.paths import FOLDER_NAME, private_folder
from tests.milton_share.conftest import CAMERA, FAR_AWAY, Home
from tests.milton_share.panel.conftest import token_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from pytest_homeassistant_custom_component.typing import ClientSessionGenerator, WebSocketGenerator

    from custom_components.milton_share.cases.model import CaseView
    from tests.milton_share.conftest import Owner

type Ask = Callable[..., Awaitable[dict[str, Any]]]
MOVING = {"last_changed", "last_reported", "last_updated", "context"}
# By name, and around the media folder.
PATHS = ("/.", "/..", "/../.cache/milton_share", "/../.storage", "/.cache/milton_share", "/%2e%2e/.cache", "//etc")


@pytest.fixture
async def token(home: Home, tmp_path: Path) -> str:
    """Sign a guest in, who is no administrator; Home Assistant's media and repairs are there."""
    (tmp_path / "media" / "holidays").mkdir(parents=True)
    home.hass.config.media_dirs = {"local": str(tmp_path / "media")}
    for component in ("media_source", "repairs", "diagnostics", "system_log"):
        assert await async_setup_component(home.hass, component, {})
    guest = await home.hass.auth.async_create_user("guest", group_ids=[GROUP_ID_USER])
    session = await home.hass.auth.async_create_refresh_token(guest, "http://localhost/", token_type=TOKEN_TYPE_NORMAL)
    return home.hass.auth.async_create_access_token(session)


@pytest.fixture
async def ask(home: Home, token: str, hass_ws_client: WebSocketGenerator) -> Ask:
    """Connect the guest."""
    socket = await hass_ws_client(home.hass, token)

    async def send(command: str, **fields: Any) -> dict[str, Any]:  # noqa: ANN401
        await socket.send_json_auto_id({"type": command, **fields})
        answer: dict[str, Any] = await socket.receive_json()
        return answer

    return send


async def seen(ask: Ask) -> list[object]:
    """Return all that a guest is shown, but when it last changed."""
    states = (await ask("get_states"))["result"]
    at_root = await ask("media_source/browse_media", media_content_id="")
    return [
        [{name: value for name, value in state.items() if name not in MOVING} for state in states],
        (await ask("repairs/list_issues"))["result"],
        at_root["result"],
        [(await ask(f"config/{registry}_registry/list"))["result"] for registry in ("entity", "device")],
    ]


async def matched(home: Home) -> CaseView:
    """Let the camera look at the area, footage be held and a clip be cut."""
    await home.place_camera()
    (request,) = home.state().requests
    await home.until(lambda: home.case(request.request_id).state == "held")
    case = home.case(request.request_id)
    assert case.footage_from is not None
    until = case.footage_from + timedelta(seconds=4)
    await home.panel.review.look(home.owner.session, case.case_id, case.footage_from, until, audio=False)
    return home.case(request.request_id)


@pytest.mark.usefixtures("recorded")
async def test_a_guest_is_shown_the_same_before_and_after_a_camera_matched(
    home: Home, ask: Ask, token: str, hass_client_no_auth: ClientSessionGenerator
) -> None:
    """States, repairs, media, registries; what is for administrators is refused, and no path leads to footage."""
    await home.place_camera(position=FAR_AWAY)
    await home.receive()
    await home.until(lambda: home.hass.states.get("sensor.milton_open_requests").state == "1")
    before = await seen(ask)
    case = await matched(home)
    assert case.clip is not None
    await home.hass.async_block_till_done()
    assert await seen(ask) == before

    assert "milton" not in str((await ask("media_source/browse_media", media_content_id=""))["result"]).lower()
    root = "media-source://media_source/local"
    for path in PATHS:
        for command in ("browse_media", "resolve_media"):
            answer = await ask(f"media_source/{command}", media_content_id=f"{root}{path}")
            assert "mp4" not in str(answer)
            assert path == "/." or not answer["success"], answer
    assert not (await ask("media_source/browse_media", media_content_id="media-source://milton_share"))["success"]
    assert not (await ask("system_log/list"))["success"]
    assert (await ask("milton_share/cameras"))["error"]["code"] == "wrong_login"

    client = await hass_client_no_auth()
    folder = private_folder(home.hass).root.name
    clip = f"clips/{case.case_id}/{case.clip.clip_sha256}.mp4"
    still = still_url(case.case_id, case.clip.clip_sha256, "poster")
    doors = (
        *(
            f"/{way}/{name}/{clip}"
            for way in ("local", "media/local", "media/local/..")
            for name in (folder, FOLDER_NAME)
        ),
        f"/media/local/%2e%2e/{folder}/{clip}",
        "/api/error_log",
        still,
    )
    for door in doors:
        async with client.get(door, headers={"Authorization": f"Bearer {token}"}) as got:
            assert got.status in {HTTPStatus.FORBIDDEN, HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND}, door
            assert CAMERA not in await got.text()


@pytest.mark.usefixtures("recorded")
async def test_diagnostics_tell_no_administrator_that_something_was_shared(
    home: Home, token: str, administrator: Owner, hass_client_no_auth: ClientSessionGenerator
) -> None:
    """Nor a guest, to whom Home Assistant 2026.2 gives them too: they are the same with a match, a share, a receipt."""
    assert token  # diagnostics are there
    access = home.hass.auth.async_create_access_token(token_of(administrator.user))
    client = await hass_client_no_auth()

    async def diagnostics() -> dict[str, Any]:
        door = f"/api/diagnostics/config_entry/{home.entry.entry_id}"
        async with client.get(door, headers={"Authorization": f"Bearer {access}"}) as got:
            assert got.status == HTTPStatus.OK
            said = await got.json()
        said["data"].pop("last_contact")
        return {"data": said["data"], "issues": said["issues"]}

    await home.place_camera(position=FAR_AWAY)
    await home.receive()
    await home.until(lambda: home.hass.states.get("sensor.milton_open_requests").state == "1")
    before = await diagnostics()
    case = await matched(home)
    assert await diagnostics() == before
    await home.approve(case)
    await home.until(lambda: home.case(case.request_id).state == "receipted")
    assert await diagnostics() == before
