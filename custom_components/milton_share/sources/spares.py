"""What this home recorded itself of ranges that another source keeps: its ring would overwrite it.

It is kept beside, as a hold of its own, until it is known what the other really has; it is the first to go where a hold
has no room.
"""

from __future__ import annotations

import contextlib
import sqlite3
from dataclasses import replace
from typing import TYPE_CHECKING

from .amounts import covered_s
from .errors import FAILURES

if TYPE_CHECKING:
    from collections.abc import Callable

    from .model import FootageSource, ToHold

FULL_S = 3_600.0
"""For so long nothing is kept beside once there was no room for a hold: else it came and went with each asking."""
SPARE = "#spare"
"""After a hold's name: what this home recorded of it itself, until it is known what the other source really has."""


class Spares:
    """What is kept beside."""

    def __init__(self, here: FootageSource, now_s: Callable[[], float]) -> None:
        """Take what this home records itself; nothing is kept beside yet, as far as is known."""
        self._here, self._now_s = here, now_s
        self._spared: set[str] = set()  # holds that have something beside, as far as is known since the start
        self._full_until_s = 0.0

    @property
    def are_any(self) -> bool:
        """Whether something is kept beside, of any hold."""
        return bool(self._spared)

    async def has_s(self, wanted: ToHold) -> float | None:
        """Say how much this home recorded of a range itself; None where that can't be told, as while its disk fails."""
        try:
            extent = await self._here.coverage(wanted.camera_id, wanted.from_, wanted.until)
        except FAILURES:
            return None
        return covered_s(extent, wanted.from_, wanted.until)

    async def keep(self, wanted: ToHold) -> None:
        """Keep from being overwritten what this home recorded of a range itself, as far as there is room."""
        if self._now_s() >= self._full_until_s and await self.has_s(wanted):
            with contextlib.suppress(*FAILURES):
                await replace(wanted, hold_id=wanted.hold_id + SPARE).held_by(self._here)
                self._spared.add(wanted.hold_id)

    async def let_go(self, hold_id: str) -> None:
        """Keep nothing beside a hold any more."""
        with contextlib.suppress(OSError, sqlite3.Error):  # tried again the next time
            await self._here.release(hold_id + SPARE)
            self._spared.discard(hold_id)

    async def make_room(self) -> None:
        """Keep nothing beside any hold, for a while."""
        for hold_id in tuple(self._spared):
            await self.let_go(hold_id)
        self._full_until_s = self._now_s() + FULL_S

    async def release(self, hold_id: str) -> None:
        """Wipe what is kept beside a hold that ends; raises what the source raises."""
        self._spared.discard(hold_id)
        await self._here.release(hold_id + SPARE)
