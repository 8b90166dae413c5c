"""A running community house, and residents who call it as their browsers do."""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import aiohttp
from aiohttp import web

from hub.app import community_of
from hub.db.engine import Database
from hub.topics.service import Topics
from tests.simulators.hub_bench import MovableClock, found_city
from tests.simulators.loopback import serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from hub.community.context import Community


@dataclass(kw_only=True)
class CommunityBench:
    """A served house with its clock."""

    community: Community
    clock: MovableClock
    session: aiohttp.ClientSession
    url: str

    async def ask(self, method: str, path: str, body: object = None, **headers: str) -> tuple[int, Any]:
        """Call the house as a page of its own does; return status and JSON."""
        sent = {"Origin": self.community.settings.origin} | headers
        async with self.session.request(method, self.url + path, json=body, headers=sent) as answer:
            return answer.status, json.loads(await answer.read())


@asynccontextmanager
async def running_community(folder: Path) -> AsyncIterator[CommunityBench]:
    """Found a demonstration city and serve its community house alone."""
    settings = await asyncio.to_thread(found_city, folder)
    police, clock = Database(settings.database_url), MovableClock()
    community = community_of(settings, police, Topics(settings.agency_id), clock=clock)
    assert community is not None
    async with AsyncExitStack() as stack:
        stack.push_async_callback(police.close)
        await stack.enter_async_context(community.running())
        runner = web.AppRunner(community.application, access_log=None, handler_cancellation=True)
        served = await stack.enter_async_context(serving(runner))
        session = await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()))
        yield CommunityBench(community=community, clock=clock, session=session, url=served.url)
