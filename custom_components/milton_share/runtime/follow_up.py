"""Applies a judgment to this home's cases: record, hold, end, keep, and wipe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..storage.try_each import OneByOne

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from ..cameras.service import CameraService
    from ..cases.door_codes import DoorCodes
    from ..cases.lapsed import LapsedHolds
    from ..cases.retention import Retention
    from ..cases.service import CaseWorkflow
    from ..review.shown import Shown
    from .judgment import Judgment
    from .recording import Recording


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """Updates each service, one round at a time. It waits for disks and recorders, so it holds no lock."""

    judgment: Judgment
    recording: Recording
    cameras: CameraService
    door_codes: DoorCodes
    workflow: CaseWorkflow
    retention: Retention
    lapsed: LapsedHolds
    shown: Shown
    is_paused: Callable[[datetime], bool]
    keep_until: Callable[[str], datetime | None]  # a request that was verified here

    async def go(self, now: datetime) -> None:
        """Apply the newest assessment.

        Raises OSError, sqlite3.Error where this home's own storage failed at some of it; all was tried.
        """
        assessment, forgotten = self.judgment.assessment, frozenset(self.judgment.forgotten)
        await self.retention.drop(forgotten)
        self.judgment.forgotten -= forgotten
        if assessment is None:
            return
        await self.recording.update()
        each = OneByOne()
        with each.trying():
            await self.door_codes.settle(assessment.verified().values(), now)
        with each.trying():
            await self.workflow.update(assessment, self.cameras.settings, paused=self.is_paused(now))
        if assessment.trust is not None:  # else it isn't clear now why a case ended
            with each.trying():
                await self.retention.settle_all(assessment.verdicts, self.keep_until)
            with each.trying():
                await self.lapsed.look(assessment.verdicts)
        self.shown.forget_wiped()
        each.require_all()
