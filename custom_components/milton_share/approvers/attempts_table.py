"""Refused attempts to decide over footage: one row for each person, way, act and rule, so that nobody floods it.

Where there are too many rows, one of whoever has most of them goes: nobody's attempts push out another's.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite3 import Connection, Row

ATTEMPTS_KEPT_MAX = 50  # a household's worth; repeats are one row with a count
NAME_MAX_CHARS = 80  # Home Assistant bounds no name


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One way in which somebody tried what that person may not, and how often."""

    user_id: str  # empty where Home Assistant names nobody
    user_name: str
    kind: str
    act: str
    rule: str
    count: int
    first_at: datetime
    last_at: datetime


def all_attempts(connection: Connection) -> tuple[Attempt, ...]:
    """Return them, newest first."""
    rows = connection.execute("SELECT * FROM attempts ORDER BY last_at DESC, user_id, kind, act, rule")
    return tuple(_attempt(row) for row in rows)


def note(  # noqa: PLR0913  who, by what, what, why, when
    connection: Connection, *, user_id: str, user_name: str, kind: str, act: str, rule: str, at: datetime
) -> tuple[Attempt, ...]:
    """Keep one more attempt, and return all that are kept now."""
    moment = at.isoformat()
    connection.execute(
        "INSERT INTO attempts (user_id, kind, act, rule, user_name, count, first_at, last_at)"
        " VALUES (?, ?, ?, ?, ?, 1, ?, ?) ON CONFLICT (user_id, kind, act, rule)"
        " DO UPDATE SET count = count + 1, last_at = excluded.last_at, user_name = excluded.user_name",
        (user_id, kind, act, rule, user_name[:NAME_MAX_CHARS], moment, moment),
    )
    kept = all_attempts(connection)
    while len(kept) > ATTEMPTS_KEPT_MAX:
        old = _surplus(kept)
        connection.execute(
            "DELETE FROM attempts WHERE user_id = ? AND kind = ? AND act = ? AND rule = ?",
            (old.user_id, old.kind, old.act, old.rule),
        )
        kept = all_attempts(connection)
    return kept


def _surplus(kept: tuple[Attempt, ...]) -> Attempt:
    """Return the oldest of whoever has most; of several such people the one who tried longest ago."""
    rows = Counter(attempt.user_id for attempt in kept)
    most = max(rows.values())
    return next(attempt for attempt in reversed(kept) if rows[attempt.user_id] == most)


def _attempt(row: Row) -> Attempt:
    return Attempt(
        user_id=row["user_id"],
        user_name=row["user_name"],
        kind=row["kind"],
        act=row["act"],
        rule=row["rule"],
        count=row["count"],
        first_at=datetime.fromisoformat(row["first_at"]),
        last_at=datetime.fromisoformat(row["last_at"]),
    )
