"""Copies of Frigate's recordings end by the clock that nobody can put, like the home's own recordings."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from custom_components.milton_share.sources.recorder_clients import CopyRule
from custom_components.milton_share.sources.steady import BELIEVE_AFTER_S, SteadyClock
from tests.milton_share.sources.frigate.kitchen import CAMERA_ID, LATER, cooking, refused_by

if TYPE_CHECKING:
    from pathlib import Path

MONTH_S = timedelta(days=30).total_seconds()
LOOKS = 6  # at the clock: some of them are of a watch that began after the jump


class Clocks:
    """A clock on the wall and one that only goes, and how often they were looked at."""

    def __init__(self) -> None:
        """Begin now."""
        self.wall_s, self.monotonic_s, self.looks = time.time(), 0.0, 0

    def wall(self) -> float:
        """Return what the wall shows."""
        self.looks += 1
        return self.wall_s

    def monotonic(self) -> float:
        """Return what only goes."""
        return self.monotonic_s


async def test_a_clock_that_is_put_a_month_ahead_wipes_no_copy_before_it_has_lasted(
    tmp_path: Path, parts: list[Path]
) -> None:
    """The deadline is tomorrow: it has come only when the clock has been ahead for hours."""
    clocks = Clocks()
    async with cooking(tmp_path, parts, clock=SteadyClock(clocks.wall, clocks.monotonic)) as kitchen:
        deadline = datetime.now(UTC) + LATER
        held = await kitchen.source.hold("case", CAMERA_ID, kitchen.began, kitchen.until, deadline)
        clocks.wall_s += MONTH_S
        seen = clocks.looks
        async with asyncio.timeout(60):
            while clocks.looks < seen + LOOKS:  # noqa: ASYNC110  the watch looks in another task
                await asyncio.sleep(0.05)
        assert held.segments
        assert all(segment.path.is_file() for segment in (await kitchen.source.held("case")).segments)
        clocks.wall_s, clocks.monotonic_s = clocks.wall_s + BELIEVE_AFTER_S, BELIEVE_AFTER_S
        async with asyncio.timeout(60):
            while await refused_by(kitchen.source.held("case")) != CopyRule.HOLD_UNKNOWN:  # noqa: ASYNC110  as above
                await asyncio.sleep(0.05)
