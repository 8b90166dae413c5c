"""Somebody outside sees what was passed on to them.

Invariants: nobody gets a byte before the view's row, its receipt to the owner and its row of the trail are committed;
a link that never was, has ended, is too old, of a share that nobody reads any more, or whose owner does not agree (any
more) is answered the same; so is a view that is too old.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from hub.audit.trail import record
from hub.kit.access import OUTSIDER
from hub.kit.digests import secret_digest
from hub.kit.errors import HubError
from hub.requests.repository import answered
from hub.shares.passing.asking import is_passable
from hub.shares.passing.model import LinkRow, ViewRow
from hub.shares.passing.repository import passing, standing
from hub.shares.passing.standing import QuestionStanding
from hub.shares.record.ends import is_drill
from hub.shares.record.model import ShareRow
from hub.shares.record.receipts import FETCHED_MAX
from hub.shares.record.repository import NOT_FOUND
from milton_protocol.messages.shares.receipt import ReceiptEvent
from milton_protocol.messages.shares.share import Share

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.shares.passing.model import PassingRow
    from hub.shares.record.context import CustodyContext
    from milton_protocol.messages.shares.passed_on import PassedOnTo
    from milton_protocol.messages.shares.share import PartName, SealedPart

VIEWS_MAX = 24  # of one link: each costs the owner a receipt
VIEW_VALID = timedelta(hours=4)  # then the page asks again, and that is another view


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewed:
    """What the viewer's page opens the share with: ``headers`` are canonical JSON, of each part's name to b64."""

    to: PassedOnTo
    envelope: bytes
    headers: bytes
    request_payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    link: LinkRow
    share: ShareRow
    asked: PassingRow


class Viewing:
    """Opens links, and hands out sealed bodies."""

    def __init__(self, context: CustodyContext) -> None:
        """Keep ``context``."""
        self._context = context

    async def open(self, link: str, view: str) -> Viewed:
        """Begin the view ``view`` of a link; the same again is the same view. Raises ``link_unknown`` (404)."""
        now, link_sha256 = self._context.clock(), secret_digest(link)
        async with self._context.database.reading() as session:  # who has no link keeps no writer waiting
            found = await self._found(session, link_sha256, now)
            if await _is_begun(session, found, view, now):
                return await _viewed(session, found)
        async with self._context.database.session("share.viewed") as session:
            found = await self._found(session, link_sha256, now, lock=True)
            if not await _is_begun(session, found, view, now):
                await self._add(session, found, view, now)
            return await _viewed(session, found)

    async def part(self, view: str, name: PartName) -> tuple[str, SealedPart]:
        """Return the share's id and a part that a view may fetch; raise ``link_unknown`` (404)."""
        now = self._context.clock()
        async with self._context.database.reading() as session:
            known = await session.get(ViewRow, secret_digest(view))
            if known is None or now >= known.at + VIEW_VALID:
                raise link_unknown()
            found = await self._found(session, known.link_sha256, now)
            part = Share.from_bytes(found.share.payload).part(name)
            if part is None:
                raise link_unknown()
            return found.share.share_id, part

    async def _found(self, session: AsyncSession, link_sha256: str, now: datetime, *, lock: bool = False) -> _Found:
        link = await session.get(LinkRow, link_sha256)
        if link is None:
            raise link_unknown()
        share = await session.get_one(ShareRow, link.share_id, with_for_update=lock)
        if lock:
            await session.refresh(link)
        asked = await passing(session, link.share_id, link.number)
        if (
            not is_passable(share, is_drill=await is_drill(session, share))
            or link.ended_at is not None
            or await standing(session, asked, now) is not QuestionStanding.AGREED
        ):
            raise link_unknown()
        return _Found(link=link, share=share, asked=asked)

    async def _add(self, session: AsyncSession, found: _Found, view: str, now: datetime) -> None:
        receipts = await self._context.receipts.of_share(session, found.share.share_id)
        if found.link.views >= VIEWS_MAX or len(receipts) >= FETCHED_MAX:
            raise link_unknown()
        found.link.views += 1
        found.share.opened_at = found.share.opened_at or now
        session.add(ViewRow(view_sha256=secret_digest(view), link_sha256=found.link.link_sha256, at=now))
        await self._context.receipts.add(session, found.share, ReceiptEvent.VIEWED, at=now, to=found.asked.to)
        await record(
            session,
            at=now,
            actor=OUTSIDER,
            action="share.viewed",
            subject=found.share.share_id,
            detail=str(found.asked.number),
        )


async def _is_begun(session: AsyncSession, found: _Found, view: str, now: datetime) -> bool:
    """Say whether a view was begun before; raise ``link_unknown`` for another link's, and for one that is too old."""
    known = await session.get(ViewRow, secret_digest(view))
    if known is not None and (known.link_sha256 != found.link.link_sha256 or now >= known.at + VIEW_VALID):
        raise link_unknown()
    return known is not None


async def _viewed(session: AsyncSession, found: _Found) -> Viewed:
    request = await answered(session, found.share.request_id)
    return Viewed(
        to=found.asked.to,
        envelope=found.share.envelope,
        headers=found.link.headers,
        request_payload=request.payload,
    )


def link_unknown() -> HubError:
    """Return the one answer for every link and view that opens nothing."""
    rule = "link_unknown"
    return HubError(rule, NOT_FOUND, "This link opens nothing, or not any more. Ask who sent it.")
