"""Law 10: one table says who may do what; every route of the hub is in it, or in the short list of open ones.

The list below is written by hand, once more: a new route fails here until somebody says whose it is.
"""

from __future__ import annotations

import asyncio
import json
import re
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from aiohttp import ClientTimeout

from hub.__main__ import main
from hub.access import ALLOWED, Action, Role
from hub.accounts.guard import COOKIE
from tests.simulators.answered import PEOPLE, answered_agency
from tests.simulators.sealed_share import PIECE_TYPE, TUS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aiohttp import web

    from tests.simulators.answered import Answered


HUB = Path(__file__).parents[2] / "hub"


class Door(StrEnum):
    """How a route is closed where no action of the table closes it."""

    OPEN = "open"
    SIGNED_IN = "signed in"  # one's own keys, one's own way out, the map's background
    OWN_PROOF = "own proof"  # the share's one-time key; the token of a home that may have left


ONE, SHARE = "/api/requests/{id}", "/api/shares/{share_id}"
OFFICERS: dict[tuple[str, str], Action | Door] = {
    ("GET", "/health"): Door.OPEN,
    ("GET", "/static/{name}"): Door.OPEN,
    ("GET", "/sign-in"): Door.OPEN,
    ("GET", "/sign-in/return"): Door.OPEN,
    ("POST", "/sign-in/options"): Door.OPEN,
    ("POST", "/sign-in/verify"): Door.OPEN,
    ("GET", "/invite"): Door.OPEN,
    ("POST", "/invite/open"): Door.OPEN,
    ("POST", "/invite/register"): Door.OPEN,
    ("GET", "/"): Door.SIGNED_IN,
    ("POST", "/sign-out"): Door.SIGNED_IN,
    ("GET", "/account"): Door.SIGNED_IN,
    ("POST", "/account/signing-key/options"): Door.SIGNED_IN,
    ("POST", "/account/signing-key"): Door.SIGNED_IN,
    ("GET", "/map.geojson"): Door.SIGNED_IN,
    ("GET", "/requests"): Action.REQUEST_LIST,
    ("GET", "/requests/new"): Action.REQUEST_DRAFT,
    ("GET", "/cosign"): Action.REQUEST_COSIGN,
    ("GET", "/requests/{id}"): Action.REQUEST_LIST,
    ("GET", "/requests/{id}/events"): Action.REQUEST_LIST,
    ("GET", "/requests/{id}/signable"): Action.REQUEST_LIST,
    ("POST", "/api/requests/verdict"): Action.REQUEST_DRAFT,
    ("POST", "/api/requests"): Action.REQUEST_DRAFT,
    ("GET", "/api/requests"): Action.REQUEST_LIST,
    ("GET", ONE): Action.REQUEST_LIST,
    ("POST", f"{ONE}/assertions"): Action.REQUEST_SIGN,
    ("POST", f"{ONE}/publish"): Action.REQUEST_PUBLISH,
    ("POST", f"{ONE}/withdraw"): Action.REQUEST_WITHDRAW,
    ("POST", f"{ONE}/resolve"): Action.REQUEST_RESOLVE,
    ("GET", "/shares/{share_id}"): Action.SHARE_LIST,
    ("GET", "/api/shares"): Action.SHARE_LIST,
    ("GET", SHARE): Action.SHARE_LIST,
    ("GET", f"{SHARE}/parts/{{name}}/body"): Action.SHARE_WATCH,
    ("POST", f"{SHARE}/accept"): Action.SHARE_ACCEPT,
}
UPLOAD = "/v1/uploads/{share_id}/{name}"
HOMES: dict[tuple[str, str], Action | Door] = {
    ("GET", "/enrol"): Door.OPEN,
    ("GET", "/health"): Door.OPEN,
    ("GET", "/v1/city"): Door.OPEN,
    ("POST", "/v1/enrol"): Door.OPEN,
    ("GET", "/v1/log/checkpoint"): Door.OPEN,
    ("GET", "/v1/log/consistency"): Door.OPEN,
    ("GET", "/v1/log/{path}"): Door.OPEN,
    ("POST", "/v1/withdrawals"): Door.OWN_PROOF,
    ("DELETE", "/v1/enrolment"): Door.OWN_PROOF,
    ("GET", "/v1/feed"): Action.FEED_READ,
    ("GET", "/v1/map"): Action.FEED_READ,
    ("POST", "/v1/shares"): Action.SHARE_SEND,
    **{(method, UPLOAD): Action.SHARE_SEND for method in ("OPTIONS", "HEAD", "POST", "PATCH", "DELETE")},
}
SIGNER = {("GET", "/"): Door.OPEN, ("GET", "/{name}"): Door.OPEN}
# What only looks for itself comes first, what ends the request last.
LAST = ("withdraw", "resolve", "sign-out")


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Answered]:
    """Run a hub with everybody in it."""
    async with answered_agency(tmp_path) as started:
        yield started


