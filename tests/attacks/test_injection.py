"""What clients write is never an address to go to, a header, a template, another method or another request."""

from __future__ import annotations

import asyncio
import json
import re
import secrets
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

import pytest
import pytest_asyncio

from hub.__main__ import main
from hub.kit.access import Role
from milton_protocol import canonical
from tests.simulators.agency import enrol_body
from tests.simulators.answered import answered_agency
from tests.simulators.hub_doors import Doors, Line, serving_doors
from tests.simulators.officer_device import Device

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from tests.simulators.answered import Answered

pytestmark = pytest.mark.asyncio(loop_scope="module")

HTML = "{{7*7}}{% raw %}${7*7}#{7*7}<%= 7*7 %>{nonce}%(x)s</title><img src=x onerror=alert(1)>"
SPLIT = "\r\nX-Injected: yes\r\nSet-Cookie: milton_session=planted"
HOST = b"Host: localhost"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Answered]:
    """Run a hub of an agency whose name is an attack, with everybody in it."""
    async with answered_agency(tmp_path_factory.mktemp("town"), "--agency", HTML[:80]) as started:
        yield started


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def doors(town: Answered) -> AsyncIterator[Doors]:
    """Serve it."""
    async with serving_doors(town.agency.hub) as opened:
        yield opened


# Addresses that somebody writes


class Watch:
    """Where this process goes: every connection, look-up of a name and file of the machine's, by audit events."""

    def __init__(self) -> None:
        """Begin."""
        self.on = True
        self.places: list[str] = []
        sys.addaudithook(self._hear)

    def _hear(self, event: str, arguments: tuple[object, ...]) -> None:
        if not self.on:
            return
        if event == "socket.connect":
            self.places.append(repr(arguments[1]))
        elif event in {"socket.getaddrinfo", "open"}:
            self.places.append(repr(arguments[0]))


@pytest.fixture
def watch() -> Iterator[Watch]:
    """Watch for one test; an audit hook stays for ever, so it is switched off."""
    started = Watch()
    yield started
    started.on = False


@asynccontextmanager
async def canary() -> AsyncIterator[tuple[str, list[bytes]]]:
    """Listen where nobody should come; yield the address and who came."""
    came: list[bytes] = []

    async def heard(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        came.append(await reader.read(100))
        writer.close()

    server = await asyncio.start_server(heard, "127.0.0.1", 0)
    async with server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}", came


async def test_no_address_that_a_client_writes_is_gone_to(town: Answered, doors: Doors, watch: Watch) -> None:
    """In every header that names a place, in every text of a draft, in a device's name, a code, an absolute target."""
    officer, device = town.desks[Role.OFFICER], Device.new(town.agency)
    await device.open_invitation("officer")
    async with canary() as (place, came):
        for url in (
            f"http://{place}/x",
            f"//{place}",
            "file:///etc/shadow",
            "http://169.254.169.254/latest",
            "gopher://canary.invalid",
        ):
            heads = [
                f"{name}: {url}".encode()
                for name in ("Origin", "Referer", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "X-Original-URL")
            ]
            heads += [f"Forwarded: for={url};host={place}".encode(), f"Upload-Metadata: url {url}".encode()]
            for door in doors.all():
                for target in (
                    url,
                    "/v1/city",
                    "/requests",
                    f"/v1/feed?after={quote(url)}",
                    f"/enrol?next={quote(url)}",
                ):
                    async with await Line.open(door) as line:
                        await line.say(b"GET " + target.encode() + b" HTTP/1.1", HOST, *heads, b"Connection: close")
                        head = (await line.rest()).partition(b"\r\n\r\n")[0].lower()
                        assert place.encode() not in head.replace(b"host: ", b"")
            for name in ("case_number", "contact", "reason", "offence_code", "draft_id"):
                await officer.ask(
                    "POST", "/api/requests", town.agency.draft(**{name: f"{url} {url} in the street at night"})
                )
            body = canonical.encode(enrol_body(url[:40], secrets.token_hex(16)))
            async with town.agency.session.post(f"{doors.homes}/v1/enrol", data=body) as answer:
                assert answer.status in {404, 429}
        await device.register(device=f"http://{place}/x")
        assert came == []
    own = {str(urlsplit(each).port) for each in (*doors.all(), town.agency.homes_url, town.agency.officers_url)}
    reached = [each for each in watch.places if each.startswith("('127.0.0.1'")]
    assert {re.findall(r"\d+", each)[-1] for each in reached} <= own
    assert not [each for each in watch.places if "canary" in each or "169.254" in each or "shadow" in each]


