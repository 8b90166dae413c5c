"""Streams of changes whose page goes away."""

from __future__ import annotations

import asyncio
import logging
import socket
import struct
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from hub.topics.service import Topics
from hub.web.errors import note_begun, translate_errors
from hub.web.events import stream_changes

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable


type Snapshot = Callable[[web.Request], Awaitable[str]]


@pytest.fixture
async def served() -> AsyncIterator[Callable[[Snapshot], Awaitable[int]]]:
    """Run a server whose one stream takes its picture by what the test gives; return its port.

    As the hub's own it goes on with what was asked for by somebody who went.
    """
    runners = []

    async def serve(snapshot: Snapshot) -> int:
        async def handle(request: web.Request) -> web.StreamResponse:
            return await stream_changes(request, Topics("milton-pd"), lambda: snapshot(request))

        app = web.Application(middlewares=[translate_errors])
        app.on_response_prepare.append(note_begun)
        app.router.add_get("/events", handle)
        runners.append(web.AppRunner(app))
        await runners[-1].setup()
        await web.TCPSite(runners[-1], "127.0.0.1", 0).start()
        return int(runners[-1].addresses[0][1])

    yield serve
    for each in runners:
        await each.cleanup()


async def ask(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Ask for the stream."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
    await writer.drain()
    return reader, writer


async def gone(request: web.Request) -> None:
    """Wait until whoever asked has gone."""
    for _ in range(500):
        if request.transport is None:
            return
        await asyncio.sleep(0.01)
    pytest.fail("it stays")


@pytest.mark.parametrize("looks", [1, 2], ids=["before the stream", "in its middle"])
async def test_a_page_that_has_gone_is_no_event(
    served: Callable[[Snapshot], Awaitable[int]], caplog: pytest.LogCaptureFixture, looks: int
) -> None:
    """A page that is loaded anew leaves its stream at any moment; the log says nothing of it."""
    seen: asyncio.Queue[int] = asyncio.Queue()
    count = 0

    async def snapshot(request: web.Request) -> str:
        nonlocal count
        count += 1
        if count == looks:
            await gone(request)
            seen.put_nowait(count)
        return str(count)

    with caplog.at_level(logging.INFO):
        _, writer = await ask(await served(snapshot))
        writer.close()
        await asyncio.wait_for(seen.get(), 10)
        await asyncio.sleep(0.2)
    assert [each.getMessage() for each in caplog.records if each.levelno >= logging.WARNING] == []


async def test_a_snapshot_that_fails_while_its_page_is_there_is_a_bug(
    served: Callable[[Snapshot], Awaitable[int]], caplog: pytest.LogCaptureFixture
) -> None:
    """A connection of the hub's own that ends is not the page's."""

    async def snapshot(_request: web.Request) -> str:
        raise ConnectionResetError

    reader, writer = await ask(await served(snapshot))
    assert (await reader.readline()).split()[1] == b"500"
    writer.close()
    assert "raise ConnectionResetError" in caplog.text


async def test_who_breaks_off_in_the_middle_of_an_answer_is_no_event(caplog: pytest.LogCaptureFixture) -> None:
    """A player that seeks lets go of a body that the hub waits to send on."""
    ended = asyncio.Event()

    async def handle(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            while True:
                await response.write(bytes(2**20))
        finally:
            ended.set()

    app = web.Application(middlewares=[translate_errors])
    app.on_response_prepare.append(note_begun)
    app.router.add_get("/events", handle)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    with caplog.at_level(logging.INFO):
        reader, writer = await ask(runner.addresses[0][1])
        await reader.readexactly(1000)
        await asyncio.sleep(0.3)  # it is full by now
        reset = struct.pack("ii", 1, 0)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
        writer.transport.abort()
        await asyncio.wait_for(ended.wait(), 10)
        await asyncio.sleep(0.2)
    await runner.cleanup()
    assert [each.getMessage() for each in caplog.records if each.levelno >= logging.WARNING] == []
