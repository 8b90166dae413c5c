"""What came last on each of the hub's topics, and how far the feed was read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import pins

if TYPE_CHECKING:
    from collections.abc import Sequence
    from sqlite3 import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPlace:
    """Where the feed goes on."""

    epoch: str = ""
    after: int = 0


def all_topics(connection: Connection) -> dict[str, bytes]:
    """Return each topic's newest message."""
    return {row["topic"]: row["payload"] for row in connection.execute("SELECT * FROM topics")}


def save(connection: Connection, messages: Sequence[tuple[str, bytes | None]]) -> None:
    """Keep these messages; None clears a topic."""
    for topic, payload in messages:
        if payload is None:
            connection.execute("DELETE FROM topics WHERE topic = ?", (topic,))
        else:
            connection.execute("INSERT OR REPLACE INTO topics VALUES (?, ?)", (topic, payload))


def feed_place(connection: Connection) -> FeedPlace:
    """Return where the feed goes on."""
    facts = dict(connection.execute("SELECT name, value FROM facts WHERE name IN ('feed_epoch', 'feed_after')"))
    return FeedPlace(epoch=facts.get("feed_epoch", ""), after=int(facts.get("feed_after", "0")))


def save_feed_place(connection: Connection, place: FeedPlace) -> None:
    """Keep where the feed goes on, in the transaction that keeps its messages."""
    facts = (("feed_epoch", place.epoch), ("feed_after", str(place.after)))
    connection.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?)", facts)


def forget_city(connection: Connection) -> None:
    """Forget what came of a city, how far its feed was read, and how new its papers were."""
    connection.execute("DELETE FROM topics")
    connection.execute("DELETE FROM facts WHERE name IN ('feed_epoch', 'feed_after', ?)", (pins.NAME,))
