"""Whose a case is: who opened it, and whom they or a supervisor added.

Invariants: nobody comes into a case by asking in it, nor by adding themselves; each change writes its audit row.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from sqlalchemy import select

from hub.audit.trail import record
from hub.cases.model import CASE_ID_CHARS, CaseFile, CaseMember
from hub.kit.access import FORBIDDEN, Action, require
from hub.kit.errors import HubError

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.kit.access import Actor

CONFLICT = 409
MEMBERS_MAX = 50  # of one case


async def ask_in(session: AsyncSession, actor: Actor, case_number: str, at: datetime) -> CaseFile:
    """Return the case that ``actor`` asks in: a new one is opened and theirs; raise ``case_of_others`` (403)."""
    case = await session.get(CaseFile, case_number, with_for_update=True)
    person_id = actor.person_id or ""
    if case is None:
        case = CaseFile(case_number=case_number, case_id=secrets.token_hex(CASE_ID_CHARS // 2), opened_at=at)
        session.add(case)
        await session.flush()
        session.add(CaseMember(case_number=case_number, person_id=person_id, added_by=person_id, at=at))
        await record(session, at=at, actor=actor, action="case.opened", subject=case.case_id)
        return case
    if not await is_in(session, actor, case_number):
        rule = "case_of_others"
        raise HubError(rule, FORBIDDEN, "This case is other officers'. One of them or a supervisor can add you.")
    return case


async def is_in(session: AsyncSession, actor: Actor, case_number: str) -> bool:
    """Say whether it is a case of ``actor``'s now."""
    member = await session.get(CaseMember, (case_number, actor.person_id or ""))
    return member is not None and member.ended_at is None


async def add(session: AsyncSession, actor: Actor, case: CaseFile, person_id: str, at: datetime) -> None:
    """Add an officer to a case that ``actor`` sees. A repeat changes nothing.

    Raises ``own_act`` (403) for oneself, ``too_many_members`` (409). The caller knows the person and that they may ask.
    """
    require(actor, Action.CASE_MEMBERS)
    if person_id == actor.person_id:
        rule = "own_act"
        raise HubError(rule, FORBIDDEN, "Nobody adds themselves to a case.")
    member = await session.get(CaseMember, (case.case_number, person_id), with_for_update=True)
    if member is None:
        await _check_room(session, case)
        session.add(
            CaseMember(case_number=case.case_number, person_id=person_id, added_by=actor.person_id or "", at=at)
        )
    elif member.ended_at is None:
        return
    else:
        member.ended_at, member.added_by, member.at = None, actor.person_id or "", at
    await record(session, at=at, actor=actor, action="case.member_added", subject=case.case_id, detail=person_id)


async def end(session: AsyncSession, actor: Actor, case: CaseFile, person_id: str, at: datetime) -> None:
    """Take an officer, or oneself, off a case that ``actor`` sees. A repeat changes nothing."""
    require(actor, Action.CASE_MEMBERS)
    member = await session.get(CaseMember, (case.case_number, person_id), with_for_update=True)
    if member is None or member.ended_at is not None:
        return
    member.ended_at = at
    await record(session, at=at, actor=actor, action="case.member_ended", subject=case.case_id, detail=person_id)


async def _check_room(session: AsyncSession, case: CaseFile) -> None:
    known = select(CaseMember.person_id).where(CaseMember.case_number == case.case_number).limit(MEMBERS_MAX)
    if len((await session.scalars(known)).all()) >= MEMBERS_MAX:
        rule = "too_many_members"
        raise HubError(rule, CONFLICT, "No further person can be added to this case.")
