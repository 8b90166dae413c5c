"""Keeps one camera recording: begins runs, has what they close taken in, begins another when one ends."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import sqlite3
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from .errors import RecorderError
from .intake import Intake
from .job import recording_job
from .status import WELL, State, Status
from .store import files
from .times.mute import Mute
from .windows import Way

if TYPE_CHECKING:
    from .run import Run
    from .windows import Windows
    from .workshop import Workshop

_LOGGER = logging.getLogger(__name__)

type StreamUrl = Callable[[], Awaitable[str | None]]
"""Asked before each run: the address may change. It may hold a login, and is never logged."""

PAUSE_MIN_S, PAUSE_MAX_S = 1.0, 60.0
STEADY_S = 30.0
"""A run that lasted this long was good: the next pause is short again."""
URL_PATIENCE_S = 30.0
STOP_PATIENCE_S = 10.0


class Camera:
    """The supervisor of one camera."""

    def __init__(self, camera_id: str, stream_url: StreamUrl, way: Way, workshop: Workshop) -> None:
        """Begin at once."""
        self.camera_id = camera_id
        self.stream_url = stream_url
        self._way = way
        self.mute = Mute()
        self._stirred = asyncio.Event()
        self.status = Status(state=State.STARTING)
        self._library, self._intake = workshop.library, Intake(camera_id, workshop)
        self._limits, self._crew = workshop.limits, workshop.crew
        self._may_record, self._on_status = workshop.may_record, workshop.on_status
        self._stopping = asyncio.Event()
        self._run: Run | None = None
        self._heard_s = time.monotonic()
        self._task = asyncio.create_task(self._supervise(), name=f"recorder {camera_id}")
        self._task.add_done_callback(self._ended)

    @property
    def pid(self) -> int | None:
        """Process id of what records it now."""
        return self._run.pid if self._run else None

    def waits_for_clock(self) -> bool:
        """Whether something has a row by the clock as it was before it was set: no age of it is known yet."""
        return self._intake.waits_for_clock()

    def silent_s(self) -> float:
        """Return for how long nothing was recorded, by a clock that nobody puts; 0 while it records, or needn't."""
        return 0.0 if self.status.state in WELL else time.monotonic() - self._heard_s

    def look_at_windows(self) -> Windows:
        """Return what is kept around which moments, for what happens now: by the clock as it is put now."""
        return self._intake.look_at_windows()

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
                await self._intake.put_right()
                await self._pause(PAUSE_MIN_S)
                continue
            began_s = time.monotonic()
            try:
                if not adopted:
                    await self._intake.adopt_left()
                    adopted = True
                    continue
                await self._intake.sift(self._way)
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
            await self._intake.sift(self._way, ended=True)
        self._say(State.STOPPED)

    def _wanted(self) -> bool:
        """Whether the stream is to be open now."""
        return self._way is not Way.AT_EVENTS or self._intake.is_something_on()

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
        run = await self._crew.begin(job)
        self._run = run
        if self.status.state is not State.RECORDING:
            self._say(State.STARTING)
        timing, reached_s = self._intake.begin(), 0.0
        try:
            if self._stopping.is_set() or not self._may_record.is_set():
                await run.stop()
            patience_s = 3 * segment_s + self._limits.group_s + 2 * self._limits.read_timeout_s
            async for closed in run.closed(patience_s):
                await self._intake.enter(folder / closed.name, timing, closed, 0.0, run.heard(closed.start_s))
                reached_s = closed.end_s
                await self._intake.sift(self._way)
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
        await self._intake.adopt(timing, slack_s=slack_s, way=self._way, run=files.run_of(pattern), heard=heard)
        return run.last_words

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
