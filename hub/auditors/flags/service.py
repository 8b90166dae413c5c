"""Raise flags, in the transaction of what they are about.

Invariants: a flag is there exactly when what it is about is; no route, job or command changes or deletes one; the trail
has the digest of each, so that one that was taken out or changed behind the hub's back shows (``first_false``).
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from hub.audit.model import AuditRow, DenialRow
from hub.audit.trail import hold, record
from hub.auditors.flags.rules import DENIED_IN, Noticed, denied_attempts, odd_hours, repeats, self_dealing
from hub.auditors.model import FlagRow
from hub.db.counters import last_number, next_number
from hub.db.engine import after_commit
from hub.kit.access import PERSON, system
from hub.requests.draft.lately import mentioned_before, overlapped_before
from hub.requests.model import RequestRow
from milton_protocol.canonical import encode
from milton_protocol.times import format_time_ms

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.audit.watched import Attempt
    from hub.auditors.flags.rules import Bounds

COUNTER = "flag"
RAISED = "flag.raised"
SIGNED = "request.signed_as_officer"  # from here on a request is meant
_ACTOR = system("oversight")


class Flags:
    """Watches the trail and the refusals of one hub."""

    def __init__(self, bounds: Bounds) -> None:
        """Judge by ``bounds``."""
        self.bounds = bounds
        self.bell: Callable[[], None] | None = None  # rung when there is a new one

    async def acted(self, session: AsyncSession, row: AuditRow) -> None:
        """Look at an act of a person's; the hub's own and the command line's have no hours."""
        if not row.actor.startswith(PERSON):
            return
        person_id, evidence = row.actor.removeprefix(PERSON), f"trail {row.number}"
        noticed = odd_hours(person_id=person_id, action=row.action, at=row.at, bounds=self.bounds)
        if noticed is not None:
            await self._raise(session, noticed, row.at, evidence)
        if row.action == SIGNED:
            await self._signed(session, row, person_id)

    async def denied(self, session: AsyncSession, attempt: Attempt, number: int, at: datetime) -> None:
        """Look at a refusal of somebody known."""
        if not attempt.person_id:
            return
        person_id, evidence = attempt.person_id, f"refusal {number}"
        own = self_dealing(person_id=person_id, rule=attempt.rule, route=attempt.route, at=at, bounds=self.bounds)
        lately = select(func.sum(DenialRow.count)).where(
            DenialRow.person_id == person_id, DenialRow.at > at - DENIED_IN, DenialRow.at <= at
        )
        count = await session.scalar(lately) or 0
        many = denied_attempts(person_id=person_id, count=count, at=at, bounds=self.bounds)
        for noticed in (own, many):
            if noticed is not None:
                await self._raise(session, noticed, at, evidence)

    async def _signed(self, session: AsyncSession, row: AuditRow, person_id: str) -> None:
        """Look at what earlier requests have in common with one that its officer has signed."""
        request_id = row.subject
        cases = select(RequestRow.case_number).where(RequestRow.request_id == request_id)
        found = repeats(
            person_id=person_id,
            case_number=await session.scalar(cases) or "",
            earlier=await mentioned_before(session, request_id) + await overlapped_before(session, request_id),
            at=row.at,
            bounds=self.bounds,
        )
        day = row.at.astimezone(self.bounds.zone).date()
        for kind, count in found:
            noticed = Noticed(kind=kind, person_id=person_id, about=request_id, day=day, count=count)
            await self._raise(session, noticed, row.at, f"trail {row.number}")

    async def _raise(self, session: AsyncSession, noticed: Noticed, at: datetime, evidence: str) -> None:
        await hold(session)  # whoever notices the same at the same time goes first, or comes after this
        if await _is_there(session, noticed):
            return
        row = FlagRow(
            number=await next_number(session, COUNTER),
            at=at,
            kind=noticed.kind.value,
            person_id=noticed.person_id,
            about=noticed.about,
            day=noticed.day.isoformat(),
            count=noticed.count,
            evidence=evidence,
        )
        session.add(row)
        detail = f"{row.kind} {digest(row)}"
        await record(session, at=at, actor=_ACTOR, action=RAISED, subject=f"flag {row.number}", detail=detail)
        if self.bell is not None:
            after_commit(session, self.bell)


async def _is_there(session: AsyncSession, noticed: Noticed) -> bool:
    same = select(FlagRow.number).where(
        FlagRow.kind == noticed.kind.value,
        FlagRow.person_id == noticed.person_id,
        FlagRow.about == noticed.about,
        FlagRow.day == noticed.day.isoformat(),
    )
    return await session.scalar(same) is not None


def digest(row: FlagRow) -> str:
    """Return the hex SHA-256 of all that a flag says."""
    words: list[str | int] = [
        row.number,
        format_time_ms(row.at),
        row.kind,
        row.person_id,
        row.about,
        row.day,
        row.count,
        row.evidence,
    ]
    return hashlib.sha256(encode(words)).hexdigest()


async def first_false(session: AsyncSession) -> int | None:
    """Return the number of the first flag that is missing, or is not what the trail has of it, None when all are."""
    raised = (await session.scalars(select(AuditRow).where(AuditRow.action == RAISED).order_by(AuditRow.number))).all()
    flags = {row.number: row for row in await session.scalars(select(FlagRow))}
    for number, said in enumerate(raised, 1):
        flag = flags.pop(number, None)
        if flag is None or said.subject != f"flag {number}" or said.detail != f"{flag.kind} {digest(flag)}":
            return number
    if flags:
        return min(flags)
    written = await last_number(session, COUNTER)
    return len(raised) + 1 if len(raised) < written else None
