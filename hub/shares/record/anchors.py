"""Where the public log shows that a share is the one that came: its first receipt, in the sealed day that has it.

Who may open a share sees with it how many receipts of each kind its agency wrote on that day, and no more of them
(docs/adr/0091).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from hub.shares.record.custody import CustodyDayRow, ReceiptRow
from milton_protocol.messages.shares.receipt import ReceiptEvent, envelope_sha256
from milton_protocol.translog.checkpoint import Checkpoint
from milton_protocol.translog.note import SignedNote
from milton_protocol.translog.proof import TlogProof

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.publiclog.service import PublicLog


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedDay:
    """A ``milton/custody-day``, the hex digests of its receipts, and its leaf's proof under the live checkpoint."""

    content: bytes
    digests: tuple[str, ...]
    index: int
    hashes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """The envelope of a share's receipt ``received``, and the day that has it; None until the log shows that."""

    receipt: bytes
    day: SealedDay | None


async def anchor_of(session: AsyncSession, share_id: str, log: PublicLog, note: str | None) -> Anchor | None:
    """Return the anchor of a share under the checkpoint ``note``, None where the share has no such receipt."""
    received = ReceiptRow.event == ReceiptEvent.RECEIVED
    row = await session.scalar(select(ReceiptRow).where(ReceiptRow.share_id == share_id, received))
    if row is None:
        return None
    day = None if note is None or row.sealed_day is None else await _sealed(session, row.sealed_day, log, note)
    return Anchor(receipt=row.envelope, day=day)


async def _sealed(session: AsyncSession, day: str, log: PublicLog, note: str) -> SealedDay | None:
    row = await session.get_one(CustodyDayRow, day)
    if row.leaf_index >= Checkpoint.parse(SignedNote.parse(note).text).size:
        return None  # it was sealed after the live statement was issued
    envelopes = await session.scalars(select(ReceiptRow.envelope).where(ReceiptRow.sealed_day == day))
    return SealedDay(
        content=row.content,
        digests=tuple(sorted(envelope_sha256(each) for each in envelopes)),
        index=row.leaf_index,
        hashes=TlogProof.parse(await log.proof(session, row.leaf_index, note)).hashes,
    )
