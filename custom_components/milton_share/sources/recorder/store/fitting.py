"""How many days of recordings fit: measured now and then, for that reads the whole index."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from .ring import room_bytes
from .room import Filled, Room, rooms, wanted_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..windows import Way
    from .library import Library
    from .ring import Limits

MEASURED_MS = 7 * 86_400_000
"""What was recorded in a week says how much a camera takes."""
MEASURE_EVERY_S, MEASURE_SOON_S = 600.0, 20.0


class Fitting:
    """What was last measured of each camera; `measure` when it `is_due`."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._rooms: dict[str, Room] = {}
        self._due_at_s = 0.0

    @property
    def is_due(self) -> bool:
        """Whether it is to be measured now."""
        return time.monotonic() >= self._due_at_s

    def changed(self) -> None:
        """Have it measured with the next look: other cameras, other ways or other limits fit otherwise."""
        self._due_at_s = 0.0

    def room(self, camera_id: str) -> Room:
        """Say what a camera takes, and for how many days there is room; nothing where it isn't known yet."""
        return self._rooms.get(camera_id, Room())

    def filled(self, library: Library | None, limits: Limits) -> Filled:
        """Say what the recordings take of the disk, and what they would with as many days as are to be kept."""
        usage = library.usage if library is not None else ()
        return Filled(
            size_bytes=sum(one.size_bytes for one in usage),
            oldest_ms=min((one.oldest_until_ms for one in usage), default=None),
            wanted_bytes=wanted_bytes(self._rooms, limits.age),
        )

    async def measure(self, library: Library, ways: Mapping[str, Way], limits: Limits, free_bytes: int) -> None:
        """Reckon anew how many days fit, soon again while a camera isn't known yet; raises sqlite3.Error."""
        now_ms = round(time.time() * 1000)
        measures = await asyncio.to_thread(library.index.measures, now_ms - MEASURED_MS, now_ms)
        used_bytes = sum(one.size_bytes for one in library.usage)
        self._rooms = rooms(measures, ways, room_bytes(used_bytes, free_bytes, limits), limits.age)
        known = all(room.bits_per_s is not None for room in self._rooms.values())
        self._due_at_s = time.monotonic() + (MEASURE_EVERY_S if known else MEASURE_SOON_S)
