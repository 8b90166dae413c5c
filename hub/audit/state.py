"""Whether the trail is whole, as it was found the last time: followed from where it was whole, anew once a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from hub.audit.trail import Head, followed

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from hub.db.engine import Database

ANEW_EVERY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailFinding:
    """How far the trail is whole, which row breaks it (None: none), and when that was looked at."""

    head: Head
    broken: int | None
    at: datetime


class TrailState:
    """Looks at the trail of one hub."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        """Know nothing yet."""
        self._database = database
        self._clock = clock
        self._begun: datetime | None = None
        self.found: TrailFinding | None = None

    async def newest(self) -> TrailFinding:
        """Return what was found the last time; look now where nobody has."""
        return self.found or await self._look()

    async def look(self) -> None:
        """Follow what was added; once a day, and where it was broken, all of it."""
        await self._look()

    async def _look(self) -> TrailFinding:
        now = self._clock()
        found = self.found
        is_old = self._begun is None or not self._begun <= now < self._begun + ANEW_EVERY
        begin = Head() if found is None or found.broken is not None or is_old else found.head
        async with self._database.reading() as session:
            head, broken = await followed(session, begin)
        if begin == Head():
            self._begun = now
        self.found = TrailFinding(head=head, broken=broken, at=now)
        return self.found
