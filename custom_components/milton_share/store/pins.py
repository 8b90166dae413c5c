"""What this home saw last of the city's papers: nothing older is believed again."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite3 import Connection

NAME = "seen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Serials and sequence only grow; the log's checkpoint is one that the next must be consistent with.

    The sequence is counted for one hub key, the checkpoint for one log (origin and key), as the newest city record
    names them: what a stolen hub signed doesn't bind the one that replaces it. ``log_roots`` has the checkpoints,
    size and root, under which live requests are proven and which belong to that log. What was withdrawn once stays
    withdrawn, whatever a later live statement says.
    """

    city_record_serial: int = 0
    directory_serial: int = 0
    hub_key: str = ""  # hex; empty before the first
    live_sequence: int = 0
    log_origin: str = ""
    log_key: str = ""  # hex
    log_size: int = 0
    log_root: str = ""  # hex
    log_roots: tuple[tuple[int, str], ...] = ()  # sorted
    withdrawn: tuple[str, ...] = ()  # request ids, sorted


def seen(connection: Connection) -> Seen:
    """Return what was seen last."""
    row = connection.execute("SELECT value FROM facts WHERE name = ?", (NAME,)).fetchone()
    if row is None:
        return Seen()
    kept = json.loads(row["value"])
    return Seen(
        **{
            **kept,
            "log_roots": tuple((size, root) for size, root in kept.get("log_roots", ())),
            "withdrawn": tuple(kept.get("withdrawn", ())),
        }
    )


def save(connection: Connection, seen: Seen) -> None:
    """Keep what was seen."""
    connection.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (NAME, json.dumps(asdict(seen))))
