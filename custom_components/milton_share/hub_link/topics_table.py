"""Messages from the hub that are kept: the newest document of each kind, receipts, and verified revocations."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from sqlite3 import Connection


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


def all_revocations(connection: Connection) -> dict[str, bytes]:
    """Return the envelopes of verified revocations by their digest."""
    return {row["digest"]: row["envelope"] for row in connection.execute("SELECT * FROM revocations")}


def save_revocations(connection: Connection, added: Mapping[str, bytes], removed: Iterable[str]) -> None:
    """Keep these envelopes by their digest, and no longer those."""
    connection.executemany("DELETE FROM revocations WHERE digest = ?", ((digest,) for digest in removed))
    connection.executemany("INSERT OR REPLACE INTO revocations VALUES (?, ?)", added.items())


def forget(connection: Connection) -> None:
    """Forget all that came of a city."""
    connection.execute("DELETE FROM topics")
    connection.execute("DELETE FROM revocations")
