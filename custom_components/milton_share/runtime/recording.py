"""What this home records itself, and how much of its disk that may take."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .footage import limits_of

if TYPE_CHECKING:
    from ..cameras.service import CameraBook
    from ..cameras.trigger_listener import Happenings
    from ..household.service import HouseholdBook
    from ..sources.hold_room import HoldBudget
    from ..sources.recorder import Recorder


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """Has the recorder do what the owner said."""

    cameras: CameraBook
    household: HouseholdBook
    recorder: Recorder
    hold_budget: HoldBudget
    happenings: Happenings
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)  # an older wish never overtakes a newer one

    async def open(self) -> None:
        """Know how much of the disk there is; nothing is recorded yet."""
        self.resize()

    async def close(self) -> None:
        """Listen to nothing that happens at cameras any longer."""
        self.happenings.stop()

    async def update(self) -> None:
        """Have recorded what the owner lets be recorded and nobody else does, as it stands at this moment."""
        async with self._lock:
            recorded = self.cameras.recorded()
            await self.recorder.set_cameras(
                {camera_id: one.stream_url for camera_id, one in recorded.items()},
                {camera_id: one.way for camera_id, one in recorded.items()},
            )
            self.happenings.follow({camera_id: one.telling for camera_id, one in recorded.items()})

    def resize(self) -> None:
        """Take as much of the disk as the household gives, for as many days."""
        limits = limits_of(self.household.settings)
        self.hold_budget.total_bytes = limits.hold_bytes
        self.recorder.resize(limits)