def routes_of(application: web.Application) -> set[tuple[str, str]]:
    """Return method and path of every route; a HEAD that comes with a GET is the GET's."""
    found = {(route.method, route.resource.canonical) for route in application.router.routes() if route.resource}
    return {(method, path) for method, path in found if method != "HEAD" or ("GET", path) not in found}


async def test_every_route_of_the_three_applications_is_listed(town: Answered) -> None:
    """Nothing answers that nobody thought about."""
    hub = town.agency.hub
    for application, listed in ((hub.officers, OFFICERS), (hub.homes, HOMES), (hub.signer, SIGNER)):
        assert routes_of(application) == set(listed)


def test_every_action_of_the_table_is_asked_for() -> None:
    """A row that nothing asks for decides nothing; those without a route yet are named here."""
    source = "".join(path.read_text() for path in HUB.rglob("*.py") if path.name != "access.py")
    asked = {action for action in Action if re.search(rf"(require|may)\([^)]*Action\.{action.name}\b", source)}
    assert set(Action) - asked == {Action.SHARE_EXPORT, Action.DIRECTORY_READ, Action.AUDIT_READ}


async def test_the_table_decides_for_every_role_at_every_route(town: Answered) -> None:
    """Whom the table does not name gets 403 and nothing else; whom it names is never told ``not_allowed``."""
    walk = sorted(OFFICERS.items(), key=lambda item: (item[0][1].endswith(LAST), item[0]))
    wrong = []
    for (method, path), door in walk:
        for role in PEOPLE:
            status, body = await ask_officers(town, role, method, path)
            refused = (status, rule_of(body)) == (403, "not_allowed")
            allowed = door not in Action or role in ALLOWED[Action(door)]
            if refused is allowed or status in {401, 500}:
                wrong.append((method, path, role.value, status, body[:80]))
    assert wrong == []


async def test_without_a_session_or_a_token_only_the_open_routes_answer(town: Answered) -> None:
    """Nobody, a made-up bearer, and each side's credential at the other side's door."""
    officer = town.desks[Role.OFFICER]
    for headers in ({}, {"Cookie": f"{COOKIE}={town.token}"}, {"Authorization": f"Bearer {town.token}"}):
        for (method, path), door in OFFICERS.items():
            if door is not Door.OPEN:
                answer = await call(town, town.agency.officers_url + filled(town, path), method, headers)
                assert (answer[0], rule_of(answer[1])) == (401, "not_signed_in"), (method, path, headers)
    for headers in (
        {},
        {"Authorization": "Bearer made-up"},
        {"Authorization": f"Bearer {officer.cookie}"},
        {"Cookie": f"{COOKIE}={officer.cookie}"},
    ):
        for (method, path), door in HOMES.items():
            if door in Action or path == "/v1/enrolment":
                status, body = await call(town, town.agency.homes_url + filled(town, path), method, headers | TUS)
                assert status == 401, (method, path, headers)
                assert not body or rule_of(body) == "home_unknown"


