"""When a file may have been filmed, by all that it says of itself, most likely first. Pure; nothing is decided here.

What files say is often wrong in the same ways: cameras write their local time where UTC belongs, and some write when a
recording ended. So each reading is offered with where it comes from, and the owner compares it with the picture.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import chain
from typing import TYPE_CHECKING

from ..timestamps import YEAR_MAX, YEAR_MIN, Timestamp, moments, read_clock, read_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import tzinfo

    from .model import AddedFile

CANDIDATES_MAX = 8
SAME = timedelta(seconds=1)
APPLE, CREATION = "com.apple.quicktime.creationdate", "creation_time"
_ISO = re.compile(r"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)(?:\.\d{1,9})?(Z|[+-]\d\d:?\d\d)?")


class Origin(StrEnum):
    """Where a candidate comes from."""

    APPLE = "apple"  # iPhones: the beginning, with its zone
    NAME = "name"
    CREATED = "created"  # the file's own time, which should be UTC
    CREATED_LOCAL = "created_local"  # the same, read as the house's local time
    ENDED = "ended"  # the same, read as the end of the recording
    ENDED_LOCAL = "ended_local"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A time (UTC) that the first picture may have, or so many seconds later as its last digit leaves open.

    `kind` is the form of a name; `fits`: it lies in what is asked.
    """

    at: datetime
    origin: Origin
    kind: str | None
    doubt: str | None
    precision_s: int
    fits: bool


def candidates(file: AddedFile, zone: tzinfo, from_: datetime, until: datetime) -> tuple[Candidate, ...]:
    """Return all readings of a file's name and tags, those that touch the range asked for first."""
    length = timedelta(milliseconds=file.length_ms)
    found: list[Candidate] = []
    by_clock = _by_clock(file.name, from_.astimezone(UTC) - length, until.astimezone(UTC), zone)
    for origin, timestamp in chain(by_clock, _timestamps(file.name, file.facts.tags, length)):
        for moment in moments(timestamp, zone):
            if all(abs(other.at - moment.at) >= SAME for other in found):
                fits = moment.at < until and moment.at + length > from_
                kind = timestamp.kind if origin is Origin.NAME else None
                found.append(
                    Candidate(
                        at=moment.at,
                        origin=origin,
                        kind=kind,
                        doubt=moment.doubt,
                        precision_s=timestamp.precision_s,
                        fits=fits,
                    )
                )
    return tuple(sorted(found, key=lambda one: not one.fits)[:CANDIDATES_MAX])


def _by_clock(name: str, low: datetime, high: datetime, zone: tzinfo) -> Iterator[tuple[Origin, Timestamp]]:
    """Yield what a name that says a time of the day alone may mean between two moments: in UTC, and in local time.

    The days that are looked at reach over both ends, for the local one may be another.
    """
    clock = read_clock(name)
    if clock is None:
        return
    days = [low.date() + timedelta(days=number) for number in range(-1, (high.date() - low.date()).days + 2)]
    for day in days:
        for said in (datetime.combine(day, clock, UTC), datetime.combine(day, clock)):
            timestamp = Timestamp(kind="clock", said=said, precision_s=1)
            if any(low < moment.at < high for moment in moments(timestamp, zone)):
                yield Origin.NAME, timestamp


def _timestamps(name: str, tags: Mapping[str, str], length: timedelta) -> Iterator[tuple[Origin, Timestamp]]:
    apple = _tag(tags.get(APPLE, ""))
    if apple is not None:
        yield Origin.APPLE, apple
    timestamp = read_name(name)
    if timestamp is not None:
        yield Origin.NAME, timestamp
    created = _tag(tags.get(CREATION, ""))
    if created is None:
        return
    local = created.said.replace(tzinfo=None)
    readings = ((Origin.CREATED, Origin.ENDED, created.said), (Origin.CREATED_LOCAL, Origin.ENDED_LOCAL, local))
    for origin, _, said in readings:
        yield origin, Timestamp(kind="tag", said=said, precision_s=1)
    for _, origin, said in readings:
        yield origin, Timestamp(kind="tag", said=said - length, precision_s=1)


def _tag(text: str) -> Timestamp | None:
    """Read a tag's time; None for one that was never set."""
    found = _ISO.fullmatch(text)
    if found is None:
        return None
    zone = (found[2] or "").replace("Z", "+0000").replace(":", "")
    try:
        said = datetime.fromisoformat(f"{found[1]}{zone}")
    except ValueError:
        return None
    if not YEAR_MIN <= said.year < YEAR_MAX:
        return None
    return Timestamp(kind="tag", said=said if zone else said.replace(tzinfo=UTC), precision_s=1)
