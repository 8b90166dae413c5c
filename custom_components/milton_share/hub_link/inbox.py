"""The one place where both ways deliver. What lies here is untrusted: only form and size are judged.

- A topic of another agency, or of no known form, is dropped. So is what is too long; of a request that is, so much is
  kept as shows it: the owner is told of every request that is refused.
- A revocation never goes away because the hub clears it: a stolen hub can't bring a stolen key back.
- A paper older than the one that was believed last is dropped: the feed and MQTT may overtake each other. One that is
  overtaken before anybody judged it is kept beside what came later: whether it is the newer one, its signature says,
  not its number, which whoever stands between could make up.
- Receipts of other homes' shares are dropped: they can't be opened here.
- A bounded number of topics and of bytes, so that a hub can't fill the home's memory or disk. The three papers that
  the rest hangs on always have room.
"""

from __future__ import annotations

import asyncio
import re
import sqlite3
from typing import TYPE_CHECKING

from ..shared.milton_protocol.limits import MESSAGE_SIZE_MAX_BYTES, RECEIPTS_SIZE_MAX_BYTES, RECORD_SIZE_MAX_BYTES
from ..shared.milton_protocol.topics import topic_prefix
from ..steps import Step
from ..store import topics

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from sqlite3 import Connection

    from ..storage_health import StorageHealth
    from ..store.database import HomeDatabase
    from ..store.topics import FeedPlace

TOPICS_MAX = 8_000  # 2,000 live requests and as many that ended, 4,000 revocations; this home's own receipts
BYTES_MAX = 64 * 2**20  # 2,000 requests of 8 kB, 4,000 revocations of 1 kB, and as much again, twice

CITY_RECORD = "city-record"
DIRECTORY = "directory"
LIVE = "live"
REVOCATIONS = "revocations/"
REQUESTS = "requests/"
RECEIPTS = "receipts/"

_REQUEST_KEPT_MAX_BYTES = MESSAGE_SIZE_MAX_BYTES + 1  # of one that is too long, as much as shows that it is

_FORM = re.compile(
    r"city-record|directory|live|revocations/[0-9a-f]{64}|requests/[0-9a-f]{64}|receipts/[0-9a-f]{32}", re.ASCII
)
_RECORDS = frozenset({CITY_RECORD, DIRECTORY, LIVE})

type Message = tuple[str, bytes | None]


