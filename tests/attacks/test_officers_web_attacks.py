"""Attacks on the officers' pages and their API: other sites, other people's ids, hostile bodies, resources."""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import select

from hub.__main__ import main
from hub.audit.model import DenialRow
from hub.identity.accounts.invitations import demonstrate
from hub.identity.model import OfficerSession, SignInCredential
from hub.identity.sessions.guard import COOKIE, SECURE_COOKIE, clear_cookie, guard, set_cookie
from hub.kit.access import OPERATOR, Role
from hub.web.events import STREAMS_FOR_ONE
from hub.web.routing import RouteAccess, add_routes, begin_routes, get
from milton_protocol.base64_text import b64
from tests.simulators.answered import answered_agency
from tests.simulators.officer_device import Device

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.simulators.agency import Desk
    from tests.simulators.answered import Answered

pytestmark = pytest.mark.asyncio(loop_scope="module")

HTML = {"Accept": "text/html"}
OPEN_POSTS = ("/sign-in/verify", "/invite/open", "/invite/register")
CLOSED_POSTS = ("/account/signing-key", "/api/requests", "/api/requests/verdict", "/api/requests/{id}/assertions")
DEEP = 20_000


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Answered]:
    """Run a hub with everybody in it, for all of these attacks."""
    async with answered_agency(tmp_path_factory.mktemp("town")) as started:
        yield started


def officer(town: Answered) -> Desk:
    """Return the officer who asked."""
    return town.desks[Role.OFFICER]


async def another_officer(town: Answered) -> Desk:
    """Let a second officer join, and sign in."""
    folder = town.agency.settings.folder.parent
    change = {"change": "add_person", "person_id": "mallory", "name": "Mal Ory", "badge": "6", "roles": ["officer"]}
    path = folder / "mallory.json"
    path.write_text(json.dumps({"type": "milton/directory-proposal", "version": 1, "changes": [change]}))
    assert await asyncio.to_thread(main, ["directory", "sign", str(folder), "--yes", "--proposal", str(path)]) == 0
    return await town.agency.desk("mallory")


async def post(town: Answered, path: str, body: bytes, **headers: str) -> tuple[int, bytes]:
    """Post raw bytes as the officer's browser."""
    sent = officer(town).headers | headers
    url = town.agency.officers_url + path.replace("{id}", town.request_id)
    async with town.agency.session.post(url, data=body, headers=sent, allow_redirects=False) as response:
        return response.status, await response.read()


async def written_down(town: Answered) -> set[tuple[str, str]]:
    """Return by which rules somebody was refused at which routes."""
    await town.agency.hub.jobs.run_now("denials")
    async with town.agency.hub.database.reading() as session:
        return {(row.rule, row.route) for row in await session.scalars(select(DenialRow))}


async def whose(town: Answered, rule: str, route: str) -> set[str]:
    """Return whose refusals by a rule at a route are written down, "" for nobody's."""
    await town.agency.hub.jobs.run_now("denials")
    of_route = select(DenialRow.person_id).where(DenialRow.rule == rule, DenialRow.route == route)
    async with town.agency.hub.database.reading() as session:
        return set(await session.scalars(of_route))


async def inside(_request: web.Request) -> web.Response:
    """Answer whoever got past a door."""
    return web.Response()


async def raw(url: str, *lines: bytes, body: bytes = b"") -> tuple[bytes, bytes]:
    """Send what no library would, and return head and body."""
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    writer.write(b"\r\n".join([*lines, b"Connection: close", b"", b""]) + body)
    head, _, answer = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    return head, answer


