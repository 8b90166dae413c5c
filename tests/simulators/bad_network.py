"""A network that misbehaves, between a home and whatever it calls.

`BadLine` carries bytes: it stalls, resets at the Nth byte, answers nobody, drips, and lets the peer vanish without a
word. `BadMiddlebox` carries HTTP requests: it loses answers after the hub acted, replays requests, cuts answers short,
lies about their length, and is a captive portal. `cutting` cuts a page's uploads. Change their knobs at any time;
they count what passed.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

RESET = struct.pack("ii", 1, 0)  # SO_LINGER with no time: close sends RST
SMALL_BUFFER_BYTES = 16 * 1024  # so that what stalls here stalls the sender soon
READ_BYTES = 16 * 1024


@dataclass(kw_only=True)
class BadLine:
    """Forwards connections to one address, byte by byte or worse."""

    host: str
    port: int
    stalled: bool = False  # connections live, and nothing passes
    deaf: bool = False  # takes connections and says nothing: a black hole behind a box that accepts
    refusing: bool = False  # new connections are reset at once
    reset_after_up: int | None = None  # bytes of one connection, then a reset
    reset_after_down: int | None = None
    slice_bytes: int = READ_BYTES
    delay_s: float = 0.0  # before each slice
    tls: ssl.SSLContext | None = None  # spoken to the home; plain text goes on from here
    connections: int = 0
    passed_up: int = 0
    passed_down: int = 0
    listening_port: int = 0
    _server: asyncio.Server | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)

    @property
    def url(self) -> str:
        """Where a home finds it."""
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.listening_port}"

    async def start(self) -> None:
        """Listen on a free port."""
        listener = socket.create_server(("127.0.0.1", 0))
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER_BYTES)
        self._server = await asyncio.start_server(self._connected, sock=listener, limit=READ_BYTES)
        self.listening_port = listener.getsockname()[1]

    async def stop(self) -> None:
        """End every connection and stop listening."""
        if self._server is not None:
            self._server.close()
            self._server.abort_clients()  # also one whose task has not begun
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def cut(self) -> None:
        """Reset every connection there is."""
        for writer in tuple(self._writers):
            _reset(writer)

    def mend(self) -> None:
        """Let everything pass again; what was stalled goes on."""
        self.stalled = self.deaf = self.refusing = False
        self.reset_after_up = self.reset_after_down = None
        self.slice_bytes, self.delay_s = READ_BYTES, 0.0

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._writers.add(writer)
        self.connections += 1
        plain = writer.transport
        try:
            if self.tls is None or await _is_secured(writer, self.tls):
                await self._carry(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, TimeoutError, ssl.SSLError):
            pass
        finally:
            self._tasks.discard(task)
            self._writers.discard(writer)
            (writer.transport or plain).abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.refusing:
            _reset(writer)
            return
        while self.deaf:  # noqa: ASYNC110  the knob has no event
            await asyncio.sleep(0.02)
        far_reader, far_writer = await asyncio.open_connection(self.host, self.port, limit=READ_BYTES)
        self._writers.add(far_writer)
        try:
            pumps = [
                asyncio.ensure_future(self._pump(reader, far_writer, writer, up=True)),
                asyncio.ensure_future(self._pump(far_reader, writer, writer, up=False)),
            ]
            try:
                await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for pump in pumps:
                    pump.cancel()
                await asyncio.gather(*pumps, return_exceptions=True)
        finally:
            self._writers.discard(far_writer)
            far_writer.transport.abort()

    async def _pump(
        self, source: asyncio.StreamReader, target: asyncio.StreamWriter, near: asyncio.StreamWriter, *, up: bool
    ) -> None:
        passed = 0
        while data := await source.read(min(self.slice_bytes, READ_BYTES)):
            while self.stalled:  # noqa: ASYNC110  the knob has no event
                await asyncio.sleep(0.02)
            if self.delay_s:
                await asyncio.sleep(self.delay_s)
            bound = self.reset_after_up if up else self.reset_after_down
            part = data if bound is None else data[: max(0, bound - passed)]
            target.write(part)
            await target.drain()
            passed += len(part)
            if up:
                self.passed_up += len(part)
            else:
                self.passed_down += len(part)
            if len(part) < len(data) or passed == bound:
                _reset(near)
                return


@dataclass(frozen=True, slots=True, kw_only=True)
class Mischief:
    """What happens to one HTTP request whose method and path match."""

    method: str
    path: str  # its start
    lose_answer: bool = False  # the hub acts, and nobody hears of it
    replays: int = 0  # the very same bytes again, each on a line of its own
    keep_bytes: int | None = None  # of the answer; then the line ends
    claimed_length: int | None = None  # instead of the answer's Content-Length
    answer: bytes | None = None  # instead of asking the hub at all


@dataclass(kw_only=True)
class BadMiddlebox:
    """Carries whole HTTP requests, one a connection; each is done what the first mischief that fits says, once."""

    host: str
    port: int
    script: list[Mischief] = field(default_factory=list)
    always: list[Mischief] = field(default_factory=list)
    seen: list[tuple[str, str]] = field(default_factory=list)
    replayed: list[int] = field(default_factory=list)  # status of each replay
    listening_port: int = 0
    _server: asyncio.Server | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def url(self) -> str:
        """Where a home finds it."""
        return f"http://127.0.0.1:{self.listening_port}"

    async def start(self) -> None:
        """Listen on a free port."""
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.listening_port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop."""
        if self._server is not None:
            self._server.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            request = await _request(reader)
            if request is not None:
                await self._handle(request, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self._tasks.discard(task)
            with contextlib.suppress(ConnectionError):
                writer.close()
                await writer.wait_closed()

    async def _handle(self, request: bytes, writer: asyncio.StreamWriter) -> None:
        method, path = request.split(b" ", 2)[:2]
        what = (method.decode(), path.decode())
        self.seen.append(what)
        mischief = self._pick(*what)
        if mischief is not None and mischief.answer is not None:
            writer.write(mischief.answer)
            await writer.drain()
            return
        answer = await self._ask(request)
        if mischief is not None:
            for _ in range(mischief.replays):
                self.replayed.append(_status(await self._ask(request)))
            if mischief.lose_answer:
                _reset(writer)
                return
            if mischief.claimed_length is not None:
                answer = _with_length(answer, mischief.claimed_length)
            if mischief.keep_bytes is not None:
                answer = answer[: mischief.keep_bytes]
        writer.write(answer)
        await writer.drain()

    def _pick(self, method: str, path: str) -> Mischief | None:
        for mischief in [*self.script, *self.always]:
            if mischief.method == method and path.startswith(mischief.path):
                if mischief in self.script:
                    self.script.remove(mischief)
                return mischief
        return None

    async def _ask(self, request: bytes) -> bytes:
        """Send the very bytes to the hub, on a line that ends after the answer."""
        reader, writer = await asyncio.open_connection(self.host, self.port)
        try:
            head, _, body = request.partition(b"\r\n\r\n")
            writer.write(head + b"\r\nConnection: close\r\n\r\n" + body)
            await writer.drain()
            return await reader.read(-1)
        finally:
            writer.transport.abort()


def page(status: str = "200 OK", body: bytes = b"<html><h1>Welcome</h1></html>", *rows: str) -> bytes:
    """Return what a captive portal or a proxy says, whatever was asked."""
    head = [f"HTTP/1.1 {status}", "Content-Type: text/html", f"Content-Length: {len(body)}", "Connection: close", *rows]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


UPLOADS = "**/v1/uploads/**"


def cutting(cut: list[str], times: int = 2) -> Callable[[Any], Any]:
    """Return what cuts a page's line at the first pieces that it sends, and notes each in ``cut``.

    Either of Playwright's pages takes it for the route ``UPLOADS``.
    """

    def handle(route: Any) -> Any:  # noqa: ANN401  a route and a call's end, of whichever kind of page
        if route.request.method == "PATCH" and len(cut) < times:
            cut.append(route.request.url)
            return route.abort("connectionreset")
        return route.continue_()

    return handle


async def between(far_url: str, kind: type[BadLine | BadMiddlebox]) -> AsyncIterator[BadLine | BadMiddlebox]:
    """Run one in front of an address for the time of a fixture."""
    parts = urlsplit(far_url)
    box = kind(host=parts.hostname or "", port=parts.port or 0)
    await box.start()
    yield box
    await box.stop()


async def _is_secured(writer: asyncio.StreamWriter, tls: ssl.SSLContext) -> bool:
    """Begin TLS here and not by the server, who would call a peer that hangs up an error of this process.

    Of one that hangs up meanwhile asyncio (3.13) has no transport any more, and fails at that, now and when the
    writer is thrown away.
    """
    plain = writer.transport
    try:
        await writer.start_tls(tls)
    except AttributeError:
        writer._transport = plain  # noqa: SLF001
        return False
    return True


def _reset(writer: asyncio.StreamWriter) -> None:
    """End a connection as a box that lost its memory does: RST, no FIN."""
    near = writer.get_extra_info("socket")
    if near is not None:
        with contextlib.suppress(OSError):
            near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    writer.transport.abort()


async def _request(reader: asyncio.StreamReader) -> bytes | None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    rows = (row.partition(b":") for row in head.split(b"\r\n")[1:])
    fields = {name.strip().lower(): value.strip() for name, _, value in rows}
    return head + await reader.readexactly(int(fields.get(b"content-length", b"0")))


def _status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1]) if answer else 0


def _with_length(answer: bytes, length: int) -> bytes:
    head, _, body = answer.partition(b"\r\n\r\n")
    rows = [row for row in head.split(b"\r\n") if not row.lower().startswith(b"content-length:")]
    return b"\r\n".join([*rows, b"Content-Length: %d" % length]) + b"\r\n\r\n" + body
