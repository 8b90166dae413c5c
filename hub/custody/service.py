"""What becomes of a share after it has arrived.

Invariants: nobody gets a byte before the row and the receipt of that look are committed; each act is one transaction
with its receipt and its audit row; bytes are erased only after a committed decision that nobody can take back, and a
share counts as deleted only after they are gone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from hub.access import ANY_HOME, Action, Actor, require, require_other, system
from hub.audit.trail import record
from hub.custody.rules import (
    WITHDRAWN_OPENED_KEPT,
    Withdrawn,
    check_acceptable,
    check_readable,
    withdrawal_of,
)
from hub.requests.model import RequestRow
from hub.submissions import repository
from hub.submissions.model import ShareRow, ShareState
from milton_protocol import dsse
from milton_protocol.canonical import decode
from milton_protocol.fields import Fields
from milton_protocol.limits import MESSAGE_SIZE_MAX_BYTES
from milton_protocol.messages.receipt import ReceiptEvent
from milton_protocol.messages.share import PartName, SealedPart, Share
from milton_protocol.messages.withdrawal import Withdrawal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.custody.model import ReceiptRow
    from hub.custody.receipts import Receipts
    from hub.db.engine import Database
    from hub.submissions.service import Submissions

RETENTION = system("retention")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareView:
    """A share as officers see it: its row, its clear facts, its receipts."""

    row: ShareRow
    facts: Share
    receipts: Sequence[ReceiptRow]


class Custody:
    """Looking, accepting, withdrawing, deleting."""

    def __init__(
        self, *, database: Database, receipts: Receipts, submissions: Submissions, clock: Callable[[], datetime]
    ) -> None:
        """Keep what custody needs."""
        self._database = database
        self._receipts = receipts
        self._submissions = submissions
        self._clock = clock

    async def shares_of(self, actor: Actor, request_id: str) -> tuple[ShareView, ...]:
        """Return the shares of a request that ``actor`` may see, oldest first."""
        require(actor, Action.SHARE_LIST)
        async with self._database.reading() as session:
            rows = await repository.of_request(session, actor, request_id)
            return tuple([await self._view(session, row) for row in rows])

    async def share(self, actor: Actor, share_id: str) -> ShareView:
        """Return one share; raise ``share_unknown`` (404), also for one that ``actor`` may not see."""
        require(actor, Action.SHARE_LIST)
        async with self._database.reading() as session:
            return await self._view(session, await repository.visible(session, actor, share_id))

    async def check_watchable(self, actor: Actor, share_id: str, name: PartName) -> SealedPart:
        """Return the part that ``actor`` may fetch; raise what :meth:`watch` would."""
        require(actor, Action.SHARE_WATCH)
        async with self._database.reading() as session:
            row = await repository.visible(session, actor, share_id)
            check_readable(row)
            return _part(row, name)

    async def watch(self, actor: Actor, share_id: str, name: PartName) -> SealedPart:
        """Let ``actor`` fetch a part: the first time on a device this is audited and receipted.

        Raises ``share_unknown``, ``withdrawn``, ``deleted`` (410), ``not_received`` (409), ``too_many_viewers`` (503).
        """
        require(actor, Action.SHARE_WATCH)
        now = self._clock()
        async with self._database.session("share.fetched") as session:
            row = await repository.visible(session, actor, share_id, lock=True)
            check_readable(row)
            part = _part(row, name)
            if await self._receipts.add_fetched(session, row, actor, at=now):
                row.opened_at = row.opened_at or now
                await record(
                    session, at=now, actor=actor, action="share.fetched", subject=share_id, detail=actor.device
                )
            return part

    async def accept(self, actor: Actor, share_id: str) -> ShareView:
        """Accept a share into its case; a repeat by anybody is refused (``already_accepted``).

        Raises ``too_early`` (409) in the owner's first 24 hours and ``own_act`` (403) for the requesting officer.
        """
        require(actor, Action.SHARE_ACCEPT)
        now = self._clock()
        async with self._database.session("share.accepted") as session:
            row = await repository.visible(session, actor, share_id, lock=True)
            officer = await session.scalar(select(RequestRow.officer_id).where(RequestRow.request_id == row.request_id))
            require_other(actor, officer or "")
            check_acceptable(row, now)
            row.state, row.accepted_at, row.delete_after = ShareState.ACCEPTED, now, None
            await self._receipts.add(session, row, ReceiptEvent.ACCEPTED, at=now, by=actor)
            await record(session, at=now, actor=actor, action="share.accepted", subject=share_id)
            return await self._view(session, row)

    async def withdraw(self, envelope: bytes) -> None:
        """Take a share back, by its one-time key. A repeat is answered the same.

        Raises ``share_unknown`` (404), ``already_accepted`` (409), ProtocolError for a bad envelope or signature.
        """
        claimed = _claimed(envelope)
        now = self._clock()
        async with self._database.session("share.withdrawn") as session:
            row = await repository.locked(session, claimed.share_id)
            if row.request_id != claimed.request_id:
                raise repository.share_unknown()
            key = Share.from_bytes(row.payload).one_time_key
            dsse.open_envelope(envelope, Withdrawal.PAYLOAD_TYPE, [key], required=1)
            outcome = withdrawal_of(row)
            if outcome is Withdrawn.ALREADY:
                return
            row.state, row.withdrawn_at = ShareState.WITHDRAWN, now
            row.delete_after = now if outcome is Withdrawn.DELETE else now + WITHDRAWN_OPENED_KEPT
            await self._receipts.add(session, row, ReceiptEvent.WITHDRAWN, at=now)
            await record(session, at=now, actor=ANY_HOME, action="share.withdrawn", subject=row.share_id)
        await self._delete_if_due(claimed.share_id)

    async def delete_due(self) -> None:
        """Delete every share whose time is up, and finish deletions that were cut short.

        One that fails keeps no other's bytes: all are tried, then an ExceptionGroup says what failed.
        """
        due = select(ShareRow.share_id).where(
            ShareRow.deleted_at.is_(None),
            or_(ShareRow.delete_after <= self._clock(), ShareRow.state == ShareState.DELETED),
        )
        async with self._database.reading() as session:
            share_ids = (await session.scalars(due)).all()
        failures: list[Exception] = []
        for share_id in share_ids:
            try:
                await self._delete_if_due(share_id)
            except Exception as error:  # noqa: BLE001 - every one is raised below
                failures.append(error)
        if failures:
            message = "shares whose time is up could not be deleted"
            raise ExceptionGroup(message, failures)

    async def _delete_if_due(self, share_id: str) -> None:
        """Decide, erase, then say so: a cut at any point is taken up by :meth:`delete_due`."""
        require(RETENTION, Action.SHARE_DELETE)
        async with self._database.session("share.deletion_decided") as session:
            row = await repository.locked(session, share_id)
            is_due = row.delete_after is not None and row.delete_after <= self._clock()
            if row.deleted_at is not None or not (is_due or row.state == ShareState.DELETED):
                return
            row.state = ShareState.DELETED
        await self._submissions.erase(share_id)
        now = self._clock()
        async with self._database.session("share.deleted") as session:
            row = await repository.locked(session, share_id)
            if row.deleted_at is not None:
                return
            row.deleted_at = now
            if row.received_at is not None or row.withdrawn_at is not None:
                await self._receipts.add(session, row, ReceiptEvent.DELETED, at=now)
            await record(session, at=now, actor=RETENTION, action="share.deleted", subject=share_id)

    async def _view(self, session: AsyncSession, row: ShareRow) -> ShareView:
        return ShareView(
            row=row,
            facts=Share.from_bytes(row.payload),
            receipts=await self._receipts.of_share(session, row.share_id),
        )


def _part(row: ShareRow, name: PartName) -> SealedPart:
    part = Share.from_bytes(row.payload).part(name)
    if part is None:
        raise repository.share_unknown()
    return part


def _claimed(envelope: bytes) -> Withdrawal:
    """Read what a withdrawal claims, unverified: only to find the key that must have signed it."""
    payload = Fields.of(decode(envelope)).base64("payload", 1, MESSAGE_SIZE_MAX_BYTES)
    return Withdrawal.from_bytes(payload)