# Bodies


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        (b"[" * DEEP, "too_deep"),
        (b'{"a":' * DEEP, "too_deep"),
        (b'{"code":' + b"[" * DEEP + b"]" * DEEP + b"}", "too_deep"),
        (b'{"code":"a","code":"b"}', "duplicate_key"),
        (b'{"code":' + b"9" * 5_000 + b"}", "not_an_integer"),
        (b'{"code":1e999}', "not_an_integer"),
        (b'{"code":NaN}', "not_an_integer"),
        (b'{"code":"\\ud800"}', "not_utf8"),
        (b'{"credential":{"id":"\\udfff"}}', "not_utf8"),
        (b"\xff\xfe{\x00}\x00", "not_utf8"),
        (b"\xef\xbb\xbf{}", "not_json"),
        (b"", "not_json"),
        (b'"text"', "wrong_type"),
        (gzip.compress(b'{"code":"a"}'), "not_utf8"),
        (b'{"code":"' + b"x" * 140_000 + b'"}', "message_too_long"),
    ],
)
async def test_a_hostile_body_is_refused_by_name_at_every_door(town: Answered, body: bytes, rule: str) -> None:
    """Also at those that need no sign-in: no bug's answer, whatever is sent."""
    for path in OPEN_POSTS + CLOSED_POSTS:
        status, answer = await post(town, path, body)
        assert (status, json.loads(answer)["error"]) == (413 if "too_l" in rule else 400, rule), path


async def test_a_body_without_end_is_cut_off(town: Answered) -> None:
    """Sent in chunks, with no length announced; nothing is kept of it."""

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(64):
            yield b" " * 65_536

    headers = {"Origin": town.agency.settings.officers_origin}
    url = town.agency.officers_url + "/invite/open"
    async with town.agency.session.post(url, data=endless(), headers=headers) as response:
        assert response.status == 413


async def test_a_compressed_or_mistyped_body_is_not_unpacked(town: Answered) -> None:
    """A small body can't become a large one, and a form is no JSON."""
    bomb = gzip.compress(b" " * 2**24)
    status, _ = await post(town, "/sign-in/verify", bomb, **{"Content-Encoding": "gzip"})
    assert status in {400, 413}
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert (await post(town, "/invite/open", b"code=a", **form))[0] == 400


async def test_numbers_and_types_that_no_page_sends_draft_nothing(town: Answered) -> None:
    """Booleans for numbers, numbers beyond any, lists for texts: a rule each time."""
    for name, value in (
        ("expires_in_h", True),
        ("expires_in_h", 2**53 - 1),
        ("expires_in_h", -1),
        ("case_number", ["26-1"]),
        ("case_number", "26\r\nX: y"),
        ("case_number", "26\u202e1"),
        ("reason", "x" * 501),
        ("area", {"kind": "circle", "center": [2**53 - 1, 0], "radius_m": 250}),
        ("area", {"kind": "polygon", "points": [[0, 0]] * 65}),
        ("from", "0000-00-00T00:00:00Z"),
        ("draft_id", "../../etc/passwd"),
        ("__proto__", {"polluted": True}),
    ):
        status, answer = await officer(town).ask("POST", "/api/requests", town.agency.draft(**{name: value}))
        assert status == 400, (name, value, answer)


# Other sites


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:8443"},
        {"Origin": "http://localhost.evil.example:8442"},
        {"Origin": ""},
        {"Origin": "http://localhost:8442", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://localhost:8442", "Sec-Fetch-Site": "same-site"},
    ],
)
async def test_another_sites_page_changes_nothing_with_the_officers_cookie(
    town: Answered, headers: dict[str, str]
) -> None:
    """Every act is refused by where it came from, the signer's neighboring origin and a sandboxed frame included."""
    assert town.agency.settings.officers_origin == "http://localhost:8442"
    acts = ("publish", "withdraw", "resolve", "assertions")
    for path in (*(f"/api/requests/{{id}}/{act}" for act in acts), "/sign-out", "/sign-in/options", "/invite/open"):
        status, answer = await post(town, path, b"{}", **headers)
        assert (status, json.loads(answer)["error"]) == (403, "wrong_origin"), path
    assert (await officer(town).ask("GET", f"/api/requests/{town.request_id}"))[1]["state"] == "published"
    assert ("wrong_origin", "POST /api/requests/{id}/withdraw") in await written_down(town)
    acted = ("wrong_origin", "POST /api/requests/{id}/withdraw")
    assert await whose(town, *acted) == {"officer"}  # whose session it was meant to use
    assert await whose(town, "wrong_origin", "POST /invite/open") == {""}  # nobody's act


