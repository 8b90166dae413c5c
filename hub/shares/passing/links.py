"""Links by which one person outside sees a share, made and ended by custodians.

Invariants: a link is made only while the owner agrees; the key that opens its headers was made in the custodian's
browser and travels in the link's fragment, which reaches no server; the owner is told of each link and of its end; what
an owner takes back ends every link, and agreeing again revives none; a revoked person's links end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from hub.audit.trail import record
from hub.kit.access import Action, require
from hub.kit.errors import HubError
from hub.shares.access.rewrapping import check_parts
from hub.shares.passing.asking import check_passable
from hub.shares.passing.model import LinkRow
from hub.shares.passing.repository import links_of, passing, passings_of, standing
from hub.shares.passing.standing import QuestionStanding
from hub.shares.record import repository
from hub.shares.record.context import person_of
from hub.shares.record.ends import is_drill
from hub.shares.record.rules import CONFLICT
from milton_protocol import canonical
from milton_protocol.base64_text import b64
from milton_protocol.messages.shares.receipt import ReceiptEvent

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.kit.access import Actor
    from hub.shares.record.context import CustodyContext
    from hub.shares.record.model import ShareRow
    from hub.shares.record.receipts import Receipts
    from milton_protocol.messages.shares.passed_on import PassedOnTo
    from milton_protocol.messages.shares.share import PartName

LINKS_MAX = 4  # for one question
OWNER = "owner"


class Links:
    """Makes and ends."""

    def __init__(self, context: CustodyContext) -> None:
        """Keep ``context``."""
        self._context = context

    async def make(
        self, actor: Actor, share_id: str, number: int, link_sha256: str, headers: Mapping[PartName, bytes]
    ) -> None:
        """Keep a link by its digest. A repeat changes nothing.

        Raises ``passing_unknown`` (404), ``not_agreed``, ``link_exists``, ``too_many_links``, ``parts_differ`` (409),
        and what :func:`check_passable` does.
        """
        require(actor, Action.SHARE_SHOW_OUTSIDE)
        now = self._context.clock()
        async with self._context.database.session("share.passed_on") as session:
            row = await repository.visible(session, actor, share_id, lock=True)
            check_passable(row, is_drill=await is_drill(session, row))
            asked = await passing(session, share_id, number)
            check_parts(row, headers)
            if await standing(session, asked, now) is not QuestionStanding.AGREED:
                rule = "not_agreed"
                raise HubError(rule, CONFLICT, "The owner does not agree to this, or not any more.")
            links = [link for link in await links_of(session, share_id) if link.number == number]
            open_link = next((link for link in links if link.ended_at is None), None)
            if open_link is not None:
                if open_link.link_sha256 == link_sha256:
                    return
                rule = "link_exists"
                raise HubError(rule, CONFLICT, "There is a link for this person. End it before you make another.")
            if len(links) >= LINKS_MAX or await session.get(LinkRow, link_sha256) is not None:
                rule = "too_many_links"
                raise HubError(rule, CONFLICT, "No further link is made for this person. Ask the owner again.")
            session.add(
                LinkRow(
                    link_sha256=link_sha256,
                    share_id=share_id,
                    number=number,
                    headers=canonical.encode({part.value: b64(header) for part, header in headers.items()}),
                    made_by=person_of(actor),
                    made_at=now,
                    views=0,
                )
            )
            await self._context.receipts.add(session, row, ReceiptEvent.PASSED_ON, at=now, by=actor, to=asked.to)
            await record(session, at=now, actor=actor, action="share.passed_on", subject=share_id, detail=str(number))

    async def end(self, actor: Actor, share_id: str, number: int) -> None:
        """End the link of a question, whatever became of the share. A repeat changes nothing.

        Raises ``passing_unknown`` (404).
        """
        require(actor, Action.SHARE_SHOW_OUTSIDE)
        now = self._context.clock()
        async with self._context.database.session("share.passing_ended") as session:
            row = await repository.visible(session, actor, share_id, lock=True)
            asked = await passing(session, share_id, number)
            if not await _end(session, share_id, number, person_of(actor), now):
                return
            await self._context.receipts.add(session, row, ReceiptEvent.REVOKED, at=now, by=actor, to=asked.to)
            await record(
                session, at=now, actor=actor, action="share.passing_ended", subject=share_id, detail=str(number)
            )

    async def owner_refuses(self, session: AsyncSession, row: ShareRow, to: PassedOnTo | None, now: datetime) -> None:
        """End what an owner takes back, in the transaction of their word; ``to`` None: whoever it was passed on to."""
        for asked in await passings_of(session, row.share_id):
            if to is None or asked.to == to:
                await _end(session, row.share_id, asked.number, OWNER, now)


async def end_all_of(session: AsyncSession, receipts: Receipts, actor: Actor, person_id: str, at: datetime) -> None:
    """End the links of a revoked person, who may have kept them. The owners are told."""
    made = select(LinkRow.share_id, LinkRow.number).where(LinkRow.made_by == person_id, LinkRow.ended_at.is_(None))
    for share_id, number in (await session.execute(made.order_by(LinkRow.share_id))).all():
        row = await repository.locked(session, share_id)
        asked = await passing(session, share_id, number)
        if await _end(session, share_id, number, person_of(actor), at):
            await receipts.add(session, row, ReceiptEvent.REVOKED, at=at, by=actor, to=asked.to)
            await record(
                session, at=at, actor=actor, action="share.passing_ended", subject=share_id, detail=str(number)
            )


async def _end(session: AsyncSession, share_id: str, number: int, by: str, now: datetime) -> bool:
    """End the open link of a question; say whether there was one."""
    for link in await links_of(session, share_id):
        if link.number == number and link.ended_at is None:
            link.ended_by, link.ended_at = by, now
            return True
    return False
