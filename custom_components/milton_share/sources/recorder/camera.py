"""Keeps one camera recording: begins runs, enters what they close, begins another when one ends."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import random
import sqlite3
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from ..home_clock import is_synchronised
from ..steady import boot_s, wall_lead_s
from . import files
from .errors import RecorderError
from .job import recording_job
from .mute import Mute
from .sieve import Sieve
from .spoken import spoken
from .status import WELL, State, Status
from .timing import Take, Timing
from .unset import Known, Unset
from .windows import Way, Windows

if TYPE_CHECKING:
    from pathlib import Path

    from ..bounds import Asked
    from ..home_clock import HomeClock
    from .crew import Crew
    from .library import Library
    from .ring import Limits
    from .run import Closed, Run
    from .spoken import Heard

_LOGGER = logging.getLogger(__name__)

type StreamUrl = Callable[[], Awaitable[str | None]]
"""Asked before each run: the address may change. It may hold a login, and is never logged."""

PAUSE_MIN_S, PAUSE_MAX_S = 1.0, 60.0
STEADY_S = 30.0
"""A run that lasted this long was good: the next pause is short again."""
URL_PATIENCE_S = 30.0
PUT_S = 1.0
"""The clock that events are timed by was put, if it moved by more: what is less, windows allow for."""
STOP_PATIENCE_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """What all cameras share: `ledger` is held around every use of the library, `may_record`: the disk has room."""

    library: Library
    ledger: asyncio.Lock
    crew: Crew
    limits: Limits
    may_record: asyncio.Event
    on_status: Callable[[str, Status], None]
    now_ms: Callable[[], int]
    """By which recordings are too old."""
    home_clock: HomeClock
    asked: Callable[[str], Asked | None]
    """What a camera last answered about its own clock."""
    left_doubt_s: float
    """By how much what an earlier process left and never entered is unsure besides: nobody may have set its clock."""


class Camera:
    """The supervisor of one camera."""

    def __init__(self, camera_id: str, stream_url: StreamUrl, way: Way, workshop: Workshop) -> None:
        """Begin at once."""
        self.camera_id = camera_id
        self.stream_url = stream_url
        self._way = way
        self._windows = Windows()
        self.mute = Mute()
        self._sieve = Sieve(self._windows)
        self._stirred = asyncio.Event()
        self.status = Status(state=State.STARTING)
        self._library, self._ledger = workshop.library, workshop.ledger
        self._limits, self._crew = workshop.limits, workshop.crew
        self._may_record, self._on_status = workshop.may_record, workshop.on_status
        self._now_ms = workshop.now_ms
        self._home_clock, self._asked = workshop.home_clock, workshop.asked
        self._left_doubt_s = workshop.left_doubt_s
        self._stopping = asyncio.Event()
        self._run: Run | None = None
        self._heard_s = time.monotonic()
        self._lead_s = wall_lead_s(monotonic_s=boot_s)
        self._unset = Unset()
        self._unread: set[str] = set()
        self._doubt_s = 0.0
        self._task = asyncio.create_task(self._supervise(), name=f"recorder {camera_id}")
        self._task.add_done_callback(self._ended)

    @property
    def pid(self) -> int | None:
        """Process id of what records it now, with others or alone."""
        return self._run.pid if self._run else None

    def waits_for_clock(self) -> bool:
        """Whether something has a row by the clock as it was before it was set: no age of it is known yet."""
        return not self._unset.names <= self._sieve.names

    def silent_s(self) -> float:
        """Return for how long nothing was recorded, by a clock that nobody puts; 0 while it records, or needn't."""
        return 0.0 if self.status.state in WELL else time.monotonic() - self._heard_s

    def look_at_windows(self) -> Windows:
        """Return what is kept around which moments, for what happens now: by the clock as it is put now."""
        self._wall_ms()  # else what happened since it was put would go along with what was before
        return self._windows

    async def go(self, way: Way) -> None:
        """Record in this way from now on."""
        before, self._way = self._way, way
        if way is not before:
            self.stir()
            await self.pause()

    def stir(self) -> None:
        """Look at the windows now: something happened."""
        self._stirred.set()

    async def pause(self) -> None:
        """End the run; the next begins when there is room again."""
        if self._run:
            await self._run.stop()

    async def stop(self) -> None:
        """Close the last segment, enter it, and end."""
        self._stopping.set()
        self.stir()
        await self.pause()
        with contextlib.suppress(TimeoutError, asyncio.CancelledError):
            async with asyncio.timeout(STOP_PATIENCE_S):
                await self._task

    async def _supervise(self) -> None:
        pause_s = PAUSE_MIN_S
        adopted = False
        while not self._stopping.is_set():
            if adopted and not self._may_record.is_set():
                self._say(State.DISK_FULL)
                await self._put_right()
                await self._pause(PAUSE_MIN_S)
                continue
            began_s = time.monotonic()
            try:
                if not adopted:
                    await self._adopt(Timing(), slack_s=self._limits.read_timeout_s, way=Way.CONTINUOUS)
                    adopted, self._left_doubt_s = True, 0.0
                    continue
                await self._sift()
                if not self._wanted():
                    await self._sleep()
                    pause_s = PAUSE_MIN_S  # what failed at another event says nothing of this one
                    continue
                detail = await self._record()
            except (RecorderError, OSError, sqlite3.Error) as error:
                detail = str(error)
            if time.monotonic() - began_s >= STEADY_S:
                pause_s = PAUSE_MIN_S
            if not self._stopping.is_set():
                self._say(State.WAITING if detail is not None else State.NO_STREAM, detail or "")
                await self._rest(pause_s * random.uniform(0.5, 1.5))  # noqa: S311  spreads load, guards nothing
                pause_s = min(2 * pause_s, PAUSE_MAX_S)
        with contextlib.suppress(OSError, sqlite3.Error):  # the next start keeps what is left
            await self._sift(ended=True)
        self._say(State.STOPPED)

    def _wanted(self) -> bool:
        """Whether the stream is to be open now."""
        return self._way is not Way.AT_EVENTS or self._windows.is_open(self._wall_ms())

    async def _sleep(self) -> None:
        """Wait until something happens."""
        self._say(State.ASLEEP)
        self._stirred.clear()
        if not (self._wanted() or self._stopping.is_set()):
            await self._stirred.wait()

    async def _record(self) -> str | None:
        """Do one run; give what was said at its end, or None when there is no stream."""
        async with asyncio.timeout(URL_PATIENCE_S):
            url = await self.stream_url()
        if url is None:
            return None
        folder = await asyncio.to_thread(self._library.folder, self.camera_id)
        pattern = files.run_pattern(folder, round(time.time() * 1000))
        segment_s = self._limits.segment_s_of(self._way)
        began_s = time.monotonic()
        with_sound = not self.mute.is_on(began_s)
        job = recording_job(url, pattern, segment_s, self._limits.read_timeout_s, with_sound=with_sound)
        run = await self._crew.begin(self.camera_id, job)
        self._run = run
        if self.status.state is not State.RECORDING:
            self._say(State.STARTING)
        timing, reached_s, self._doubt_s = Timing(), 0.0, self._home_clock.look().doubt_s
        try:
            if self._stopping.is_set() or not self._may_record.is_set():
                await run.stop()
            patience_s = 3 * segment_s + self._limits.group_s + 2 * self._limits.read_timeout_s
            async for closed in run.closed(patience_s):
                await self._enter(folder / closed.name, timing, closed, 0.0, run.heard(closed.start_s))
                reached_s = closed.end_s
                await self._sift()
                self._say(State.RECORDING)
                if not self._wanted() or not (with_sound or self.mute.is_on(time.monotonic())):
                    break
        finally:
            await run.stop()
            self._run = None
            if with_sound:
                self.mute.ended(began_s, time.monotonic(), out_of_step=run.is_out_of_step)
        slack_s = 0.0 if self._stopping.is_set() else self._limits.read_timeout_s
        heard = run.heard(reached_s)
        await self._adopt(timing, slack_s=slack_s, way=self._way, run=files.run_of(pattern), heard=heard)
        return run.last_words

    async def _adopt(
        self, timing: Timing, *, slack_s: float, way: Way, run: str | None = None, heard: Heard | None = None
    ) -> None:
        """Take what was written but never announced: what recorded it, or this process, was killed.

        What an earlier process left is kept however little it is: what happened around it, nobody knows any more. So is
        what could not be read when it came.
        """
        async with self._ledger:
            strangers = await asyncio.to_thread(self._library.strangers, self.camera_id, self._sieve.names)
        timings: dict[str, Timing] = {} if run is None else {run: timing}
        for path in strangers:  # one that an earlier run wrote is timed by that run, never by the clock of this one
            of_run = files.run_of(path)
            known = heard if of_run == run else None
            try:
                await self._enter(path, timings.setdefault(of_run, Timing()), None, slack_s, known)
            except OSError as error:  # a bad place on the disk is of this file: the others are entered, and it is later
                _LOGGER.debug("A segment of %s can't be read: %s", self.camera_id, error.strerror)
                self._unread.add(path.name)
            else:
                if path.name in self._unread:
                    self._unread.remove(path.name)
                    self._sieve.keep(f"{path.parent.name}/{path.name}")
        await self._sift(way)

    async def _enter(
        self, path: Path, timing: Timing, closed: Closed | None, slack_s: float, heard: Heard | None
    ) -> None:
        try:
            measured = await asyncio.to_thread(files.measure, path)
        except RecorderError as error:
            _LOGGER.debug("Dropped a segment without pictures: %s", error)
            await asyncio.to_thread(files.remove, [path])
            return
        if closed is not None:
            measured = replace(measured, written_s=measured.written_s - closed.waited_s)
        if heard is not None:
            measured = replace(measured, contents=spoken(measured.contents, heard))
            timing.apart, timing.late = heard.apart, heard.late
        name = f"{path.parent.name}/{path.name}"
        lead_s = wall_lead_s(monotonic_s=boot_s)  # first, for it may be set just now
        before_s, self._doubt_s = self._doubt_s, self._home_clock.look().doubt_s
        if heard is not None and not is_synchronised(self._doubt_s):
            self._unset.note(name, lead_s, boot_s())
        take = Take(
            name=name,
            camera_id=self.camera_id,
            measured=measured,
            asked=self._asked(self.camera_id),
            # it may have been set since the file was written
            home_doubt_s=max(before_s, self._doubt_s, self._left_doubt_s),
        )
        rows = timing.rows(take, closed, slack_s)
        known = self._sieve.take(rows, name, time.monotonic())
        if known:
            async with self._ledger:
                await asyncio.to_thread(self._library.sort, known, (), (), self._now_ms())

    async def _sift(self, way: Way | None = None, *, ended: bool = False) -> None:
        """Put right, keep and let go what can be now."""
        await self._put_right()
        if not self._sieve.names:
            return
        async with self._ledger:
            held, owed = await asyncio.to_thread(self._library.holds.ranges, self.camera_id), self._sieve.owed
            now_ms, now_s = self._wall_ms(), time.monotonic()
            sifted = self._sieve.sift(way or self._way, held, now_ms=now_ms, now_s=now_s, ended=ended)
            try:
                refused = await asyncio.to_thread(self._library.sort, (), sifted.kept, sifted.gone, self._now_ms())
            except sqlite3.Error:
                self._sieve.owe(sifted.kept)
                raise
            self._sieve.owe(refused)
            self._unset.forget(row.name for row in sifted.gone)
        if not owed.issuperset(row.name for row in refused):  # else it lies on a bad place: that is of this one
            raise OSError(errno.EIO, "not put on the disk")

    async def _put_right(self) -> None:
        """Give what was recorded before this home's clock was set its time, once it is."""
        home = self._home_clock.look()
        if not (home.synchronised and self._unset.names):
            return
        known = Known(lead_s=wall_lead_s(monotonic_s=boot_s), at_s=boot_s(), doubt_s=home.doubt_s)
        right = partial(self._unset.right, known=known)
        try:
            async with self._ledger:
                await asyncio.to_thread(self._library.put_right, self._unset.names, right, self._now_ms())
        except (OSError, sqlite3.Error) as error:  # with the next look: what comes meanwhile is recorded all the same
            _LOGGER.debug("Recordings of %s could not be put right: %s", self.camera_id, type(error).__name__)
            return
        self._unset.only(self._sieve.names)  # these have no row yet

    def _wall_ms(self) -> int:
        """Look at the clock that events and recordings are timed by; where it was put, windows go along."""
        now_ms, lead_s = round(time.time() * 1000), wall_lead_s(monotonic_s=boot_s)
        by_s, self._lead_s = lead_s - self._lead_s, lead_s
        if abs(by_s) > PUT_S:
            self._windows.put(round(by_s * 1000), now_ms)
        return now_ms

    async def _rest(self, seconds: float) -> None:
        """Pause after a failure, for less where something happened since it was tried: that can't be filmed later."""
        await self._pause(min(seconds, PAUSE_MIN_S))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(seconds - PAUSE_MIN_S, 0.0)):
                await self._stirred.wait()
        self._stirred.clear()

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()

    def _say(self, state: State, detail: str = "") -> None:
        status = Status(state=state, detail=detail)
        if self.status.state in WELL:
            self._heard_s = time.monotonic()
        if status != self.status:
            self.status = status
            _LOGGER.debug("Recorder of %s: %s %s", self.camera_id, state, detail)
            self._on_status(self.camera_id, status)

    def _ended(self, task: asyncio.Task[None]) -> None:
        """Tell of a bug instead of going quiet."""
        if not task.cancelled() and (error := task.exception()):
            _LOGGER.error("The recorder of a camera broke", exc_info=error)
            self._say(State.FAILED, type(error).__name__)
