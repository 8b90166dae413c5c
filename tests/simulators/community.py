"""A running community house, and residents who call it as their browsers do."""

from __future__ import annotations

import asyncio
import json
import secrets
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import aiohttp
from aiohttp import web

from hub.app import community_of
from hub.community.guard import COOKIE
from hub.community.invitations.service import Invitations
from hub.community.residents.accounts import KEY_CHARS
from hub.community.secrets import CommunitySecret
from hub.db.engine import Database
from hub.kit.codes import ALPHABET
from hub.kit.digests import secret_digest
from hub.kit.settings import Settings
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
        status, answer, _ = await self.call(method, path, body, **headers)
        return status, answer

    async def call(self, method: str, path: str, body: object = None, **headers: str) -> tuple[int, Any, str]:
        """Call the house; return status, JSON, and the session's token that came with it, or nothing."""
        sent = {"Origin": self.community.settings.origin} | headers
        async with self.session.request(method, self.url + path, json=body, headers=sent) as answer:
            cookie = answer.cookies.get(COOKIE)
            return answer.status, json.loads(await answer.read()), "" if cookie is None else cookie.value

    async def letter(self) -> str:
        """Make a letter's code."""
        invitations = Invitations(CommunitySecret(value=self.community.keys.enrollment_secret))
        async with self.community.database.session("test") as session:
            return invitations.make(session, 1, self.clock())[0]

    async def resident(self) -> Resident:
        """Let somebody join."""
        resident = Resident(bench=self, account_id=secrets.token_hex(16), key=new_key())
        await resident.join(await self.letter())
        return resident


@dataclass(kw_only=True)
class Resident:
    """Somebody with a printed key, at one browser."""

    bench: CommunityBench
    account_id: str
    key: str
    token: str = ""

    @property
    def joining(self) -> dict[str, object]:
        """What their browser sends to join, but for the code."""
        return {"account_id": self.account_id, "key_sha256": secret_digest(self.key), "language": "en"}

    async def join(self, code: str) -> None:
        """Open the account."""
        status, answer, self.token = await self.bench.call("POST", "/api/join", {"code": code, **self.joining})
        assert (status, answer) == (200, {})

    async def ask(self, method: str, path: str, body: object = None, **headers: str) -> tuple[int, Any]:
        """Call the house as this resident."""
        return await self.bench.ask(method, path, body, **{"Cookie": f"{COOKIE}={self.token}"} | headers)


def new_key() -> str:
    """Return the 26 characters of a new printed key."""
    return "".join(secrets.choice(ALPHABET) for _ in range(KEY_CHARS))


@asynccontextmanager
async def running_community(folder: Path, *, found: bool = True) -> AsyncIterator[CommunityBench]:
    """Found a demonstration city, unless there is one, and serve its community house alone."""
    settings = await asyncio.to_thread(found_city if found else Settings.load, folder)
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
