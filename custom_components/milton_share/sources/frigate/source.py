"""A FootageSource that has what Frigates recorded. Held ranges are copied: Frigate overwrites by its own rules."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import shutil
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import SourceError
from ..model import Spans
from ..recorder.timeline import from_ms, to_ms
from ..steady import SteadyClock
from .archive import Archive, hold_of
from .clock import ClockOffset
from .copying import Copying, touching
from .errors import FrigateError, Rule
from .progress import Progress, stated

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from pathlib import Path

    from ..model import Coverage
    from ..recorder.index import Hold
    from .answers import Recorded
    from .client import FrigateClient
    from .server import FrigateCamera, Server

_LOGGER = logging.getLogger(__name__)

LOOK_EVERY_S = 60.0
FREE_BYTES_MIN = 2 * 1024**3
"""With less free than this nothing is copied: Home Assistant's own database needs the rest."""
PATIENCE_S = 3.0
"""How long a new hold waits for its copies; then they come while others have their turn."""
COVERAGE_S = 30.0
"""How long all answers to one question may take together: other cameras' recordings wait to be held meanwhile."""
UNKNOWN_CLOCK = ClockOffset(offset_s=0.0, uncertainty_s=2.0)
"""Of a Frigate that says no time: two clocks that a network sets are nearer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is known of a camera's Frigate: whether it records the camera (None: not known), and what is wrong."""

    records: bool | None = None
    trouble: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What a Frigate last said of itself."""

    cameras: Mapping[str, Recorded]
    version: str
    clock: ClockOffset
    trouble: str | None = None


def _free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free


class FrigateSource:
    """The Frigates of one home. Start before use; stop keeps everything."""

    def __init__(  # noqa: PLR0913  what it owns, and what it asks
        self,
        folder: Path,
        hold_bytes: int,
        *,
        cameras: Callable[[], Mapping[str, FrigateCamera]],
        client: Callable[[Server], FrigateClient],
        on_change: Callable[[], None],
        free_bytes: Callable[[Path], int] = _free_bytes,
        look_every_s: float = LOOK_EVERY_S,
        clock: SteadyClock | None = None,
    ) -> None:
        """Take the folder to own (0700), what may be held, and which cameras belong to which Frigate."""
        self._folder, self._hold_bytes = folder, hold_bytes
        self._cameras, self._client, self._on_change = cameras, client, on_change
        self._free_bytes, self._look_every_s = free_bytes, look_every_s
        self._clock = clock or SteadyClock()
        self._ledger = asyncio.Lock()
        self._opened: Archive | None = None
        self._clients: dict[Server, FrigateClient] = {}
        self._known: dict[Server, _Known] = {}
        self._progress: dict[str, Progress] = {}
        self._jobs: dict[str, asyncio.Task[None]] = {}
        self._watches: tuple[asyncio.Task[None], ...] = ()

    async def start(self) -> None:
        """Open what was copied; raises OSError, RecorderError `index_too_new`."""
        self._opened = await asyncio.to_thread(Archive, self._folder, self._hold_bytes)
        self._watches = (
            asyncio.create_task(self._watch_frigates(), name="frigate watch"),
            asyncio.create_task(self._watch_deadlines(), name="frigate deadlines"),
        )

    async def stop(self) -> None:
        """End all copying, then close. May be called twice."""
        if self._opened is None:
            return
        tasks = (*self._watches, *self._jobs.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._progress.clear()
        archive, self._opened = self._opened, None
        async with self._ledger:
            await asyncio.to_thread(archive.close)

    def standing(self, camera_id: str) -> Standing | None:
        """Say what is known of a camera's Frigate; None for a camera that belongs to none."""
        camera = self._cameras().get(camera_id)
        if camera is None:
            return None
        known = self._known.get(camera.server)
        if known is None:
            return Standing()
        recorded = known.cameras.get(camera.name)
        return Standing(records=recorded.enabled if recorded else None, trouble=known.trouble)

    async def coverage(self, camera_id: str, from_: datetime, until: datetime) -> Spans:
        """Say what there is of a camera in a range, copied or not; raises FrigateError where only Frigate knows."""
        start, end = to_ms(from_), to_ms(until)
        spans = await self._do(self._archive.spans, camera_id, start, end)
        camera = self._cameras().get(camera_id)
        if camera is not None:
            try:
                spans += await self._listed(camera, hold_of("", camera_id, from_, until, until))
            except FrigateError:
                if not spans:
                    raise
        return Spans(spans=tuple((from_ms(low), from_ms(high)) for low, high in sorted(spans)))

    async def hold(
        self, hold_id: str, camera_id: str, from_: datetime, until: datetime, deadline: datetime
    ) -> Coverage:
        """Copy a range and keep it; a new hold, and one in trouble, waits a moment for that; the rest comes later.

        Raises SourceError when nothing of it could be copied, `hold_id_taken` for another range of the id.
        """
        hold = hold_of(hold_id, camera_id, from_, until, deadline)
        await self._do(self._archive.begin, hold)
        is_new = hold_id not in self._progress
        progress = self._progress.setdefault(hold_id, Progress())
        waits = is_new or progress.trouble is not None
        if hold_id not in self._jobs and not progress.complete(hold, await self._do(self._archive.rows, hold)):
            self._jobs[hold_id] = asyncio.create_task(self._copy(hold, progress), name="frigate copy")
        if waits and hold_id in self._jobs:
            await asyncio.wait([self._jobs[hold_id]], timeout=PATIENCE_S)
        coverage = await self.held(hold_id)
        if not coverage.segments and coverage.trouble is not None and hold_id not in self._jobs:
            raise SourceError(coverage.trouble)
        return coverage

    async def release(self, hold_id: str) -> None:
        """Stop copying, and wipe what was held."""
        job = self._jobs.get(hold_id)
        if job is not None:
            job.cancel()
            await asyncio.wait([job])
        self._progress.pop(hold_id, None)
        await self._do(self._archive.release, hold_id)

    async def held(self, hold_id: str) -> Coverage:
        """Say what a hold has. Raises FrigateError `hold_unknown`, also after its deadline."""
        archive = self._archive
        hold = await self._do(archive.find, hold_id)
        rows = await self._do(archive.rows, hold)
        coverage = await self._do(archive.coverage, hold, from_ms(hold.from_ms), from_ms(hold.until_ms))
        progress = self._progress.get(hold_id, Progress())
        pending = progress.pending(hold, rows.keys(), [(row.from_ms, row.until_ms) for row in rows.values()])
        return stated(coverage, pending, progress.trouble, progress.version)

    @property
    def _archive(self) -> Archive:
        if self._opened is None:
            raise FrigateError(Rule.STOPPED)
        return self._opened

    async def _do[**P, T](self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        async with self._ledger:
            return await asyncio.to_thread(work, *args, **kwargs)

    async def _copy(self, hold: Hold, progress: Progress) -> None:
        """Copy for one hold, and say how it went."""
        before = progress.trouble
        try:
            camera = self._cameras().get(hold.camera_id)
            if camera is None:
                raise FrigateError(Rule.AWAY, "its camera is gone")
            copying = await self._copying(camera)
            progress.version = self._known[camera.server].version
            await copying.run(hold, progress)
            progress.trouble = None
        except SourceError as error:
            progress.trouble = error.rule
        except (OSError, sqlite3.Error) as error:
            _LOGGER.warning("A recording could not be copied: %s", type(error).__name__)
            progress.trouble = Rule.HOLD_FAILED
        finally:
            self._jobs.pop(hold.hold_id, None)
        if progress.trouble and progress.trouble != before:
            _LOGGER.warning("Recordings of Frigate could not all be copied: %s", progress.trouble)
        self._on_change()

    async def _copying(self, camera: FrigateCamera) -> Copying:
        known = self._known.get(camera.server)
        if known is None or not known.version:
            known = await self._ask(camera.server)
        return Copying(
            client=self._client_of(camera.server),
            camera=camera,
            silent=camera.name in known.cameras and known.cameras[camera.name].silent,
            offset=known.clock,
            archive=self._archive,
            ledger=self._ledger,
            steady_ms=self._clock.now_ms,
            has_room=lambda: self._free_bytes(self._folder) >= FREE_BYTES_MIN,
        )

    async def _listed(self, camera: FrigateCamera, asked: Hold) -> list[tuple[int, int]]:
        """Ask a Frigate what it has of a range."""
        try:
            async with asyncio.timeout(COVERAGE_S):
                copying = await self._copying(camera)
                listed = await copying.listed(asked.from_ms / 1000, asked.until_ms / 1000)
        except TimeoutError as error:
            self._client_of(camera.server).rest()
            raise FrigateError(Rule.AWAY, "slow answers") from error
        found = touching(listed, copying.placed(listed, {}), copying.offset, asked)
        return [(one.from_ms, one.until_ms) for one in found]

    def _client_of(self, server: Server) -> FrigateClient:
        if server not in self._clients:
            self._clients[server] = self._client(server)
        return self._clients[server]

    async def _ask(self, server: Server) -> _Known:
        """Ask a Frigate for its version, its cameras and its clock; raises FrigateError."""
        client = self._client_of(server)
        known = self._known[server] = _Known(
            version=await client.version(),
            cameras=await client.recording_cameras(),
            clock=await client.clock() or UNKNOWN_CLOCK,
        )
        return known

    async def _watch_frigates(self) -> None:
        """Look at every Frigate, again and again."""
        while True:
            await self.look()
            await asyncio.sleep(self._look_every_s)

    async def _watch_deadlines(self) -> None:
        """Wipe what is past its deadline, again and again, however long a Frigate takes to answer."""
        while True:
            with contextlib.suppress(OSError, sqlite3.Error):  # tried again; a hold's own files say so too
                await self._do(self._archive.end_overdue, self._clock.now_ms())
            await asyncio.sleep(self._look_every_s)

    async def look(self) -> None:
        """Ask every Frigate what it records, and how it is."""
        for server in {camera.server for camera in self._cameras().values()}:
            await self._look_at(server)

    async def _look_at(self, server: Server) -> None:
        before = self._known.get(server)
        try:
            after = await self._ask(server)
        except FrigateError as error:
            last = before or _Known(cameras={}, version="", clock=UNKNOWN_CLOCK)
            after = self._known[server] = _Known(
                cameras=last.cameras, version=last.version, clock=last.clock, trouble=error.rule
            )
            if before is None or before.trouble != error.rule:
                _LOGGER.warning("Frigate can't be asked for its recordings: %s", error)
        if before is None or (before.cameras, before.trouble) != (after.cameras, after.trouble):
            self._on_change()
