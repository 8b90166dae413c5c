"""Holding ranges of a film that a scripted recorder has, until all of it came."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from custom_components.milton_share.sources.model import Coverage
    from custom_components.milton_share.sources.recorder_clients import CopiedSource

CAMERA_ID = "door"
LATER = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldFilm:
    """The source in front of a recorder, and when the first picture of its film was taken."""

    source: CopiedSource
    began: datetime

    def at(self, seconds: float) -> datetime:
        """Return a moment of the film."""
        return self.began + timedelta(seconds=seconds)

    async def hold(self, from_s: float, until_s: float, hold_id: str = "case") -> Coverage:
        """Hold a range of the film, in seconds after its start, until all of it came or something is wrong."""
        async with asyncio.timeout(60):
            while True:
                deadline = datetime.now(UTC) + LATER
                coverage = await self.source.hold(hold_id, CAMERA_ID, self.at(from_s), self.at(until_s), deadline)
                if not coverage.pending or coverage.trouble is not None:
                    return coverage
                await asyncio.sleep(0.05)
