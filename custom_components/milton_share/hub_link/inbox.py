"""The inbox for both MQTT and the feed. Its content is untrusted: only form and size are checked.

- A topic of another agency, or of no known form, is dropped. So is what is too long; of a request that is, so much is
  kept as shows it: the owner is told of every request that is refused.
- A revocation is judged as it comes, before anything can crowd it out. One that a directory key signed stays for
  good: no hub brings a stolen key back. One whose key isn't known yet waits for a newer city record.
- What isn't verified is bounded and held in memory only; the oldest leaves first. Whoever floods this home gains
  nothing that lasts: after anything was dropped for want of room, the next read of the feed begins at its start, and
  what that read didn't bring is forgotten.
- A document older than the last accepted one is dropped: the feed and MQTT may overtake each other. One that is
  overtaken before anybody judged it is kept with what came later: its signature says whether it is the newer one,
  not its number, which whoever stands between could make up.
- The three documents that the rest hangs on always have room.
- Law 1: what is dropped, and when, follows from what the city sent alone, never from what this home kept or did.
"""

from __future__ import annotations

import asyncio
import re
import sqlite3
from functools import partial
from typing import TYPE_CHECKING

from ..shared.milton_protocol.limits import (
    LIVE_IDS_MAX,
    MESSAGE_SIZE_MAX_BYTES,
    RECORD_SIZE_MAX_BYTES,
    REVOCATIONS_MAX,
)
from ..shared.milton_protocol.topics import topic_prefix
from ..storage.durable_steps import Step
from . import topics_table
from .revocations import Judged, Kept, holding, judge, keep, signers
from .waiting import Waiting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from sqlite3 import Connection

    from ..processes.executor import RunBlocking
    from ..shared.milton_protocol.messages.city.record import CityRecord
    from ..shared.milton_protocol.messages.city.revocation import Revoked
    from ..storage.database import HomeDatabase
    from ..storage.health import StorageHealth

REQUESTS_MAX = 2 * LIVE_IDS_MAX  # as many as can be live, and as many that ended or are not called live yet
REQUESTS_MAX_BYTES = 32 * 2**20  # 4,000 of 8 kB
UNKNOWN_MAX = REVOCATIONS_MAX  # a home that joins may get all of a city's revocations before its record
UNKNOWN_MAX_BYTES = 8 * 2**20  # 4,000 of 1 kB, and as much again

CITY_RECORD = "city-record"
DIRECTORY = "directory"
LIVE = "live"
REVOCATIONS = "revocations/"
REQUESTS = "requests/"

_REQUEST_KEPT_MAX_BYTES = MESSAGE_SIZE_MAX_BYTES + 1  # of one that is too long, as much as shows that it is

_FORM = re.compile(r"city-record|directory|live|revocations/[0-9a-f]{64}|requests/[0-9a-f]{64}", re.ASCII)
_RECORDS = frozenset({CITY_RECORD, DIRECTORY, LIVE})

type Message = tuple[str, bytes | None]