async def test_no_address_holds_a_nul(town: Answered) -> None:
    """In its path or its query: Postgres takes none in any text, and nobody's id or word has one."""
    agency, administrator = town.agency, town.desks[Role.ADMINISTRATOR]
    for origin in (agency.homes_url, agency.officers_url):
        for path in ("/people/a%00b", "/devices?find=a%00b", "/v1/feed?%00", "/%00"):
            async with agency.session.get(origin + path, headers=administrator.headers) as answer:
                assert (answer.status, (await answer.json())["error"]) == (400, "forbidden_character"), path


# Headers


async def test_no_header_is_made_by_who_asks(town: Answered, doors: Doors) -> None:
    """Line ends, plain and encoded, in paths, queries, cookies, ids and JSON: no answer has a header of the asker's."""
    officer = town.desks[Role.OFFICER]
    encoded = quote(SPLIT, safe="")
    for door in doors.all():
        for target in (
            f"/{encoded}",
            f"/requests/{encoded}",
            f"/shares/{encoded}",
            f"/enrol?a={encoded}",
            f"/static/{encoded}",
        ):
            for accept in (b"Accept: text/html", b"Accept: */*"):
                async with await Line.open(door) as line:
                    await line.say(f"GET {target} HTTP/1.1".encode(), HOST, accept, b"Connection: close")
                    assert b"x-injected" not in (await line.rest()).partition(b"\r\n\r\n")[0].lower()
    for path, name in (("/api/requests", "case_number"), ("/api/requests/verdict", "contact")):
        url = f"{town.agency.officers_url}{path}"
        sent = officer.headers
        async with town.agency.session.post(url, json=town.agency.draft(**{name: SPLIT}), headers=sent) as answer:
            assert answer.status == 400
            assert "X-Injected" not in answer.headers
    headers = {"Tus-Resumable": "1.0.0", "Upload-Length": "5"}
    status, told, _ = await town.home.ask(
        "POST", f"/v1/uploads/{town.share.share.share_id}{encoded}/clip", headers=headers
    )
    assert (status, "X-Injected" in told) == (404, False)


# Templates


@pytest.mark.parametrize(
    "path", ["/sign-in", "/invite", "/requests", "/account", "/nothing", "/requests/{id}", "/shares/{share}"]
)
async def test_a_hostile_agencys_name_is_text_on_every_page(town: Answered, path: str) -> None:
    """The name is drawn in the frame of each page, and runs nowhere."""
    device = Device.new(town.agency)
    device.cookie = town.desks[Role.OFFICER].cookie
    _, page = await device.page(path.format(id=town.request_id, share=town.share.share.share_id))
    assert "{{7*7}}" in page
    assert "49" not in re.sub(r'nonce="[^"]*"', "", page).split("</title>")[0]
    assert "<img" not in page


async def test_a_hostile_agencys_name_is_text_behind_an_enrolment_link(town: Answered) -> None:
    """That page is made without the templates."""
    status, page = await town.agency.get("/enrol")
    assert status == 200
    assert b"{{7*7}}" in page
    assert b"{nonce}" in page
    assert b"<img" not in page
    assert page.count(b"</title>") == 1


async def test_a_hostile_persons_name_is_text_and_one_that_turns_text_round_is_none(town: Answered) -> None:
    """The administrators' keys can put HTML into the directory, which pages show as it is; bidi marks nobody can."""
    folder = town.agency.settings.folder.parent

    async def join(person_id: str, name: str) -> int:
        change = {"change": "add_person", "person_id": person_id, "name": name, "badge": "6", "roles": ["officer"]}
        path = folder / f"{person_id}.json"
        path.write_text(json.dumps({"type": "milton/directory-proposal", "version": 1, "changes": [change]}))
        return await asyncio.to_thread(main, ["directory", "sign", str(folder), "--yes", "--proposal", str(path)])

    assert await join("hostile", HTML[:80]) == 0
    desk, device = await town.agency.desk("hostile"), Device.new(town.agency)
    device.cookie = desk.cookie
    for path in ("/account", "/requests"):
        status, page = await device.page(path)
        assert status == 200
        assert "<img" not in page
    for mark in ("\u202e", "\u2066", "\u202a", "\x1b", "\x85", "\n"):
        assert await join("turned", f"Officer{mark}ydenneK") == 1


