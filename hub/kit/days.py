"""Where a day begins, by whose clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, tzinfo


def day_begins(day: date, zone: tzinfo = UTC) -> datetime:
    """Return the first moment of ``day`` by the clocks of ``zone``, UTC. Raises OverflowError before the year 1."""
    return datetime.combine(day, time(), zone).astimezone(UTC)
