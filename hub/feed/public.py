"""What the city publishes to every home alike: its record, the map that it names, and the topics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from milton_protocol.limits import FEED_MESSAGES_MAX, FEED_PAYLOADS_MAX_BYTES
from milton_protocol.messages.homes.enrollment import CityAnswer
from milton_protocol.messages.homes.feed import FeedMessage, FeedPage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.db.engine import Database
    from hub.directory.service import DirectoryService
    from hub.topics.service import TopicChange, Topics
    from milton_protocol.messages.city.record import CityRecord

VERSIONS = (1,)


class PublicFeed:
    """Reads what was published, over the hub's database."""

    def __init__(self, database: Database, topics: Topics, directory: DirectoryService) -> None:
        """Keep what is read from."""
        self._database = database
        self._topics = topics
        self._directory = directory

    async def page(self, after: int) -> bytes:
        """Return the topics that changed after the cursor ``after``, oldest change first (protocol section 8)."""
        async with self._database.reading() as session:
            epoch, newest = await self._topics.position(session)
            changes = await self._topics.changed_after(session, after, limit=FEED_MESSAGES_MAX + 1)
        return page_of(epoch, newest, changes).to_bytes()

    async def city(self) -> bytes:
        """Return the root's public key and the city record (protocol section 13); raise ``not_initialised``."""
        async with self._database.reading() as session:
            sent = await self._directory.envelopes(session)
        answer = CityAnswer(
            root_public_key=self._directory.root_public_key, city_record=sent.city_record, versions=VERSIONS
        )
        return answer.to_bytes()

    async def record(self) -> CityRecord:
        """Return the city record in force; raise ``not_initialised``."""
        async with self._database.reading() as session:
            return await self._directory.city_record(session)

    async def map(self) -> bytes:
        """Return the map pack that the city record names; raise ``map_none`` (404)."""
        async with self._database.reading() as session:
            return await self._directory.map_pack(session)


def page_of(epoch: str, newest: int, changes: Sequence[TopicChange]) -> FeedPage:
    """Return as many ``changes`` as one page holds (200, or 1 MiB and the message that crosses it)."""
    taken: list[TopicChange] = []
    size_bytes = 0
    for change in changes[:FEED_MESSAGES_MAX]:
        taken.append(change)
        size_bytes += len(change.payload or b"")
        if size_bytes >= FEED_PAYLOADS_MAX_BYTES:
            break
    more = len(taken) < len(changes)
    seen = taken[-1].seq if taken else 0
    last = seen if more else max(newest, seen)
    messages = tuple(FeedMessage(topic=change.topic, payload=change.payload) for change in taken)
    return FeedPage(epoch=epoch, next=last, more=more, messages=messages)
