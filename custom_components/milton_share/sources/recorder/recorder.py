"""The recorder: a FootageSource that records cameras itself, into a bounded ring."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import shutil
import sqlite3
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from ...storage import disk
from ...storage.try_each import OneByOne
from ..home_clock import UNSYNCHRONISED_S, HomeClock
from ..one_thread import OneThread
from ..steady import SteadyClock
from .camera import Camera, StreamUrl
from .crew import Crew
from .errors import RecorderError, RecorderRule
from .status import State, Status
from .store import files
from .store.fitting import Fitting
from .store.holds import hold_of
from .store.library import Library
from .store.ring import Limits, may_record
from .store.timeline import coverage, from_ms, to_ms
from .windows import Way
from .workshop import Workshop

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from pathlib import Path

    from ..bounds import ClockAnswer
    from ..hold_room import HoldRoom
    from ..model import Coverage, ToHold
    from .store.index import Hold, Row
    from .store.room import Filled, Room
    from .times.mute import LeftOut

_LOGGER = logging.getLogger(__name__)

RIGHT_WITHIN_S = 600.0
"""So long nothing is too old while recordings wait to be given the time of a clock that was just set."""


def _free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def _unasked(_camera_id: str) -> None:
    """Know nothing of any camera's clock."""


def _quiet(_camera_id: str, _status: Status) -> None:
    """Tell nobody."""


