"""What every slice is given when it is wired: settings, database, clock, keys, the three applications, jobs."""

from __future__ import annotations

from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hub.db.migrate import upgrade
from hub.kit.notices import Notices

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager
    from datetime import datetime

    from aiohttp import web

    from hub.db.engine import Database
    from hub.jobs.supervisor import Jobs
    from hub.kit.keys import HubKeys
    from hub.kit.settings import Settings
    from hub.kit.tickets import Tickets
    from hub.topics.service import Topics
    from hub.web.events import Streams


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub:
    """One hub, wired. A slice's ``setup(hub, ...)`` adds routes, jobs and lifetimes to it and returns its service.

    ``homes``, ``officers`` and ``signer`` are three aiohttp applications on three ports: they never share a route.
    ``lifetimes`` are entered in order before the jobs start and left in reverse (a broker's child, a blob store).
    ``residents_origin`` is where the residents' pages are, None in a city that has none.
    ``clock`` is the only source of the time. ``notices`` asks who watches over something,
    ``tickets`` whether a resident's page may send a share; None in a city without residents' pages.
    """

    settings: Settings
    database: Database
    clock: Callable[[], datetime]
    keys: HubKeys
    topics: Topics
    streams: Streams
    jobs: Jobs
    homes: web.Application
    officers: web.Application
    signer: web.Application
    residents_origin: str | None = None
    tickets: Tickets | None = None
    notices: Notices = field(default_factory=Notices)
    lifetimes: list[Callable[[], AbstractAsyncContextManager[None]]] = field(default_factory=list)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Bring the schema up to date, enter the lifetimes, run the jobs; undo all of it at the end."""
        await upgrade(self.database)
        async with self.database.session("feed.begun") as session:
            await self.topics.begin(session)
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self.database.close)
            for lifetime in self.lifetimes:
                await stack.enter_async_context(lifetime())
            await stack.enter_async_context(self.jobs.running())
            yield
