"""Keep a broker's retained messages equal to the committed topics.

Invariants: what is published was committed before; the first look at a broker publishes every live topic (an empty
broker is filled, also one restarted a second ago); a retained message under the agency's prefix that the table does
not have, or has otherwise, is cleared or put right, whoever left it there.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import random
from typing import TYPE_CHECKING

import aiomqtt

from hub.kit.steps import durable
from milton_protocol.topics import every_topic, topic_prefix

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.broker.reach import Reach
    from hub.db.engine import Database
    from hub.topics.service import TopicChange, Topics

_LOGGER = logging.getLogger(__name__)

RECONNECT_FIRST_S = 0.2
RECONNECT_MAX_S = 30.0
# Somebody who keeps overwriting a topic of a shared broker is answered ten times a second, not more.
REPAIR_PAUSE_S = 0.1


class Mirror:
    """One publisher to one broker."""

    def __init__(
        self,
        *,
        database: Database,
        topics: Topics,
        agency_id: str,
        connect: Callable[[], aiomqtt.Client],
        reach: Reach,
    ) -> None:
        """Keep what a connection needs; ``reach`` is told while one stands.

        ``connect`` makes a client that may read and publish everything under the agency's prefix.
        """
        self._database = database
        self._topics = topics
        self._prefix = topic_prefix(agency_id)
        self._subscription = every_topic(agency_id)
        self._connect = connect
        self._published: dict[str, bytes] = {}
        self._reach = reach

    async def run(self) -> None:
        """Mirror until canceled; a lost broker is tried again with growing, jittered pauses."""
        pause_s = RECONNECT_FIRST_S
        was_reached = True
        while True:
            await self._reach.listening()
            try:
                async with self._connect() as client:
                    if not was_reached:
                        _LOGGER.warning("The broker is reached again")
                    pause_s, was_reached = RECONNECT_FIRST_S, True
                    self._reach.found()
                    await self._serve(client)
            except* (aiomqtt.MqttError, OSError) as group:
                if was_reached:
                    _LOGGER.warning("The broker is not reached (%s); homes use the feed meanwhile", _first(group))
                was_reached = False
            finally:
                self._reach.lost()
            await asyncio.sleep(pause_s * random.uniform(0.5, 1.0))  # noqa: S311 - spreads retries, guards nothing
            pause_s = min(pause_s * 2, RECONNECT_MAX_S)

    async def _serve(self, client: aiomqtt.Client) -> None:
        """Publish what is live and what changes; mend what differs."""
        self._published = {}
        filled = asyncio.Event()
        await client.subscribe(self._subscription, qos=0)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._repair(client, filled))
            tasks.create_task(self._follow(client, filled))

    async def _follow(self, client: aiomqtt.Client, filled: asyncio.Event) -> None:
        """Publish the whole table once, then each change after its commit."""
        seq = 0
        while True:
            heard = self._topics.listen()
            async with self._database.reading() as session:
                changes = await self._topics.changed_after(session, seq)
            for change in changes:
                await self._publish(client, change)
                seq = change.seq
            if not changes:
                filled.set()
                await self._topics.wait_for_change(heard)

    async def _publish(self, client: aiomqtt.Client, change: TopicChange) -> None:
        if change.payload is None:
            if self._published.pop(change.topic, None) is not None:
                with durable("topic.cleared"):
                    await client.publish(change.topic, b"", qos=1, retain=True)
            return
        self._published[change.topic] = _digest(change.payload)
        with durable("topic.published"):
            await client.publish(change.topic, change.payload, qos=1, retain=True)

    async def _repair(self, client: aiomqtt.Client, filled: asyncio.Event) -> None:
        """Compare what the broker has with what was published last; the table is right."""
        async for message in client.messages:
            await filled.wait()
            topic = str(message.topic)
            seen = message.payload
            if (_digest(seen) if seen else None) == self._published.get(topic):
                continue
            async with self._database.reading() as session:
                payload = await self._topics.get(session, topic.removeprefix(self._prefix))
            if seen != (payload or b""):
                await client.publish(topic, payload or b"", qos=1, retain=True)
                await asyncio.sleep(REPAIR_PAUSE_S)


def _digest(payload: bytes) -> bytes:
    return hashlib.sha256(payload).digest()


def _first(group: BaseExceptionGroup[BaseException]) -> str:
    """Return the name of what went wrong, without its text (it may hold an address)."""
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return type(error).__name__
