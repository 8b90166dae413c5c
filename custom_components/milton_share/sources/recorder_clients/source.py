"""A FootageSource over other recorders in the house. Copies held ranges, since recorders overwrite."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import shutil
import sqlite3
from functools import partial
from typing import TYPE_CHECKING

from ..errors import SourceError
from ..model import Spans
from ..one_thread import OneThread
from ..recorder.store.holds import hold_of
from ..recorder.store.timeline import from_ms, to_ms
from ..steady import SteadyClock
from .archive.access import ArchiveAccess
from .archive.archive import Archive
from .archive.kinds import software_of
from .archive.progress import Progress, stated
from .errors import CopyError, CopyRule
from .recorders import Recorders
from .unexpected import by_rule

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from pathlib import Path

    from ..hold_room import HoldRoom
    from ..model import Coverage, ToHold
    from ..recorder.store.index import Hold, Row
    from .adapter import Adapter, RecorderCamera, RecorderStanding, Server
    from .clock.offset import ClockOffset

_LOGGER = logging.getLogger(__name__)

LOOK_EVERY_S = 60.0
FREE_BYTES_MIN = 2 * 1024**3
"""With less free than this nothing is copied: Home Assistant's own database needs the rest."""
PATIENCE_S = 3.0
"""How long a new hold waits for its copies; then they come while others have their turn."""


def _free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free


