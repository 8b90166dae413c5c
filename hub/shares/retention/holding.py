"""Legal holds: while a custodian holds a share for a court, nothing of it is deleted, whatever its time says.

Invariants: what nobody opened is its owner's alone and can't be held; a hold has a reason, which stays with the
agency; the owner is told by a receipt that there is one, and when the last has ended; nothing goes at once because one
custodian ended it, but what its owner took back (:func:`hub.shares.record.rules.after_hold`); nobody alone can use up
how often a share is held: who ends it gets to the end of their times before another has no more room to hold it again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from hub.audit.trail import record
from hub.kit.access import Action, require
from hub.kit.errors import HubError
from hub.shares.record import repository
from hub.shares.record.context import person_of
from hub.shares.record.custody import HoldRow, ReceiptRow
from hub.shares.record.custody_repository import holds_of
from hub.shares.record.ends import is_drill, settle
from hub.shares.record.rules import CONFLICT, check_holdable
from milton_protocol.messages.shares.receipt import ReceiptEvent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.kit.access import Actor
    from hub.shares.record.context import CustodyContext

# Each time that a share is held after it was free costs it two of its receipts
# (hub.shares.record.receipts.FETCHED_MAX).
TIMES_HELD_MAX = 6
HOLDS_OF_ONE_MAX = 3  # of one person on one share
# So often one person frees a share: less often than another may hold it, who so has the last word.
FREED_BY_ONE_MAX = HOLDS_OF_ONE_MAX - 1


class Holding:
    """Holds and releases."""

    def __init__(self, context: CustodyContext) -> None:
        """Keep ``context``."""
        self._context = context

    async def hold(self, actor: Actor, share_id: str, reason: str) -> None:
        """Hold a share; several may hold it at once, each for a reason of their own. A repeat changes nothing.

        Raises ``nothing_to_hold``, ``not_received`` (409), ``deleted`` (410), and ``too_many_holds`` (409) where one
        person held it ``HOLDS_OF_ONE_MAX`` times, or all together ``TIMES_HELD_MAX`` times.
        """
        require(actor, Action.SHARE_HOLD)
        now = self._context.clock()
        async with self._context.database.session("share.held") as session:
            row = await repository.visible(session, actor, share_id, lock=True)
            check_holdable(row, is_drill=await is_drill(session, row))
            known = await holds_of(session, share_id)
            if any(_is_same(each, actor, reason) for each in known):
                return
            _check_own_room(known, actor)
            number = len(known) + 1
            session.add(
                HoldRow(share_id=share_id, number=number, reason=reason, placed_by=person_of(actor), placed_at=now)
            )
            if row.held_since is None:
                await _check_room(session, share_id)
                row.held_since = now
                await self._context.receipts.add(session, row, ReceiptEvent.HELD, at=now, by=actor)
            await record(session, at=now, actor=actor, action="share.held", subject=share_id, detail=f"hold {number}")

    async def release(self, actor: Actor, share_id: str, number: int, reason: str) -> None:
        """End one hold; with the last one the share's time counts again, seven days at least. A repeat changes nothing.

        Raises ``hold_unknown`` (404), and ``freed_too_often`` (409) where nothing else holds it and this person has
        freed it ``FREED_BY_ONE_MAX`` times: another has to.
        """
        require(actor, Action.SHARE_HOLD)
        now = self._context.clock()
        async with self._context.database.session("share.released") as session:
            row = await repository.visible(session, actor, share_id, lock=True)
            hold = await session.get(HoldRow, (share_id, number))
            if hold is None:
                rule = "hold_unknown"
                raise HubError(rule, repository.NOT_FOUND, "There is no such hold.")
            if hold.released_at is not None:
                return
            hold.released_by, hold.released_at, hold.release_reason = person_of(actor), now, reason
            await session.flush()
            if not [each for each in await holds_of(session, share_id) if each.released_at is None]:
                await _check_may_free(session, share_id, actor)
                row.held_since = None
                await settle(session, row)
                await self._context.receipts.add(session, row, ReceiptEvent.RELEASED, at=now, by=actor)
            await record(
                session, at=now, actor=actor, action="share.released", subject=share_id, detail=f"hold {number}"
            )


def _is_same(hold: HoldRow, actor: Actor, reason: str) -> bool:
    return hold.released_at is None and (hold.placed_by, hold.reason) == (person_of(actor), reason)


def _check_own_room(known: Sequence[HoldRow], actor: Actor) -> None:
    if sum(each.placed_by == person_of(actor) for each in known) >= HOLDS_OF_ONE_MAX:
        rule = "too_many_holds"
        sentence = f"You held this share {HOLDS_OF_ONE_MAX} times. If it has to be held again, another custodian can."
        raise HubError(rule, CONFLICT, sentence)


async def _check_room(session: AsyncSession, share_id: str) -> None:
    if await _times(session, share_id, ReceiptEvent.HELD) >= TIMES_HELD_MAX:
        rule = "too_many_holds"
        sentence = f"This share was held {TIMES_HELD_MAX} times: its receipts have no more room."
        raise HubError(rule, CONFLICT, sentence)


async def _check_may_free(session: AsyncSession, share_id: str, actor: Actor) -> None:
    if await _times(session, share_id, ReceiptEvent.RELEASED, actor.person_id) >= FREED_BY_ONE_MAX:
        rule = "freed_too_often"
        sentence = f"You freed this share {FREED_BY_ONE_MAX} times. Another custodian has to end what holds it now."
        raise HubError(rule, CONFLICT, sentence)


async def _times(session: AsyncSession, share_id: str, event: ReceiptEvent, person_id: str | None = None) -> int:
    """Return how often the owner was told ``event``, by whomever or by one person."""
    told = select(func.count()).select_from(ReceiptRow)
    told = told.where(ReceiptRow.share_id == share_id, ReceiptRow.event == event.value)
    if person_id is not None:
        told = told.where(ReceiptRow.person_id == person_id)
    return await session.scalar(told) or 0