# Methods and requests


@pytest.mark.parametrize("name", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override", "_method"])
async def test_a_method_is_what_the_request_line_says(town: Answered, name: str) -> None:
    """A GET that says that it is a DELETE or a POST is a GET, in a header and in a query."""
    token = {"Authorization": f"Bearer {town.token}"}
    for method in ("DELETE", "POST"):
        async with town.agency.session.get(
            f"{town.agency.homes_url}/v1/feed?{name}={method}", headers=token | {name: method}
        ) as answer:
            assert answer.status == 200
        async with town.agency.session.get(
            f"{town.agency.homes_url}/v1/enrolment", headers=token | {name: method}
        ) as answer:
            assert answer.status == 405
        status, told = await town.desks[Role.OFFICER].ask(
            "GET", f"/api/requests/{town.request_id}/withdraw?{name}={method}", None, **{name: method}
        )
        assert (status, told["error"]) == (405, "method_not_allowed")
    assert (await town.home.ask("GET", "/v1/feed"))[0] == 200


@pytest.mark.parametrize("method", [b"TRACE", b"CONNECT", b"PUT", b"PROPFIND", b"get", b"FOO"])
async def test_other_methods_do_nothing(town: Answered, doors: Doors, method: bytes) -> None:
    """Nothing that was sent comes back, at no door."""
    secret = b"Authorization: Bearer " + town.token.encode()
    for door in doors.all():
        async with await Line.open(door) as line:
            await line.say(method + b" /v1/feed HTTP/1.1", HOST, secret, b"Connection: close")
            answer = await line.rest()
        assert answer.split()[1] in {b"400", b"401", b"403", b"404", b"405"}
        assert town.token.encode() not in answer


SMUGGLED = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.mark.parametrize(
    "framing",
    [
        (b"Content-Length: 0", b"Transfer-Encoding: chunked"),
        (b"Transfer-Encoding: chunked", b"Content-Length: 100"),
        (b"Transfer-Encoding: identity", b"Content-Length: 0"),
        (b"Transfer-Encoding: chunked, identity",),
        (b"Transfer-Encoding: \x0bchunked",),
        (b"Transfer-Encoding : chunked",),
        (b"Transfer-Encoding: x", b"Transfer-Encoding: chunked"),
        (b"Content-Length: +5",),
        (b"Content-Length: 0x5",),
        (b"Content-Length: 5, 6",),
        (b"Content-Length : 5",),
        (b"Content-Length: 5\r\n 0",),
        (b"X: y\nContent-Length: 90",),
        (b"X: y\rContent-Length: 90",),
        (b"X: y\x00Content-Length: 90",),
    ],
)
async def test_no_second_request_hides_in_a_first(doors: Doors, framing: tuple[bytes, ...]) -> None:
    """A 400, whatever a proxy in front could read, then the end: what came after is not answered."""
    for door in doors.all():
        async with await Line.open(door) as line:
            await line.say(b"POST /v1/enrol HTTP/1.1", HOST, *framing, body=b"0\r\n\r\n" + SMUGGLED)
            answer = await line.rest()
        assert answer.split()[1] == b"400", answer
        assert len(re.findall(rb"HTTP/1\.[01] \d{3} ", answer)) == 1


@pytest.mark.parametrize(
    "chunks",
    [
        b"5;a=\n\r\nhello\r\n0\r\n\r\n",
        b"-1\r\n\r\n",
        b"ffffffffffffffffff\r\nx",
        b"0x5\r\nhello\r\n0\r\n\r\n",
        b"5 \nhello",
    ],
)
async def test_malformed_chunks_end_the_connection(doors: Doors, chunks: bytes) -> None:
    """A length that two readers read apart hides nothing either."""
    async with await Line.open(doors.homes) as line:
        await line.say(b"POST /v1/enrol HTTP/1.1", HOST, b"Transfer-Encoding: chunked", body=chunks + SMUGGLED)
        answer = await line.rest()
    assert answer.split()[1] == b"400", answer
    assert len(re.findall(rb"HTTP/1\.[01] \d{3} ", answer)) == 1
