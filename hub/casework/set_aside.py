"""What arrived for a case and is there for custodians alone: its officers read that it came, who said so, whom to ask.

Invariant: nothing else of such a share is said to them; its id stands cut short, as everybody names it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from hub.casework.officers import openers_of
from hub.requests.model import RequestRow
from hub.shares.record import repository as shares
from hub.shares.record.model import OWNER, READABLE, ShareRow, short_name
from milton_protocol.messages.requests.request import Request
from milton_protocol.times import format_time_or_none

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.cases.model import CaseFile
    from hub.directory.trust import Trusted
    from hub.kit.access import Actor
    from milton_protocol.canonical import JsonValue

SHOWN_MAX: Final = 50  # the newest, as many as a page of a list has


async def set_aside(session: AsyncSession, actor: Actor, trusted: Trusted, case: CaseFile) -> JsonValue:
    """Return ``{"shares": [{"name", "request_id", "received_at", "by_owner", "ask": [{"name", "badge"}]}]}``.

    The shares of a case that ``actor`` would see but for their flag, newest first; to custodians, none is. Any of the
    people to ``ask`` can open it: it is sealed to them.
    """
    of_case = select(RequestRow.request_id).where(RequestRow.case_number == case.case_number)
    wanted = select(ShareRow).where(
        ShareRow.request_id.in_(of_case), ShareRow.state.in_(READABLE), shares.set_aside(actor)
    )
    rows = (await session.scalars(wanted.order_by(ShareRow.received_at.desc()).limit(SHOWN_MAX))).all()
    payloads = select(RequestRow.request_id, RequestRow.payload).where(
        RequestRow.request_id.in_({row.request_id for row in rows})
    )
    ask: dict[str, JsonValue] = {
        request_id: [
            {"name": each.name, "badge": each.badge} for each in openers_of(trusted, Request.from_bytes(payload))
        ]
        for request_id, payload in await session.execute(payloads)
    }
    return {
        "shares": [
            {
                "name": short_name(row.share_id),
                "request_id": row.request_id,
                "received_at": format_time_or_none(row.received_at),
                "by_owner": row.flagged_by == OWNER,
                "ask": ask[row.request_id],
            }
            for row in rows
        ]
    }
