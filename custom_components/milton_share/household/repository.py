"""The household's settings."""

from __future__ import annotations

import json
from datetime import datetime, time
from typing import TYPE_CHECKING

from .model import Household, Pause, Quiet, Reminder

if TYPE_CHECKING:
    from sqlite3 import Connection

_NAME = "household"


def settings(connection: Connection) -> Household:
    """Return what was kept; at first what holds while nobody changed anything."""
    row = connection.execute("SELECT value FROM facts WHERE name = ?", (_NAME,)).fetchone()
    if row is None:
        return Household()
    kept = json.loads(row["value"])
    quiet = kept.pop("quiet")
    phones = kept.pop("phones")
    pause = kept.pop("pause", None)  # none was kept by who never heard of pausing
    return Household(
        **{**kept, "reminder": Reminder(kept["reminder"])},
        phones=None if phones is None else tuple(phones),
        quiet=None if quiet is None else Quiet(from_=time.fromisoformat(quiet[0]), until=time.fromisoformat(quiet[1])),
        pause=None if pause is None else Pause(until=_moment(pause["until"])),
    )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def save(connection: Connection, settings: Household) -> None:
    """Keep them, in place of what was kept."""
    quiet, pause = settings.quiet, settings.pause
    until = pause.until.isoformat() if pause and pause.until else None
    value = {
        "phones": settings.phones,
        "quiet": None if quiet is None else [quiet.from_.isoformat(), quiet.until.isoformat()],
        "urgent_breaks_quiet": settings.urgent_breaks_quiet,
        "weekly_cap": settings.weekly_cap,
        "reminder": settings.reminder,
        "audio": settings.audio,
        "named": settings.named,
        "storage_gb": settings.storage_gb,
        "keep_days": settings.keep_days,
        "pause": None if pause is None else {"until": until},
    }
    connection.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (_NAME, json.dumps(value)))
