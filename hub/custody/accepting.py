"""A custodian accepts a share into its case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from hub.access import Action, require, require_other
from hub.audit.trail import record
from hub.custody.repository import may_be_accepted_early
from hub.custody.rules import check_acceptable
from hub.requests.model import RequestRow
from hub.submissions import repository
from hub.submissions.model import ShareState
from milton_protocol.messages.receipt import ReceiptEvent

if TYPE_CHECKING:
    from hub.access import Actor
    from hub.custody.ground import Ground, ShareView


class Accepting:
    """Accepts."""

    def __init__(self, ground: Ground) -> None:
        """Stand on ``ground``."""
        self._ground = ground

    async def accept(self, actor: Actor, share_id: str) -> ShareView:
        """Accept a share into its case; a repeat by anybody is refused (``already_accepted``).

        Raises ``too_early`` (409) in the owner's first 24 hours, unless the owner agreed, and ``own_act`` (403) for the
        requesting officer.
        """
        require(actor, Action.SHARE_ACCEPT)
        now = self._ground.clock()
        async with self._ground.database.session("share.accepted") as session:
            row = await repository.visible(session, actor, share_id, lock=True)
            officer = await session.scalar(select(RequestRow.officer_id).where(RequestRow.request_id == row.request_id))
            require_other(actor, officer or "")
            check_acceptable(row, now, owner_agreed=await may_be_accepted_early(session, share_id))
            row.state, row.accepted_at, row.delete_after = ShareState.ACCEPTED, now, None
            await self._ground.receipts.add(session, row, ReceiptEvent.ACCEPTED, at=now, by=actor)
            await record(session, at=now, actor=actor, action="share.accepted", subject=share_id)
            return await self._ground.view(session, row)