async def test_another_sites_try_with_no_session_of_the_hubs_is_nobodys(town: Answered) -> None:
    """Without a cookie, and with one that was made up; one that was signed out is still somebody's."""
    url, evil = (
        f"{town.agency.officers_url}/api/requests/{town.request_id}/turn-down",
        {"Origin": "https://evil.example"},
    )
    for cookie in ({}, {"Cookie": f"{COOKIE}=made-up"}, {"Cookie": f"{COOKIE}=\udcff"}):
        async with town.agency.session.post(url, headers={**evil, **cookie}, data=b"{}") as answer:
            assert answer.status == 403
    assert await whose(town, "wrong_origin", "POST /api/requests/{id}/turn-down") == {""}
    desk = await town.agency.desk("officer")
    out = f"{town.agency.officers_url}/sign-out"
    async with town.agency.session.post(out, headers=desk.headers, allow_redirects=False) as answer:
        assert answer.status == 303
    async with town.agency.session.post(url, headers={**desk.headers, **evil}, data=b"{}") as answer:
        assert answer.status == 403
    assert await whose(town, "wrong_origin", "POST /api/requests/{id}/turn-down") == {"", "officer"}


async def test_no_answer_lets_another_site_read_it(town: Answered) -> None:
    """No CORS header on any answer, and a preflight is refused."""
    cookie = f"{COOKIE}={officer(town).cookie}"
    for path in ("/api/requests", "/requests", "/sign-in", "/map.geojson", "/nothing"):
        headers = {"Origin": "https://evil.example", "Cookie": cookie}
        async with town.agency.session.get(town.agency.officers_url + path, headers=headers) as answer:
            assert not [name for name in answer.headers if name.lower().startswith("access-control-")]
            assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    headers = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    async with town.agency.session.options(town.agency.officers_url + "/api/requests", headers=headers) as answer:
        assert answer.status == 403


async def test_a_name_that_is_rebound_to_the_hub_reaches_nothing(town: Answered) -> None:
    """DNS rebinding: the browser sends the attacker's Host and Origin, and no cookie of the officers' hostname."""
    url, host = town.agency.officers_url, b"Host: rebound.evil.example:8442"
    for path in (b"/requests", b"/api/requests", b"/map.geojson", b"/account", b"/sign-in", b"/health"):
        head, _ = await raw(url, b"GET " + path + b" HTTP/1.1", host)
        assert head.split()[1] == b"421", path
    origin = b"Origin: http://rebound.evil.example:8442"
    for path in (b"/sign-in/options", b"/sign-in/verify", b"/invite/open", b"/invite/register"):
        head, body = await raw(url, b"POST " + path + b" HTTP/1.1", host, origin, b"Content-Length: 0")
        assert (head.split()[1], json.loads(body)["error"]) == (b"421", "host_unknown"), path


@pytest.mark.parametrize(
    "target",
    [
        b"//evil.example/requests",
        b"/\\evil.example",
        b"http://evil.example/requests",
        b"/requests%0d%0aLocation:%20http://evil.example",
        b"/requests?next=https://evil.example",
        b"/sign-out?next=//evil.example",
    ],
)
async def test_who_is_turned_away_goes_to_the_sign_in_page_and_nowhere_else(town: Answered, target: bytes) -> None:
    """No part of what was asked for is in the redirect."""
    head, _ = await raw(
        town.agency.officers_url, b"GET " + target + b" HTTP/1.1", b"Host: localhost", b"Accept: text/html"
    )
    assert re.findall(rb"(?i)^location: (.*?)\r?$", head, re.MULTILINE) in ([b"/sign-in"], [])
    assert b"set-cookie" not in head.lower()
    assert head.split()[1] in {b"303", b"400", b"404"}


async def test_every_page_refuses_frames_foreign_scripts_and_caches(town: Answered) -> None:
    """Error pages too. Nothing is cached but files whose name is their hash."""
    cookie = {"Cookie": f"{COOKIE}={officer(town).cookie}"}
    share = f"/shares/{town.share.share.share_id}"
    for path in ("/sign-in", "/invite", "/requests", f"/requests/{town.request_id}", share, "/nothing", "/account"):
        async with town.agency.session.get(town.agency.officers_url + path, headers=cookie | HTML) as answer:
            policy, text = answer.headers["Content-Security-Policy"], await answer.text()
            assert answer.headers["Cache-Control"] == "no-store", path
            assert answer.headers["X-Frame-Options"] == "DENY"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        for word in ("frame-ancestors 'none'", "base-uri 'none'", "require-trusted-types-for 'script'"):
            assert word in policy
        assert "unsafe" not in policy
        assert not re.search(r"https?:", policy)
        nonce = re.search(r"'nonce-([^']+)'", policy)
        assert nonce
        assert set(re.findall(r'<script[^>]* nonce="([^"]*)"', text)) <= {nonce[1]}
        assert "<script>" not in text
    async with town.agency.session.get(town.agency.officers_url + "/api/requests", headers=cookie) as answer:
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Content-Type"].startswith("application/json")


