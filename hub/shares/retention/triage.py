"""Triage: a share that is not needed goes after some days; one with a minor or an intimate image is the custodian's.

Invariants: what is flagged is seen and opened by custodians only, whoever flagged it; nobody but a custodian takes the
flag off, and an owner whose flag it was gets a receipt of that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.audit.trail import record
from hub.kit.access import Action, require
from hub.shares.record import repository
from hub.shares.record.context import person_of
from hub.shares.record.ends import is_drill, settle
from hub.shares.record.model import OWNER
from hub.shares.record.rules import check_flaggable, check_readable, check_triable, flags_anew
from milton_protocol.messages.shares.receipt import ReceiptEvent

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.kit.access import Actor
    from hub.shares.record.context import CustodyContext
    from hub.shares.record.model import ShareRow

    type Act = Callable[[AsyncSession, ShareRow, datetime], Awaitable[bool]]
    """Changes a share whose row is held; says whether anything changed."""


class Triage:
    """Declines and flags."""

    def __init__(self, context: CustodyContext) -> None:
        """Keep ``context``."""
        self._context = context

    async def decline(self, actor: Actor, share_id: str) -> None:
        """Say that a share is not needed: its bytes go after the days that the policy says. A repeat changes nothing.

        Raises ``already_accepted``, ``not_received`` (409), ``withdrawn``, ``removed``, ``deleted`` (410).
        """

        async def act(_session: AsyncSession, row: ShareRow, now: datetime) -> bool:
            check_triable(row)
            is_new, row.declined_at = row.declined_at is None, row.declined_at or now
            return is_new

        await self._act(actor, share_id, Action.SHARE_DECLINE, act, step="share.declined")

    async def keep(self, actor: Actor, share_id: str) -> None:
        """Say that a declined share is needed after all. A repeat changes nothing; raises as :meth:`decline` does."""

        async def act(_session: AsyncSession, row: ShareRow, _now: datetime) -> bool:
            check_triable(row)
            was_declined, row.declined_at = row.declined_at is not None, None
            return was_declined

        await self._act(actor, share_id, Action.SHARE_DECLINE, act, step="share.kept")

    async def flag(self, actor: Actor, share_id: str) -> None:
        """Say that a minor or an intimate image is to be seen. A repeat changes nothing.

        Raises what :meth:`decline` does for what is not there, and ``exercise`` (409): a test card shows nobody.
        """

        async def act(session: AsyncSession, row: ShareRow, now: datetime) -> bool:
            check_flaggable(row, is_drill=await is_drill(session, row))
            return flags_anew(row, by=person_of(actor), now=now)

        await self._act(actor, share_id, Action.SHARE_FLAG, act, step="share.flagged")

    async def unflag(self, actor: Actor, share_id: str) -> None:
        """Take the flag off, whoever put it on: the officers of the request see the share again, and its owner is told.

        One that its owner flagged before it was sent is opened by none of them until a custodian lets them. A repeat
        changes nothing.
        """

        async def act(session: AsyncSession, row: ShareRow, now: datetime) -> bool:
            check_readable(row)
            if row.flagged_by == OWNER:
                await self._context.receipts.add(session, row, ReceiptEvent.UNFLAGGED, at=now, by=actor)
            was_flagged, row.sensitive_since, row.flagged_by = row.sensitive_since is not None, None, None
            return was_flagged

        await self._act(actor, share_id, Action.SHARE_UNFLAG, act, step="share.unflagged")

    async def _act(self, actor: Actor, share_id: str, action: Action, act: Act, *, step: str) -> None:
        """Do ``act`` to a share; where it changed something, the trail has it by the name of the ``step``."""
        require(actor, action)
        now = self._context.clock()
        async with self._context.database.session(step) as session:
            row = await repository.visible(session, actor, share_id, lock=True)
            if await act(session, row, now):
                await settle(session, row)
                await record(session, at=now, actor=actor, action=step, subject=share_id)
