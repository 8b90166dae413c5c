"""Cut one clip that no request asked for: hold one camera's recordings, cut them, let them go.

Recordings are held under one name, one camera's at a time: what a kill left is let go at the next start.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from ..cases.model import ClipView, Gap
from ..review.cutter import cut
from ..review.job import check_settled, clock_of, cut_job, gaps_of, resized_at, stored_range
from ..sources.model import ToHold

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from ..clips.job import JobSegment
    from ..clips.result import Result
    from ..processes.executor import RunBlocking
    from ..review.job import Wish
    from ..review.queue import CutterQueue
    from ..sources.model import Coverage, FootageSource
    from .files import OwnShelf

OWN_HOLD: Final = "own"
TRIAL_HOLD: Final = "trial"  # of an earlier version's test clips: a kill may have left it
HOLD_FOR: Final = timedelta(hours=12)  # longer than one camera's copying and cutting; a kill's hold ends at the start
COPY_LOOK_S: Final = 0.5
COPY_LOOKS_A_QUESTION: Final = 20  # what was recorded just now a recorder lists only later: it is asked again
COPY_LOOKS_MAX: Final = 3_600  # half an hour: an hour of footage comes from any recorder in the house by then


class OwnCutter:
    """Cuts clip after clip out of one home's recordings."""

    def __init__(
        self,
        *,
        shelf: OwnShelf,
        source: FootageSource,
        queue: CutterQueue,
        run_blocking: RunBlocking,
        now: Callable[[], datetime],
    ) -> None:
        """Do nothing yet."""
        self._shelf, self._source, self._queue = shelf, source, queue
        self._run_blocking, self._now = run_blocking, now

    async def let_go(self, hold_id: str = OWN_HOLD) -> None:
        """Let go of what is held, if anything."""
        await self._source.release(hold_id)

    async def cut(self, camera_id: str, wish: Wish, clip_id: str, on_progress: Callable[[float], None]) -> ClipView:
        """Cut the wish's one range onto the shelf; ``on_progress`` gets how far it is, 0 to 1.

        Raises ClipRefused, SourceError, MiltonShareError, OSError.
        """
        try:
            coverage = await self._held(camera_id, wish)
            job = cut_job(wish, coverage, self._shelf.clip(clip_id))
            await self._run_blocking(partial(self._check_room, job.segments))
            result = await self._queue.for_owner(partial(cut, job, on_progress=on_progress))
        finally:
            await asyncio.shield(self.let_go())
        return clip_of(wish, coverage, result)

    async def _held(self, camera_id: str, wish: Wish) -> Coverage:
        """Keep the recordings from being overwritten while they are cut, and wait for those that are copied."""
        (part,) = wish.ranges
        await self.let_go()
        wanted = ToHold(
            hold_id=OWN_HOLD,
            camera_id=camera_id,
            from_=part.from_,
            until=part.until,
            deadline=self._now() + HOLD_FOR,
        )
        coverage = await wanted.held_by(self._source)
        for look in range(1, COPY_LOOKS_MAX):
            if not coverage.pending or coverage.trouble is not None:
                break
            await asyncio.sleep(COPY_LOOK_S)
            coverage = await self._source.held(OWN_HOLD)
            if look % COPY_LOOKS_A_QUESTION == 0 or not coverage.pending:  # of what came this home may have more itself
                coverage = await wanted.held_by(self._source)
        check_settled(wish, coverage)
        return coverage

    def _check_room(self, segments: tuple[JobSegment, ...]) -> None:
        self._shelf.check_room(sum(segment.path.stat().st_size for segment in segments))


def clip_of(wish: Wish, coverage: Coverage, result: Result) -> ClipView:
    """Return what is known of a clip that was cut."""
    clock = clock_of(wish, coverage)
    (part,) = wish.ranges
    return ClipView(
        clip_sha256=result.clip.sha256,
        from_=part.from_,
        until=part.until,
        ranges=tuple(stored_range(each) for each in result.ranges),
        size_bytes=result.clip.size_bytes,
        audio=result.audio,
        masks=wish.masks,
        gaps=tuple(Gap(from_=gap.from_, until=gap.until) for gap in gaps_of(result)),
        offset_ms=clock.offset_ms,
        uncertainty_ms=clock.uncertainty_ms,
        clock_method=clock.method,
        preview_sha256=result.preview.sha256 if result.preview else None,
        resized_at=resized_at(result),
    )
