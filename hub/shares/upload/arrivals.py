"""What follows from a share's last byte, in the transaction of that byte."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from hub.audit.trail import record
from hub.index.model import Kind
from hub.index.service import keep
from hub.index.words import request_words
from hub.kit.access import ANY_HOME
from hub.requests.model import RequestRow
from hub.shares.record.ends import settle
from milton_protocol.messages.requests.request import Request
from milton_protocol.messages.shares.consent import ConsentKind
from milton_protocol.messages.shares.receipt import ReceiptEvent

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.shares.record.model import ShareRow
    from hub.shares.record.receipts import Receipts


class Arrivals:
    """Gives a share its receipt and the end of its time."""

    def __init__(self, receipts: Receipts) -> None:
        """Write with ``receipts``."""
        self._receipts = receipts

    async def received(self, session: AsyncSession, share: ShareRow, now: datetime) -> None:
        """Write the receipt, the audit row, what it is found by, and when the bytes go that no custodian accepts."""
        await settle(session, share)
        await _keep_words(session, share)
        await self._receipts.add(session, share, ReceiptEvent.RECEIVED, at=now)
        how = "" if share.sensitive_since is None else ConsentKind.CUSTODIANS_ONLY.value
        await record(session, at=now, actor=ANY_HOME, action="share.received", subject=share.share_id, detail=how)


async def _keep_words(session: AsyncSession, share: ShareRow) -> None:
    """Let a share that arrived be found, by its request's words too."""
    row = (await session.scalars(select(RequestRow).where(RequestRow.request_id == share.request_id))).one()
    words = request_words(Request.from_bytes(row.payload))
    await keep(session, Kind.SHARE, share.share_id, row.case_number, [*words, share.share_id])
