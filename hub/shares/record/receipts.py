"""The hub's signed word on what became of a share.

Invariants: a receipt is written in the transaction of what it says; each names the digest of the one before; outside
the hub it exists only sealed to the share's one-time recipient, and is given to whoever shows the share's key: other
homes don't learn that there is one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from hub.kit.errors import HubError
from hub.shares.record.custody import ReceiptRow
from hub.shares.record.rules import RECEIPTS_KEPT
from milton_protocol.custody import ReceiptChain, seal_receipt, sign_receipt
from milton_protocol.limits import BADGE_MAX_CHARS, NAME_MAX_CHARS, RECEIPTS_MAX
from milton_protocol.messages.shares.receipt import ReceiptBy, ReceiptEvent, SealedReceipts, envelope_sha256
from milton_protocol.messages.shares.share import Share, share_sha256

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.kit.access import Actor
    from hub.shares.record.model import ShareRow
    from hub.topics.service import Topics
    from milton_protocol.messages.shares.passed_on import PassedOnTo

# Room is kept for what must still be said about a share: accepted, held and released six times, asked about four
# people, four links to each made and ended, each of the owner's flags taken off, withdrawn, deleted.
FETCHED_MAX = RECEIPTS_MAX - 72
EXPORTED_MAX = 48  # else who saves a share each day keeps others from looking at it
UNAVAILABLE = 503


class Receipts:
    """Writes receipts and gives them out."""

    def __init__(self, *, agency_id: str, hub_key: Ed25519PrivateKey, topics: Topics) -> None:
        """Sign with ``hub_key``."""
        self._agency_id = agency_id
        self._hub_key = hub_key
        self._topics = topics

    async def add(  # noqa: PLR0913 - what a receipt says
        self,
        session: AsyncSession,
        share: ShareRow,
        event: ReceiptEvent,
        *,
        at: datetime,
        by: Actor | None = None,
        to: PassedOnTo | None = None,
    ) -> None:
        """Write the next receipt of ``share``; the caller holds its row. ``to``: the outsider whom it concerns."""
        earlier = await self.of_share(session, share.share_id)
        chain = ReceiptChain(
            agency_id=self._agency_id,
            share_id=share.share_id,
            request_id=share.request_id,
            share_sha256=share_sha256(share.payload),
            sequence=len(earlier),
            previous_sha256=envelope_sha256(earlier[-1].envelope) if earlier else None,
        )
        who = None if by is None else _by(by)
        receipt = chain.next_receipt(event, at, who, to)
        envelope = sign_receipt(receipt, self._hub_key)
        row = ReceiptRow(
            share_id=share.share_id,
            sequence=receipt.sequence,
            event=event.value,
            at=at,
            person_id=None if by is None else by.person_id,
            badge=None if who is None else who.badge,
            device=None if who is None else who.device,
            envelope=envelope,
            sealed=seal_receipt(envelope, Share.from_bytes(share.payload).receipt_recipient),
        )
        session.add(row)
        await session.flush()
        self._topics.stir(session)  # open pages of the share look again

    async def for_owner(self, session: AsyncSession, share_id: str, now: datetime) -> SealedReceipts:
        """Return the receipts of a share, sealed; none once the newest is older than ``RECEIPTS_KEPT``."""
        rows = await self.of_share(session, share_id)
        is_kept = bool(rows) and now < rows[-1].at + RECEIPTS_KEPT
        return SealedReceipts(share_id=share_id, sealed=tuple(row.sealed for row in rows) if is_kept else ())

    async def add_fetched(self, session: AsyncSession, share: ShareRow, by: Actor, *, at: datetime) -> bool:
        """Write ``fetched`` for the first fetch by this person on this device; say whether it was the first.

        Raises ``too_many_viewers`` rather than let somebody look without a receipt.
        """
        if await self.has_fetched(session, share.share_id, by):
            return False
        earlier = await self.of_share(session, share.share_id)
        if len(earlier) >= FETCHED_MAX:
            rule = "too_many_viewers"
            raise HubError(rule, UNAVAILABLE, "No further person can open this share: its receipts are full.")
        await self.add(session, share, ReceiptEvent.FETCHED, at=at, by=by)
        return True

    async def add_exported(self, session: AsyncSession, share: ShareRow, by: Actor, *, at: datetime) -> None:
        """Write ``exported``; raise ``too_many_saves`` rather than let somebody save without a receipt."""
        earlier = await self.of_share(session, share.share_id)
        exported = sum(row.event == ReceiptEvent.EXPORTED for row in earlier)
        if exported >= EXPORTED_MAX or len(earlier) >= FETCHED_MAX:
            rule = "too_many_saves"
            raise HubError(rule, UNAVAILABLE, "Nothing more of this share can be saved: its receipts are full.")
        await self.add(session, share, ReceiptEvent.EXPORTED, at=at, by=by)

    async def has_fetched(self, session: AsyncSession, share_id: str, by: Actor) -> bool:
        """Say whether this person's fetch on this device is receipted already."""
        theirs = select(ReceiptRow.sequence).where(
            ReceiptRow.share_id == share_id,
            ReceiptRow.event == ReceiptEvent.FETCHED,
            ReceiptRow.person_id == by.person_id,
            ReceiptRow.device == _by(by).device,
        )
        return await session.scalar(theirs) is not None

    async def of_share(self, session: AsyncSession, share_id: str) -> Sequence[ReceiptRow]:
        """Return the receipts of a share, oldest first."""
        rows = select(ReceiptRow).where(ReceiptRow.share_id == share_id).order_by(ReceiptRow.sequence)
        return (await session.scalars(rows)).all()


def _by(actor: Actor) -> ReceiptBy:
    """Return who did it: an owner reads badge and device, never a name."""
    return ReceiptBy(badge=(actor.badge or "-")[:BADGE_MAX_CHARS], device=(actor.device or "-")[:NAME_MAX_CHARS])
