"""Deletions that one custodian asked for and another has to confirm: custodians read which wait, and for whom.

Invariant: why one was asked for stands on the custody page of its share alone, for it may tell what is to be seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import case, select

from hub.cases.model import CaseFile
from hub.kit.access import Action, require
from hub.requests.model import RequestRow
from hub.shares.access.leavers import SHOWN_MAX
from hub.shares.record.context import person_of
from hub.shares.record.custody import DeletionRow
from hub.shares.record.model import READABLE, ShareRow
from hub.shares.record.repository import seen

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.kit.access import Actor


class WaitsFor(StrEnum):
    """Whom a deletion waits for, to one custodian (the rules: :mod:`hub.shares.retention.deletion_requests`)."""

    YOU = "you"  # or yet another
    ANOTHER = "another"  # they asked for it themselves
    NOT_ITS_OFFICER = "not_its_officer"  # they asked for the footage
    HOLDS = "holds"  # while the share is held for a court, nobody confirms it


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletionWaiting:
    """One deletion that nobody has confirmed or taken back, of a share that is still there."""

    share_id: str
    case_id: str
    case_number: str
    drill: bool
    asked_at: datetime
    waits_for: WaitsFor


async def deletions_waiting(session: AsyncSession, actor: Actor) -> tuple[DeletionWaiting, ...]:
    """Return them, those that ``actor`` can confirm first, then by when they were asked for, at most ``SHOWN_MAX``."""
    require(actor, Action.SHARE_DELETE_CONFIRM)
    waits_for = _waits_for(actor)
    rows = (
        select(
            ShareRow.share_id,
            CaseFile.case_id,
            CaseFile.case_number,
            RequestRow.is_drill,
            DeletionRow.asked_at,
            waits_for,
        )
        .select_from(DeletionRow)
        .join(ShareRow, ShareRow.share_id == DeletionRow.share_id)
        .join(RequestRow, RequestRow.request_id == ShareRow.request_id)
        .join(CaseFile, CaseFile.case_number == RequestRow.case_number)
        .where(
            DeletionRow.confirmed_at.is_(None),
            DeletionRow.ended_at.is_(None),
            ShareRow.state.in_(READABLE),
            seen(actor),
        )
        .order_by(waits_for != WaitsFor.YOU.value, DeletionRow.asked_at, ShareRow.share_id)
        .limit(SHOWN_MAX)
    )
    return tuple(
        DeletionWaiting(
            share_id=share_id,
            case_id=case_id,
            case_number=case_number,
            drill=is_drill,
            asked_at=asked_at,
            waits_for=WaitsFor(whom),
        )
        for share_id, case_id, case_number, is_drill, asked_at, whom in (await session.execute(rows))
    )


async def count_confirmable(session: AsyncSession, actor: Actor) -> int:
    """Return how many of them ``actor`` can confirm, at most ``SHOWN_MAX``; 0 for who confirms none."""
    if not actor.may(Action.SHARE_DELETE_CONFIRM):
        return 0
    return sum(each.waits_for is WaitsFor.YOU for each in await deletions_waiting(session, actor))


def _waits_for(actor: Actor) -> ColumnElement[str]:
    person_id = person_of(actor)
    return case(
        (ShareRow.held_since.is_not(None), WaitsFor.HOLDS.value),
        (DeletionRow.asked_by == person_id, WaitsFor.ANOTHER.value),
        (RequestRow.officer_id == person_id, WaitsFor.NOT_ITS_OFFICER.value),
        else_=WaitsFor.YOU.value,
    )
