"""Hashes of the door codes that were typed at this home, and the request that each opened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite3 import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorCode:
    """A code that was typed: it waits for its request until ``keep_until``, or opened one that closes then."""

    code_sha256: str
    keep_until: datetime
    request_id: str | None


def all_codes(connection: Connection) -> tuple[DoorCode, ...]:
    """Return all that are kept."""
    return tuple(
        DoorCode(
            code_sha256=row["code_sha256"],
            keep_until=datetime.fromisoformat(row["keep_until"]),
            request_id=row["request_id"],
        )
        for row in connection.execute("SELECT * FROM door_codes ORDER BY keep_until")
    )


def save(connection: Connection, codes: tuple[DoorCode, ...]) -> None:
    """Keep these, in place of what was kept."""
    connection.execute("DELETE FROM door_codes")
    connection.executemany(
        "INSERT INTO door_codes VALUES (?, ?, ?)",
        ((code.code_sha256, code.keep_until.isoformat(), code.request_id) for code in codes),
    )