# Sessions


async def test_over_https_no_neighboring_hostname_can_plant_a_session() -> None:
    """Browsers take a ``__Host-`` cookie from the very host alone, over https, for all paths."""
    response = web.Response()
    set_cookie(response, "token", secure=True)
    cookie = response.cookies[SECURE_COOKIE]
    assert (cookie.key[:7], cookie["path"], cookie["domain"]) == ("__Host-", "/", "")
    assert (bool(cookie["secure"]), bool(cookie["httponly"]), cookie["samesite"]) == (True, True, "Strict")
    ended = web.Response()
    clear_cookie(ended)
    assert {COOKIE, SECURE_COOKIE} == set(ended.cookies)


async def test_over_https_the_plain_name_opens_nothing(town: Answered) -> None:
    """A good token under the name that a neighbor could set is not looked at."""
    app = web.Application(middlewares=[guard(town.agency.gate("https://officers.example"))])
    begin_routes(app)
    add_routes(app, {get("/", RouteAccess.SIGNED_IN): inside})
    async with TestServer(app) as server:
        token = officer(town).cookie
        for name, within in ((COOKIE, False), (SECURE_COOKIE, True)):
            sent = {"Cookie": f"{name}={token}"}
            async with town.agency.session.get(server.make_url("/"), headers=sent) as answer:
                assert (answer.status == 200) is within


async def test_a_session_is_new_at_each_sign_in_and_dead_after_signing_out(town: Answered) -> None:
    """What was in the browser before (fixation) is not taken up; what was copied out is no use after."""
    device = Device.new(town.agency)
    device.cookie = "planted-by-somebody-else"
    await device.open_invitation("officer")
    assert (await device.register())[0] == 200
    first = device.cookie
    assert first != "planted-by-somebody-else"
    assert (await device.sign_in())[0] == 200
    second = device.cookie
    assert second != first
    await device.post("/sign-out")
    device.cookie = second
    assert (await device.page("/requests"))[0] == 303


async def test_a_cookie_that_is_no_text_is_no_session(town: Answered) -> None:
    """Bytes that are no UTF-8, and a very long one."""
    for value in (b"\xff\xfe", b"\xed\xa0\x80", b"x" * 7_000):
        cookie = b"Cookie: " + COOKIE.encode() + b"=" + value
        head, _ = await raw(town.agency.officers_url, b"GET /requests HTTP/1.1", b"Host: localhost", cookie)
        assert head.split()[1] == b"401"


# Ceremonies and invitations


async def test_a_challenge_answers_once_and_only_for_what_it_was_given_out_for(town: Answered) -> None:
    """A sign-in's answer can't be replayed, a registration's challenge opens no session, another's is nobody's."""
    device = Device.new(town.agency)
    await device.open_invitation("officer")
    assert (await device.register())[0] == 200
    _, begun = await device.post("/sign-in/options")
    answer = {"ceremony": begun["ceremony"], "credential": device.passkey.sign(begun["options"]["challenge"])}
    assert (await device.post("/sign-in/verify", answer))[0] == 200
    status, again = await device.post("/sign-in/verify", answer)
    assert (status, again["error"]) == (400, "ceremony_unknown")
    _, key = await device.begin_signing_key()
    crossed = {"ceremony": key["ceremony"], "credential": device.passkey.sign(key["options"]["challenge"])}
    assert (await device.post("/sign-in/verify", crossed))[1]["error"] == "ceremony_unknown"
    _, begun = await device.post("/sign-in/options")
    other = {"ceremony": begun["ceremony"], "credential": device.passkey.sign(key["options"]["challenge"])}
    assert (await device.post("/sign-in/verify", other))[1]["error"] == "passkey_refused"
    refused = {("ceremony_unknown", "POST /sign-in/verify"), ("passkey_refused", "POST /sign-in/verify")}
    assert refused <= await written_down(town)


