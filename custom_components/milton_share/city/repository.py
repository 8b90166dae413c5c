"""Requests that were verified here once, and the salts that they used up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ..notifications import repository

if TYPE_CHECKING:
    from collections.abc import Mapping
    from sqlite3 import Connection

    from ..notifications.schedule import Notification

SALT_KEPT = timedelta(days=60)  # the longest request lives 10 days; a thief's `created_at` may lie 45 days back


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRequest:
    """A request's bundle as it was when it was verified."""

    request_id: str
    bundle: bytes
    keep_until: datetime


def all_requests(connection: Connection) -> dict[str, KeptRequest]:
    """Return them by id."""
    return {
        row["request_id"]: KeptRequest(
            request_id=row["request_id"], bundle=row["bundle"], keep_until=datetime.fromisoformat(row["keep_until"])
        )
        for row in connection.execute("SELECT * FROM requests")
    }


def keep(connection: Connection, request: KeptRequest, salt: str, notification: Notification, now: datetime) -> None:
    """Keep a request that was verified for the first time, its salt, and that phones are to be told."""
    connection.execute(
        "INSERT OR IGNORE INTO salts VALUES (?, ?, ?)", (salt, request.request_id, (now + SALT_KEPT).isoformat())
    )
    connection.execute(
        "INSERT OR IGNORE INTO requests VALUES (?, ?, ?)",
        (request.request_id, request.bundle, request.keep_until.isoformat()),
    )
    repository.save(connection, [notification])


def forget_old(connection: Connection, now: datetime) -> None:
    """Forget what nobody needs any more: requests without a share, their undecided cases, and old salts."""
    moment = now.isoformat()
    old = "SELECT request_id FROM requests WHERE keep_until < ? AND request_id NOT IN (SELECT request_id FROM shares)"
    connection.execute(f"DELETE FROM cases WHERE request_id IN ({old})", (moment,))  # noqa: S608  a constant
    connection.execute(f"DELETE FROM requests WHERE request_id IN ({old})", (moment,))  # noqa: S608  a constant
    connection.execute("DELETE FROM salts WHERE keep_until < ?", (moment,))


def seen_salts(connection: Connection) -> Mapping[str, str]:
    """Return the request id of each salt that was used."""
    return dict(connection.execute("SELECT salt, request_id FROM salts").fetchall())
