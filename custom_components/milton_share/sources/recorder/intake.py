"""Takes in what the runs of one camera close: measures and times it, keeps it or lets it go, puts it right later."""

from __future__ import annotations

import asyncio
import errno
import logging
import sqlite3
import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from ...storage import disk
from ..home_clock import is_synchronised
from ..steady import boot_s, wall_lead_s
from .errors import RecorderError
from .sieve import Sieve
from .store import files
from .times.spoken import spoken
from .timing import Take, Timing
from .unset import Known, Unset
from .windows import Way, Windows

if TYPE_CHECKING:
    from pathlib import Path

    from .run import Closed
    from .times.spoken import Heard
    from .workshop import Workshop

_LOGGER = logging.getLogger(__name__)

PUT_S = 1.0
"""The clock that events are timed by was put, if it moved by more: what is less, windows allow for."""


class Intake:
    """The files of one camera, from when they are closed until the library has them."""

    def __init__(self, camera_id: str, workshop: Workshop) -> None:
        """Begin with none."""
        self._camera_id = camera_id
        self._library, self._ledger, self._now_ms = workshop.library, workshop.ledger, workshop.now_ms
        self._home_clock, self._asked = workshop.home_clock, workshop.asked
        self._left_doubt_s, self._left_slack_s = workshop.left_doubt_s, workshop.limits.read_timeout_s
        self._windows = Windows()
        self._sieve = Sieve(self._windows)
        self._lead_s = wall_lead_s(monotonic_s=boot_s)
        self._unset = Unset()
        self._unread: set[str] = set()
        self._doubt_s = 0.0

    def waits_for_clock(self) -> bool:
        """Whether something has a row by the clock as it was before it was set."""
        return not self._unset.names <= self._sieve.names

    def look_at_windows(self) -> Windows:
        """Return what is kept around which moments, by the clock as it is put now."""
        self._wall_ms()  # else what happened since it was put would go along with what was before
        return self._windows

    def is_something_on(self) -> bool:
        """Whether what is filmed now is to be kept for something that happens."""
        return self._windows.is_open(self._wall_ms())

    def begin(self) -> Timing:
        """Begin a run; return what its files are timed by."""
        self._doubt_s = self._home_clock.look().doubt_s
        return Timing()

    async def adopt_left(self) -> None:
        """Take what an earlier process left; raises OSError, sqlite3.Error."""
        await self.adopt(Timing(), slack_s=self._left_slack_s, way=Way.CONTINUOUS)
        self._left_doubt_s = 0.0

    async def adopt(
        self, timing: Timing, *, slack_s: float, way: Way, run: str | None = None, heard: Heard | None = None
    ) -> None:
        """Take what was written but never announced: what recorded it, or this process, was killed.

        What an earlier process left is kept however little it is: what happened around it, nobody knows any more. So is
        what could not be read when it came. `run` is the one that just ended, timed by `timing`; a file may have been
        written up to `slack_s` after its last picture. Raises OSError, sqlite3.Error.
        """
        async with self._ledger:
            strangers = await asyncio.to_thread(self._library.strangers, self._camera_id, self._sieve.names)
        timings: dict[str, Timing] = {} if run is None else {run: timing}
        for path in strangers:  # one that an earlier run wrote is timed by that run, never by the clock of this one
            of_run = files.run_of(path)
            known = heard if of_run == run else None
            try:
                await self.enter(path, timings.setdefault(of_run, Timing()), None, slack_s, known)
            except OSError as error:  # a bad place on the disk is of this file: the others are entered, and it is later
                _LOGGER.debug("A segment of %s can't be read: %s", self._camera_id, error.strerror)
                self._unread.add(path.name)
            else:
                if path.name in self._unread:
                    self._unread.remove(path.name)
                    self._sieve.keep(f"{path.parent.name}/{path.name}")
        await self.sift(way)

    async def enter(
        self, path: Path, timing: Timing, closed: Closed | None, slack_s: float, heard: Heard | None
    ) -> None:
        """Measure and time a closed file, and let it wait; one without a picture goes at once.

        `slack_s` as in `adopt`. Raises OSError, sqlite3.Error.
        """
        try:
            measured = await asyncio.to_thread(files.measure, path)
        except RecorderError as error:
            _LOGGER.debug("Dropped a segment without pictures: %s", error)
            await asyncio.to_thread(disk.remove, [path])
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
            camera_id=self._camera_id,
            measured=measured,
            asked=self._asked(self._camera_id),
            # it may have been set since the file was written
            home_doubt_s=max(before_s, self._doubt_s, self._left_doubt_s),
        )
        rows = timing.rows(take, closed, slack_s)
        known = self._sieve.take(rows, name, time.monotonic())
        if known:
            async with self._ledger:
                await asyncio.to_thread(self._library.sort, known, (), (), self._now_ms())

    async def sift(self, way: Way, *, ended: bool = False) -> None:
        """Put right, keep and let go what can be now; raises OSError, sqlite3.Error where that is to be tried again."""
        await self.put_right()
        if not self._sieve.names:
            return
        async with self._ledger:
            held, owed = await asyncio.to_thread(self._library.holds.ranges, self._camera_id), self._sieve.owed
            now_ms, now_s = self._wall_ms(), time.monotonic()
            sifted = self._sieve.sift(way, held, now_ms=now_ms, now_s=now_s, ended=ended)
            try:
                refused = await asyncio.to_thread(self._library.sort, (), sifted.kept, sifted.gone, self._now_ms())
            except sqlite3.Error:
                self._sieve.owe(sifted.kept)
                raise
            self._sieve.owe(refused)
            self._unset.forget(row.name for row in sifted.gone)
        if not owed.issuperset(row.name for row in refused):  # else it lies on a bad place: that is of this one
            raise OSError(errno.EIO, "not put on the disk")

    async def put_right(self) -> None:
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
            _LOGGER.debug("Recordings of %s could not be put right: %s", self._camera_id, type(error).__name__)
            return
        self._unset.only(self._sieve.names)  # these have no row yet

    def _wall_ms(self) -> int:
        """Look at the clock that events and recordings are timed by; where it was put, windows go along."""
        now_ms, lead_s = round(time.time() * 1000), wall_lead_s(monotonic_s=boot_s)
        by_s, self._lead_s = lead_s - self._lead_s, lead_s
        if abs(by_s) > PUT_S:
            self._windows.put(round(by_s * 1000), now_ms)
        return now_ms