class Recorder:
    """Records the cameras it's given. Start before use; stop closes and keeps everything."""

    def __init__(  # noqa: PLR0913  where, within which limits, by which clocks, and whom to tell
        self,
        folder: Path,
        limits: Limits | None = None,
        *,
        free_bytes: Callable[[Path], int] = _free_bytes,
        on_status: Callable[[str, Status], None] = _quiet,
        clock: SteadyClock | None = None,
        home_clock: HomeClock | None = None,
        room: HoldRoom | None = None,
        asked: Callable[[str], ClockAnswer | None] = _unasked,
    ) -> None:
        """Take the folder to own (0700), and the limits."""
        self._folder, self._limits = folder, limits or Limits()
        self._crew = Crew()
        self._free_bytes, self._on_status = free_bytes, on_status
        self._clock = clock or SteadyClock()
        self._home_clock, self._asked, self._hold_room = home_clock or HomeClock(), asked, room
        self._ledger = asyncio.Lock()
        self._alone = OneThread(self._ledger)
        self._may_record = asyncio.Event()
        self._cameras: dict[str, Camera] = {}
        self._opened: Library | None = None
        self._watch: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()
        self._ways: dict[str, Way] = {}
        self._fitting = Fitting()
        self._left_doubt_s = 0.0
        self._right_by_s = math.inf

    async def start(self) -> None:
        """Open the recordings; raises OSError, RecorderError `index_too_new`."""
        where = self._folder, self._limits, self._hold_room
        self._opened = await asyncio.to_thread(Library, *where, self._clock.now_s)
        try:
            was_unset = await asyncio.to_thread(disk.is_there, self._folder / disk.CLOCK_UNSET)
            self._left_doubt_s = UNSYNCHRONISED_S if was_unset else 0.0
            with contextlib.suppress(OSError):  # what is kept can be asked for; the watch looks again, and tells
                await self._look_after()
        except BaseException:
            library, self._opened = self._opened, None
            await asyncio.to_thread(library.close)
            raise
        self._stopping.clear()
        self._watch = asyncio.create_task(self._watch_over(), name="recorder watch")

    async def stop(self) -> None:
        """Close and enter the last segments, then the index."""
        if self._opened is None or self._watch is None:
            return
        self._stopping.set()
        await self.set_cameras({})
        await self._watch
        await self._crew.stop()
        library, self._opened = self._opened, None
        async with self._ledger:
            await asyncio.to_thread(library.close)

    async def set_cameras(self, cameras: Mapping[str, StreamUrl], ways: Mapping[str, Way] | None = None) -> None:
        """Record exactly these, continuously where no other way is named; recordings of others stay until too old."""
        gone = {camera_id: camera for camera_id, camera in self._cameras.items() if camera_id not in cameras}
        try:
            await asyncio.gather(*(camera.stop() for camera in gone.values()))
        finally:
            for camera_id in gone:  # not before: what it recorded may still wait for its time
                self._cameras.pop(camera_id, None)
        workshop = Workshop(
            library=self._library,
            ledger=self._ledger,
            crew=self._crew,
            limits=self._limits,
            may_record=self._may_record,
            on_status=self._on_status,
            now_ms=self._now_ms,
            home_clock=self._home_clock,
            asked=self._asked,
            left_doubt_s=self._left_doubt_s,
        )
        before, self._ways = self._ways, {one: (ways or {}).get(one, Way.CONTINUOUS) for one in cameras}
        if self._ways != before:
            self._fitting.changed()
        for camera_id, stream_url in cameras.items():
            way = self._ways[camera_id]
            if camera_id in self._cameras:
                self._cameras[camera_id].stream_url = stream_url
                await self._cameras[camera_id].go(way)
            else:
                self._cameras[camera_id] = Camera(camera_id, stream_url, way, workshop)

    def happened(self, camera_id: str, at: datetime) -> None:
        """Note that somebody rang, or something moved, at a camera."""
        if (camera := self._cameras.get(camera_id)) is not None:
            camera.look_at_windows().moment(to_ms(at))
            camera.stir()

    def began(self, camera_id: str, what: str, at: datetime) -> None:
        """Note that something began at a camera and lasts, by the name of what says so."""
        if (camera := self._cameras.get(camera_id)) is not None:
            camera.look_at_windows().begin(what, to_ms(at))
            camera.stir()

    def ended(self, camera_id: str, what: str, at: datetime) -> None:
        """Note that it is over."""
        if (camera := self._cameras.get(camera_id)) is not None:
            camera.look_at_windows().end(what, to_ms(at))
            camera.stir()

    @property
    def limits(self) -> Limits:
        """What it may take of the disk."""
        return self._limits

    def resize(self, limits: Limits) -> None:
        """Take so much of the disk from now on: the oldest recordings go with the next look."""
        self._limits = limits
        if self._opened is not None:
            self._opened.resize(limits)
        self._fitting.changed()

    def room(self, camera_id: str) -> Room:
        """Say what a camera takes, and for how many days there is room; nothing where it isn't known yet."""
        return self._fitting.room(camera_id)

    def filled(self) -> Filled:
        """Say what the recordings take of the disk, and what they would with as many days as are to be kept."""
        return self._fitting.filled(self._opened, self._limits)

    def status(self, camera_id: str) -> Status:
        """Say what a camera's recorder is at."""
        camera = self._cameras.get(camera_id)
        return camera.status if camera else Status(state=State.STOPPED)

    def sound_left_out(self, camera_id: str) -> LeftOut | None:
        """Say since when and until when a camera is recorded without the sound that it has; None: it isn't."""
        camera = self._cameras.get(camera_id)
        return camera.mute.left_out(time.monotonic()) if camera else None

    @property
    def is_paused(self) -> bool:
        """Whether nothing is recorded because the disk has too little room."""
        return self._opened is not None and not self._may_record.is_set()

    def silent(self, after_s: float) -> tuple[str, ...]:
        """Name the cameras of which nothing was recorded for so long, though there was room for it."""
        return tuple(
            camera_id
            for camera_id, camera in self._cameras.items()
            if not self.is_paused and camera.silent_s() >= after_s
        )

    def pid(self, camera_id: str) -> int | None:
        """Process id of what records a camera, while it does."""
        camera = self._cameras.get(camera_id)
        return camera.pid if camera else None

    async def coverage(self, camera_id: str, from_: datetime, until: datetime) -> Coverage:
        """Say what there is of a camera in a range; a segment still being written isn't there yet."""
        found = await self._alone.do(self._library.holds.found, camera_id, to_ms(from_), to_ms(until))
        return coverage(found, from_, until)

    async def hold(
        self, hold_id: str, camera_id: str, from_: datetime, until: datetime, deadline: datetime
    ) -> Coverage:
        """Keep a range, also what of it is still to be recorded; `hold_quota` is its trouble where some doesn't fit.

        Raises RecorderError `hold_quota` where nothing was kept before, `hold_id_taken`.
        """
        hold = hold_of(hold_id, camera_id, from_, until, deadline)
        complete, found = await self._alone.do(_hold, self._library, hold)
        return replace(coverage(found, from_, until), trouble=None if complete else RecorderRule.HOLD_QUOTA)

    async def hold_beside(self, _other_id: str, wanted: ToHold, /) -> Coverage:
        """Keep a range as `hold` does: all that are of one time have the same files."""
        return await wanted.held_by(self)

    async def release(self, hold_id: str) -> None:
        """Wipe what was held."""
        await self._alone.do(self._library.holds.release, hold_id)

    async def held(self, hold_id: str) -> Coverage:
        """Say what a hold has. Raises RecorderError `hold_unknown`, also after its deadline."""
        hold, found = await self._alone.do(_held, self._library, hold_id)
        return coverage(found, from_ms(hold.from_ms), from_ms(hold.until_ms))

    @property
    def _library(self) -> Library:
        if self._opened is None:
            raise RecorderError(RecorderRule.RECORDER_STOPPED)
        return self._opened

    async def _watch_over(self) -> None:
        """Look after the recordings until stopped; a disk that fails is said once and looked at again."""
        is_broken = False
        while not self._stopping.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._limits.look_every_s):
                    await self._stopping.wait()
            if self._stopping.is_set():
                return
            try:
                await self._look_after()
            except (OSError, sqlite3.Error) as error:
                if not is_broken:
                    _LOGGER.warning("Recordings could not be looked after, trying again: %s", error)
                is_broken = True
            else:
                is_broken = False

    async def _look_after(self) -> None:
        """Stop recording before the disk is full; evict and end holds; note for the next start how the clock is."""
        free = await asyncio.to_thread(self._free_bytes, self._folder)
        if may_record(free, self._limits, recording=self._may_record.is_set()):
            self._may_record.set()
        else:
            self._may_record.clear()
            await asyncio.gather(*(camera.pause() for camera in self._cameras.values()))
        for camera in self._waiting_for_clock():
            camera.stir()  # one that sleeps would give them their time with its next event
        each = OneByOne()
        async with self._ledger:
            with each.trying():
                await asyncio.to_thread(self._library.make_room, self._now_ms())
            if self._fitting.is_due:
                await self._fitting.measure(self._library, self._ways, self._limits, free)
        with each.trying():
            is_unset = not self._home_clock.look().synchronised
            await asyncio.to_thread(files.note, self._folder / disk.CLOCK_UNSET, is_so=is_unset)
        each.require_all()

    def _now_ms(self) -> int:
        """By what recordings are too old: by nothing while some are still to be given the time of a clock just set."""
        now_ms = self._clock.now_ms()
        return 0 if self._waiting_for_clock() else now_ms

    def _waiting_for_clock(self) -> tuple[Camera, ...]:
        """Return the cameras that can put right what they recorded before the clock was set, and haven't yet.

        None once they had long enough for it: a disk on which that can't be written is not to fill up for it.
        """
        is_set = self._home_clock.look().synchronised
        waiting = tuple(one for one in self._cameras.values() if one.waits_for_clock()) if is_set else ()
        if not waiting:
            self._right_by_s = math.inf
        self._right_by_s = min(self._right_by_s, time.monotonic() + RIGHT_WITHIN_S)
        return waiting if time.monotonic() < self._right_by_s else ()


def _hold(library: Library, hold: Hold) -> tuple[bool, tuple[tuple[Row, Path], ...]]:
    """Begin or complete a hold; return whether it has all that there is, and what it has."""
    return library.holds.hold(hold), library.holds.held(hold)


def _held(library: Library, hold_id: str) -> tuple[Hold, tuple[tuple[Row, Path], ...]]:
    """Return a hold and what it has; raises RecorderError `hold_unknown`."""
    hold = library.holds.find(hold_id)
    if hold is None:
        raise RecorderError(RecorderRule.HOLD_UNKNOWN)
    return hold, library.holds.held(hold)
