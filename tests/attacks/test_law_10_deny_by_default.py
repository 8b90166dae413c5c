"""Law 10: one table says who may do what; every route of the hub is in it, or in the short list of open ones.

The lists in ``tests/attacks/routes`` are written by hand, once more: a new route fails here until one says whose it is.
"""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from aiohttp import ClientTimeout, web
from aiohttp.test_utils import TestServer

from hub.__main__ import main
from hub.app import build_hub
from hub.identity.sessions.guard import COOKIE, guard
from hub.kit.access import ALLOWED, Action, Role
from hub.web.errors import translate_errors
from hub.web.routing import ROUTES, Route, RouteAccess, UnguardedRouteError, add_routes, begin_routes, get
from tests.attacks.routes.listed import all_of
from tests.simulators.answered import PEOPLE
from tests.simulators.paths import filled
from tests.simulators.sealed_share import PIECE_TYPE, TUS

if TYPE_CHECKING:
    from tests.simulators.answered import Answered


HUB = Path(__file__).parents[2] / "hub"


def table_of(application: web.Application) -> dict[tuple[str, str], Action | RouteAccess]:
    """Return what opens each route; a HEAD that comes with a GET is the GET's."""
    return {
        (entry.method, route.resource.canonical): entry.opens
        for route, entry in application[ROUTES].items()
        if route.resource and route.method == entry.method
    }


async def test_every_route_of_the_three_applications_is_listed_and_opened_by_what_the_list_says(town: Answered) -> None:
    """Nothing answers that nobody thought about."""
    hub, listed = town.agency.hub, all_of()
    assert table_of(hub.officers) == listed.officers
    assert table_of(hub.homes) == listed.homes
    assert table_of(hub.signer) == listed.signer


async def test_an_application_with_a_route_that_has_no_entry_does_not_start(town: Answered) -> None:
    """Whichever of the three it is; nor does a part of another application, whose routes are nobody's."""
    for name in ("officers", "homes", "signer"):
        application: web.Application = getattr(build_hub(town.agency.settings), name)
        application.router.add_get("/back-door", inside)
        with pytest.raises(UnguardedRouteError, match="/back-door"):
            await TestServer(application).start_server()
    application = build_hub(town.agency.settings).officers
    part = web.Application()
    part.router.add_get("/door", inside)
    application.add_subapp("/back", part)
    with pytest.raises(UnguardedRouteError, match="/back/door"):
        await TestServer(application).start_server()


async def test_a_guard_goes_by_the_entry_and_not_by_the_path(town: Answered) -> None:
    """A closed route below an open one, a method that is no route, and a door that an application does not know."""
    door = guard(town.agency.gate(town.agency.settings.officers_origin))
    app = web.Application(middlewares=[translate_errors, door])
    begin_routes(app)
    closed = {get("/sign-in/more", RouteAccess.SIGNED_IN): inside, get("/proof", RouteAccess.OWN_PROOF): inside}
    acts = {get("/act", Action.CODE_NEW): inside, Route(method="PUT", path="/act", opens=RouteAccess.OPEN): inside}
    add_routes(app, {get("/sign-in", RouteAccess.OPEN): inside, **closed, **acts})
    officer = town.desks[Role.OFFICER].headers
    async with TestServer(app) as server:
        for method, path, nobody, somebody in (
            ("GET", "/sign-in", 200, 200),
            ("HEAD", "/sign-in", 200, 200),
            ("GET", "/sign-in/more", "not_signed_in", 200),
            ("GET", "/proof", "not_signed_in", 200),
            ("GET", "/act", "not_signed_in", "not_allowed"),
            ("PUT", "/act", 200, 200),
            ("GET", "/sign-in/none", "not_signed_in", 404),
            ("POST", "/sign-in", "not_signed_in", 405),
        ):
            for headers, answer in (({}, nobody), (officer, somebody)):
                assert await answered(town, str(server.make_url(path)), method, headers) == answer, (method, path)


async def test_every_action_of_the_table_is_asked_for(town: Answered) -> None:
    """A row that nothing asks for decides nothing."""
    source = "".join(path.read_text() for path in HUB.rglob("*.py") if path.name != "access.py")
    asked = {action for action in Action if re.search(rf"(require|may)\([^)]*Action\.{action.name}\b", source)}
    hub = town.agency.hub
    doors = {opens for application in (hub.officers, hub.homes) for opens in table_of(application).values()}
    assert set(Action) - asked - doors == set()


async def test_the_table_decides_for_every_role_at_every_route(town: Answered) -> None:
    """Whom the table does not name gets 403 and nothing else; whom it names is never told ``not_allowed``."""
    listed = all_of()
    walk = [*sorted(set(listed.officers) - set(listed.last)), *listed.last]
    wrong = []
    for method, path in walk:
        door = listed.officers[method, path]
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
        for (method, path), door in all_of().officers.items():
            if door is not RouteAccess.OPEN:
                answer = await call(town, town.agency.officers_url + filled(town, path), method, headers)
                assert (answer[0], rule_of(answer[1])) == (401, "not_signed_in"), (method, path, headers)
    for headers in (
        {},
        {"Authorization": "Bearer made-up"},
        {"Authorization": f"Bearer {officer.cookie}"},
        {"Cookie": f"{COOKIE}={officer.cookie}"},
    ):
        for (method, path), door in all_of().homes.items():
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


async def test_every_roles_day_begins_on_a_page_that_opens_and_leads_to_others_that_do(town: Answered) -> None:
    """Nobody is refused by where signing in leads to, nor by the navigation."""
    for role in PEOPLE:
        headers = town.desks[role].headers | {"Accept": "text/html"}
        first = await look(town, "/", headers)
        assert first[0] == 200, role
        links = set(re.findall(r'<a href="(/[^"]*)" data-keys', first[1]))
        assert "/account" in links, role
        assert {(await look(town, link, headers))[0] for link in links} == {200}, role


async def look(town: Answered, path: str, headers: dict[str, str]) -> tuple[int, str]:
    """Look at a page as a browser does."""
    async with town.agency.session.get(town.agency.officers_url + path, headers=headers) as page:
        return page.status, await page.text()


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


async def ask_officers(town: Answered, role: Role, method: str, path: str) -> tuple[int, bytes]:
    """Ask as a signed-in person, with a body that is in form where the route reads one."""
    listed, route = all_of(), (method, path)
    desk = await town.agency.desk(role.value) if path == "/sign-out" else town.desks[role]
    body = listed.bodies[route](town, role) if route in listed.bodies else {}
    query = listed.queries[route](town) if route in listed.queries else ""
    return await call(town, town.agency.officers_url + filled(town, path) + query, method, desk.headers, body)


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


async def inside(_request: web.Request) -> web.Response:
    """Answer whoever got past a door."""
    return web.Response()


async def answered(town: Answered, url: str, method: str, headers: dict[str, str]) -> int | str:
    """Return the status, or the rule of a guard's refusal."""
    async with town.agency.session.request(method, url, headers=headers, allow_redirects=False) as response:
        return (await response.json())["error"] if response.status in {401, 403} else response.status