async def test_one_answer_sent_many_times_at_once_opens_one_session(town: Answered) -> None:
    """A race for the same challenge has one winner."""
    device = Device.new(town.agency)
    await device.open_invitation("officer")
    assert (await device.register())[0] == 200
    _, begun = await device.post("/sign-in/options")
    answer = {"ceremony": begun["ceremony"], "credential": device.passkey.sign(begun["options"]["challenge"])}
    statuses = [
        status for status, _ in await asyncio.gather(*(device.post("/sign-in/verify", answer) for _ in "12345678"))
    ]
    assert sorted(statuses) == [200, *[400] * 7]


async def test_an_invitation_used_from_many_devices_at_once_registers_one(town: Answered) -> None:
    """Each has its own ceremony; the invitation is one person's, once."""
    async with town.agency.hub.database.session("test") as session:
        code = await demonstrate(session, town.agency.directory, OPERATOR, person_id="officer", at=town.agency.clock())
    devices = [Device.new(town.agency) for _ in range(6)]
    for device in devices:
        _, device.begun = await device.post("/invite/open", {"code": code})
        device.begun["code"] = code
    statuses = [status for status, _ in await asyncio.gather(*(device.register() for device in devices))]
    assert sorted(statuses) == [200, *[404] * 5]
    assert (await devices[0].post("/invite/open", {"code": code}))[1]["error"] == "invitation_unknown"


async def test_an_invitation_is_not_guessed_and_serves_nobody_else(town: Answered) -> None:
    """Near misses are the same refusal, and a ceremony begun for one person registers no other."""
    officers, custodians = Device.new(town.agency), Device.new(town.agency)
    _, begun = await officers.open_invitation("officer")
    for code in (begun["code"][:-1], begun["code"] + "=", begun["code"].swapcase(), " " + begun["code"], "%00"):
        assert (await officers.post("/invite/open", {"code": code}))[1]["error"] == "invitation_unknown"
    await custodians.open_invitation("custodian")
    status, answer = await officers.register(code=custodians.begun["code"])
    assert (status, answer["error"]) == (409, "ceremony_unknown")


# Other people's requests and shares


async def test_an_officer_finds_nothing_of_another_officers_request_by_its_id(town: Answered) -> None:
    """Reading, signing, publishing, withdrawing, listening: as if there were none."""
    mallory = await another_officer(town)
    request, share = town.request_id, town.share.share.share_id
    for method, path in (
        ("GET", f"/api/requests/{request}"),
        ("GET", f"/requests/{request}"),
        ("GET", f"/requests/{request}/signable"),
        ("GET", f"/requests/{request}/events"),
        ("POST", f"/api/requests/{request}/withdraw"),
        ("POST", f"/api/requests/{request}/resolve"),
        ("GET", f"/api/shares/{share}"),
        ("GET", f"/shares/{share}"),
        ("GET", f"/api/shares/{share}/parts/clip/body"),
        ("HEAD", f"/api/shares/{share}/parts/manifest/body"),
    ):
        url = town.agency.officers_url + path
        async with town.agency.session.request(method, url, headers=mallory.headers) as answer:
            assert answer.status == 404, (method, path)
            assert town.share.share.receipt_recipient.encode() not in await answer.read()
    assert (await mallory.act(request, "publish"))[0] == 404
    assert (await mallory.ask("GET", f"/api/shares?request={request}"))[1] == {"shares": []}
    assert (await mallory.ask("GET", "/api/requests"))[1] == {"requests": [], "next": None}
    assert (await mallory.ask("POST", f"/api/shares/{share}/accept"))[0] == 403


async def test_an_officer_cannot_take_over_a_draft_by_its_id(town: Answered) -> None:
    """The same draft id with the same words, sent by another, is not that request."""
    mallory = await another_officer(town)
    draft = town.agency.draft()
    status, mine = await officer(town).ask("POST", "/api/requests", draft)
    assert status == 200
    status, answer = await mallory.ask("POST", "/api/requests", draft)
    assert (status, answer["error"]) == (404, "draft_unknown")
    assert (await mallory.act(mine["id"], "publish"))[0] == 404
    assert ("draft_unknown", "POST /api/requests") in await written_down(town)


