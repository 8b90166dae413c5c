"""Take shares in.

Invariants: a share id names one payload for ever; a body counts as stored when its bytes have the announced digest and
are durable in the blob store; the receipt ``received`` is written in the transaction in which the last body counts as
stored; no row and no log line joins a share to a home.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy.exc import IntegrityError

from hub.kit.access import Action, Actor, require
from hub.kit.errors import HubError
from hub.shares.record import repository
from hub.shares.record.holder import is_held
from hub.shares.record.model import OWNER, SharePartRow, ShareRow, ShareState
from hub.shares.upload.admission import check_new, share_bytes
from hub.shares.upload.staging import BodyLockedError
from hub.shares.upload.tus import CHECKSUM_MISMATCH, CONFLICT
from milton_protocol.messages.shares.share import PartName, Share, open_share

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.db.engine import Database
    from hub.kit.blobs import Blobs
    from hub.shares.upload.limits import Limits
    from hub.shares.upload.staging import Body, Staging

_LOGGER = logging.getLogger(__name__)

NOT_FOUND = 404
GONE = 410


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """Where bytes are: on their way, and at rest."""

    staging: Staging
    blobs: Blobs


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One sealed body as the upload sees it."""

    share_id: str
    name: str
    size_bytes: int
    body_sha256: str
    is_stored: bool


def blob_name(share_id: str, name: str) -> str:
    """Return the name of a sealed body in the blob store."""
    return f"shares/{share_id}/{name}"


