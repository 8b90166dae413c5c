"""Whether the broker is reached, and since when it is not."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

# A broker that was started again is reached within seconds; only what lasts is worth a sentence on people's pages.
SAID_AFTER = timedelta(minutes=1)


class Reach:
    """``up`` is set while a connection stands. A hub that starts counts from its start."""

    def __init__(self, clock: Callable[[], datetime], own: asyncio.Event | None = None) -> None:
        """Begin without a connection; ``own`` is set while the hub's own broker listens (None: always try)."""
        self._clock = clock
        self._own = own
        self._lost_at: datetime | None = clock()
        self.up = asyncio.Event()

    async def listening(self) -> None:
        """Return when it is worth trying."""
        if self._own is not None:
            await self._own.wait()

    def found(self) -> None:
        """Say that the broker is reached."""
        self._lost_at = None
        self.up.set()

    def lost(self) -> None:
        """Say that it is not, or still not."""
        if self.up.is_set():
            self._lost_at = self._clock()
        self.up.clear()

    def away_since(self) -> datetime | None:
        """Return since when it is not reached; None while it is, and for the first ``SAID_AFTER``."""
        lost_at = self._lost_at
        return lost_at if lost_at is not None and self._clock() - lost_at >= SAID_AFTER else None
