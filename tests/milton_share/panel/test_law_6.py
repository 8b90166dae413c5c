"""Law 6 at the WebSocket and at the preview: who may not, may nothing but learn why."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from homeassistant.components.http.auth import async_sign_path

from custom_components.milton_share.panel.http.views import preview_url
from tests.milton_share.conftest import PIN, Home, Owner

from .conftest import Connect, Line, long_lived, second_login, token_of

if TYPE_CHECKING:
    from homeassistant.auth.providers.homeassistant import HassAuthProvider
    from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

DIGEST, SHORT_ID = "0" * 64, "0" * 32
COMMANDS: dict[str, dict[str, Any]] = {
    "subscribe": {},
    "cameras": {},
    "map": {},
    "approvers": {},
    "evidence": {"request_id": DIGEST},
    "preview_path": {"case_id": SHORT_ID, "sha256": DIGEST},
    "stills": {"case_id": SHORT_ID, "sha256": DIGEST},
    "rough": {"case_id": SHORT_ID},
    "marks": {"case_id": SHORT_ID},
    "look": {"case_id": SHORT_ID, "from": "2026-11-10T07:10:00Z", "until": "2026-11-10T07:11:00.500Z", "audio": False},
    "look/cancel": {"case_id": SHORT_ID},
    "approve": {
        "case_id": SHORT_ID,
        "clip_sha256": DIGEST,
        "recipients_sha256": DIGEST,
        "pin": PIN,
        "named": False,
        "keep_sources": False,
    },
    "door_code/enter": {"code": "MD-0000-0000-0000-0000"},
    "not_this_time": {"request_id": DIGEST},
    "held/wipe": {"request_id": DIGEST},
    "withdraw": {"share_id": SHORT_ID, "pin": PIN},
    "sources/give_up": {"share_id": SHORT_ID, "pin": PIN},
    "camera/set": {
        "camera_id": "camera.front_door",
        "placing": "outdoor",
        "eligible": True,
        "position": [341_338_000, -843_132_000],
        "heading_deg": 0,
        "field_of_view_deg": 90,
        "range_m": 30,
        "recording": "events",
        "on_battery": False,
        "record_also": False,
        "also_told_by": [],
    },
    "approver/name": {"user_id": "x", "pin": PIN},
    "approver/remove": {"user_id": "x", "pin": PIN},
    "witnesses/set": {"quorum": 0, "witnesses": [], "pin": PIN},
    "log/accept": {"origin": "log-2.milton.example", "public_key": "5a" * 32, "pin": PIN},
    "household/set": {"weekly_cap": 0},
    "leave": {"pin": PIN},
    "own/recorded": {"from": "2026-11-10T07:10:00Z", "until": "2026-11-10T07:11:00Z"},
    "own/cut": {
        "camera_ids": ["camera.front_door"],
        "from": "2026-11-10T07:10:00Z",
        "until": "2026-11-10T07:11:00Z",
        "audio": False,
    },
    "own/stop": {},
    "own/forget": {},
    "own/path": {"clip_id": SHORT_ID, "kind": "clip"},
    "own/save": {"clip_id": SHORT_ID},
}


async def assert_all_refused(line: Line, rule: str) -> None:
    """Every command is refused by one rule."""
    assert (await line.result("whoami"))["refusal"] == rule
    for command, fields in COMMANDS.items():
        refused = await line.refusal(command, **fields)
        assert refused in ({rule, "not_owner"} if command.startswith(("approver/", "witnesses/")) else {rule}), command


async def test_an_administrator_whom_nobody_named_may_nothing(administrator: Owner, connect: Connect) -> None:
    """The administrator's role gives no say over footage."""
    line = await connect(token_of(administrator.user))
    await assert_all_refused(line, "not_approver")
    assert await line.refusal("pin/set", pin="314159") == "not_approver"


async def test_a_named_person_without_a_pin_may_only_set_one(
    home: Home, line: Line, administrator: Owner, connect: Connect
) -> None:
    """Naming alone opens nothing; the person's own PIN does."""
    await line.result("approver/name", user_id=administrator.user.id, pin=PIN)
    named = await connect(token_of(administrator.user))
    await assert_all_refused(named, "no_pin")
    assert await named.refusal("pin/set", pin="111111") == "pin_form"
    await named.result("pin/set", pin="314159")
    assert (await named.result("whoami"))["refusal"] is None
    assert [camera["name"] for camera in await named.result("cameras")] == ["Front door"]
    people = await line.result("approvers")
    assert {person["name"]: person["has_pin"] for person in people["approvers"]} == {"olivia": True, "adam": True}
    assert "adam" not in {person["name"] for person in people["others"]}
    assert await named.refusal("approver/name", user_id=home.owner.user.id, pin="314159") == "not_owner"


async def test_the_owners_long_lived_token_may_nothing(home: Home, connect: Connect) -> None:
    """A program that acts for the owner isn't the owner."""
    line = await connect(await long_lived(home.hass, home.owner, timedelta(days=1)))
    await assert_all_refused(line, "not_interactive")
    assert await line.refusal("pin/set", pin="314159", old_pin=PIN) == "not_interactive"


async def test_a_login_made_after_the_pin_may_nothing(home: Home, provider: HassAuthProvider, connect: Connect) -> None:
    """An administrator can make a new login for the owner; the PIN isn't bound to it."""
    line = await connect(await second_login(home.hass, home.owner, provider))
    await assert_all_refused(line, "other_login")


async def test_a_page_that_is_open_ends_when_its_person_is_removed(
    line: Line, administrator: Owner, connect: Connect
) -> None:
    """The session is judged at each event, not only at the first."""
    await line.result("approver/name", user_id=administrator.user.id, pin=PIN)
    named = await connect(token_of(administrator.user))
    await named.result("pin/set", pin="314159")
    await named.result("subscribe")
    assert "state" in await named.event()
    await line.result("approver/remove", user_id=administrator.user.id, pin=PIN)
    while "state" in (event := await named.event()):
        pass
    assert event == {"refused": "not_approver"}


async def test_five_wrong_pins_lock_whatever_command_they_come_by(line: Line) -> None:
    """The sixth try isn't even compared, right or not."""
    for tries_left in (4, 3, 2, 1, 0):
        assert await line.refusal("approver/name", user_id="x", pin="161803") == "wrong_pin"
        assert (await line.result("whoami"))["tries_left"] == tries_left
    assert await line.refusal("pin/set", pin="314159", old_pin=PIN) == "pin_locked"
    assert (await line.result("whoami"))["locked_until"].endswith("Z")


@pytest.mark.usefixtures("recorded")
async def test_a_signed_path_opens_nothing_for_anybody_else(
    home: Home,
    administrator: Owner,
    hass_client_no_auth: ClientSessionGenerator,
) -> None:
    """A signature is a bearer, and any person can sign any path: the view judges the session behind it."""
    await home.place_camera()
    case = await home.looked_at()
    assert case.clip is not None
    url = preview_url(case.case_id, case.clip.clip_sha256)
    client = await hass_client_no_auth()
    script = await long_lived(home.hass, home.owner, timedelta(days=1))
    for token, rule in ((token_of(administrator.user), "not_approver"), (script, "not_interactive")):
        signed = async_sign_path(home.hass, url, timedelta(minutes=1), refresh_token_id=token.id)
        answer = await client.get(signed)
        assert answer.status == 403
        assert await answer.json() == {"error": rule}
        bearer = {"Authorization": f"Bearer {home.hass.auth.async_create_access_token(token)}"}
        assert (await client.get(url, headers=bearer)).status == 403
    assert (await client.get(url)).status == 401