class Submissions:
    """Shares from their announcement to their receipt."""

    def __init__(
        self,
        *,
        database: Database,
        stores: Stores,
        received: Callable[[AsyncSession, ShareRow, datetime], Awaitable[None]],
        clock: Callable[[], datetime],
        limits: Limits,
    ) -> None:
        """Keep what shares need; ``received`` is run in the transaction in which the last body counts as stored."""
        self._database = database
        self._staging = stores.staging
        self._blobs = stores.blobs
        self._received = received
        self._clock = clock
        self.limits = limits

    async def announce(self, actor: Actor, envelope: bytes, count: Callable[[int, int], None]) -> tuple[bool, Share]:
        """Take a share's clear facts; say whether it is new, and what it is. A repeat is answered the same.

        ``count`` is called for a new share, with its bytes and those that the hub has room for, and may refuse it.
        Raises ProtocolError for a malformed envelope or an id that is not its key's; ``share_differs`` (409),
        ``request_unknown`` (404), ``revoked`` and ``request_closed`` (410), ``recipients_differ`` (400),
        ``body_too_large`` (413),
        ``hub_full`` (507).
        """
        require(actor, Action.SHARE_SEND)
        share, payload = open_share(envelope)
        async with self._database.reading() as session:  # what is known, or refused, keeps no writer waiting
            known = await _known(session, share, payload)
            if known is None:
                await self._check_new(session, share)
        is_new = known is None
        if known is None:
            async with self._database.session("share.announced") as session:
                known = await _known(session, share, payload)  # it may have come twice at once
                is_new = known is None
                if known is None:
                    is_flagged, room_bytes = await self._check_new(session, share)
                    count(share_bytes(share), room_bytes)
                    is_new = await self._insert(session, share, payload, envelope, is_flagged=is_flagged)
        if known in {None, ShareState.UPLOADING}:
            await self._make_bodies(share)
        return is_new, share

    async def held_part(self, share_id: str, name: str, headers: Mapping[str, str]) -> Part:
        """Return a body to the home that made the share, by its share key.

        Raises ``upload_unknown`` (404), the same for whoever else asks; ``upload_closed`` (410).
        """
        async with self._database.reading() as session:
            if not await is_held(session, share_id, headers):
                raise upload_unknown()
            return await _part(session, share_id, name)

    async def part(self, share_id: str, name: str) -> Part:
        """Return a body that may be uploaded; raise ``upload_unknown`` (404) or ``upload_closed`` (410)."""
        async with self._database.reading() as session:
            return await _part(session, share_id, name)

    async def offset(self, part: Part) -> int:
        """Return how many bytes of ``part`` are durable; a body that is whole but not yet stored is stored first.

        Raises ``upload_unknown`` after a termination.
        """
        if part.is_stored:
            return part.size_bytes
        offset = await asyncio.to_thread(self._staging.offset, part.share_id, part.name)
        if offset == part.size_bytes and await self._finish_if_free(part):
            return part.size_bytes
        if offset is None:
            offset = await self._offset_after_store(part)
        return offset

    async def finish(self, part: Part, body: Body) -> None:
        """Store a whole body, and give the receipt when it was the last one; the caller holds ``body``.

        Raises ``digest_differs`` (460; the body is empty again) and ``upload_closed`` (410).
        """
        if await asyncio.to_thread(body.sha256) != part.body_sha256:
            await asyncio.to_thread(body.cut, 0)
            rule = "digest_differs"
            raise HubError(
                rule, CHECKSUM_MISMATCH, "The bytes are not those that the share announced. Send them again."
            )
        await self._blobs.put(blob_name(part.share_id, part.name), body.path)
        try:
            await self._count_as_stored(part)
        except HubError:  # the share was withdrawn meanwhile: nothing of it may stay
            await self.erase(part.share_id)
            raise
        await asyncio.to_thread(self._staging.remove, part.share_id, part.name)

    async def recreate(self, part: Part) -> None:
        """Make the upload again after a termination; one that is there stays as it is."""
        if not part.is_stored:
            await asyncio.to_thread(self._staging.create, part.share_id, part.name)

    async def terminate(self, part: Part) -> None:
        """Drop an unfinished body; raise ``already_received`` (409) once the receipt is given.

        The caller holds its staged file from before the act to after it: what is made again meanwhile is never dropped.
        """
        try:
            await self._count_as_dropped(part)
        except HubError:  # nothing of a share that arrived is staged; the file was made for its lock
            await asyncio.to_thread(self._staging.remove, part.share_id, part.name)
            raise
        await self._blobs.delete(blob_name(part.share_id, part.name))
        await asyncio.to_thread(self._staging.remove, part.share_id, part.name)

    async def erase(self, share_id: str) -> None:
        """Delete every byte of a share, on its way or at rest; a repeat is no failure."""
        for name in PartName:
            await asyncio.to_thread(self._staging.remove, share_id, name.value)
            await self._blobs.delete(blob_name(share_id, name.value))

    async def recover(self) -> None:
        """After a start: finish bodies that are whole, drop those whose share takes none any more."""
        for share_id, name in await asyncio.to_thread(lambda: list(self._staging.names())):
            try:
                await self.offset(await self.part(share_id, name))
            except HubError as error:
                if error.status in {NOT_FOUND, GONE}:
                    await self.erase(share_id)
                _LOGGER.info("A staged body was not taken over (%s)", error.rule)

    async def _check_new(self, session: AsyncSession, share: Share) -> tuple[bool, int]:
        """Raise unless a share may be taken in; return whether its owner flagged it, and for how much there is room."""
        free_bytes = await asyncio.to_thread(self._staging.free_bytes)
        is_flagged = await check_new(session, share, limits=self.limits, free_bytes=free_bytes, now=self._clock())
        return is_flagged, free_bytes - self.limits.disk_reserve_bytes

    async def _insert(
        self, session: AsyncSession, share: Share, payload: bytes, envelope: bytes, *, is_flagged: bool
    ) -> bool:
        """Keep a new share; False where another worker just has, on Postgres (``share_differs`` for another one)."""
        now = self._clock()
        row = ShareRow(
            share_id=share.share_id,
            request_id=share.request_id,
            payload=payload,
            envelope=envelope,
            state=ShareState.UPLOADING,
            created_at=now,
            delete_after=now + self.limits.unfinished_kept,
            sensitive_since=now if is_flagged else None,  # before a byte of it is here
            flagged_by=OWNER if is_flagged else None,
        )
        try:
            async with session.begin_nested():
                session.add(row)
        except IntegrityError:
            if await _known(session, share, payload) is None:
                raise  # it is not there: a bug
            return False
        session.add_all(SharePartRow.announced(share.share_id, part) for part in share.parts)
        return True

    async def _make_bodies(self, share: Share) -> None:
        """Make the upload of every body that is not stored yet."""
        for each in share.parts:
            await self.recreate(await self.part(share.share_id, each.name.value))

    async def _finish_if_free(self, part: Part) -> bool:
        """Store a whole body unless somebody is doing just that."""
        with contextlib.suppress(BodyLockedError, FileNotFoundError):
            body = await asyncio.to_thread(self._staging.open, part.share_id, part.name)
            try:
                await self.finish(part, body)
            finally:
                body.close()
            return True
        return False

    async def _offset_after_store(self, part: Part) -> int:
        """Return the size when the body was stored a moment ago; raise ``upload_unknown`` when it was terminated."""
        if (await self.part(part.share_id, part.name)).is_stored:
            return part.size_bytes
        raise upload_unknown()

    async def _count_as_stored(self, part: Part) -> None:
        """Note one stored body, and with the last one the receipt: one transaction."""
        now = self._clock()
        async with self._database.session("share.part_stored") as session:
            share = await repository.locked(session, part.share_id)
            if share.state in {ShareState.WITHDRAWN, ShareState.DELETED}:
                raise _closed()
            rows = await repository.parts_of(session, part.share_id)
            for row in rows:
                if row.name == part.name and row.stored_at is None:
                    row.stored_at = now
            if share.state == ShareState.UPLOADING and all(row.stored_at is not None for row in rows):
                share.state, share.received_at = ShareState.RECEIVED, now
                await self._received(session, share, now)

    async def _count_as_dropped(self, part: Part) -> None:
        async with self._database.session("share.part_dropped") as session:
            share = await repository.locked(session, part.share_id)
            if share.state != ShareState.UPLOADING:
                rule = "already_received"
                raise HubError(rule, CONFLICT, "The share was received; a withdrawal takes it back.")
            row = await session.get_one(SharePartRow, (part.share_id, part.name))
            row.stored_at = None


async def _part(session: AsyncSession, share_id: str, name: str) -> Part:
    row = await session.get(SharePartRow, (share_id, name))
    share = await session.get(ShareRow, share_id)
    if row is None or share is None:
        raise upload_unknown()
    if share.state in {ShareState.WITHDRAWN, ShareState.DELETED}:
        raise _closed()
    return Part(
        share_id=share_id,
        name=name,
        size_bytes=row.size_bytes,
        body_sha256=row.body_sha256,
        is_stored=row.stored_at is not None,
    )


async def _known(session: AsyncSession, share: Share, payload: bytes) -> ShareState | None:
    """Return where a share is that was announced before; raise ``share_differs`` for another one of its id."""
    known = await session.get(ShareRow, share.share_id)
    if known is not None and known.payload != payload:
        rule = "share_differs"
        raise HubError(rule, CONFLICT, "Another share has this id.")
    return None if known is None else ShareState(known.state)


def upload_unknown() -> HubError:
    """Return the answer for an upload that is not there."""
    rule = "upload_unknown"
    return HubError(rule, NOT_FOUND, "There is no such upload.")


def _closed() -> HubError:
    rule = "upload_closed"
    return HubError(rule, GONE, "This share takes no more bytes.")
