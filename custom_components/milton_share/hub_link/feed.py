"""Reading the feed, all of it, on a jittered clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..shared.milton_protocol.limits import FEED_SIZE_MAX_BYTES
from ..shared.milton_protocol.messages.feed import FeedPage
from ..store.topics import FeedPlace, feed_place
from .client import HubAwayError

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..store.database import HomeDatabase
    from .client import HubClient
    from .inbox import Inbox

PAGES_MAX = 1_000  # 200 messages a page; far above what an inbox takes

EVERY_S = (600.0, 1_200.0)  # 15 min ± 5
EVERY_WITH_MQTT_S = (14_400.0, 28_800.0)  # 6 h ± 2 h
EVERY_IN_DEMO_S = (2.0, 6.0)  # nobody waits a quarter of an hour for a demonstration, and it has no residents

type Uniform = Callable[[float, float], float]


def pause_s(*, mqtt: bool, demo: bool, uniform: Uniform) -> float:
    """Return how long to wait until the next read: of the home's own clock and chance alone."""
    if demo:
        return uniform(*EVERY_IN_DEMO_S)
    return uniform(*(EVERY_WITH_MQTT_S if mqtt else EVERY_S))


class Feed:
    """Where this home is in the feed."""

    def __init__(self, client: HubClient, database: HomeDatabase, inbox: Inbox) -> None:
        """Do nothing yet."""
        self._client = client
        self._database = database
        self._inbox = inbox
        self._etag: tuple[int, str] | None = None

    async def read(self) -> None:
        """Read all that is new; raise `HubAwayError`, `HubRefusedError`, or ProtocolError for a malformed page."""
        place = await self._database.read(feed_place)
        begun_anew = False
        for _ in range(PAGES_MAX):
            page, etag = await self._page(place)
            if page is None:
                return
            if place.epoch and page.epoch != place.epoch:
                if begun_anew:
                    raise HubAwayError  # numbers anew at every page
                begun_anew = True
                place = FeedPlace()
                await self._inbox.deliver((), place)
                continue
            if page.more and page.next <= place.after:
                raise HubAwayError  # there is more, always the same
            asked, place = place, FeedPlace(epoch=page.epoch, after=page.next)
            await self._inbox.deliver([(message.topic, message.payload) for message in page.messages], place)
            self._etag = (asked.after, etag) if etag else None  # only now: what could not be kept is asked for again
            if not page.more:
                return

    async def _page(self, place: FeedPlace) -> tuple[FeedPage | None, str | None]:
        """Return the page after ``place`` and its ETag; no page when it is the one that was read last."""
        etag = self._etag[1] if self._etag and self._etag[0] == place.after else None
        body, new_etag = await self._client.get(
            "/v1/feed", query={"after": str(place.after)}, max_bytes=FEED_SIZE_MAX_BYTES, etag=etag
        )
        return FeedPage.from_bytes(body) if body is not None else None, new_etag
