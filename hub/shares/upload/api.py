"""The homes' routes of protocol section 10: announce a share, send its bodies by tus 1.0.

The door (``hub.enrollment.guard``) has checked the bearer token; handlers don't know whose it is. Only the rate of
announcements, the bytes that are still to come, and the number of pieces at once look at the token, in memory. A
resident's page has a ticket instead, which announces one share (``hub.kit.tickets``). An
upload is there for whoever shows its share key, and for no other home (``hub.shares.record.holder``).
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from contextlib import asynccontextmanager
from functools import wraps
from typing import TYPE_CHECKING

from aiohttp import hdrs, web

from hub.enrollment.guard import bearer
from hub.kit.access import ANY_HOME
from hub.kit.buckets import Buckets
from hub.kit.errors import HubError
from hub.kit.tickets import is_ticket, ticket_unknown
from hub.shares.upload import routes, tus
from hub.shares.upload.homes import HOMES_MAX, Homes, Places, Promises
from hub.shares.upload.limits import SHORT_PIECE_BYTES
from hub.shares.upload.service import upload_unknown
from hub.shares.upload.staging import BodyLockedError, to_its_end
from milton_protocol.limits import MESSAGE_SIZE_MAX_BYTES
from milton_protocol.messages.homes.answers import ShareAnswer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
    from datetime import datetime

    from aiohttp.typedefs import Handler

    from hub.kit.tickets import Tickets
    from hub.shares.upload.service import Part, Submissions
    from hub.shares.upload.staging import Body, Staging
    from hub.web.routing import Route

BATCH_BYTES = 2**20  # one trip to the disk's thread for as much, not for each read
TOO_SLOW = 408


class SubmissionsApi:
    """Handlers over the service."""

    def __init__(
        self, service: Submissions, staging: Staging, tickets: Tickets | None, clock: Callable[[], datetime]
    ) -> None:
        """Keep what the handlers need."""
        self._service = service
        self._staging = staging
        self._tickets = tickets
        self._clock = clock
        self._homes = homes = Homes()
        limits = service.limits
        self._rates = Buckets(2 * HOMES_MAX)  # each home's announcements and short pieces
        self._promises = Promises(homes, limits.unfinished_kept, limits.unfinished_of_one_home)
        self._places = Places(homes, at_once=limits.pieces_at_once, for_one_home=limits.pieces_for_one_home)

    def handlers(self) -> Mapping[Route, Handler]:
        """Return what answers each route of the homes' application."""
        return {
            routes.ANNOUNCE: self.announce,
            routes.OPTIONS: _tus(self.options),
            routes.HEAD: _tus(self.head),
            routes.CREATE: _tus(self.create),
            routes.PATCH: _tus(self.patch),
            routes.TERMINATE: _tus(self.terminate),
        }

    async def announce(self, request: web.Request) -> web.Response:
        """``POST /v1/shares``."""
        tus.check_not_encoded(request.headers)
        envelope = await _read_bounded(request)
        token, now = bearer(request), self._clock()
        if is_ticket(token) and (self._tickets is None or not await self._tickets.use(token)):
            raise ticket_unknown()

        def count(size_bytes: int, room_bytes: int) -> None:
            self._rates.count(self._service.limits.shares, self._homes.digest(token), now)
            self._promises.count(token, size_bytes, room_bytes, now)

        is_new, share = await self._service.announce(ANY_HOME, envelope, count)
        uploads = {part.name: f"/v1/uploads/{share.share_id}/{part.name.value}" for part in share.parts}
        answer = ShareAnswer(uploads=uploads).to_bytes()
        return web.Response(body=answer, status=201 if is_new else 200, content_type="application/json")

    async def options(self, _request: web.Request) -> web.Response:
        """Say what this server can do."""
        return web.Response(status=204, headers=tus.capabilities(self._service.limits.body_max_bytes))

    async def head(self, request: web.Request) -> web.Response:
        """Say how much of a body is durable here."""
        tus.check_version(request.headers)
        part = await self._part(request)
        offset = await self._service.offset(part)
        return web.Response(headers=_progress(offset, part) | {hdrs.CACHE_CONTROL: "no-store"})

    async def create(self, request: web.Request) -> web.Response:
        """Make an upload again that was terminated (tus creation)."""
        tus.check_version(request.headers)
        part = await self._part(request)
        if tus.length(request.headers) != part.size_bytes:
            rule = "length_differs"
            raise HubError(rule, tus.BAD_REQUEST, "Upload-Length is not the size that the share announced.")
        await self._service.recreate(part)
        return web.Response(status=201, headers={hdrs.LOCATION: request.path})

    async def terminate(self, request: web.Request) -> web.Response:
        """Drop an unfinished body (tus termination)."""
        tus.check_version(request.headers)
        part = await self._part(request)
        if part.is_stored:  # its staged file went when it was stored; made again, it is the lock
            await asyncio.to_thread(self._staging.create, part.share_id, part.name)
        async with self._locked(part):
            await self._service.terminate(part)
        return web.Response(status=204)

    async def patch(self, request: web.Request) -> web.Response:
        """Take a piece of a body; what is acknowledged is durable."""
        tus.check_version(request.headers)
        tus.check_piece(request.headers)
        offset, checksum = tus.offset(request.headers), tus.checksum(request.headers)
        part = await self._part(request)
        self._check_length(request, part, offset)
        with self._places.one(bearer(request)):
            return await self._take(request, part, offset, checksum)

    async def _take(self, request: web.Request, part: Part, offset: int, checksum: bytes | None) -> web.Response:
        """Append a piece at ``offset``; with the last byte the body is stored."""
        async with self._held(part) as body:
            size_bytes = part.size_bytes if body is None else body.size_bytes()
            if offset != size_bytes:
                rule = "offset_differs"
                raise HubError(
                    rule, tus.CONFLICT, f"The hub has {size_bytes} bytes.", headers={"Upload-Offset": str(size_bytes)}
                )
            if body is not None:
                token = bearer(request)
                home, limit = self._homes.digest(token), self._service.limits.short_pieces
                self._rates.check(limit, home, self._clock())
                try:
                    size_bytes = await self._receive(request, part, body, checksum)
                finally:
                    came_bytes = body.size_bytes() - offset
                    self._promises.came(token, came_bytes)
                    if came_bytes < SHORT_PIECE_BYTES:  # that cost a write to the disk, too
                        self._rates.note(limit, home, self._clock())
                if size_bytes == part.size_bytes:
                    await self._service.finish(part, body)
        return web.Response(status=204, headers={"Upload-Offset": str(size_bytes)})

    async def _part(self, request: web.Request) -> Part:
        return await self._service.held_part(
            request.match_info["share_id"], request.match_info["name"], request.headers
        )

    def _check_length(self, request: web.Request, part: Part, offset: int) -> None:
        """Refuse a piece by its announced length, before a byte of it is read."""
        announced = request.content_length or 0
        if announced > self._service.limits.piece_max_bytes or offset + announced > part.size_bytes:
            raise self._too_long(part)

    def _too_long(self, part: Part) -> HubError:
        rule = "piece_too_long"
        most = self._service.limits.piece_max_bytes
        return HubError(
            rule, tus.TOO_LARGE, f"A piece has at most {most} bytes and ends within the body's {part.size_bytes}."
        )

    @asynccontextmanager
    async def _held(self, part: Part) -> AsyncIterator[Body | None]:
        """Hold the body as its only writer (:meth:`_locked`); None when it is stored already."""
        if part.is_stored:
            yield None
            return
        async with self._locked(part) as body:
            yield body

    @asynccontextmanager
    async def _locked(self, part: Part) -> AsyncIterator[Body]:
        """Hold the staged file.

        Raises ``upload_locked`` (423) while somebody else holds it and ``upload_unknown`` after a termination.
        """
        try:
            body = await asyncio.to_thread(self._staging.open, part.share_id, part.name)
        except BodyLockedError as error:
            rule = "upload_locked"
            raise HubError(rule, tus.LOCKED, "Another piece is being taken.", headers={"Retry-After": "1"}) from error
        except FileNotFoundError as error:
            raise upload_unknown() from error
        try:
            yield body
        finally:
            body.close()

    async def _receive(self, request: web.Request, part: Part, body: Body, checksum: bytes | None) -> int:
        """Append the piece; return the durable size.

        What came before a cut is kept; a piece with a checksum is kept as a whole or not at all (tus checksum).
        """
        start = body.size_bytes()
        digest: bytes | None = None
        is_whole = False
        try:
            async with asyncio.timeout(self._service.limits.piece_s):
                digest = await self._append(request, part, body)
        except TimeoutError as error:
            rule = "too_slow"
            raise HubError(rule, TOO_SLOW, "The piece came too slowly.") from error
        finally:
            is_whole = digest is not None and (checksum is None or hmac.compare_digest(digest, checksum))
            if checksum is not None and not is_whole:
                await to_its_end(body.cut, start)
            else:
                await to_its_end(body.sync)
        if not is_whole:
            rule = "checksum_differs"
            raise HubError(rule, tus.CHECKSUM_MISMATCH, "The piece does not have the checksum that was sent with it.")
        return body.size_bytes()

    async def _append(self, request: web.Request, part: Part, body: Body) -> bytes:
        """Write the piece in batches, bounded in size and in time; return its SHA-256.

        Raises ``piece_cut`` when the home's connection ends: nobody reads it, and it is no failure of the hub.
        """
        left = min(self._service.limits.piece_max_bytes, part.size_bytes - body.size_bytes())
        digest = hashlib.sha256()
        batch = bytearray()
        try:
            while True:
                async with asyncio.timeout(self._service.limits.idle_s):
                    data = await request.content.readany()
                if not data:
                    return digest.digest()
                left -= len(data)
                if left < 0:
                    raise self._too_long(part)
                digest.update(data)
                batch += data
                if len(batch) >= BATCH_BYTES:
                    full, batch = bytes(batch), bytearray()
                    await to_its_end(body.append, full)
        except ConnectionResetError as error:
            rule = "piece_cut"
            raise HubError(rule, tus.BAD_REQUEST, "The connection ended within the piece.") from error
        finally:
            await to_its_end(body.append, bytes(batch))


def _tus(
    handler: Callable[[web.Request], Awaitable[web.Response]],
) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Add Tus-Resumable to every answer, refusals too."""

    @wraps(handler)
    async def wrapped(request: web.Request) -> web.Response:
        try:
            response = await handler(request)
        except HubError as error:
            error.headers |= tus.RESUMABLE
            raise
        response.headers.update(tus.RESUMABLE)
        return response

    return wrapped


async def _read_bounded(request: web.Request) -> bytes:
    """Read an envelope's body; raise ``message_too_long`` (413) without reading on."""
    data = bytearray()
    async for chunk in request.content.iter_any():
        data += chunk
        if len(data) > MESSAGE_SIZE_MAX_BYTES:
            rule = "message_too_long"
            raise HubError(rule, tus.TOO_LARGE, f"A share envelope has at most {MESSAGE_SIZE_MAX_BYTES} bytes.")
    return bytes(data)


def _progress(offset: int, part: Part) -> dict[str, str]:
    return {"Upload-Offset": str(offset), "Upload-Length": str(part.size_bytes)}
