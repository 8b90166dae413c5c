"""Which recordings go when there is no more room. Pure: of each camera the oldest first.

Where all together take too much, the one that takes most gives: who is recorded all the time doesn't push out what
others have of events (`docs/adr/` 77).

Where something ends later than any clock of now says, it was recorded before the clock was put back, or by the right
one before a start with one that is behind: what comes would be let go as soon as it is recorded, or what was recorded
just before a power cut. Then the oldest is what was entered first, whatever the clocks said.
"""

from __future__ import annotations

import math
from collections import defaultdict, deque
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from ..windows import Way
from .index import Usage

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .index import Row

GIB = 1024**3


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the recorder may take of the owner's disk."""

    camera_bytes: int = 20 * GIB
    total_bytes: int = 50 * GIB
    age: timedelta = timedelta(days=3)
    hold_bytes: int = 20 * GIB
    free_bytes_min: int = 2 * GIB
    """With less free than this nothing is recorded: Home Assistant's own database needs the rest."""
    segment_s: float = 10.0
    waiting_segment_s: float = 5.0
    """Where only events are kept: the shorter, the sooner is let go what nobody wants, before the kernel writes it."""
    group_s: float = 60.0
    """So long a camera may take from one key picture to the next, and a segment so much more than it should."""
    read_timeout_s: float = 5.0
    look_every_s: float = 10.0
    """How often age, deadlines of holds and the free disk are looked at."""

    def segment_s_of(self, way: Way) -> float:
        """Return how long a segment is."""
        return self.segment_s if way is Way.CONTINUOUS else min(self.segment_s, self.waiting_segment_s)


EASE_PERCENT = 98
"""What is left of the limits after an eviction: then the next isn't due for a while, for it reads the whole index."""


AHEAD_MS = 60_000
"""A recording that ends so much later than the clock says is of another clock: no right one is so far off."""


def too_much(usage: Sequence[Usage], limits: Limits, now_ms: int) -> bool:
    """Whether any limit is broken."""
    oldest_ms = now_ms - round(limits.age.total_seconds() * 1000)
    return sum(one.size_bytes for one in usage) > limits.total_bytes or any(
        one.size_bytes > limits.camera_bytes or one.oldest_until_ms < oldest_ms for one in usage
    )


def with_more(usage: Iterable[Usage], came: Iterable[Row]) -> tuple[Usage, ...]:
    """Add what came since it was counted; a row that is entered anew counts twice until it is counted again."""
    found = {one.camera_id: one for one in usage}
    for row in came:
        one = found.get(row.camera_id)
        size_bytes, oldest_ms = (one.size_bytes, one.oldest_until_ms) if one else (0, row.until_ms)
        found[row.camera_id] = Usage(
            camera_id=row.camera_id,
            size_bytes=size_bytes + row.size_bytes,
            oldest_until_ms=min(oldest_ms, row.until_ms),
        )
    return tuple(found.values())


def eased(limits: Limits) -> Limits:
    """Make the limits an eviction goes down to."""
    return replace(
        limits,
        camera_bytes=limits.camera_bytes * EASE_PERCENT // 100,
        total_bytes=limits.total_bytes * EASE_PERCENT // 100,
        age=limits.age * EASE_PERCENT / 100,
    )


def evict(rows: Iterable[Row], limits: Limits, now_ms: int, latest_ms: float = math.inf) -> tuple[Row, ...]:
    """Choose what must go so that age, each camera's share and the total hold again.

    ``rows`` come as they were entered; no right clock timed what ends after ``latest_ms``: it is too old once something
    is that was entered after it.
    """
    oldest_ms = now_ms - round(limits.age.total_seconds() * 1000)
    kept: dict[str, deque[Row]] = defaultdict(deque)
    taken: dict[str, int] = defaultdict(int)
    gone, found = [], tuple(rows)
    last_old = max((number for number, row in enumerate(found) if row.until_ms < oldest_ms), default=0)
    ahead = {row.name for row in found[:last_old] if row.until_ms > latest_ms}
    if all(row.until_ms <= latest_ms for row in found):
        found = tuple(sorted(found, key=_order))
    for row in found:
        if row.until_ms < oldest_ms or row.name in ahead:
            gone.append(row)
            continue
        kept[row.camera_id].append(row)
        taken[row.camera_id] += row.size_bytes

    def let_go(camera_id: str) -> None:
        row = kept[camera_id].popleft()
        taken[camera_id] -= row.size_bytes
        gone.append(row)

    for camera_id, own in kept.items():
        while own and taken[camera_id] > limits.camera_bytes:
            let_go(camera_id)
    while sum(taken.values()) > limits.total_bytes:
        let_go(max((one for one in kept if kept[one]), key=lambda one: (taken[one], -kept[one][0].until_ms)))
    return tuple(sorted(gone, key=_order))


def _order(row: Row) -> tuple[int, str]:
    return row.until_ms, row.name


def may_record(free_bytes: int, limits: Limits, *, recording: bool) -> bool:
    """Whether the disk has room: a tenth more is wanted to begin again than to go on."""
    wanted = limits.free_bytes_min if recording else limits.free_bytes_min * 11 // 10
    return free_bytes >= wanted


def room_bytes(used_bytes: int, free_bytes: int, limits: Limits) -> int:
    """Return how much the ring can really take: what it was given, or what the disk has for it."""
    return min(limits.total_bytes, used_bytes + max(0, free_bytes - limits.free_bytes_min))
