"""Shares that no custodian of today opens: sealed to custodians who left, and let in was nobody who came after them.

Before a court asks for one of these, the recovery key, on paper, has to let a custodian in.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import batched
from typing import TYPE_CHECKING

from sqlalchemy import select

from hub.cases.model import CaseFile
from hub.directory.keys import custodians_keys
from hub.kit.access import Action, require
from hub.requests.model import RequestRow
from hub.shares.access.leavers import SHOWN_MAX
from hub.shares.access.rewrapping import sealed_to
from hub.shares.record.custody import HeaderRow
from hub.shares.record.model import READABLE, ShareRow, ShareState
from hub.shares.record.repository import seen

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Collection
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.directory.service import DirectoryService
    from hub.kit.access import Actor

_READ_AT_ONCE = 500  # payloads, of up to 64 KiB


@dataclass(frozen=True, slots=True, kw_only=True)
class Unopened:
    """One share that no custodian of today opens."""

    share_id: str
    case_id: str
    case_number: str
    drill: bool
    held: bool
    received_at: datetime
    state: ShareState


class UnopenedShares:
    """Lists them."""

    def __init__(self, clock: Callable[[], datetime], directory: DirectoryService) -> None:
        """``directory`` says who is a custodian, and with which opening keys."""
        self._clock = clock
        self._directory = directory

    async def listed(self, session: AsyncSession, actor: Actor) -> tuple[Unopened, ...]:
        """Return them, those of the oldest request first, at most ``SHOWN_MAX``; a request is one of those it has."""
        require(actor, Action.SHARE_REWRAP)
        keys = custodians_keys(await self._directory.in_force(session, self._clock()))
        found: list[Unopened] = []
        batches = batched([each async for each in _doubtful(session, keys)], _READ_AT_ONCE, strict=False)
        while len(found) < SHOWN_MAX and (some := next(batches, None)):
            found += await _of_requests(session, actor, keys, some)
        return tuple(found[:SHOWN_MAX])


async def _doubtful(session: AsyncSession, keys: Collection[str]) -> AsyncIterator[str]:
    """Yield the requests with shares that can be read, of which no custodian's key of today is among the recipients.

    A payload is canonical JSON, in whose texts a quotation mark stands escaped: only a recipient's key is found by
    this. So the recipients of the few that are left are read, and of no others. A share that is flagged may be sealed
    to fewer, so its request is left, too.
    """
    answered = select(ShareRow.request_id).where(ShareRow.state.in_(READABLE))
    flagged = set((await session.scalars(answered.where(ShareRow.sensitive_since.is_not(None)).distinct())).all())
    marks = [f'"age_recipient":"{key}"'.encode() for key in keys]
    rows = (
        select(RequestRow.request_id, RequestRow.payload)
        .where(RequestRow.request_id.in_(answered))
        .order_by(RequestRow.created_at, RequestRow.request_id)
        .execution_options(yield_per=_READ_AT_ONCE)
    )
    async for request_id, payload in await session.stream(rows):
        if request_id in flagged or not any(mark in payload for mark in marks):
            yield request_id


async def _of_requests(
    session: AsyncSession, actor: Actor, keys: Collection[str], request_ids: Collection[str]
) -> list[Unopened]:
    """Return the shares of these requests that were sealed to none of ``keys``, nor was any let in since."""
    granted = select(HeaderRow.share_id).where(
        HeaderRow.share_id == ShareRow.share_id, HeaderRow.age_recipient.in_(keys)
    )
    rows = (
        select(ShareRow, RequestRow, CaseFile.case_id)
        .join(RequestRow, RequestRow.request_id == ShareRow.request_id)
        .join(CaseFile, CaseFile.case_number == RequestRow.case_number)
        .where(ShareRow.request_id.in_(request_ids), ShareRow.state.in_(READABLE), ~granted.exists(), seen(actor))
        .order_by(RequestRow.created_at, RequestRow.request_id, ShareRow.received_at, ShareRow.share_id)
    )
    return [
        Unopened(
            share_id=share.share_id,
            case_id=case_id,
            case_number=request.case_number,
            drill=request.is_drill,
            held=share.held_since is not None,
            received_at=share.received_at or share.created_at,
            state=ShareState(share.state),
        )
        for share, request, case_id in (await session.execute(rows))
        if not any(each.age_recipient in keys for each in sealed_to(share, request))
    ]
