"""The one way anything goes to homes.

A slice calls :meth:`Topics.set` or :meth:`Topics.clear` in the transaction of the act itself; nothing else publishes.
The HTTPS feed and the MQTT publisher both read what was committed, in the order of ``seq``: the table is their outbox.
Numbers are given out in commit order (``hub.db.counters``), so a lower one never appears after a higher.

The MQTT publisher keeps the last ``seq`` that the broker took and loops::

    heard = topics.listen()
    async with database.reading() as session:
        changes = await topics.changed_after(session, last_seq)
    ...publish each, retained, QoS 1 (payload None: the empty retained message, which clears)...
    if not changes:
        await topics.wait_for_change(heard)   # wakes after a commit, and by itself once a while

and starts again from 0 for a broker that lost its messages.
"""

from __future__ import annotations

import asyncio
import secrets
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select

from hub.db.counters import last_number, next_number
from hub.db.engine import after_commit
from hub.topics.model import FeedState, Topic
from milton_protocol.limits import FEED_MESSAGES_MAX
from milton_protocol.topics import topic_prefix

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

LOOK_AGAIN_S = 2  # another worker's commit rings no bell here
STATE_ID = 1
EPOCH_BYTES = 16
COUNTER = "feed"
LIVE_TOPIC = "live"  # the newest live statement
_MESSAGES = select(Topic.name, Topic.payload).where(Topic.name.in_(bindparam("topics", expanding=True)))


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicChange:
    """The newest state of one topic: its full name, its message or None when cleared, its number."""

    topic: str
    payload: bytes | None
    seq: int


class Topics:
    """The table of topics of one agency."""

    def __init__(self, agency_id: str) -> None:
        """Name the topics ``milton/v1/{agency_id}/...``."""
        self._prefix = topic_prefix(agency_id)
        self._changed = asyncio.Event()

    async def set(self, session: AsyncSession, topic: str, payload: bytes, *, clear_at: datetime | None = None) -> None:
        """Make ``payload`` the message of ``topic`` (``live``, ``requests/{id}``: without the prefix).

        Setting the very same bytes again changes nothing. At ``clear_at`` a job clears the topic.
        """
        row = await session.get(Topic, topic)
        if row is not None and row.payload == payload:
            row.clear_at = clear_at
            return
        seq = await self._next_seq(session)
        if row is None:
            session.add(Topic(name=topic, payload=payload, seq=seq, clear_at=clear_at))
        else:
            row.payload, row.seq, row.clear_at = payload, seq, clear_at
        await session.flush()

    async def clear(self, session: AsyncSession, topic: str) -> None:
        """Leave ``topic`` without a message; nothing happens when it has none."""
        row = await session.get(Topic, topic)
        if row is None or row.payload is None:
            return
        row.payload, row.clear_at, row.seq = None, None, await self._next_seq(session)
        await session.flush()

    async def clear_due(self, session: AsyncSession, now: datetime) -> None:
        """Clear every topic whose time is up."""
        due = await session.scalars(select(Topic.name).where(Topic.clear_at <= now, Topic.payload.is_not(None)))
        for topic in due.all():
            await self.clear(session, topic)

    async def get(self, session: AsyncSession, topic: str) -> bytes | None:
        """Return the message of ``topic`` (without the prefix), None when it has none."""
        [message] = await self.get_all(session, topic)
        return message

    async def get_all(self, session: AsyncSession, *topics: str) -> list[bytes | None]:
        """Return the message of each: every page asks for two, so it is one statement, made once."""
        rows = await session.execute(_MESSAGES, {"topics": topics})
        messages = {row.name: row.payload for row in rows}
        return [messages.get(topic) for topic in topics]

    async def changed_after(
        self, session: AsyncSession, seq: int, *, limit: int = FEED_MESSAGES_MAX
    ) -> Sequence[TopicChange]:
        """Return the topics that changed after ``seq``, oldest change first, full names, at most ``limit``."""
        rows = await session.scalars(select(Topic).where(Topic.seq > seq).order_by(Topic.seq).limit(limit))
        return tuple(TopicChange(topic=self._prefix + row.name, payload=row.payload, seq=row.seq) for row in rows)

    async def position(self, session: AsyncSession) -> tuple[str, int]:
        """Return the epoch (32 hex) and the newest sequence number."""
        state = await session.get(FeedState, STATE_ID)
        if state is None:
            rule = "feed_not_begun"
            raise LookupError(rule)
        return state.epoch, await last_number(session, COUNTER)

    async def begin(self, session: AsyncSession) -> None:
        """Make the epoch of a new database; nothing happens in one that has it."""
        if await session.get(FeedState, STATE_ID) is None:
            session.add(FeedState(id=STATE_ID, epoch=secrets.token_hex(EPOCH_BYTES)))
            await session.flush()

    async def begin_anew(self, session: AsyncSession) -> None:
        """Make another epoch: homes read all topics again, whatever numbers they had from a hub that was stolen."""
        state = await session.get_one(FeedState, STATE_ID)
        state.epoch = secrets.token_hex(EPOCH_BYTES)
        await session.flush()

    def listen(self) -> asyncio.Event:
        """Return what the next committed change sets; take it before reading, so that no change is missed."""
        return self._changed

    async def wait_for_change(self, heard: asyncio.Event) -> None:
        """Return when a change was committed after ``heard`` was taken, at the latest after ``LOOK_AGAIN_S``."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_AGAIN_S):
                await heard.wait()

    def stir(self, session: AsyncSession) -> None:
        """Have whoever listens look again once ``session`` is committed, though no topic changed."""
        after_commit(session, self._ring)

    def _ring(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    async def _next_seq(self, session: AsyncSession) -> int:
        after_commit(session, self._ring)
        return await next_number(session, COUNTER)
