"""Approvers and their PINs' digests."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from ..approval import Approver

if TYPE_CHECKING:
    from sqlite3 import Connection, Row


def all_approvers(connection: Connection) -> dict[str, Approver]:
    """Return them by user id."""
    return {row["user_id"]: _approver(row) for row in connection.execute("SELECT * FROM approvers")}


def save(connection: Connection, approver: Approver) -> None:
    """Keep this approver, in place of what was kept."""
    connection.execute(
        "INSERT OR REPLACE INTO approvers VALUES (?, ?, ?, ?, ?, ?)",
        (
            approver.user_id,
            approver.credential_id,
            approver.salt,
            approver.digest,
            approver.failed_tries,
            approver.locked_until.isoformat() if approver.locked_until else None,
        ),
    )


def remove(connection: Connection, user_id: str) -> None:
    """Forget this approver."""
    connection.execute("DELETE FROM approvers WHERE user_id = ?", (user_id,))


def _approver(row: Row) -> Approver:
    return Approver(
        user_id=row["user_id"],
        credential_id=row["credential_id"],
        salt=row["salt"],
        digest=row["digest"],
        failed_tries=row["failed_tries"],
        locked_until=datetime.fromisoformat(row["locked_until"]) if row["locked_until"] else None,
    )
