"""All sources of one home as one: each camera's own first, unless another has more of a range."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from .amounts import covered_s, nearly_all_s
from .errors import AWAY, DISK_FULL, FAILURES, FOR_A_MOMENT, HOLD_QUOTA, HOLD_UNKNOWN, OF_THE_HOME, PASSING, SourceError
from .model import ToHold
from .spares import Spares

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from .model import Coverage, Extent, FootageSource

AWAY_S = 900.0
"""How long a camera's own source may be away, as while it is started again, before one with less keeps a range."""
GONE_S = 86_400.0
"""So long one is waited for that gave some of a range already, before one with more of it keeps that."""
FORGOTTEN_S = 3_600.0
"""Nobody asked for so long: it may have been there meanwhile."""

type Asked = tuple[str, datetime, datetime]
"""A range of a camera, under whatever name it is held: whoever saves a clip for themselves lets go and tries again."""


class Router:
    """A FootageSource made of others. One that is refused, slow or away never stops the others."""

    def __init__(
        self,
        *sources: FootageSource,
        prefer: Callable[[str], int],
        is_cut: Callable[[str], bool] = lambda _: False,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take the sources, and what says which of them (by its number) is a camera's own.

        The first is what this home records itself: what it says that it has lies here. ``is_cut``: whether there is a
        clip of what a hold has, or one is being cut.
        """
        self._sources: tuple[FootageSource, ...] = sources
        self._prefer, self._is_cut, self._now_s = prefer, is_cut, now_s
        self._away: dict[Asked, tuple[float, float, float]] = {}
        """Since when its source is away, when that was seen last, and how many seconds had come of it."""
        self._spares = Spares(sources[0], now_s)
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def coverage(self, camera_id: str, from_: datetime, until: datetime) -> Extent:
        """Say what there is, by the source that has most; SourceError where none has anything and one failed."""
        return (await self._with_footage(camera_id, from_, until))[1]

    async def hold(
        self, hold_id: str, camera_id: str, from_: datetime, until: datetime, deadline: datetime
    ) -> Coverage:
        """Keep a range where it was begun to be kept, else in the source that has most of it.

        One that said it has something, and of which nothing came and nothing is on its way, keeps it no longer where
        another has footage. One that is away does so where another has all, and after a while where one has anything.
        While another's word is all that there is, what this home has itself is kept beside: it would be overwritten,
        and is taken where less came in the end, or that one is in trouble for long.
        """
        wanted = ToHold(hold_id=hold_id, camera_id=camera_id, from_=from_, until=until, deadline=deadline)
        async with self._turns.setdefault(hold_id, asyncio.Lock()):  # else one moves what another was just given
            return await self._held_or_spared(wanted)

    async def _held_or_spared(self, wanted: ToHold) -> Coverage:
        try:
            coverage = await self._held_with_room(wanted)
        except FAILURES as refused:
            if _rule_of(refused) in OF_THE_HOME:
                await self._spares.let_go(wanted.hold_id)
            else:
                await self._spares.keep(wanted)
            raise
        return await self._weighed(wanted, coverage)

    async def _held_with_room(self, wanted: ToHold) -> Coverage:
        """Keep a range; where there is no room for it, what is kept beside of all others goes first."""
        try:
            coverage = await self._held_by_one(wanted)
            if coverage.trouble != HOLD_QUOTA or not self._spares.are_any:
                return coverage
        except SourceError as refused:
            if refused.rule != HOLD_QUOTA or not self._spares.are_any:
                raise
        await self._spares.make_room()
        return await self._held_by_one(wanted)

    async def _held_by_one(self, wanted: ToHold) -> Coverage:
        source = await self._holder(wanted.hold_id)
        if source is None:
            source = await self._best(wanted.camera_id, wanted.from_, wanted.until)
        try:
            coverage = await wanted.held_by(source)
        except FAILURES as refused:
            if _rule_of(refused) in OF_THE_HOME:
                raise
            moved = await self._moved(source, wanted, self._least_s(wanted, _rule_of(refused)))
            if moved is None:
                raise
            return moved
        if not coverage.segments and coverage.trouble in PASSING:  # it is asked again, and may never answer
            return await self._moved(source, wanted, self._least_s(wanted, coverage.trouble)) or coverage
        if coverage.segments and coverage.trouble is None:
            self._away.pop((wanted.camera_id, wanted.from_, wanted.until), None)
        if coverage.segments or coverage.pending:
            return coverage
        return await self._moved(source, wanted) or coverage

    async def _weighed(self, wanted: ToHold, coverage: Coverage) -> Coverage:
        """Keep a range here after all where less of it came from elsewhere; until all came, and is here, both."""
        comes = bool(coverage.pending) and coverage.trouble not in OF_THE_HOME
        if comes:
            await self._spares.keep(wanted)
        least_s = self._least_here_s(wanted, coverage)
        is_weighed = least_s is not None and coverage.software
        has_more = await self._has_more_here(wanted, coverage, least_s or 0.0) if is_weighed else False
        if has_more is not False:
            is_cut = self._is_cut(wanted.hold_id)  # then it stays where that is from: for a court these files are kept
            kept = await self._taken_here(wanted, coverage) if has_more and not is_cut else None
            if kept is None:  # as where a disk fails: tried again the next time
                await self._spares.keep(wanted)
                return coverage
            coverage = kept
        elif comes:
            return coverage
        await self._spares.let_go(wanted.hold_id)
        return coverage

    def _least_here_s(self, wanted: ToHold, coverage: Coverage) -> float | None:
        """Say how much of a range this home must have to keep it instead; None while more may come.

        A source that is in trouble, and of which nothing more came, is waited for: for a while where all is here, else
        for long.
        """
        if not coverage.pending:
            return 0.0
        if coverage.trouble is None or coverage.trouble in OF_THE_HOME:
            return None
        away_s = self._away_for_s(wanted, covered_s(coverage, wanted.from_, wanted.until))
        if away_s >= GONE_S:
            return 0.0
        return nearly_all_s(wanted.from_, wanted.until) if away_s >= AWAY_S else None

    async def _has_more_here(self, wanted: ToHold, coverage: Coverage, least_s: float) -> bool | None:
        """Whether this home recorded more of a range itself than came, and so much; None where that can't be told."""
        all_s = nearly_all_s(wanted.from_, wanted.until)
        alike_s = (wanted.until - wanted.from_).total_seconds() - all_s
        came_s = covered_s(coverage, wanted.from_, wanted.until)
        if came_s >= all_s:
            return False
        here_s = await self._spares.has_s(wanted)
        return None if here_s is None else here_s > max(came_s + alike_s, least_s)

    async def _taken_here(self, wanted: ToHold, came: Coverage) -> Coverage | None:
        """Keep a range here, and then elsewhere no longer.

        None where that can't be now, a cut has begun, or this has no more than came by now: for want of room another
        hold may just have let go of what was beside.
        """
        here, *others = self._sources
        kept = None
        with contextlib.suppress(*FAILURES):
            kept = await wanted.held_by(here)
        came_s = covered_s(came, wanted.from_, wanted.until)
        is_more = kept is not None and covered_s(kept, wanted.from_, wanted.until) > came_s
        if not is_more or self._is_cut(wanted.hold_id):
            await here.release(wanted.hold_id)
            return None
        for other in others:
            with contextlib.suppress(*FAILURES):  # what is left ends by its own deadline
                await other.release(wanted.hold_id)
        return kept

    async def hold_beside(self, other_id: str, wanted: ToHold, /) -> Coverage:
        """Keep a range where another hold is, whichever source comes first now; where there is none as `hold` does."""
        source = await self._holder(other_id) or await self._holder(wanted.hold_id)
        if source is None:
            return await wanted.held_by(self)
        return await source.hold_beside(other_id, wanted)

    async def release(self, hold_id: str) -> None:
        """Wipe what was held, wherever; what one source fails at is raised when all were told."""
        failed: Exception | None = None
        for release in (self._spares.release, *(source.release for source in self._sources)):
            try:
                await release(hold_id)
            except FAILURES as error:
                failed = failed or error
        if failed is not None:
            raise failed

    async def held(self, hold_id: str) -> Coverage:
        """Say what a hold has."""
        source = await self._holder(hold_id)
        if source is None:
            raise SourceError(HOLD_UNKNOWN)
        return await source.held(hold_id)

    def _order(self, camera_id: str) -> Sequence[FootageSource]:
        own = self._sources[self._prefer(camera_id)]
        return (own, *(source for source in self._sources if source is not own))

    async def _best(self, camera_id: str, from_: datetime, until: datetime) -> FootageSource:
        """Return the source to hold in: the own one where none has anything yet, or it is away and none has all."""
        own = self._order(camera_id)[0]
        try:
            source, extent, is_away = await self._with_footage(camera_id, from_, until)
        except SourceError:
            return own
        return own if is_away and covered_s(extent, from_, until) < nearly_all_s(from_, until) else source

    def _least_s(self, wanted: ToHold, rule: str | None) -> float:
        """Say how much another must have of a range: all, until the source that is away for a moment was for long.

        All while the disk is too full for copies, however long: they come when there is room again.
        """
        if rule not in PASSING:
            return 0.0
        is_waited_for = rule == DISK_FULL or self._away_for_s(wanted, 0.0) < AWAY_S
        return nearly_all_s(wanted.from_, wanted.until) if is_waited_for else 0.0

    def _away_for_s(self, wanted: ToHold, has_s: float) -> float:
        """Note that a source is away, with how much of a range came of it, and say for how long no more has."""
        asked, now_s = (wanted.camera_id, wanted.from_, wanted.until), self._now_s()
        self._away = {one: seen for one, seen in self._away.items() if now_s - seen[1] <= FORGOTTEN_S}
        since_s, _, had_s = self._away.get(asked, (now_s, now_s, has_s))
        if has_s > had_s:
            since_s = now_s
        self._away[asked] = since_s, now_s, has_s
        return now_s - since_s

    async def _moved(self, source: FootageSource, wanted: ToHold, least_s: float = 0.0) -> Coverage | None:
        """Keep a range elsewhere, and no longer where nothing of it came; None where nobody else has so much."""
        for other in await self._others(source, wanted, least_s):
            try:
                coverage = await wanted.held_by(other)
            except FAILURES:
                coverage = None
            if coverage is not None and (coverage.segments or coverage.pending):
                await source.release(wanted.hold_id)
                return coverage
            await other.release(wanted.hold_id)
        return None

    async def _others(self, source: FootageSource, wanted: ToHold, least_s: float) -> list[FootageSource]:
        """Return the other sources that have something of a range, and so much, that with most of it first."""
        found: list[tuple[float, FootageSource]] = []
        for other in self._order(wanted.camera_id):
            if other is not source:
                with contextlib.suppress(*FAILURES):
                    extent = await other.coverage(wanted.camera_id, wanted.from_, wanted.until)
                    found.append((covered_s(extent, wanted.from_, wanted.until), other))
        return [other for has_s, other in sorted(found, key=lambda one: -one[0]) if has_s and has_s >= least_s]

    async def _with_footage(
        self, camera_id: str, from_: datetime, until: datetime
    ) -> tuple[FootageSource, Extent, bool]:
        """Return who has most of a range, what that is, and whether the camera's own source could not be asked."""
        refused: Exception | None = None
        is_away = False
        best: tuple[FootageSource, Extent] | None = None
        whole_s, all_s, most_s = (until - from_).total_seconds(), nearly_all_s(from_, until), 0.0
        for source in self._order(camera_id):
            try:
                extent = await source.coverage(camera_id, from_, until)
            except FAILURES as error:  # of a disk, too: others may have it
                passes = isinstance(error, SourceError) and error.rule in FOR_A_MOMENT
                is_away = is_away or (passes and source is self._order(camera_id)[0])
                refused = refused or error
                continue
            has_s = covered_s(extent, from_, until)
            if best is None or has_s > most_s + (whole_s - all_s if most_s else 0):
                best, most_s = (source, extent), has_s
            if most_s >= all_s:
                break
        if best is None or (refused is not None and not best[1].spans):
            raise refused or SourceError(HOLD_UNKNOWN)
        return *best, is_away

    async def _holder(self, hold_id: str) -> FootageSource | None:
        for source in self._sources:
            try:
                await source.held(hold_id)
            except SourceError as error:
                if error.rule != HOLD_UNKNOWN:
                    raise
                continue
            return source
        return None


def _rule_of(refused: Exception) -> str:
    """Name the rule of a refusal; a disk that fails at a hold may pass, as a source that is away."""
    return refused.rule if isinstance(refused, SourceError) else AWAY