class CopiedSource:
    """The other recorders of one home. Start before use; stop keeps everything."""

    def __init__(  # noqa: PLR0913  what it owns, and what it asks
        self,
        folder: Path,
        room: int | HoldRoom,
        *,
        cameras: Callable[[], Mapping[str, RecorderCamera]],
        peer: Callable[[Server], Adapter],
        on_change: Callable[[], None],
        free_bytes: Callable[[Path], int] = _free_bytes,
        look_every_s: float = LOOK_EVERY_S,
        clock: SteadyClock | None = None,
        home_doubt_s: Callable[[], float] = float,
    ) -> None:
        """Take the folder to own (0700), the storage limit, and which recorder each camera belongs to."""
        self._folder, self._room = folder, room
        self._cameras, self._on_change = cameras, on_change
        self._recorders = Recorders(cameras, peer, on_change, look_every_s)
        self._free_bytes, self._look_every_s = free_bytes, look_every_s
        self._clock = clock or SteadyClock()
        self._home_doubt_s = home_doubt_s
        self._ledger = OneThread()
        self._opened: Archive | None = None
        self._progress: dict[str, Progress] = {}
        self._jobs: dict[str, asyncio.Task[None]] = {}
        self._watches: tuple[asyncio.Task[None], ...] = ()

    async def start(self) -> None:
        """Open what was copied; raises OSError, RecorderError `index_too_new`."""
        self._opened = await asyncio.to_thread(Archive, self._folder, self._room, self._home_doubt_s)
        self._watches = (
            asyncio.create_task(self._recorders.watch(), name="copied watch"),
            asyncio.create_task(self._watch_deadlines(), name="copied deadlines"),
        )

    async def stop(self) -> None:
        """End all copying, then close. May be called twice."""
        if self._opened is None:
            return
        tasks = (*self._watches, *self._jobs.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._recorders.close()
        self._progress.clear()
        archive, self._opened = self._opened, None
        await self._ledger.do(archive.close)

    def standing(self, camera_id: str) -> RecorderStanding | None:
        """Return the state of a camera's recorder; None for a camera without one."""
        camera = self._cameras().get(camera_id)
        return self._recorders.standing(camera) if camera is not None else None

    async def look(self) -> None:
        """Check every recorder's state and cameras concurrently."""
        await self._recorders.look()

    async def coverage(self, camera_id: str, from_: datetime, until: datetime) -> Spans:
        """Return a camera's coverage of a range, copied or not; raises CopyError where only its recorder knows."""
        start, end = to_ms(from_), to_ms(until)
        spans = await self._do(self._archive.spans, camera_id, start, end)
        camera = self._cameras().get(camera_id)
        if camera is not None:
            try:
                spans += await self._recorders.listed(camera, hold_of("", camera_id, from_, until, until))
            except CopyError:
                if not spans:
                    raise
        return Spans(spans=tuple((from_ms(low), from_ms(high)) for low, high in sorted(spans)))

    async def hold(
        self, hold_id: str, camera_id: str, from_: datetime, until: datetime, deadline: datetime
    ) -> Coverage:
        """Hold a range by copying it; a new or failing hold waits a moment for the first files, the rest comes later.

        Raises SourceError when nothing of it could be copied, `hold_id_taken` for another range of the id.
        """
        return await self._begun(hold_of(hold_id, camera_id, from_, until, deadline))

    async def hold_beside(self, other_id: str, wanted: ToHold, /) -> Coverage:
        """Hold a range with the files of another hold; otherwise like `hold`."""
        hold = hold_of(wanted.hold_id, wanted.camera_id, wanted.from_, wanted.until, wanted.deadline)
        return await self._begun(hold, beside=other_id)

    async def _begun(self, hold: Hold, beside: str | None = None) -> Coverage:
        hold_id = hold.hold_id
        was_there, rows = await self._do(_begin, self._archive, hold, beside)
        if not was_there:  # what was known of one that ended is of no use
            self._progress.pop(hold_id, None)
        is_new = hold_id not in self._progress
        progress = self._progress.setdefault(hold_id, Progress())
        waits = is_new or progress.trouble is not None or progress.may_come_back
        if hold_id not in self._jobs and not progress.complete(hold, rows):
            self._jobs[hold_id] = asyncio.create_task(self._copy(hold, progress), name="copied copy")
            self._jobs[hold_id].add_done_callback(partial(self._copy_ended, hold_id))
        if waits and hold_id in self._jobs:
            await asyncio.wait([self._jobs[hold_id]], timeout=PATIENCE_S)
        coverage = await self.held(hold_id)
        if not coverage.segments and coverage.trouble is not None and hold_id not in self._jobs:
            raise SourceError(coverage.trouble)
        return coverage

    async def release(self, hold_id: str) -> None:
        """Stop copying and wipe the hold."""
        job = self._jobs.get(hold_id)
        if job is not None:
            job.cancel()
            await asyncio.wait([job])
        self._progress.pop(hold_id, None)
        await self._do(self._archive.release, hold_id)

    async def held(self, hold_id: str) -> Coverage:
        """Return a hold's coverage. Raises CopyError `hold_unknown`, also after its deadline."""
        hold, rows, coverage = await self._do(_all_of, self._archive, hold_id)
        progress = self._progress.get(hold_id, Progress())
        pending = progress.pending(hold, rows.keys(), [(row.from_ms, row.until_ms) for row in rows.values()])
        pending += progress.unsure(hold, rows)
        if not pending and hold_id in self._jobs:  # all is here, but its times are still weighed
            pending = ((hold.from_ms, hold.until_ms),)
        return stated(coverage, pending, progress.trouble, software_of(coverage, progress.software))

    @property
    def _archive(self) -> Archive:
        if self._opened is None:
            raise CopyError(CopyRule.STOPPED)
        return self._opened

    async def _do[**P, T](self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._ledger.do(work, *args, **kwargs)

    async def _copy(self, hold: Hold, progress: Progress) -> None:
        """Copy for one hold, and notify only if there is something new; otherwise it would be asked again at once."""
        before, gone_so_far = progress.trouble, progress.gone_so_far(hold)
        try:
            camera = self._cameras().get(hold.camera_id)
            if camera is None:
                raise CopyError(CopyRule.AWAY, "its camera is gone")
            with by_rule(OSError, sqlite3.Error):
                await self._copied(camera, hold, progress)
            progress.trouble = None
        except SourceError as error:
            progress.trouble = error.rule
        except (OSError, sqlite3.Error) as error:
            _LOGGER.warning("A recording could not be copied: %s", type(error).__name__)
            progress.trouble = CopyRule.HOLD_FAILED
        if progress.trouble and progress.trouble != before:
            _LOGGER.warning("Recordings of %s could not all be copied: %s", progress.software[0], progress.trouble)
        if progress.gone_so_far(hold) != gone_so_far:
            self._on_change()

    def _copy_ended(self, hold_id: str, _copy: asyncio.Task[None]) -> None:
        """Forget the copying task, also when it was canceled before it began."""
        self._jobs.pop(hold_id, None)

    async def _copied(self, camera: RecorderCamera, hold: Hold, progress: Progress) -> None:
        known = await self._recorders.known_of(camera.server)
        progress.software = (camera.server.kind, known.version)
        peer = self._recorders.peer(camera.server)
        async with peer.turn:
            await peer.copy(camera.name, hold, progress, self._access(known.clock))

    def _access(self, clock: ClockOffset) -> ArchiveAccess:
        return ArchiveAccess(
            archive=self._archive,
            ledger=self._ledger,
            clock=clock,
            steady_ms=self._clock.now_ms,
            has_room=lambda: self._free_bytes(self._folder) >= FREE_BYTES_MIN,
        )

    async def _watch_deadlines(self) -> None:
        """Wipe holds past their deadline periodically, however slow a recorder is."""
        while True:
            with contextlib.suppress(OSError, sqlite3.Error):  # tried again; a hold's own files say so too
                await self._do(self._archive.end_overdue, self._clock.now_ms())
            await asyncio.sleep(self._look_every_s)


def _begin(archive: Archive, hold: Hold, beside: str | None) -> tuple[bool, dict[str, Row]]:
    """Begin a hold; return whether it was there before, and the files that it has."""
    was_there = archive.has(hold.hold_id)
    archive.begin(hold, beside)
    return was_there, archive.rows(hold)


def _all_of(archive: Archive, hold_id: str) -> tuple[Hold, dict[str, Row], Coverage]:
    """Return a hold, its files, and its coverage, all of the same moment."""
    hold = archive.find(hold_id)
    return hold, archive.rows(hold), archive.coverage(hold, from_ms(hold.from_ms), from_ms(hold.until_ms))
