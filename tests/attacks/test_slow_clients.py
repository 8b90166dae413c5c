"""Slow senders and slow readers at all three applications: the hub bounds them itself, without a web server in front.

The hub of these tests has short patience; what is asserted is that a connection ends and what it is told, never when.
"""

from __future__ import annotations

import asyncio
import socket
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import cycle
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from aiohttp import web

from hub.app import build_hub
from hub.web.routing import RouteAccess, add_routes, get, post
from hub.web.server.patience import (
    ARRIVED,
    BODY_S,
    HEAD_S,
    KEEPALIVE_S,
    STALL_S,
    Patience,
    PatientRunner,
    be_patient,
    bounded_body,
)
from tests.simulators.broker_bench import eventually
from tests.simulators.hub_bench import found_city
from tests.simulators.hub_doors import Doors, Line, serving_doors

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from hub.web.context import Hub

pytestmark = pytest.mark.asyncio(loop_scope="module")

SHORT = Patience(head_s=0.5, body_s=0.5, stall_s=0.5, look_every_s=0.05)
WHERE = ("homes", "officers", "signer")
HOST = b"Host: 127.0.0.1"
LARGE_BYTES = 32 * 2**20
POSTS = (
    ("homes", b"/v1/enrol"),
    ("homes", b"/v1/withdrawals"),
    ("homes", b"/v1/consents"),
    ("officers", b"/sign-in/verify"),
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hub(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hub]:
    """Run a hub with short patience."""
    settings = await asyncio.to_thread(found_city, tmp_path_factory.mktemp("hub"))
    hub = build_hub(settings, patience=SHORT)

    async def large(_request: web.Request) -> web.Response:
        return web.Response(body=bytes(LARGE_BYTES))  # no socket's buffer holds it

    async def slow(request: web.Request) -> web.Response:
        await request.read()
        await asyncio.sleep(SHORT.body_s * 3)
        return web.Response()

    add_routes(
        hub.signer, {get("/large/answer", RouteAccess.OPEN): large, post("/slow/answer", RouteAccess.OPEN): slow}
    )
    async with hub.running():
        yield hub


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def doors(hub: Hub) -> AsyncIterator[Doors]:
    """Serve it."""
    async with serving_doors(hub) as opened:
        yield opened


@asynccontextmanager
async def dripping(line: Line, data: bytes) -> AsyncIterator[None]:
    """Send ``data`` byte by byte, over and over, until the block ends."""

    async def drip() -> None:
        for value in cycle(data):
            await line.send(bytes([value]))
            await asyncio.sleep(0.02)

    task = asyncio.create_task(drip())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize("where", WHERE)
async def test_who_connects_and_says_nothing_is_hung_up_on(doors: Doors, where: str) -> None:
    """No byte of a request, and no answer."""
    async with await Line.open(getattr(doors, where)) as line:
        assert await line.rest() == b""


@pytest.mark.parametrize("where", WHERE)
async def test_a_head_that_comes_byte_by_byte_never_becomes_a_request(doors: Doors, where: str) -> None:
    """Each byte is in time for any idle limit; together they are not (slowloris)."""
    async with (
        await Line.open(getattr(doors, where)) as line,
        dripping(line, b"GET / HTTP/1.1\r\n" + b"X-A: b\r\n" * 9),
    ):
        assert await line.rest() == b""


@pytest.mark.parametrize(("where", "path"), POSTS)
@pytest.mark.parametrize("framing", [b"Content-Length: 4000", b"Transfer-Encoding: chunked"])
async def test_a_body_that_comes_too_slowly_is_refused_by_name(
    doors: Doors, where: str, path: bytes, framing: bytes
) -> None:
    """408 ``too_slow``, at the doors that are open to strangers; in one-byte chunks too."""
    chunk = b"1\r\n \r\n" if b"chunked" in framing else b" "
    async with await Line.open(getattr(doors, where)) as line:
        await line.say(b"POST " + path + b" HTTP/1.1", HOST, framing)
        async with dripping(line, chunk):
            assert await line.status() == 408
            assert await line.error() == "too_slow"


async def test_a_body_that_is_announced_and_never_comes_is_refused(doors: Doors) -> None:
    """The handler does not wait for ever, though no byte is late."""
    async with await Line.open(doors.homes) as line:
        await line.say(b"POST /v1/enrol HTTP/1.1", HOST, b"Content-Length: 4000")
        assert await line.status() == 408


async def test_many_slow_ones_keep_nobody_else_from_being_answered(doors: Doors) -> None:
    """While two hundred are slow, an honest one is answered; afterwards all of them are gone."""
    async with AsyncExitStack() as stack:
        lines = []
        for number in range(200):  # each speaks as it is opened: one that waits for the others is slow before its head
            lines.append(await stack.enter_async_context(await Line.open(doors.homes)))
            if number < 100:
                await lines[-1].send(b"GET /v1/city HTTP/1.1\r\nX-A: ")
            else:
                await lines[-1].say(b"POST /v1/enrol HTTP/1.1", HOST, b"Content-Length: 4000")
        async with await Line.open(doors.homes) as honest:
            await honest.say(b"GET /v1/city HTTP/1.1", HOST, b"Connection: close")
            assert await honest.status() == 200
        assert set(await asyncio.gather(*(line.rest() for line in lines[:100]))) == {b""}
        assert set(await asyncio.gather(*(line.status() for line in lines[100:]))) == {408}


async def test_who_asks_for_much_and_reads_none_of_it_is_hung_up_on(doors: Doors, hub: Hub) -> None:
    """The answer is not kept for ever for somebody who does not take it."""
    async with await Line.open(doors.signer, buffer_bytes=1_024) as line:
        await line.say(b"GET /large/answer HTTP/1.1", HOST)
        assert await line.status() == 200

        async def hung_up() -> bool:
            return not hub.signer[ARRIVED]

        await eventually(hung_up)
        assert len(await line.rest()) < LARGE_BYTES


async def test_who_takes_an_answer_slowly_but_steadily_gets_it() -> None:
    """An officer on a poor line: the kernel's own buffer holds megabytes, and asks for more only after minutes."""
    app = web.Application(middlewares=[bounded_body])
    be_patient(app, Patience(stall_s=4.0))

    async def endless(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        while True:
            await answer.write(bytes(2**16))

    app.router.add_get("/", endless)
    runner = PatientRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    loop = asyncio.get_running_loop()
    try:
        with socket.socket() as line:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            line.setblocking(False)  # noqa: FBT003  the standard library's signature
            await loop.sock_connect(line, runner.addresses[0])
            await loop.sock_sendall(line, b"GET / HTTP/1.1\r\nHost: hub\r\n\r\n")
            for _ in range(400):
                assert await loop.sock_recv(line, 500)
                await asyncio.sleep(0.02)
                assert len(app[ARRIVED]) == 1  # not hung up on: the kernel would go on with what it has
    finally:
        await runner.cleanup()


async def test_what_the_hub_does_with_a_body_is_not_what_it_waits_for(doors: Doors) -> None:
    """The limit is on the body's arrival: an answer may take longer than that."""
    async with await Line.open(doors.signer) as line:
        await line.say(b"POST /slow/answer HTTP/1.1", HOST, b"Content-Length: 2", b"Connection: close", body=b"{}")
        assert await line.status() == 200


async def test_the_real_limits_are_wide_enough_for_people_and_narrower_than_no_limit() -> None:
    """Seconds for a head, half a minute for a body, and nginx ends its own idle connections first."""
    assert (HEAD_S, BODY_S, STALL_S) == (15.0, 30.0, 60.0)
    assert KEEPALIVE_S > 60.0
