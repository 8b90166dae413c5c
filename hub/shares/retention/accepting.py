"""A custodian accepts a share into its case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from hub.audit.trail import record
from hub.kit.access import Action, require, require_other
from hub.kit.errors import HubError
from hub.requests.model import RequestRow
from hub.shares.record import repository
from hub.shares.record.custody_repository import may_be_accepted_early
from hub.shares.record.ends import is_drill, settle
from hub.shares.record.model import ShareState
from hub.shares.record.rules import check_acceptable
from milton_protocol.messages.shares.receipt import ReceiptEvent

if TYPE_CHECKING:
    from hub.kit.access import Actor
    from hub.shares.record.context import CustodyContext, ShareView


BAD_REQUEST = 400


class Accepting:
    """Accepts."""

    def __init__(self, context: CustodyContext) -> None:
        """Keep ``context``."""
        self._context = context

    async def accept(
        self, actor: Actor, share_id: str, *, home_key_revoked: bool = False, reason: str | None = None
    ) -> ShareView:
        """Accept a share into its case; a repeat by anybody is refused (``already_accepted``).

        ``home_key_revoked``: the custodian found that the key of the home that signed the manifest is revoked, which
        the hub can't know. Raises ``reason_missing`` (400) where nothing is written of why it is accepted all the same,
        ``exercise`` (409) for a test card, ``too_early`` (409) in the owner's first 24 hours, unless the owner agreed,
        and ``own_act`` (403) for the requesting officer.
        """
        require(actor, Action.SHARE_ACCEPT)
        if home_key_revoked and reason is None:
            rule = "reason_missing"
            raise HubError(rule, BAD_REQUEST, "Write why this share is accepted although its home's key is revoked.")
        now = self._context.clock()
        async with self._context.database.session("share.accepted") as session:
            row = await repository.visible(session, actor, share_id, lock=True)
            officer = await session.scalar(select(RequestRow.officer_id).where(RequestRow.request_id == row.request_id))
            require_other(actor, officer or "")
            agreed = await may_be_accepted_early(session, share_id)
            check_acceptable(row, now, owner_agreed=agreed, is_drill=await is_drill(session, row))
            row.state, row.accepted_at = ShareState.ACCEPTED, now
            row.declined_at, row.accept_reason = None, reason
            await settle(session, row)
            await self._context.receipts.add(session, row, ReceiptEvent.ACCEPTED, at=now, by=actor)
            detail = "home key revoked" if home_key_revoked else ""
            await record(session, at=now, actor=actor, action="share.accepted", subject=share_id, detail=detail)
            return await self._context.view(session, row)
