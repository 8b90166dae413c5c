"""Controls what this home records itself, and its storage limit."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .footage import limits_of

if TYPE_CHECKING:
    from ..cameras.service import CameraService
    from ..cameras.trigger_listener import Happenings
    from ..household.service import HouseholdService
    from ..sources.hold_room import HoldBudget
    from ..sources.recorder import Recorder


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """Configures the recorder by the owner's settings."""

    cameras: CameraService
    household: HouseholdService
    recorder: Recorder
    hold_budget: HoldBudget
    happenings: Happenings
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)  # an older wish never overtakes a newer one

    async def open(self) -> None:
        """Read the disk's size; records nothing yet."""
        self.resize()

    async def close(self) -> None:
        """Stop listening to camera events."""
        self.happenings.stop()

    async def update(self) -> None:
        """Record the cameras that the owner allows and no other source records."""
        async with self._lock:
            recorded = self.cameras.recorded()
            await self.recorder.set_cameras(
                {camera_id: one.stream_url for camera_id, one in recorded.items()},
                {camera_id: one.way for camera_id, one in recorded.items()},
            )
            self.happenings.follow({camera_id: one.telling for camera_id, one in recorded.items()})

    def resize(self) -> None:
        """Apply the household's storage limit and days."""
        limits = limits_of(self.household.settings)
        self.hold_budget.total_bytes = limits.hold_bytes
        self.recorder.resize(limits)
