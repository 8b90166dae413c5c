"""Read cases; what an actor may not see is not found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from hub.cases.model import CaseFile, CaseMember
from hub.cases.visibility import may_see
from hub.kit.access import Action, require
from hub.kit.errors import HubError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.kit.access import Actor

NOT_FOUND = 404


def seen(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that ``actor`` sees a case."""
    return may_see(actor, CaseFile.case_number, every=actor.may(Action.CASE_READ_ALL))


async def find(session: AsyncSession, actor: Actor, case_id: str, *, lock: bool = False) -> CaseFile:
    """Return the case with this id, with ``lock`` locked for a change; raise ``case_unknown`` (404)."""
    require(actor, Action.CASE_LIST)
    wanted = select(CaseFile).where(CaseFile.case_id == case_id, seen(actor))
    case = await session.scalar(wanted.with_for_update() if lock else wanted)
    if case is None:
        rule = "case_unknown"
        raise HubError(rule, NOT_FOUND, "There is no such case.")
    return case


async def members(session: AsyncSession, case: CaseFile) -> Sequence[CaseMember]:
    """Return whose case it is now, who came first first."""
    rows = select(CaseMember).where(CaseMember.case_number == case.case_number, CaseMember.ended_at.is_(None))
    return (await session.scalars(rows.order_by(CaseMember.at, CaseMember.person_id))).all()