class Inbox:
    """The newest message of each topic, by its short name; and revocations that hold."""

    def __init__(  # noqa: PLR0913  where it keeps, what it asks, whom it tells
        self,
        database: HomeDatabase,
        agency_id: str,
        *,
        claims: Callable[[str, bytes], int | None],
        believed: Callable[[str], int],
        on_change: Callable[[], None],
        run_blocking: RunBlocking,
        health: StorageHealth | None = None,
    ) -> None:
        """Take the database and the callbacks.

        ``claims(topic, payload)``: the number by which a document says how new it is, None where it says none;
        ``believed(topic)``: that of the one that was believed last.
        """
        self._database = database
        self._claims = claims
        self._believed = believed
        self._prefix = topic_prefix(agency_id)
        self._on_change = on_change
        self._run_blocking = run_blocking
        self._overtaken: dict[str, bytes] = {}
        self._health = health
        self._messages: dict[str, bytes] = {}
        self._requests = Waiting(count_max=REQUESTS_MAX, size_max_bytes=REQUESTS_MAX_BYTES)
        self._unknown = Waiting(count_max=UNKNOWN_MAX, size_max_bytes=UNKNOWN_MAX_BYTES)
        self._kept = Kept()
        self._record: CityRecord | None = None  # the one in force, once documents were believed since the start
        self._reading = 0  # how many reads of the whole feed began
        self._is_reading = False
        self._missed_in: int | None = None  # the last of them in which something was dropped for want of room
        self._lock = asyncio.Lock()  # memory and disk take the messages of both ways in the same order

    async def load(self) -> None:
        """Read the stored messages."""

        def read(connection: Connection) -> tuple[dict[str, bytes], dict[str, bytes]]:
            return topics_table.all_topics(connection), topics_table.all_revocations(connection)

        self._messages, kept = await self._database.read(read)
        self._kept = Kept(envelopes=kept)

    def get(self, topic: str) -> bytes | None:
        """Return the newest message of a topic that isn't a revocation's."""
        if topic.startswith(REQUESTS):
            return self._requests.get(topic.removeprefix(REQUESTS))
        return self._messages.get(topic)

    def under(self, prefix: str) -> dict[str, bytes]:
        """Return the newest messages of all topics below ``prefix``, without revocations, by the rest of the topic."""
        if prefix == REQUESTS:
            return self._requests.messages()
        return {topic[len(prefix) :]: payload for topic, payload in self._messages.items() if topic.startswith(prefix)}

    def counts(self) -> dict[str, int]:
        """Return how many topics of each kind are here, for diagnostics."""
        kinds = dict.fromkeys(self._messages, 1)
        kinds |= {"requests": len(self._requests), "revocations": len(self._kept.envelopes)}
        return {kind: count for kind, count in kinds.items() if count}

    @property
    def is_full(self) -> bool:
        """Whether a message was dropped for lack of room and no full read of the feed has replaced it yet."""
        return self._missed_in is not None

    # What was judged

    async def revoked(self, record: CityRecord) -> tuple[Revoked, ...]:
        """Return what separately sent revocations revoke under ``record``, the one in force.

        All of them are judged again when its directory keys are others than before.
        """
        async with self._lock:
            if self._record is None or signers(self._record) != signers(record):
                held = await self._run_blocking(partial(holding, self._kept.envelopes, record))
                judged = await self._run_blocking(partial(judge, self._unknown.messages(), record))
                kept, has_room = keep(Kept(envelopes=self._kept.envelopes, holding=held), judged.proven)
                await self._write({}, kept)
                for digest in self._unknown.messages().keys() - judged.unknown:
                    self._unknown.drop(digest)
                if not has_room:
                    self._missed_in = self._reading
            self._record = record
            return tuple(self._kept.holding.values())

    def prefer(self, live: Iterable[str]) -> None:
        """Drop requests named by the trusted live statement last."""
        self._requests.prefer(live)

    # The feed, whole

    def begin_reading(self) -> None:
        """Start a full read of the feed."""
        self._reading += 1
        self._is_reading = True

    def end_reading(self) -> None:
        """Forget waiting messages that came neither in this full read nor by MQTT meanwhile."""
        self._is_reading = False
        was_full = self.is_full
        if self._missed_in is not None and self._missed_in < self._reading:
            self._missed_in = None
        self._unknown.sweep(self._reading)
        if self._requests.sweep(self._reading) or was_full:
            self._on_change()

    def miss(self) -> None:
        """Note that a message was dropped for lack of room before it got here."""
        self._missed_in = self._reading
        self._on_change()

    # Documents that were overtaken

    def overtaken(self) -> dict[str, bytes]:
        """Return untrusted documents that claim to be newer than those received after them.

        A document that isn't newer than the accepted one is never restored.
        """
        return {
            topic: document
            for topic, document in self._overtaken.items()
            if self._number(topic, document) > self._believed(topic)
        }

    async def bring_back(self, documents: Mapping[str, bytes]) -> None:
        """Restore overtaken documents, now trusted, in place of those received after them."""
        async with self._lock:
            back = {topic: document for topic, document in documents.items() if self._overtaken.get(topic) == document}
            await self._write(back, self._kept)
            for topic in back:
                del self._overtaken[topic]

    # What comes

    async def deliver(self, messages: Sequence[Message]) -> None:
        """Take messages under their full topics, oldest first."""
        async with self._lock:
            came = self._known_form(messages)
            taken = self._acceptable(came)
            changed = {topic: payload for topic, payload in taken.items() if self._messages.get(topic) != payload}
            judged, new = await self._judged(came)
            kept, has_room = keep(self._kept, judged.proven)
            is_news = bool(changed) or kept is not self._kept
            await self._write(changed, kept)
            was_full = self.is_full
            if not has_room:
                self._missed_in = self._reading
            for digest in judged.unknown:
                self._note_left(self._unknown.put(digest, new[digest], self._reading))
            is_news |= self._take_requests(came)
        if is_news or self.is_full is not was_full:
            self._on_change()

    def _known_form(self, messages: Sequence[Message]) -> list[Message]:
        short = (
            (full.removeprefix(self._prefix), payload) for full, payload in messages if full.startswith(self._prefix)
        )
        return [(topic, payload or None) for topic, payload in short if _FORM.fullmatch(topic)]

    async def _judged(self, came: Sequence[Message]) -> tuple[Judged, dict[str, bytes]]:
        """Check new revocations; ones that already wait are only marked as seen again."""
        new: dict[str, bytes] = {}
        for topic, payload in came:
            if not topic.startswith(REVOCATIONS) or payload is None or len(payload) > MESSAGE_SIZE_MAX_BYTES:
                continue
            digest = topic.removeprefix(REVOCATIONS)
            if self._unknown.get(digest) == payload:
                self._unknown.put(digest, payload, self._reading)
            elif self._kept.envelopes.get(digest) != payload:
                new[digest] = payload
        if not new:
            return Judged(proven={}, unknown=()), new
        return await self._run_blocking(partial(judge, new, self._record)), new

    def _take_requests(self, came: Sequence[Message]) -> bool:
        """Store received requests; return whether any is new."""
        is_news = False
        for topic, payload in came:
            if not topic.startswith(REQUESTS):
                continue
            request_id = topic.removeprefix(REQUESTS)
            if payload is None:
                is_news |= self._requests.drop(request_id)
                continue
            kept = payload[:_REQUEST_KEPT_MAX_BYTES]
            is_news |= self._requests.get(request_id) != kept
            self._note_left(self._requests.put(request_id, kept, self._reading))
        return is_news

    def _note_left(self, readings: Iterable[int]) -> None:
        """Note dropped messages, except those that this full read brings again or removes."""
        if any(not self._is_reading or reading == self._reading for reading in readings):
            self._missed_in = self._reading

    async def _write(self, changed: Mapping[str, bytes | None], kept: Kept) -> None:
        """Write received messages to disk and memory."""
        added = {digest: one for digest, one in kept.envelopes.items() if digest not in self._kept.envelopes}
        removed = self._kept.envelopes.keys() - kept.envelopes.keys()

        def work(connection: Connection) -> None:
            topics_table.save(connection, tuple(changed.items()))
            topics_table.save_revocations(connection, added, removed)

        if changed or added or removed:
            try:
                await self._database.run(Step.FEED_TAKEN, work)
            except sqlite3.Error as error:  # both ways ask again; the owner is told meanwhile
                if self._health is not None:
                    self._health.failed("inbox", error)
                raise
            if self._health is not None:
                self._health.works("inbox")
        self._kept = kept
        for topic, payload in changed.items():
            if payload is None:
                del self._messages[topic]
            else:
                self._messages[topic] = payload

    def _is_unwanted(self, topic: str, payload: bytes) -> bool:
        number = self._claims(topic, payload)  # what says none, or a false one, is judged like any other
        return number is not None and number < self._believed(topic)

    def _acceptable(self, came: Sequence[Message]) -> dict[str, bytes | None]:
        """Return the documents to accept."""
        taken: dict[str, bytes | None] = {}
        for topic, payload in came:
            if topic not in _RECORDS:
                continue
            if payload is None:
                taken[topic] = None
                self._overtaken.pop(topic, None)
            elif len(payload) <= RECORD_SIZE_MAX_BYTES and not self._is_unwanted(topic, payload):
                before = taken.get(topic) or self._messages.get(topic)
                if before:
                    self._note_overtaken(topic, before, payload)
                taken[topic] = payload
        return taken

    def _note_overtaken(self, topic: str, before: bytes, payload: bytes) -> None:
        """Keep the earlier document that claims to be newest, unless the received one is newer."""
        newest = max(self._overtaken.pop(topic, b""), before, key=lambda document: self._number(topic, document))
        if self._number(topic, newest) > self._number(topic, payload):
            self._overtaken[topic] = newest

    def _number(self, topic: str, document: bytes) -> int:
        return self._claims(topic, document) or 0
