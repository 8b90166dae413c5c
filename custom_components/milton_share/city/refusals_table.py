"""Refusals that were logged, so that each is said once."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from sqlite3 import Connection


def all_said(connection: Connection) -> set[tuple[str, str]]:
    """Return each subject and rule that was logged."""
    return {(row["subject"], row["rule"]) for row in connection.execute("SELECT subject, rule FROM refusals")}


def keep(connection: Connection, said: Iterable[tuple[str, str]], at: datetime) -> None:
    """Keep that these were logged."""
    connection.executemany(
        "INSERT OR IGNORE INTO refusals (subject, rule, at) VALUES (?, ?, ?)",
        ((subject, rule, at.isoformat()) for subject, rule in said),
    )


def forget(connection: Connection, subject: str) -> None:
    """Forget what was logged of a subject: should it be refused again, that is news."""
    connection.execute("DELETE FROM refusals WHERE subject = ?", (subject,))


def forget_before(connection: Connection, moment: datetime) -> None:
    """Forget what was logged before a moment."""
    connection.execute("DELETE FROM refusals WHERE at < ?", (moment.isoformat(),))