async def test_a_path_that_only_looks_open_opens_nothing(town: Answered) -> None:
    """Dots, doubled and escaped slashes behind an open prefix, as no library would send them."""
    tricks = {
        town.agency.officers_url: (
            "/static/../api/requests",
            "/static/%2e%2e/api/requests",
            "/static/..%2fapi%2frequests",
            "/sign-in/../api/requests",
            "/sign-in//api/requests",
            "//api/requests",
            "/invite/..;/requests",
            "/health/../account",
        ),
        town.agency.homes_url: (
            "/v1/log/../feed?after=0",
            "/v1/log/tile/../../feed?after=0",
            "/v1/log/%2e%2e/feed",
            "/v1/city/../feed",
            "/static/../v1/feed",
            "//v1/feed",
        ),
    }
    for url, paths in tricks.items():
        host, port = url.removeprefix("http://").split(":")
        for path in paths:
            reader, writer = await asyncio.open_connection(host, int(port))
            writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
            answer = await reader.read()
            writer.close()
            assert answer.split(b" ", 2)[1] in {b"400", b"401", b"404"}, (path, answer[:200])


async def test_nobody_acts_on_what_is_theirs_to_be_judged(town: Answered) -> None:
    """Who has both roles co-signs and accepts only what somebody else asked for."""
    path = town.agency.settings.folder.parent / "both.json"
    both = ["custodian", "officer", "supervisor"]
    change = {"change": "add_person", "person_id": "officer", "name": "Dana Whitfield", "badge": "4117", "roles": both}
    path.write_text(json.dumps({"type": "milton/directory-proposal", "version": 1, "changes": [change]}))
    folder = str(town.agency.settings.folder.parent)
    assert await asyncio.to_thread(main, ["directory", "sign", folder, "--yes", "--proposal", str(path)]) == 0
    officer = town.desks[Role.OFFICER]
    drafted = await officer.draft(urgency="urgent", offence_code="16-5-40", expires_in_h=20)
    status, answer = await officer.sign(drafted["id"], "approver")
    assert (status, answer["error"]) == (403, "own_act")
    status, answer = await officer.ask("POST", f"/api/shares/{town.share.share.share_id}/accept", {})
    assert (status, answer["error"]) == (403, "own_act")


def rule_of(body: bytes) -> str | None:
    """Return the rule of a JSON refusal."""
    try:
        value = json.loads(body)
    except ValueError:
        return None
    return value.get("error") if isinstance(value, dict) else None


def filled(town: Answered, path: str) -> str:
    """Return a path with the town's own ids in it."""
    name = "clip" if "share_id" in path else "none"
    return (
        path.replace("{id}", town.request_id)
        .replace("{share_id}", town.share.share.share_id)
        .replace("{path}", "tile/0/000")
        .replace("{name}", name)
    )


async def ask_officers(town: Answered, role: Role, method: str, path: str) -> tuple[int, bytes]:
    """Ask as a signed-in person, with a body that is in form where the route reads one."""
    desk = town.desks[role]
    body: object = {}
    if path.startswith("/api/requests"):
        body = town.agency.draft() if path in {"/api/requests", "/api/requests/verdict"} else {}
    if path.endswith("/assertions"):
        body = dict(town.agency.passkeys["officer"].assertion(town.request_id).value())
    if path == "/sign-out":
        desk = await town.agency.desk(role.value)
    cookie = {"Cookie": f"{COOKIE}={desk.cookie}"}
    query = f"?request={town.request_id}" if path == "/api/shares" else ""
    return await call(town, town.agency.officers_url + filled(town, path) + query, method, cookie, body)


async def call(
    town: Answered, url: str, method: str, headers: dict[str, str], body: object = None
) -> tuple[int, bytes]:
    """Send one request; of a stream only the start is read."""
    sent = headers | ({"Content-Type": PIECE_TYPE, "Upload-Offset": "0"} if method == "PATCH" else {})
    async with town.agency.session.request(
        method,
        url,
        headers=sent,
        json=body if method == "POST" else None,
        allow_redirects=False,
        timeout=ClientTimeout(total=20),
    ) as response:
        if response.content_type == "text/event-stream":
            return response.status, b""
        return response.status, await response.read()
