"""What changed in a case since a page last looked: no page asks for the whole again because of one event.

Every act writes its row into the audit trail, in the act's own transaction, under a number given out in the order of
the commits: the trail is the list of changes, whichever slice made them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select

from hub.audit.model import AuditRow
from hub.audit.trail import last_row
from hub.requests.model import RequestRow
from hub.shares.record.model import ShareRow

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.cases.model import CaseFile

CHANGES_MAX = 400  # told one by one; who missed more asks for the whole

type Position = int  # in the trail


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What a page asks for again; ``is_whole``: everything. ``at`` is where to go on."""

    at: Position
    is_whole: bool
    share_ids: frozenset[str]
    flagged_ids: frozenset[str]  # custodians' alone from now on, maybe
    note_ids: frozenset[str]
    requests: bool
    people: bool


async def position(session: AsyncSession) -> Position:
    """Return where the trail is: take it before reading what a page shows."""
    return await last_row(session)


async def newest(session: AsyncSession, case: CaseFile, after: Position) -> Position | None:
    """Return the last change of a case after a position, None without any."""
    rows = select(func.max(AuditRow.number)).where(AuditRow.number > after, _of(case))
    found: int | None = await session.scalar(rows)
    return found


async def since(session: AsyncSession, case: CaseFile, after: Position) -> Changed:
    """Return what changed in a case after a position."""
    now = await position(session)
    rows = select(AuditRow.action, AuditRow.subject, AuditRow.detail).where(AuditRow.number > after, _of(case))
    found = (await session.execute(rows.order_by(AuditRow.number).limit(CHANGES_MAX + 1))).all()
    return Changed(
        at=now,
        is_whole=len(found) > CHANGES_MAX or after > now,
        share_ids=frozenset(subject for action, subject, _ in found if action.startswith("share.")),
        flagged_ids=frozenset(subject for action, subject, _ in found if action == "share.flagged"),
        note_ids=frozenset(detail for action, _, detail in found if action == "case.noted"),
        requests=any(action.startswith("request.") for action, _, _ in found),
        people=any(action.startswith("case.") and action != "case.noted" for action, _, _ in found),
    )


def _of(case: CaseFile) -> ColumnElement[bool]:
    """Return the condition that a row of the trail is of this case, or of a request or a share in it."""
    request = select(RequestRow.request_id).where(
        RequestRow.request_id == AuditRow.subject, RequestRow.case_number == case.case_number
    )
    share = (
        select(ShareRow.share_id)
        .join(RequestRow, RequestRow.request_id == ShareRow.request_id)
        .where(ShareRow.share_id == AuditRow.subject, RequestRow.case_number == case.case_number)
    )
    return or_(AuditRow.subject.in_((case.case_id, case.case_number)), request.exists(), share.exists())
