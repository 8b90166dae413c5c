"""What every act of custody stands on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from milton_protocol.messages.share import Share

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.custody.model import ReceiptRow
    from hub.custody.receipts import Receipts
    from hub.db.engine import Database
    from hub.submissions.model import ShareRow


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareView:
    """A share as officers see it: its row, its clear facts, its receipts."""

    row: ShareRow
    facts: Share
    receipts: Sequence[ReceiptRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """The hub's database, its receipts and its clock."""

    database: Database
    receipts: Receipts
    clock: Callable[[], datetime]

    async def view(self, session: AsyncSession, row: ShareRow) -> ShareView:
        """Return a share with what its receipts say."""
        return ShareView(
            row=row,
            facts=Share.from_bytes(row.payload),
            receipts=await self.receipts.of_share(session, row.share_id),
        )
