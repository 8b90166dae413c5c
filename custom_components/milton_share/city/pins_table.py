"""What this home saw last of the city's trust documents: nothing older is believed again."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite3 import Connection

_NAME = "seen"
EARLIER_KEYS_MAX = 16  # a city replaces its hub's key after a theft, not each month


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
    earlier_hub_keys: tuple[str, ...] = ()  # newest last
    live_sequence: int = 0
    log_origin: str = ""
    log_key: str = ""  # hex
    log_size: int = 0
    log_root: str = ""  # hex
    log_roots: tuple[tuple[int, str], ...] = ()  # sorted
    withdrawn: tuple[str, ...] = ()  # request ids, sorted

    def with_hub_key(self, hub_key: bytes) -> Seen:
        """Return it with the key in force, and the one before it among the earlier ones."""
        key = hub_key.hex()
        if key == self.hub_key:
            return self
        earlier = tuple(one for one in (*self.earlier_hub_keys, self.hub_key) if one not in {"", key})
        return replace(self, hub_key=key, earlier_hub_keys=earlier[-EARLIER_KEYS_MAX:])

    @property
    def earlier_keys(self) -> tuple[bytes, ...]:
        """The hub's keys before the one in force, raw."""
        return tuple(map(bytes.fromhex, self.earlier_hub_keys))


def seen(connection: Connection) -> Seen:
    """Return what was seen last."""
    row = connection.execute("SELECT value FROM facts WHERE name = ?", (_NAME,)).fetchone()
    if row is None:
        return Seen()
    kept = json.loads(row["value"])
    return Seen(
        **{
            **kept,
            "earlier_hub_keys": tuple(kept.get("earlier_hub_keys", ())),
            "log_roots": tuple((size, root) for size, root in kept.get("log_roots", ())),
            "withdrawn": tuple(kept.get("withdrawn", ())),
        }
    )


def save(connection: Connection, seen: Seen) -> None:
    """Keep what was seen."""
    connection.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (_NAME, json.dumps(asdict(seen))))


def forget(connection: Connection) -> None:
    """Forget how new the documents of a city were."""
    connection.execute("DELETE FROM facts WHERE name = ?", (_NAME,))
