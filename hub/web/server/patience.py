"""Timeouts of the hub's connections.

Invariants: a connection whose first request does not come, or comes drop by drop, is ended, whoever made it; so is one
whose owner stops reading an answer; a handler waits for a body no longer than ``BODY_S``, but for a piece of an upload,
whose own limits count its bytes (``hub.shares.upload.limits``). No rule of a web server in front is needed for any of
it.
"""

from __future__ import annotations

import array
import asyncio
import contextlib
import fcntl
import termios
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiohttp import web

from hub.kit.errors import HubError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiohttp.typedefs import Handler

HEAD_S = 15.0  # from the connection to the whole head of its first request; a head has at most 16 kB
BODY_S = 30.0  # a body of JSON has at most 1 MiB: 280 kbit/s; almost all have under 10 kB
STALL_S = 60.0  # an answer of which nothing more is taken
KEEPALIVE_S = 75.0  # from an answer to the next request's whole head; longer than nginx keeps its own idle connections
LOOK_EVERY_S = 1.0
OWN_LIMITS = "/v1/uploads/"
TOO_SLOW = 408

ARRIVED: web.AppKey[set[web.RequestHandler]] = web.AppKey("arrived", set)


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """The timeouts of one application's connections."""

    head_s: float = HEAD_S
    body_s: float = BODY_S
    stall_s: float = STALL_S
    look_every_s: float = LOOK_EVERY_S


PATIENCE: web.AppKey[Patience] = web.AppKey("patience", Patience)


def be_patient(application: web.Application, patience: Patience) -> None:
    """Set the timeouts of an application; :class:`PatientRunner` applies them."""
    application[PATIENCE], application[ARRIVED] = patience, set()


@web.middleware
async def bounded_body(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Wait ``body_s`` for a request's body; raise ``too_slow`` (408) past it."""
    if request.protocol is not None:
        request.app[ARRIVED].add(request.protocol)
    if not request.can_read_body or request.path.startswith(OWN_LIMITS):
        return await handler(request)
    try:
        async with asyncio.timeout(request.app[PATIENCE].body_s) as limit:
            with _until_whole(request, limit):
                return await handler(request)
    except TimeoutError as error:
        if not limit.expired():
            raise
        rule = "too_slow"
        raise HubError(rule, TOO_SLOW, "The body came too slowly.") from error


@contextlib.contextmanager
def _until_whole(request: web.Request, limit: asyncio.Timeout) -> Iterator[None]:
    """Lift ``limit`` once the body is complete: the handler isn't timed."""
    is_within = True

    def whole() -> None:
        if is_within and not limit.expired():
            limit.reschedule(None)

    request.content.on_eof(whole)
    try:
        yield
    finally:
        is_within = False


class PatientRunner(web.AppRunner):
    """Runs an application and closes idle or stalled connections."""

    async def setup(self) -> None:
        """Start."""
        await super().setup()
        self._watch = asyncio.create_task(self._look(), name="patience")

    async def cleanup(self) -> None:
        """Stop."""
        self._watch.cancel()
        await asyncio.gather(self._watch, return_exceptions=True)
        await super().cleanup()

    async def _look(self) -> None:
        patience, arrived = self.app[PATIENCE], self.app[ARRIVED]
        silent: dict[web.RequestHandler, float] = {}
        stalled: dict[web.RequestHandler, tuple[int, float]] = {}
        loop = asyncio.get_running_loop()
        while True:
            now = loop.time()
            there = set() if self.server is None else set(self.server.connections)
            arrived &= there
            silent = {each: silent.get(each, now) for each in there - arrived}
            stalled = {each: _unread(each, stalled.get(each), now) for each in there}
            for each in there:
                waits_s = now - silent.get(each, now)
                unread_bytes, since = stalled[each]
                if waits_s > patience.head_s or (unread_bytes and now - since > patience.stall_s):
                    _abort(each)
            await asyncio.sleep(patience.look_every_s)


def _unread(connection: web.RequestHandler, before: tuple[int, float] | None, now: float) -> tuple[int, float]:
    """Return how many response bytes the client hasn't read, and since when that number is unchanged."""
    size_bytes = 0 if connection.transport is None else _waiting_bytes(connection.transport)
    return before if before is not None and before[0] == size_bytes else (size_bytes, now)


def _waiting_bytes(transport: asyncio.Transport) -> int:
    """Return what waits here and in the kernel, which takes nothing from here until a third of what it has is gone.

    By this buffer alone, who takes 10 kB a second looks like somebody who takes nothing for minutes.
    """
    size_bytes = transport.get_write_buffer_size()
    own = transport.get_extra_info("socket")
    if size_bytes and own is not None:
        unsent = array.array("i", [0])
        with contextlib.suppress(OSError):  # closed meanwhile, or no socket of a network
            fcntl.ioctl(own.fileno(), termios.TIOCOUTQ, unsent)
        size_bytes += unsent[0]
    return size_bytes


def _abort(connection: web.RequestHandler) -> None:
    """Close a connection without waiting for its client to read the rest."""
    if connection.transport is not None:
        connection.transport.abort()
