"""Count what a quarter's report says."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from hub.audit.model import AuditRow, DenialRow
from hub.auditors.model import FlagRow
from hub.auditors.report.quarters import Quarter, require_over
from hub.auditors.report.report import Counts, report_of
from hub.kit.access import Action, require
from hub.policy.repository import current
from hub.requests.model import RequestRow
from milton_protocol.messages.requests.request import Request

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, tzinfo

    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncSession
    from sqlalchemy.orm import InstrumentedAttribute

    from hub.auditors.report.report import Report
    from hub.kit.access import Actor

QUARTERS_MAX = 12  # three years of them are listed


async def report(session: AsyncSession, actor: Actor, quarter: Quarter, now: datetime, zone: tzinfo) -> Report:
    """Return the report of a quarter. Raises ``report_unknown`` (404) for one that is not over."""
    require(actor, Action.REPORT_READ)
    require_over(quarter, now, zone)
    period = quarter.begin(zone), quarter.end(zone)
    special, offences = await _requests(session, period)
    counts = Counts(
        acts=await _counted(session, AuditRow.action, AuditRow.at, period),
        special=special,
        offences=offences,
        denials=await _counted(session, DenialRow.rule, DenialRow.at, period, count=func.sum(DenialRow.count)),
        flags=await _counted(session, FlagRow.kind, FlagRow.at, period),
    )
    names = {each.code: each.name for each in (await current(session)).policy.offences}
    return report_of(quarter, counts, names)


async def quarters(session: AsyncSession, actor: Actor, now: datetime, zone: tzinfo) -> list[Quarter]:
    """Return the quarters that are over since the trail began, newest first."""
    require(actor, Action.REPORT_READ)
    began = await session.scalar(select(func.min(AuditRow.at)))
    found: list[Quarter] = []
    if began is None:
        return found
    quarter = Quarter.of(now, zone).before()
    while quarter >= Quarter.of(began, zone) and len(found) < QUARTERS_MAX:
        found.append(quarter)
        quarter = quarter.before()
    return found


async def _counted(
    session: AsyncSession,
    what: InstrumentedAttribute[str],
    at: InstrumentedAttribute[datetime],
    period: tuple[datetime, datetime],
    count: ColumnElement[int] | None = None,
) -> dict[str, int]:
    counted = func.count() if count is None else count
    found = select(what, counted).where(at >= period[0], at < period[1]).group_by(what)
    return {name: int(number) for name, number in (await session.execute(found))}


async def _requests(
    session: AsyncSession, period: tuple[datetime, datetime]
) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """Count the quarter's published requests by what is special about them, and by offence; exercises apart."""
    sent = select(RequestRow.payload, RequestRow.exceeded).where(
        RequestRow.published_at >= period[0], RequestRow.published_at < period[1]
    )
    special, offences = Counter[str](), Counter[str]()
    for payload, exceeded in await session.execute(sent):
        request = Request.from_bytes(payload)
        if request.drill:
            special["drill"] += 1
            continue
        special.update({"published": 1, request.urgency.value: 1, "exceeded": int(bool(exceeded))})
        offences[request.offence_code] += 1
    return special, offences
