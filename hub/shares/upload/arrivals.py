"""What follows from a share's last byte, in the transaction of that byte."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.audit.trail import record
from hub.casework.search.index import keep_share
from hub.kit.access import ANY_HOME
from hub.shares.record.ends import settle
from milton_protocol.messages.consent import ConsentKind
from milton_protocol.messages.receipt import ReceiptEvent

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
        await keep_share(session, share)
        await self._receipts.add(session, share, ReceiptEvent.RECEIVED, at=now)
        how = "" if share.sensitive_since is None else ConsentKind.CUSTODIANS_ONLY.value
        await record(session, at=now, actor=ANY_HOME, action="share.received", subject=share.share_id, detail=how)
