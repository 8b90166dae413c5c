"""Looking at shares.

Invariant: nobody gets a byte before the row and the receipt of that look are committed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.audit.trail import record
from hub.kit.access import Action, require
from hub.shares.record import repository
from hub.shares.record.context import brief_view
from hub.shares.record.rules import check_readable
from milton_protocol.messages.shares.share import Share

if TYPE_CHECKING:
    from hub.kit.access import Actor
    from hub.shares.record.context import CustodyContext, ShareView
    from hub.shares.record.model import ShareRow
    from milton_protocol.messages.shares.share import PartName, SealedPart


class Looking:
    """Lists, shows and hands out."""

    def __init__(self, context: CustodyContext) -> None:
        """Keep ``context``."""
        self._context = context

    async def shares_of(self, actor: Actor, request_id: str) -> tuple[ShareView, ...]:
        """Return the shares of a request that ``actor`` may see, oldest first."""
        require(actor, Action.SHARE_LIST)
        async with self._context.database.reading() as session:
            rows = await repository.of_request(session, actor, request_id)
            return tuple(brief_view(row) for row in rows)

    async def share(self, actor: Actor, share_id: str) -> ShareView:
        """Return one share; raise ``share_unknown`` (404), also for one that ``actor`` may not see."""
        require(actor, Action.SHARE_LIST)
        async with self._context.database.reading() as session:
            return await self._context.view(session, await repository.visible(session, actor, share_id))

    async def check_watchable(self, actor: Actor, share_id: str, name: PartName) -> tuple[SealedPart, bool]:
        """Return the part that ``actor`` may fetch, and whether that look is receipted; raise what :meth:`watch` would.

        A player asks for hundreds of ranges: those after the first wait for no writer.
        """
        require(actor, Action.SHARE_WATCH)
        async with self._context.database.reading() as session:
            row = await repository.visible(session, actor, share_id)
            check_readable(row)
            return _part(row, name), await self._context.receipts.has_fetched(session, share_id, actor)

    async def watch(self, actor: Actor, share_id: str, name: PartName) -> SealedPart:
        """Let ``actor`` fetch a part: the first time on a device this is audited and receipted.

        Raises ``share_unknown`` (404), ``withdrawn``, ``removed``, ``deleted`` (410), ``not_received`` (409),
        ``too_many_viewers`` (503).
        """
        require(actor, Action.SHARE_WATCH)
        now = self._context.clock()
        async with self._context.database.session("share.fetched") as session:
            row = await repository.visible(session, actor, share_id, lock=True)
            check_readable(row)
            part = _part(row, name)
            if await self._context.receipts.add_fetched(session, row, actor, at=now):
                row.opened_at = row.opened_at or now
                await record(
                    session, at=now, actor=actor, action="share.fetched", subject=share_id, detail=actor.device
                )
            return part


def _part(row: ShareRow, name: PartName) -> SealedPart:
    part = Share.from_bytes(row.payload).part(name)
    if part is None:
        raise repository.share_unknown()
    return part
