"""A list that people narrow: its page, and the stream that tells an open one that it reads differently now."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from hub.casework.narrow import Narrow
from hub.casework.narrowing import Narrowing
from hub.policy.repository import current
from hub.shares.retention.waiting import count_confirmable
from hub.web.actor import actor_of
from hub.web.pages.lists import followed
from hub.web.pages.paging import Cursor, older

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from aiohttp import web
    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.kit.access import Actor
    from hub.web.context import Hub
    from hub.web.pages.lists import Lists
    from hub.web.pages.paging import Page
    from hub.web.pages.renderer import Pages
    from hub.web.routing import Route

    type Read[T] = Callable[[AsyncSession, Narrowing, web.Request, Cursor | None], Awaitable[Page[T]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class NarrowedList[T]:
    """The list of ``template``; ``read`` returns a page of it, ``narrow`` what an address narrows it to."""

    hub: Hub
    pages: Pages
    lists: Lists
    template: str
    events: Route
    read: Read[T]
    narrow: Callable[[Mapping[str, str]], Narrow] = Narrow.of

    async def page(self, request: web.Request) -> web.Response:
        """Answer with a page of the list."""
        async with self.hub.database.reading() as session:
            page, confirmable = found = await self._found(request, session, actor_of(request))
            offenses = (await current(session)).policy.offences
        return self.pages.render(
            request,
            self.template,
            data=followed(request, self.events.path, found),
            page=page,
            older=older(request, "after", page),
            confirmable=confirmable,
            narrow=self.narrow(request.query),
            offences=offenses,
            query=request.query,
        )

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """Tell the list, or a page of it, that it reads differently now."""
        return await self.lists.stream(request, partial(self._found, request))

    async def _found(self, request: web.Request, session: AsyncSession, actor: Actor) -> tuple[Page[T], int]:
        after = Cursor.read(request.query.get("after", ""))
        zone, now = ZoneInfo(self.hub.settings.time_zone), self.hub.clock()
        narrowing = Narrowing(actor=actor, narrow=self.narrow(request.query), now=now, zone=zone)
        page = await self.read(session, narrowing, request, after)
        return page, await count_confirmable(session, actor)
