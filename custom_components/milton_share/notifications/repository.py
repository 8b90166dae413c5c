"""What phones were told of each request, and what comes next."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from .schedule import Notification, Stage

if TYPE_CHECKING:
    from collections.abc import Iterable
    from sqlite3 import Connection, Row


def all_notifications(connection: Connection) -> dict[str, Notification]:
    """Return them by tag."""
    return {row["tag"]: _notification(row) for row in connection.execute("SELECT * FROM notifications")}


def save(connection: Connection, many: Iterable[Notification]) -> None:
    """Keep these, in place of what was kept of each."""
    connection.executemany(
        "INSERT OR REPLACE INTO notifications VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (
                one.tag,
                one.request_id,
                one.urgent,
                one.verified_at.isoformat(),
                one.expires_at.isoformat(),
                one.stage,
                one.first_at.isoformat() if one.first_at else None,
                one.reminder_at.isoformat() if one.reminder_at else None,
            )
            for one in many
        ),
    )


def forget(connection: Connection, tags: Iterable[str]) -> None:
    """Forget these."""
    connection.executemany("DELETE FROM notifications WHERE tag = ?", ((tag,) for tag in tags))


def _notification(row: Row) -> Notification:
    return Notification(
        tag=row["tag"],
        request_id=row["request_id"],
        urgent=bool(row["urgent"]),
        verified_at=datetime.fromisoformat(row["verified_at"]),
        expires_at=datetime.fromisoformat(row["expires_at"]),
        stage=Stage(row["stage"]),
        first_at=datetime.fromisoformat(row["first_at"]) if row["first_at"] else None,
        reminder_at=datetime.fromisoformat(row["reminder_at"]) if row["reminder_at"] else None,
    )
