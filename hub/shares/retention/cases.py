"""A case that is closed: what was accepted into it goes when the policy says, counted from then, and not before.

Invariant: only a custodian closes a case and opens it again, each with a reason; one that is opened again keeps
everything, and who closed it and why stays known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from hub.audit.trail import record
from hub.kit.access import Action, require
from hub.kit.errors import HubError
from hub.requests.model import RequestRow
from hub.shares.record.context import person_of
from hub.shares.record.custody import CaseReopening, ClosedCaseRow
from hub.shares.record.ends import settle
from hub.shares.record.model import ShareRow, ShareState
from hub.shares.record.repository import NOT_FOUND

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.kit.access import Actor
    from hub.shares.record.context import CustodyContext

_IN_CASE = (ShareState.ACCEPTED, ShareState.REMOVED)


class Cases:
    """Closes and opens again."""

    def __init__(self, context: CustodyContext) -> None:
        """Keep ``context``."""
        self._context = context

    async def close(self, actor: Actor, case_number: str, reason: str) -> None:
        """Close a case that somebody asked for footage for. A repeat changes nothing; raises ``case_unknown`` (404)."""
        require(actor, Action.CASE_CLOSE)
        now = self._context.clock()
        async with self._context.database.session("case.closed") as session:
            await _check_known(session, case_number)
            if await session.get(ClosedCaseRow, case_number, with_for_update=True) is not None:
                return
            session.add(
                ClosedCaseRow(case_number=case_number, closed_at=now, closed_by=person_of(actor), reason=reason)
            )
            await session.flush()
            await _settle_all(session, case_number)
            await record(session, at=now, actor=actor, action="case.closed", subject=case_number)

    async def reopen(self, actor: Actor, case_number: str, reason: str) -> None:
        """Open a case again. A repeat changes nothing; raises ``case_unknown`` (404)."""
        require(actor, Action.CASE_CLOSE)
        now = self._context.clock()
        async with self._context.database.session("case.reopened") as session:
            await _check_known(session, case_number)
            closed = await session.get(ClosedCaseRow, case_number, with_for_update=True)
            if closed is None:
                return
            again = select(func.count()).select_from(CaseReopening).where(CaseReopening.case_number == case_number)
            session.add(
                CaseReopening(
                    case_number=case_number,
                    number=(await session.scalar(again) or 0) + 1,
                    closed_at=closed.closed_at,
                    closed_by=closed.closed_by,
                    reason=closed.reason,
                    reopened_at=now,
                    reopened_by=person_of(actor),
                    reopen_reason=reason,
                )
            )
            await session.delete(closed)
            await session.flush()
            await _settle_all(session, case_number)
            await record(session, at=now, actor=actor, action="case.reopened", subject=case_number)


async def _check_known(session: AsyncSession, case_number: str) -> None:
    known = select(RequestRow.request_id).where(RequestRow.case_number == case_number).limit(1)
    if await session.scalar(known) is None:
        rule = "case_unknown"
        raise HubError(rule, NOT_FOUND, "There is no such case.")


async def _settle_all(session: AsyncSession, case_number: str) -> None:
    shares = (
        select(ShareRow)
        .join(RequestRow, RequestRow.request_id == ShareRow.request_id)
        .where(RequestRow.case_number == case_number, ShareRow.state.in_(_IN_CASE))
        .with_for_update(of=ShareRow)
    )
    for share in (await session.scalars(shares)).all():
        await settle(session, share)
