"""``GET /api/notices``: which of one's entries officers saw, newest first."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from aiohttp import web
from sqlalchemy import delete, select

from hub.community import routes
from hub.community.guard import account_of_request
from hub.community.notices.model import Notice
from hub.community.registry.model import Entry
from hub.web.routing import add_routes
from milton_protocol.canonical import encode
from milton_protocol.times import format_time

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.community.context import Community
    from milton_protocol.canonical import JsonValue

SHOWN_MAX = 200
KEPT = timedelta(days=365)
FORGET_EVERY_S = 86_400


async def notices_of(session: AsyncSession, account_id: str) -> Sequence[tuple[int, Notice]]:
    """Return an account's newest notices, each with its entry's number."""
    own = select(Entry.number, Notice).join(Entry, Entry.entry_id == Notice.entry_id)
    newest = own.where(Entry.account_id == account_id).order_by(Notice.at.desc(), Notice.number.desc())
    return [(number, notice) for number, notice in await session.execute(newest.limit(SHOWN_MAX))]


async def forget_old(session: AsyncSession, now: datetime) -> None:
    """Delete notices of more than a year ago."""
    await session.execute(delete(Notice).where(Notice.at <= now - KEPT))


def setup(community: Community) -> None:
    """Add the route, and the job that forgets."""

    async def notices(request: web.Request) -> web.Response:
        async with community.database.reading() as session:
            found = await notices_of(session, account_of_request(request))
        value: list[JsonValue] = [
            {
                "entry_number": number,
                "badge": notice.badge,
                "case_number": notice.case_number,
                "at": format_time(notice.at.replace(microsecond=0)),
            }
            for number, notice in found
        ]
        return web.Response(body=encode([*value]), content_type="application/json")

    async def forget() -> None:
        async with community.database.session("community.notices_forgotten") as session:
            await forget_old(session, community.clock())

    add_routes(community.application, {routes.NOTICES: notices})
    community.jobs.every("community notices", FORGET_EVERY_S, forget)
