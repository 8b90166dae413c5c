"""Whoever talks to Home Assistant in place of the page: wrong types, huge fields, other cases, tricks with ranges."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from homeassistant.components.http.auth import async_sign_path

from custom_components.milton_share.panel.http.views import preview_url
from custom_components.milton_share.panel.websocket import COMMANDS
from tests.milton_share.conftest import CAMERA, PIN, Home
from tests.milton_share.panel.conftest import token_of

if TYPE_CHECKING:
    from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

    from tests.milton_share.panel.conftest import Connect, Line

SHORT, DIGEST = "ab" * 16, "cd" * 32
# In form, and about nothing that is there.
VALID: dict[str, dict[str, Any]] = {
    "look": {
        "case_id": SHORT,
        "from": "2026-11-10T07:10:00Z",
        "until": "2026-11-10T07:11:00Z",
        "audio": False,
        "masks": [{"keys": [{"at": "2026-11-10T07:10:00Z", "corners": [[0, 0], [9, 0], [0, 9]]}]}],
        "further": [{"from": "2026-11-10T07:12:00Z", "until": "2026-11-10T07:13:00Z"}],
    },
    "approve": {
        "case_id": SHORT,
        "clip_sha256": DIGEST,
        "recipients_sha256": DIGEST,
        "pin": PIN,
        "named": False,
        "keep_sources": False,
    },
    "look/cancel": {"case_id": SHORT},
    "door_code/enter": {"code": "MD-0000-0000-0000-0000"},
    "not_this_time": {"request_id": DIGEST},
    "held/wipe": {"request_id": DIGEST},
    "withdraw": {"share_id": SHORT, "pin": PIN},
    "flag": {"share_id": SHORT, "pin": PIN},
    "agree_early": {"share_id": SHORT, "pin": PIN},
    "passing/say": {"share_id": SHORT, "question": 3, "agrees": True, "pin": PIN},
    "sources/give_up": {"share_id": SHORT, "pin": PIN},
    "whoami": {},
    "cameras": {},
    "cameras/search": {},
    "map": {},
    "preview_path": {"case_id": SHORT, "sha256": DIGEST},
    "stills": {"case_id": SHORT, "sha256": DIGEST},
    "rough": {"case_id": SHORT},
    "marks": {"case_id": SHORT},
    "evidence": {"request_id": DIGEST},
    "approvers": {},
    "camera/set": {
        "camera_id": CAMERA,
        "placing": "outdoor",
        "eligible": True,
        "position": [341_400_000, -843_000_000],
        "heading_deg": 90,
        "field_of_view_deg": 90,
        "range_m": 30,
        "recording": "events",
        "on_battery": False,
        "record_also": False,
        "also_told_by": [],
    },
    "file/check": {"request_id": DIGEST},
    "file/picture_path": {"case_id": SHORT},
    "file/confirm": {"case_id": SHORT, "at": "2026-11-10T07:10:00Z", "uncertainty_s": 60, "camera_id": None},
    "file/remove": {"case_id": SHORT},
    "folder/roots": {},
    "folder/look": {"folder": "/media/nowhere", "zone": None},
    "folder/set": {"camera_id": CAMERA, "folder": "/media/nowhere", "zone": "UTC"},
    "pin/set": {"pin": "314159", "old_pin": PIN},
    "approver/name": {"user_id": "nobody", "pin": PIN},
    "approver/remove": {"user_id": "nobody", "pin": PIN},
    "witnesses/set": {"quorum": 1, "witnesses": ["no key"], "pin": PIN},
    "log/accept": {"origin": "log.milton.example/2", "public_key": "5a" * 32, "pin": PIN},
    "household/set": {
        "phones": [],
        "quiet": {"from": "21:00", "until": "07:00"},
        "urgent_breaks_quiet": False,
        "weekly_cap": 3,
        "reminder": "last_day",
        "audio": False,
        "named": False,
        "storage_gb": 10,
        "keep_days": 3,
        "pause": {"until": "2026-11-10T07:10:00Z"},
    },
    "leave": {"pin": PIN},
    "own/recorded": {"from": "2026-11-10T07:10:00Z", "until": "2026-11-10T07:11:00Z"},
    "own/cut": {
        "camera_ids": ["camera.of_nobody"],
        "from": "2026-11-10T07:10:00Z",
        "until": "2026-11-10T07:11:00Z",
        "audio": False,
        "masks": [{"camera_id": "camera.of_nobody", "masks": []}],
    },
    "own/stop": {},
    "own/forget": {},
    "own/path": {"clip_id": SHORT, "kind": "clip"},
    "own/save": {"clip_id": SHORT},
}
WRONG: tuple[Any, ...] = (
    7.5,
    -(2**62),
    1e308,
    [],
    {},
    [[[]]],
    {"$ne": None},
    "",
    "x" * 100_000,
    "../../../etc/passwd",
    "ab" * 16 + "\n",
    "AB" * 32,
    "\u202e\u2066",
    "' OR '1'='1",
    "{{ 7 * 7 }}",
    "<img src=x onerror=alert(1)>",
)
NOT_IN_FORM = "invalid_format"


def test_every_command_is_attacked() -> None:
    """A new one fails here until somebody says what is in form for it."""
    assert {command.name for command in COMMANDS} == set(VALID)


async def test_no_field_of_any_command_takes_what_no_page_sends(line: Line) -> None:
    """Each field of each command in turn: refused by its form or by a rule, never by a failure inside."""
    failures = []
    for name, fields in VALID.items():
        for field in fields:
            for wrong in (value for value in WRONG if value != fields[field]):
                answer = await line.ask(name, **fields | {field: wrong})
                code = "done" if answer["success"] else answer["error"]["code"]
                if code in {"done", "unknown_error", "unknown_command"}:
                    failures.append((name, field, str(wrong)[:30], code))
        answer = await line.ask(name, **fields | {"__proto__": {}, "further": 1})
        if answer["success"] or answer["error"]["code"] != NOT_IN_FORM:
            failures.append((name, "further", "", str(answer)[:80]))
    assert failures == []


@pytest.mark.parametrize(
    ("from_", "until"),
    [
        ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"),
        ("9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"),
        ("2026-11-10T07:10:00Z", "2026-11-10T07:10:00Z"),
        ("1970-01-01T00:00:00Z", "1970-01-01T00:00:01Z"),
    ],
)
@pytest.mark.usefixtures("recorded")
async def test_no_range_outside_the_request_is_cut(home: Home, line: Line, from_: str, until: str) -> None:
    """At the ends of the calendar, backwards, of no length."""
    await home.place_camera()
    case = await home.held()
    rule = await line.refusal("look", case_id=case.case_id, **{"from": from_, "until": until}, audio=False)
    assert rule in {"outside_request", "too_short"}


@pytest.mark.usefixtures("recorded")
async def test_ids_of_one_case_open_nothing_of_another(home: Home, line: Line) -> None:
    """A clip is approved and shown under its own case alone, and a request's id is no case's."""
    await home.place_camera()
    case = await home.looked_at()
    assert case.clip is not None
    clip, digest = case.clip.clip_sha256, home.request(case.request_id).recipients_sha256
    approval = VALID["approve"] | {"case_id": case.case_id, "clip_sha256": clip, "recipients_sha256": digest}
    for change, rule in (
        ({"clip_sha256": DIGEST}, "other_clip"),
        ({"recipients_sha256": DIGEST}, "other_recipients"),
        ({"case_id": SHORT}, "unknown_case"),
        ({"case_id": case.request_id[:32]}, "unknown_case"),
        ({"clip_sha256": digest}, "other_clip"),
    ):
        assert await line.refusal("approve", **approval | change) == rule
    assert await line.refusal("preview_path", case_id=SHORT, sha256=clip) == "unknown_case"
    assert await line.refusal("preview_path", case_id=case.case_id, sha256=digest) == "other_clip"
    assert await line.refusal("withdraw", share_id=case.case_id, pin=PIN) == "unknown_share"
    assert home.hub.shares == {}


@pytest.mark.usefixtures("recorded")
async def test_one_clip_approved_many_times_at_once_is_one_share(home: Home, connect: Connect) -> None:
    """From several open pages of the owner; and whoever says no at the same moment does not get half of each."""
    await home.place_camera()
    case = await home.looked_at()
    home.play(case)
    assert case.clip is not None
    approval = VALID["approve"] | {
        "case_id": case.case_id,
        "clip_sha256": case.clip.clip_sha256,
        "recipients_sha256": home.request(case.request_id).recipients_sha256,
    }
    pages = [await connect(token_of(home.owner.user)) for _ in range(4)]
    answers = await asyncio.gather(*(page.ask("approve", **approval) for page in pages))
    assert sorted(answer["success"] for answer in answers) == [False, False, False, True]
    assert {answer["error"]["code"] for answer in answers if not answer["success"]} <= {
        "not_reviewing",
        "already_decided",
        "other_clip",
    }
    await home.until(lambda: home.case(case.request_id).state == "receipted")
    assert len(home.hub.shares) == 1


@pytest.mark.usefixtures("recorded")
async def test_no_range_and_no_path_gets_more_than_the_clip(
    home: Home, hass_client_no_auth: ClientSessionGenerator
) -> None:
    """Backwards, beyond the end, many at once, and paths that lead out of the case's folder."""
    await home.place_camera()
    case = await home.looked_at()
    assert case.clip is not None
    client, token = await hass_client_no_auth(), token_of(home.owner.user)

    def signed(case_id: str, sha256: str) -> str:
        return async_sign_path(home.hass, preview_url(case_id, sha256), timedelta(minutes=1), refresh_token_id=token.id)

    url = signed(case.case_id, case.clip.clip_sha256)
    whole = await (await client.get(url)).read()
    assert hashlib.sha256(whole).hexdigest() == case.clip.clip_sha256
    for value, status in (
        ("bytes=0-0", 206),
        ("bytes=-1", 206),
        (f"bytes={len(whole) - 1}-{2**60}", 206),
        (f"bytes={len(whole)}-", 416),
        ("bytes=5-2", 416),
        (f"bytes=-{2**70}", 206),
        ("bytes=0-0,2-2", 416),
        ("bytes=a-b", 416),
        ("items=0-1", 416),
        ("bytes=" + "9" * 5_000 + "-", 416),
    ):
        answer = await client.get(url, headers={"Range": value})
        body = await answer.read()
        assert answer.status in {status, 200, 416}, value
        if answer.status in {200, 206}:
            assert body in whole
            assert answer.headers["Cache-Control"] == "no-store"
    other = await client.get(url.replace(case.clip.clip_sha256, DIGEST))
    assert other.status == 401  # the signature is over the path
    for case_id, sha256 in (
        (case.case_id, "..%2f..%2f..%2fsecrets.yaml"),
        ("..%2f" + case.case_id, case.clip.clip_sha256),
        (case.case_id, DIGEST),
        (SHORT, case.clip.clip_sha256),
    ):
        answer = await client.get(signed(case_id, sha256))
        assert answer.status in {401, 403, 404}, (case_id, sha256)
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        assert (await client.request(method, url)).status == 405
    assert home.request(case.request_id).cases[0].state == "reviewing"