async def test_an_assertion_signs_one_request_by_one_person_in_one_part(town: Answered) -> None:
    """Replayed on another request, by another person, or as the second person, it is refused."""
    desk, supervisor = officer(town), town.desks[Role.SUPERVISOR]
    first = await desk.draft(case_number="26-900001")
    second = await desk.draft(case_number="26-900002")
    made = dict(town.agency.passkeys["officer"].assertion(first["id"], "officer").value())
    for who, target, bent, rule in (
        (desk, second["id"], {}, "client_data_wrong"),
        (desk, first["id"], {"role": "approver"}, "not_allowed"),
        (supervisor, first["id"], {"role": "approver"}, "not_your_signature"),
        (supervisor, first["id"], {"role": "approver", "person_id": "supervisor"}, "credential_unknown"),
        (supervisor, first["id"], {}, "not_allowed"),
        (desk, first["id"], {"person_id": "supervisor"}, "not_your_signature"),
    ):
        status, answer = await who.ask("POST", f"/api/requests/{target}/assertions", made | bent)
        assert (status in {400, 403}, answer["error"]) == (True, rule), (bent, answer)
    assert (await desk.act(first["id"], "publish"))[1]["error"] == "wrong_state"
    assert ("client_data_wrong", "POST /api/requests/{id}/assertions") in await written_down(town)


@pytest.mark.parametrize(
    ("end", "rule"),
    [
        (b',"\\u0074opOrigin":"https://attacker.example"}', "client_data_cross_origin"),
        (b',"cross\\u004frigin":true}', "client_data_wrong"),
        (b',"a":1}}', "client_data_wrong"),
        (b',"a":1,"a":2}', "client_data_wrong"),
    ],
    ids=ascii,
)
async def test_a_signature_made_in_a_frame_is_not_taken_however_the_frame_is_spelled(
    town: Answered, end: bytes, rule: str
) -> None:
    """Nor one with anything behind what the browser wrote: the hub publishes nothing that homes refuse."""
    desk, passkey = officer(town), town.agency.passkeys["officer"]
    drafted = await desk.draft(case_number="26-900003")
    said = passkey.assertion(drafted["id"]).client_data.removesuffix(b"}") + end
    status, answer = await desk.sign(drafted["id"], client_data=said)
    assert (status, answer["error"]) == (400, rule)


# Texts


async def test_hostile_text_is_only_text(town: Answered) -> None:
    """HTML, template and script text where an officer writes freely, and in a device's name; refused elsewhere."""
    text = "</script><script>alert(1)</script>{{7*7}}{% include 'x' %}"
    for name in ("case_number", "contact", "offence_code"):
        status, answer = await officer(town).ask("POST", "/api/requests", town.agency.draft(**{name: text[:40]}))
        assert (status, answer["request"]) == (200, None), name
    device = Device.new(town.agency)
    await device.open_invitation("officer")
    assert (await device.register(device='"><img src=x onerror=alert(1)>{{7*7}}'))[0] == 200
    reason = f"Several cars were opened overnight by one person on foot. {text}"
    drafted = await officer(town).draft(case_number="26-900003", reason=reason)
    for path in ("/requests", f"/requests/{drafted['id']}", "/account"):
        status, page = await device.page(path)
        assert status == 200
        assert "<script>alert" not in page
        assert "<img" not in page
        assert page.count("{{7*7}}") >= 1
    _, page = await device.page(f"/requests/{drafted['id']}")
    assert "&lt;/script&gt;&lt;script&gt;alert(1)" in page
    data = re.search(r'id="page-data"[^>]*>(.*?)</script>', page, re.DOTALL)
    assert data
    assert json.loads(data[1])["signable"]["id"] == drafted["id"]


