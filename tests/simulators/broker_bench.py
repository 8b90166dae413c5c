"""A hub's broker part, started for a test: a real mosquitto over a real database."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import aiomqtt

from hub.broker.endpoint import Endpoint
from hub.broker.mirror import Mirror
from hub.broker.mosquitto import Mosquitto
from hub.broker.reach import Reach
from hub.broker.service import Broker, HomeAccounts
from hub.db.engine import Database
from hub.db.migrate import upgrade
from hub.topics.service import Topics
from milton_protocol.topics import every_topic

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    from hub.broker.accounts import MqttCredentials
    from hub.broker.mosquitto import Installed, Listener

AGENCY = "milton-pd"
WAIT_S = 20


async def eventually(condition: Callable[[], Awaitable[bool]], *, within_s: float = WAIT_S) -> None:
    """Wait until ``condition`` holds."""
    async with asyncio.timeout(within_s):
        while True:
            if await condition():
                return
            await asyncio.sleep(0.05)


@dataclass(kw_only=True)
class Bench:
    """One hub's broker part, started."""

    database: Database
    topics: Topics
    endpoint: Endpoint
    child: Mosquitto
    accounts: HomeAccounts
    mirror: Mirror
    broker: Broker
    homes: set[str] = field(default_factory=set)

    async def set_topic(self, topic: str, payload: bytes) -> None:
        """Commit one topic."""
        async with self.database.session("test") as session:
            await self.topics.set(session, topic, payload)

    async def clear_topic(self, topic: str) -> None:
        """Commit that a topic has no message."""
        async with self.database.session("test") as session:
            await self.topics.clear(session, topic)

    async def enrol(self, username: str) -> MqttCredentials:
        """Enrol a home and return its credentials."""
        self.homes.add(username)
        await self.broker.accounts_changed()
        credentials = self.broker.credentials(username)
        assert credentials is not None
        return credentials

    async def retained(self, home: MqttCredentials, quiet_s: float = 0.4) -> dict[str, bytes]:
        """Return what a home gets that subscribes now."""
        found: dict[str, bytes] = {}
        async with self.endpoint.client(home) as client:
            await client.subscribe(every_topic(AGENCY), qos=1)
            messages = aiter(client.messages)
            while True:
                try:
                    async with asyncio.timeout(quiet_s):
                        message = await anext(messages)
                except TimeoutError:
                    return found
                assert isinstance(message.payload, bytes)
                found[str(message.topic)] = message.payload

    async def holds(self, home: MqttCredentials, expected: dict[str, bytes]) -> None:
        """Wait until the broker's retained messages are exactly these."""

        async def same() -> bool:
            try:
                return await self.retained(home) == expected
            except aiomqtt.MqttError:
                return False

        await eventually(same)


@asynccontextmanager
async def running_bench(folder: Path, installed: Installed, listener: Listener) -> AsyncIterator[Bench]:
    """Start a broker with its accounts and its mirror."""
    database = Database(f"sqlite+aiosqlite:///{folder / 'hub.sqlite'}")
    await upgrade(database)
    topics = Topics(AGENCY)
    endpoint = Endpoint.of_listener(listener.host, listener.port, listener.certificate)
    homes: set[str] = set()

    async def usernames() -> frozenset[str]:
        return frozenset(homes)

    accounts = HomeAccounts(agency_id=AGENCY, secret=b"s" * 32, endpoint=endpoint, usernames=usernames)
    child = Mosquitto(installed=installed, listener=listener, folder=folder / "broker", document=accounts.document)
    reach = Reach(lambda: datetime.now(UTC), child.running)
    mirror = Mirror(
        database=database,
        topics=topics,
        agency_id=AGENCY,
        connect=partial(endpoint.client, accounts.publisher),
        reach=reach,
    )
    broker = Broker(reach=reach, accounts=accounts)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(database.close)
        for run in (child.run, mirror.run, accounts.run):
            task = asyncio.create_task(run())
            stack.push_async_callback(_ended, task)
        async with asyncio.timeout(WAIT_S):
            await child.running.wait()
            await reach.up.wait()
        yield Bench(
            database=database,
            topics=topics,
            endpoint=endpoint,
            child=child,
            accounts=accounts,
            mirror=mirror,
            broker=broker,
            homes=homes,
        )


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
