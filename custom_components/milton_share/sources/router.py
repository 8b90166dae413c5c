"""All sources of one home as one: each camera's chosen source, and one fallback.

A hold stays where it has footage. The fallback is used where the chosen source has nothing of a range, or can't be
asked.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from .errors import AWAY, FAILURES, HOLD_UNKNOWN, OF_THE_HOME, PASSING, SourceError
from .model import Spans, ToHold

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from .model import Coverage, Extent, FootageSource

AWAY_S = 900.0
"""How long a source may be away before the fallback keeps a range: so long a machine takes to start again. The fallback
may have less, as ten seconds around a ring."""
FORGOTTEN_S = 3_600.0
"""Nobody asked for so long: it may have been there meanwhile."""
SPARE = "#spare"
"""After a hold's name: what an earlier version kept of it beside another source's; it ends with the hold."""


class Router:
    """A FootageSource made of others. One that is refused, slow or away never stops the others."""

    def __init__(
        self,
        *sources: FootageSource,
        order: Callable[[str], Sequence[int]],
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take the sources, this home's own recorder first.

        ``order`` gives the numbers of a camera's chosen one and of its fallback, if it has one.
        """
        self._sources: tuple[FootageSource, ...] = sources
        self._order_of, self._now_s = order, now_s
        self._away: dict[str, tuple[float, float]] = {}
        """By camera: since when its source is away, and when that was seen last."""
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def coverage(self, camera_id: str, from_: datetime, until: datetime) -> Extent:
        """Say what the chosen source has, or the fallback; SourceError where neither has anything and one failed."""
        refused: Exception | None = None
        extent: Extent = Spans(spans=())
        for source in self._order(camera_id):
            try:
                extent = await source.coverage(camera_id, from_, until)
            except FAILURES as error:  # of a disk, too
                refused = refused or error
                continue
            if touches(extent, from_, until):
                return extent
        if refused is not None:
            raise refused
        return extent

    async def hold(
        self, hold_id: str, camera_id: str, from_: datetime, until: datetime, deadline: datetime
    ) -> Coverage:
        """Keep a range where it is kept already, else in the chosen source, else in the fallback.

        A source that is away keeps it for `AWAY_S` before the fallback does.
        """
        wanted = ToHold(hold_id=hold_id, camera_id=camera_id, from_=from_, until=until, deadline=deadline)
        async with self._turns.setdefault(hold_id, asyncio.Lock()):  # else one moves what another was just given
            return await self._hold(wanted)

    async def _hold(self, wanted: ToHold) -> Coverage:
        found = await self._find(wanted.hold_id)
        source, kept = found or (self._order(wanted.camera_id)[0], None)
        stays = kept is not None and touches(kept, wanted.from_, wanted.until)
        try:
            coverage = await wanted.held_by(source)
        except FAILURES as refused:
            rule = refused.rule if isinstance(refused, SourceError) else AWAY
            waits = stays or self._is_waited_for(wanted.camera_id, rule)
            moved = None if waits else await self._moved(source, wanted)
            if moved is None:
                raise
            return moved
        if stays or touches(coverage, wanted.from_, wanted.until):
            if coverage.trouble is None:
                self._away.pop(wanted.camera_id, None)
            return coverage
        is_coming = coverage.pending and coverage.trouble not in PASSING
        if is_coming or (coverage.trouble and self._is_waited_for(wanted.camera_id, coverage.trouble)):
            return coverage
        return await self._moved(source, wanted) or coverage

    async def hold_beside(self, other_id: str, wanted: ToHold, /) -> Coverage:
        """Keep a range where another hold is, whatever is chosen now; where there is none as `hold` does."""
        found = await self._find(other_id) or await self._find(wanted.hold_id)
        if found is None:
            return await wanted.held_by(self)
        return await found[0].hold_beside(other_id, wanted)

    async def release(self, hold_id: str) -> None:
        """Wipe what was held, wherever; what one source fails at is raised when all were told."""
        failed: Exception | None = None
        for source, one in ((self._sources[0], hold_id + SPARE), *((source, hold_id) for source in self._sources)):
            try:
                await source.release(one)
            except FAILURES as error:
                failed = failed or error
        if failed is not None:
            raise failed

    async def held(self, hold_id: str) -> Coverage:
        """Say what a hold has."""
        found = await self._find(hold_id)
        if found is None:
            raise SourceError(HOLD_UNKNOWN)
        return found[1]

    def _order(self, camera_id: str) -> Sequence[FootageSource]:
        return [self._sources[number] for number in self._order_of(camera_id)]

    async def _find(self, hold_id: str) -> tuple[FootageSource, Coverage] | None:
        """Return where a hold is, and what it has there; of two places the one with footage."""
        found = None
        for source in self._sources:
            try:
                kept = await source.held(hold_id)
            except SourceError as error:
                if error.rule != HOLD_UNKNOWN:
                    raise
                continue
            if kept.segments:
                return source, kept
            found = found or (source, kept)
        return found

    def _is_waited_for(self, camera_id: str, rule: str) -> bool:
        """Whether the fallback isn't used by this rule: it is of all sources, or the source may soon be there again."""
        if rule in OF_THE_HOME:
            return True
        if rule not in PASSING:
            return False
        now_s = self._now_s()
        since_s, seen_s = self._away.get(camera_id, (now_s, now_s))
        if now_s - seen_s > FORGOTTEN_S:
            since_s = now_s
        self._away[camera_id] = since_s, now_s
        return now_s - since_s < AWAY_S

    async def _moved(self, source: FootageSource, wanted: ToHold) -> Coverage | None:
        """Keep a range in the camera's other source, and no longer where nothing of it came; None where it has none."""
        for other in self._order(wanted.camera_id):
            if other is source or not await _has(other, wanted):
                continue
            coverage = None
            with suppress(*FAILURES):
                coverage = await wanted.held_by(other)
            if coverage is not None and (touches(coverage, wanted.from_, wanted.until) or coverage.pending):
                await source.release(wanted.hold_id)
                return coverage
            await other.release(wanted.hold_id)
        return None


async def _has(source: FootageSource, wanted: ToHold) -> bool:
    try:
        extent = await source.coverage(wanted.camera_id, wanted.from_, wanted.until)
    except FAILURES:
        return False
    return touches(extent, wanted.from_, wanted.until)


def touches(extent: Extent, from_: datetime, until: datetime) -> bool:
    """Whether there is anything of a range, and not only beside it."""
    return any(start < until and from_ < end for start, end in extent.spans)