class Inbox:
    """The newest message of each topic, by its short name."""

    def __init__(  # noqa: PLR0913  where it keeps, what it asks, whom it tells
        self,
        database: HomeDatabase,
        agency_id: str,
        *,
        claims: Callable[[str, bytes], int | None],
        believed: Callable[[str], int],
        is_own_share: Callable[[str], bool],
        on_change: Callable[[], None],
        health: StorageHealth | None = None,
    ) -> None:
        """Remember whom to ask and whom to tell.

        ``claims(topic, payload)``: the number by which a paper says how new it is, None where it says none;
        ``believed(topic)``: that of the one that was believed last. ``is_own_share(share_id)``.
        """
        self._database = database
        self._claims = claims
        self._believed = believed
        self._is_own_share = is_own_share
        self._prefix = topic_prefix(agency_id)
        self._on_change = on_change
        self._overtaken: dict[str, bytes] = {}
        self._health = health
        self._messages: dict[str, bytes] = {}
        self._lock = asyncio.Lock()  # memory and disk take the messages of both ways in the same order

    async def load(self) -> None:
        """Read what was kept."""
        self._messages = await self._database.read(topics.all_topics)

    def get(self, topic: str) -> bytes | None:
        """Return the newest message of a topic."""
        return self._messages.get(topic)

    def under(self, prefix: str) -> dict[str, bytes]:
        """Return the newest messages of all topics below ``prefix``, by what follows it."""
        return {topic[len(prefix) :]: payload for topic, payload in self._messages.items() if topic.startswith(prefix)}

    def overtaken(self) -> dict[str, bytes]:
        """Return the papers that say they are newer than those that came after them, and were not believed yet.

        What came after one that was believed stands: a hub that takes its word back is not overheard.
        """
        return {
            topic: paper
            for topic, paper in self._overtaken.items()
            if self._number(topic, paper) > self._believed(topic)
        }

    async def bring_back(self, papers: Mapping[str, bytes]) -> None:
        """Put papers that were overtaken, and are believed, into the place of what came after them."""
        async with self._lock:
            back = {topic: paper for topic, paper in papers.items() if self._overtaken.get(topic) == paper}
            await self._write(lambda connection: _keep(connection, back, None))
            self._messages.update(back)
            for topic in back:
                del self._overtaken[topic]

    async def deliver(self, messages: Sequence[Message], place: FeedPlace | None = None) -> None:
        """Take messages under their full topics, oldest first, and with them how far the feed was read."""
        async with self._lock:
            taken = self._acceptable(messages)
            changed = {topic: payload for topic, payload in taken.items() if self._messages.get(topic) != payload}
            if changed or place is not None:
                await self._write(lambda connection: _keep(connection, changed, place))
            for topic, payload in changed.items():
                if payload is None:
                    del self._messages[topic]
                else:
                    self._messages[topic] = payload
        if changed:
            self._on_change()

    async def _write(self, work: Callable[[Connection], None]) -> None:
        try:
            await self._database.run(Step.FEED_TAKEN, work)
        except sqlite3.Error as error:  # both ways ask again; the owner is told meanwhile
            if self._health is not None:
                self._health.failed("inbox", error)
            raise
        if self._health is not None:
            self._health.works("inbox")

    def _is_unwanted(self, topic: str, payload: bytes) -> bool:
        if topic.startswith(RECEIPTS):
            return not self._is_own_share(topic.removeprefix(RECEIPTS))
        if topic not in _RECORDS:
            return False
        number = self._claims(topic, payload)  # what says none, or a false one, is judged like any other
        return number is not None and number < self._believed(topic)

    def _acceptable(self, messages: Sequence[Message]) -> dict[str, bytes | None]:
        taken: dict[str, bytes | None] = {}
        count, size_bytes = len(self._messages), sum(map(len, self._messages.values()))
        for full, sent in messages:
            topic, payload = full.removeprefix(self._prefix), sent
            if topic == full or not _FORM.fullmatch(topic):
                continue
            if not payload:
                if not topic.startswith((REVOCATIONS, RECEIPTS)):
                    taken[topic] = None
                    self._overtaken.pop(topic, None)
                continue
            if self._is_unwanted(topic, payload):
                continue
            if topic.startswith(REQUESTS):
                payload = payload[:_REQUEST_KEPT_MAX_BYTES]
            before = taken.get(topic) or self._messages.get(topic) or b""
            more_bytes = len(payload) - len(before)
            has_room = (before or count < TOPICS_MAX) and (more_bytes <= 0 or size_bytes + more_bytes <= BYTES_MAX)
            if len(payload) <= _size_max_bytes(topic) and (has_room or topic in _RECORDS):
                if before and topic in _RECORDS:
                    self._note_overtaken(topic, before, payload)
                taken[topic] = payload
                count += not before
                size_bytes += more_bytes
        return taken

    def _note_overtaken(self, topic: str, before: bytes, payload: bytes) -> None:
        """Keep the newest by its own word of what came before; of one that is newer than all, none is overtaken."""
        newest = max(self._overtaken.pop(topic, b""), before, key=lambda paper: self._number(topic, paper))
        if self._number(topic, newest) > self._number(topic, payload):
            self._overtaken[topic] = newest

    def _number(self, topic: str, paper: bytes) -> int:
        return self._claims(topic, paper) or 0


def _size_max_bytes(topic: str) -> int:
    if topic in _RECORDS:
        return RECORD_SIZE_MAX_BYTES
    if topic.startswith(RECEIPTS):
        return RECEIPTS_SIZE_MAX_BYTES
    return _REQUEST_KEPT_MAX_BYTES if topic.startswith(REQUESTS) else MESSAGE_SIZE_MAX_BYTES


def _keep(connection: Connection, changed: Mapping[str, bytes | None], place: FeedPlace | None) -> None:
    topics.save(connection, tuple(changed.items()))
    if place is not None:
        topics.save_feed_place(connection, place)