async def test_no_line_of_the_log_is_made_by_who_asks(town: Answered, caplog: pytest.LogCaptureFixture) -> None:
    """Line ends in a path, a header, a query or a body start no line of their own."""
    caplog.set_level(logging.INFO)
    forged = "%0d%0aERROR%20hub%20forged"
    for path in (f"/static/a{forged}", f"/api/shares?request={forged}", f"/requests{forged}"):
        await raw(town.agency.officers_url, f"GET {path} HTTP/1.1".encode(), b"Host: localhost", b"Accept: text/html")
    await raw(town.agency.officers_url, b"GET / HTTP/1.1", b"Host: localhost", b"X: a\rERROR hub forged")
    await post(town, "/invite/open", b'{"code":"\\r\\nERROR hub forged"}')
    assert not [line for line in caplog.text.splitlines() if line.lstrip().startswith("ERROR hub forged")]


# Resources


async def test_one_person_holds_a_bounded_number_of_streams(town: Answered) -> None:
    """Of whatever they tell; the next is refused by name, others still get theirs, and a closed one makes room."""
    path = f"{town.agency.officers_url}/requests/{town.request_id}/events"
    cookie = {"Cookie": f"{COOKIE}={officer(town).cookie}"}
    kinds = (path, f"{town.agency.officers_url}/lists/requests/events")
    streams = [await town.agency.session.get(kinds[each % 2], headers=cookie) for each in range(STREAMS_FOR_ONE)]
    try:
        assert {stream.status for stream in streams} == {200}
        status, answer = await officer(town).ask("GET", f"/requests/{town.request_id}/events")
        assert (status, answer["error"]) == (429, "too_many_pages")
        supervisor = {"Cookie": f"{COOKIE}={town.desks[Role.SUPERVISOR].cookie}"}
        async with town.agency.session.get(path, headers=supervisor) as other:
            assert other.status == 200
    finally:
        for stream in streams:
            stream.close()
    async with asyncio.timeout(20):
        while True:
            async with town.agency.session.get(path, headers=cookie) as again:
                if again.status == 200:
                    break
            await asyncio.sleep(0.2)


async def test_a_stream_is_not_asked_for_by_its_head(town: Answered) -> None:
    """It has no end, and a body where none may be would be read as the next answer."""
    path = f"/requests/{town.request_id}/events".encode()
    cookie = f"Cookie: {COOKIE}={officer(town).cookie}".encode()
    head, body = await raw(town.agency.officers_url, b"HEAD " + path + b" HTTP/1.1", b"Host: localhost", cookie)
    assert (head.split()[1], body) == (b"405", b"")


# The signer


async def test_the_signer_serves_its_files_and_nothing_else(town: Answered) -> None:
    """No path leads out, no frame holds it, it takes no other method and sets no cookie."""
    async with TestServer(town.agency.hub.signer) as server:
        url = str(server.make_url("")).rstrip("/")
        for path in (
            b"/../hub.toml",
            b"/..%2fhub.toml",
            b"/%2e%2e/hub.toml",
            b"/signer/index.html",
            b"/manifest.json",
            b"/\xff",
        ):
            head, body = await raw(url, b"GET " + path + b" HTTP/1.1", b"Host: localhost")
            assert head.split()[1] in {b"400", b"404"}, path
            assert b"agency_id" not in body
        async with town.agency.session.get(url + "/") as page:
            policy = page.headers["Content-Security-Policy"]
            assert page.headers["X-Frame-Options"] == "DENY"
            assert "Set-Cookie" not in page.headers
        assert "frame-ancestors 'none'" in policy
        assert "form-action 'none'" in policy
        async with town.agency.session.post(url + "/config.json", data=b"{}") as changed:
            assert changed.status == 405


async def test_a_second_device_that_is_given_the_name_of_the_first_looks_at_nothing_unseen(town: Answered) -> None:
    """Owners are told of the first look on each device, and know devices by their names: also of one that was lost."""
    agency, names, longest = town.agency, [], "x" * 80
    for name in ("evidence room", "evidence room", longest, longest, "evidence room"):
        device = Device.new(agency)
        await device.open_invitation("officer")
        assert (await device.register(device=name))[0] == 200
        async with agency.hub.database.session("test") as session:
            known = await session.get_one(SignInCredential, b64(device.passkey.credential_id))
            known.removed_at = agency.clock()
            opened = select(OfficerSession.device).where(OfficerSession.credential_id == known.credential_id)
            assert (await session.scalars(opened)).one() == known.device
            names.append(known.device)
    assert names == ["evidence room", "evidence room (2)", longest, f"{longest[:74]} (2)", "evidence room (3)"]
