"""The city's map pack, as it was when its digest was the one that the city record named."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite3 import Connection


def digest(connection: Connection) -> str | None:
    """Return the digest of the pack that is kept, or None."""
    row = connection.execute("SELECT sha256 FROM map_pack").fetchone()
    return None if row is None else str(row["sha256"])


def pack(connection: Connection) -> bytes | None:
    """Return the pack that is kept, or None."""
    row = connection.execute("SELECT pack FROM map_pack").fetchone()
    return None if row is None else bytes(row["pack"])


def save(connection: Connection, sha256: str, pack: bytes) -> None:
    """Keep a pack in place of the one before."""
    connection.execute("DELETE FROM map_pack")
    connection.execute("INSERT INTO map_pack VALUES (?, ?)", (sha256, pack))


def forget(connection: Connection) -> None:
    """Keep none."""
    connection.execute("DELETE FROM map_pack")
