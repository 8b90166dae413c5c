"""What an open page is told by: that the trail has something new of its case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.casework import changes
from hub.identity.sessions.guard import still_signed_in

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiohttp import web
    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.cases.model import CaseFile
    from hub.identity.sessions.service import Sessions
    from hub.kit.access import Actor
    from hub.web.context import Hub


def watched(
    hub: Hub,
    sessions: Sessions,
    request: web.Request,
    find: Callable[[AsyncSession, Actor], Awaitable[CaseFile]],
) -> Callable[[], Awaitable[str]]:
    """Return what differs after each change of the case that ``find`` returns; it raises for who may see no more of it.

    It looks at what was written since it last looked, and at nothing else, however much is in the case.
    """
    seen: int | None = None
    told = 0

    async def snapshot() -> str:
        nonlocal seen, told
        async with hub.database.reading() as session:
            actor = await still_signed_in(sessions, session, request, hub.clock())
            case = await find(session, actor)
            now = await changes.position(session)
            if seen is not None:
                told = await changes.newest(session, case, seen) or told
            seen = now
        return str(told)

    return snapshot
