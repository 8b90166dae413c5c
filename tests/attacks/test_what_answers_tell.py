"""What an answer tells beside what was asked for, and what a browser may do with it: at the hub's three hostnames."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import aiohttp
import pytest
import pytest_asyncio

from hub.app import build_hub
from tests.attacks.test_host_names import CITY
from tests.simulators.hub_bench import found_city
from tests.simulators.hub_doors import Doors, Line, serving_doors

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

pytestmark = pytest.mark.asyncio(loop_scope="module")

HOST = b"Host: localhost"
NO_HTTP = (
    b"GET",
    b"GET / HTTP/9.9\r\n" + HOST,
    b"GET /\x01<script> HTTP/1.1\r\n" + HOST,
    b"GET / HTTP/1.1\r\n" + HOST + b"\r\nX: \x00secret",
    b"GET /" + b"a" * 9_000 + b" HTTP/1.1\r\n" + HOST,
    b"POST /v1/enrol HTTP/1.1\r\n" + HOST + b"\r\nContent-Length: secret",
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def doors(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Doors]:
    """Serve a hub whose names are a city's, over https."""
    settings = await asyncio.to_thread(found_city, tmp_path_factory.mktemp("hub"), *CITY)
    hub = build_hub(settings)
    async with hub.running(), serving_doors(hub) as opened:
        yield opened


async def look(url: str) -> tuple[int, Mapping[str, str], bytes]:
    """Ask as a browser does."""
    async with aiohttp.ClientSession() as session, session.get(url, headers={"Accept": "text/html"}) as answer:
        return answer.status, answer.headers, await answer.read()


async def test_no_answer_tells_what_serves_it(doors: Doors) -> None:
    """A library's name and version lead to its holes."""
    for door in doors.all():
        for path in ("/", "/sign-in", "/enrol", "/v1/city", "/v1/feed", "/nothing", "/index.html"):
            _, headers, _ = await look(door + path)
            assert headers["Server"] == "milton-hub", (door, path)


@pytest.mark.parametrize("said", NO_HTTP)
async def test_what_is_no_http_is_refused_in_the_one_form(doors: Doors, said: bytes) -> None:
    """With nothing of what was sent, and nothing of what read it."""
    for door in doors.all():
        async with await Line.open(door) as line:
            await line.say(said)
            head, _, body = (await line.rest()).partition(b"\r\n\r\n")
        assert head.split()[1] == b"400"
        assert json.loads(body) == {"error": "bad_request", "message": "Bad Request."}
        for part in (b"Server: milton-hub", b"Cache-Control: no-store", b"X-Content-Type-Options: nosniff"):
            assert part in head.split(b"\r\n")


async def test_who_expects_something_that_is_not_http_is_refused_in_the_one_form(doors: Doors) -> None:
    """Whether the path is one or not; a body that waits for the word to go on is asked for as ever."""
    for door in doors.all():
        for path in (b"/v1/enrol", b"/nothing"):
            async with await Line.open(door) as line:
                await line.say(b"POST " + path + b" HTTP/1.1\r\n" + HOST + b"\r\nExpect: secret")
                head, _, body = (await line.rest()).partition(b"\r\n\r\n")
            assert head.split()[1] == b"417"
            assert json.loads(body) == {"error": "expectation_failed", "message": "Expectation Failed."}
            assert b"Server: milton-hub" in head.split(b"\r\n")
    async with await Line.open(doors.homes) as line:
        asked = b"\r\nConnection: close\r\nContent-Length: 0\r\nExpect: 100-Continue"
        await line.say(b"POST /v1/enrol HTTP/1.1\r\n" + HOST + asked)
        assert (await line.rest()).startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 400 ")


async def test_the_page_behind_an_enrollment_link_is_shown_in_no_frame_and_sends_nothing(doors: Doors) -> None:
    """As the page behind a link to a share is."""
    for path in ("/enrol", "/passed/"):
        _, headers, _ = await look(doors.homes + path)
        assert headers["X-Frame-Options"] == "DENY", path
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "camera=()" in headers["Permissions-Policy"]
        policy = headers["Content-Security-Policy"]
        for word in ("form-action 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'"):
            assert word in policy, path


async def test_what_is_no_page_runs_nothing_where_a_browser_is_brought_to_show_it(doors: Doors) -> None:
    """Refusals and the public log, at the residents' hostname."""
    for path in ("/v1/city", "/v1/log/checkpoint", "/v1/feed", "/nothing", "/health"):
        _, headers, _ = await look(doors.homes + path)
        assert headers["Content-Security-Policy"].startswith("default-src 'none'"), path
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"


async def test_over_https_the_residents_hostname_is_asked_for_over_https_from_then_on(doors: Doors) -> None:
    """Nobody on the way of somebody who follows a link once more answers it in the clear."""
    for path in ("/enrol", "/passed/", "/v1/city", "/nothing"):
        _, headers, _ = await look(doors.homes + path)
        assert headers["Strict-Transport-Security"] == "max-age=31536000", path
