"""Reading the feed on a jittered clock: what is new; and all of it at a start, once a day, and after a full inbox."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..shared.milton_protocol.limits import FEED_SIZE_MAX_BYTES
from ..shared.milton_protocol.messages.homes.feed import FeedPage
from .client import HubAwayError

if TYPE_CHECKING:
    from collections.abc import Callable

    from .client import HubClient
    from .inbox import Inbox

PAGES_MAX = 200  # at one read: 40,000 topics, live ones and those that were cleared; a longer feed goes on at the next
READ_MAX_BYTES = 64 * 2**20  # and so much: documents, 4,000 revocations, 4,000 requests of 8 kB, and as much again
WHOLE_EVERY_S = 86_400.0  # as long as a live statement holds: what a hub passed over in silence isn't missed for good

EVERY_S = (600.0, 1_200.0)  # 15 min ± 5
EVERY_WITH_MQTT_S = (14_400.0, 28_800.0)  # 6 h ± 2 h
EVERY_IN_DEMO_S = (2.0, 6.0)  # nobody waits a quarter of an hour for a demonstration, and it has no residents

type Uniform = Callable[[float, float], float]


def pause_s(*, mqtt: bool, demo: bool, uniform: Uniform) -> float:
    """Return how long to wait until the next read: of the home's own clock and chance alone."""
    if demo:
        return uniform(*EVERY_IN_DEMO_S)
    return uniform(*(EVERY_WITH_MQTT_S if mqtt else EVERY_S))


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPlace:
    """Where the feed goes on."""

    epoch: str = ""
    after: int = 0


class Feed:
    """Where this home is in the feed. It is not kept: a home that starts reads the whole feed."""

    def __init__(self, client: HubClient, inbox: Inbox, clock: Callable[[], float]) -> None:
        """Do nothing yet. ``clock()`` is in seconds, and nobody can put it."""
        self._client = client
        self._inbox = inbox
        self._clock = clock
        self._place = FeedPlace()
        self._etag: tuple[int, str] | None = None
        self._whole_since_s: float | None = None  # when the newest read of the whole feed began
        self._is_whole = False  # one is going on

    async def read(self) -> None:
        """Read all that is new; raise `HubAwayError`, `HubRefusedError`, or ProtocolError for a malformed page."""
        if not self._is_whole and self._is_due():
            self._begin()
        begun_again, left_bytes = False, READ_MAX_BYTES
        for _ in range(PAGES_MAX):
            page, etag = await self._page(self._place)
            if page is None:
                return
            before = self._place
            if before.epoch and (page.epoch != before.epoch or page.next < before.after):
                if begun_again:
                    raise HubAwayError  # numbers that change at every page
                begun_again = True
                self._begin()
                continue
            if page.more and page.next <= before.after:
                raise HubAwayError  # there is more, always the same
            await self._inbox.deliver([(message.topic, message.payload) for message in page.messages])
            self._place = FeedPlace(epoch=page.epoch, after=page.next)
            self._etag = (before.after, etag) if etag else None  # only now: what could not be kept is asked for again
            if not page.more:
                self._end()
                return
            left_bytes -= sum(len(message.payload or b"") for message in page.messages)
            if left_bytes < 0:
                return

    def _is_due(self) -> bool:
        since_s = self._whole_since_s
        return since_s is None or self._inbox.is_full or self._clock() - since_s >= WHOLE_EVERY_S

    def _begin(self) -> None:
        self._place, self._etag = FeedPlace(), None
        self._whole_since_s, self._is_whole = self._clock(), True
        self._inbox.begin_reading()

    def _end(self) -> None:
        if self._is_whole:
            self._is_whole = False
            self._inbox.end_reading()

    async def _page(self, place: FeedPlace) -> tuple[FeedPage | None, str | None]:
        """Return the page after ``place`` and its ETag; no page when it is the one that was read last."""
        etag = self._etag[1] if self._etag and self._etag[0] == place.after else None
        body, new_etag = await self._client.get(
            "/v1/feed", query={"after": str(place.after)}, max_bytes=FEED_SIZE_MAX_BYTES, etag=etag
        )
        return FeedPage.from_bytes(body) if body is not None else None, new_etag
