"""Approvers and their PINs' digests."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from .rules import Approver

if TYPE_CHECKING:
    from sqlite3 import Connection, Row


_BOUND = "pin_bound"  # the salt of the PIN that came last from a flow


def all_approvers(connection: Connection) -> dict[str, Approver]:
    """Return them by user id."""
    return {row["user_id"]: _approver(row) for row in connection.execute("SELECT * FROM approvers")}


def save(connection: Connection, approver: Approver) -> None:
    """Keep this approver, in place of what was kept."""
    connection.execute(
        "INSERT OR REPLACE INTO approvers (user_id, credential_id, salt, digest, failed_tries, locked_until, lock_outs)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            approver.user_id,
            approver.credential_id,
            approver.salt,
            approver.digest,
            approver.failed_tries,
            approver.locked_until.isoformat() if approver.locked_until else None,
            approver.lock_outs,
        ),
    )


def bind(connection: Connection, approver: Approver) -> bool:
    """Keep an approver whose PIN was set in a flow; return False when that very PIN was taken before.

    The entry that carries it may be read again after a sudden end: tries that were counted since, and a PIN that was
    set since, stay.
    """
    taken = (_BOUND, approver.salt.hex())
    if connection.execute("SELECT 1 FROM facts WHERE name = ? AND value = ?", taken).fetchone() is not None:
        return False
    save(connection, approver)
    connection.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", taken)
    return True


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
        lock_outs=row["lock_outs"],
    )
