"""Copies what a hold wants out of a camera's folder: by the times of the names, each file as soon as it is whole.

A copy, never a second name: what the camera writes into the file later must not change what is held. Its digest is
taken while it is copied.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import time
from collections import OrderedDict
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ..copied.archive import Placed
from ..copied.clock import ClockOffset, Window, offset_of
from ..copied.contents import LENGTH_MAX_S, Contents, read_contents
from ..copied.errors import CopyError
from ..copied.errors import Rule as CopyRule
from ..copied.fetched import CHUNK_BYTES, Fetched
from ..copied.peer import Known
from ..copied.progress import SETTLE_MS, Wanted
from ..copied.runs import Habits, Take, place
from ..stamps import moments
from .errors import Rule
from .listing import list_files, open_below

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ..copied.desk import Desk
    from ..copied.progress import Progress, Range
    from ..recorder.index import Hold
    from .listing import Found
    from .server import FolderServer

CAMERA = "files"
"""A folder has one camera."""
VERSION = "files"
LOOK_EVERY_S = 300.0
"""A folder may have a hundred thousand files, on a slow disk: it is gone through no more often for its own sake."""
STILL_S = 20.0
"""How long nothing may have been written to a file before it is taken to be whole."""
UPLOAD_MAX_S = 60.0
"""How long the quickest of many uploads may take after a recording's end, at most."""
LATE_MAX_S = 600.0
"""How long after its end a file may come. When even the quickest of many comes later than this, the times of writing
say nothing: files were moved or restored."""
EDGE_S = 60.0
"""Files just outside a range say when those inside it were."""
RECENT_S = 2 * 86_400.0
MEASURED_MAX = 5_000
CLOCK_FILES_MAX = 40
"""The newest files, by whose times of writing the camera's clock is judged."""
UNKNOWN_CLOCK = ClockOffset(offset_s=0.0, uncertainty_s=60.0)
"""Of a camera of which no file was written lately: cameras that set their clock by the network are much nearer."""
HABITS = Habits(late_max_s=1.0, early_max_s=1.5, first_late_max_s=1.0, waits_max_s=0.0, seam_s=0.5)
"""Cameras name a file by the second in which they begin it."""

NEST_DOUBT_S = 15.0
"""How far a clip's first picture may be from its event's time: a clip of some ten seconds has the event in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """A file whose name says its time: the earliest second by the camera's clock, and how much later it may be."""

    found: Found
    from_s: int
    doubt_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """A file that was looked into: when its first picture was by the camera's clock, and how long it is."""

    found: Found
    placed: Placed
    length_s: float


class FolderPeer:
    """One camera's folder."""

    def __init__(self, server: FolderServer, look_every_s: float = LOOK_EVERY_S) -> None:
        """Do nothing yet."""
        self._server, self._look_every_s = server, look_every_s
        self._looked: tuple[float, Known] | None = None
        self._measured: OrderedDict[tuple[str, int, float], Contents | None] = OrderedDict()
        self.turn = asyncio.Lock()

    def rest(self) -> None:
        """Do nothing: a folder needs no rest."""

    async def look(self) -> Known:
        """List the files, and judge the camera's clock by when the newest were written; not at every turn."""
        now_s = time.monotonic()
        if self._looked is None or now_s - self._looked[0] >= self._look_every_s:
            timed = await asyncio.to_thread(self._timed)
            clock = await asyncio.to_thread(self._clock, timed)
            self._looked = now_s, Known(records={CAMERA: bool(timed)}, version=VERSION, clock=clock)
        return self._looked[1]

    async def listed(self, camera: str, asked: Hold, clock: ClockOffset) -> Sequence[Range]:  # noqa: ARG002  it has one
        """Say of which parts of a range there are files, by their names and lengths."""
        dated = await asyncio.to_thread(self._dated, asked.from_ms, asked.until_ms, clock)
        return [(one.from_ms, one.until_ms) for one in (_wanted(each, clock) for each in dated)]

    async def copy(self, camera: str, hold: Hold, progress: Progress, desk: Desk) -> None:  # noqa: ARG002  it has one
        """Copy all that there is now and isn't here; what is still being written comes later."""
        asked_s = time.time()
        dated = await asyncio.to_thread(self._dated, hold.from_ms, hold.until_ms, desk.clock)
        progress.wanted = tuple(_wanted(one, desk.clock) for one in dated)
        progress.listed_ms = _ms(asked_s - LATE_MAX_S) + SETTLE_MS
        for one in dated:
            key = one.found.key
            if _is_still_written(one.found, asked_s) or key in progress.settled:
                continue
            if key not in await desk.do(desk.archive.rows, hold):
                fetch = partial(self._fetch, one.found)
                await desk.take(hold, key, progress, fetch=fetch, place=partial(_place, one))

    def _timed(self) -> list[Timed]:
        """Return the files whose names say a time, oldest first."""
        files = list_files(self._server.folder, self._server.roots)
        timed = [one for one in map(self._timed_of, files) if one is not None]
        return sorted(timed, key=lambda one: (one.from_s, one.found.path))

    def _timed_of(self, found: Found) -> Timed | None:
        """Read a name; of an hour that comes twice the time of writing may tell which, else both are possible."""
        if found.stamp is None:
            return None
        readings = [reading.at.timestamp() for reading in moments(found.stamp, ZoneInfo(self._server.zone))]
        if len(readings) > 1:
            likely = [at for at in readings if 0 <= found.written_s - at <= LATE_MAX_S]
            readings = likely if len(likely) == 1 else readings
        doubt_s = readings[-1] - readings[0] + found.stamp.precision_s - 1
        return Timed(found=found, from_s=int(readings[0]), doubt_s=round(doubt_s))

    def _clock(self, timed: Sequence[Timed]) -> ClockOffset:
        """Judge the camera's clock: no file is written before what is in it was filmed, nor the quickest long after."""
        now_s = time.time()
        lags = []
        for one in sorted(timed, key=lambda each: each.found.written_s)[-CLOCK_FILES_MAX:]:
            contents = self._contents(one.found)
            if contents is not None and 0 <= now_s - one.found.written_s <= RECENT_S:
                lags.append(one.found.written_s - (one.from_s + contents.length_s))
        if not lags or min(lags) > LATE_MAX_S:
            return UNKNOWN_CLOCK
        return offset_of([Window(low_s=min(lags) - UPLOAD_MAX_S, high_s=min(lags))]) or UNKNOWN_CLOCK

    def _dated(self, from_ms: int, until_ms: int, clock: ClockOffset) -> list[Dated]:
        """Return the files that may touch a range of this home's time.

        One that is still being written is taken to last until now; one that is no recording is none.
        """
        now_s = time.time()
        low_s, high_s = from_ms / 1000 - clock.offset_s, until_ms / 1000 - clock.offset_s
        near_s = clock.uncertainty_s + EDGE_S
        takes: list[tuple[Timed, Take]] = []
        for one in self._timed():
            if low_s - LENGTH_MAX_S - near_s < one.from_s + one.doubt_s and one.from_s < high_s + near_s:
                contents = self._contents(one.found)
                still_s = now_s - one.from_s - clock.offset_s if _is_still_written(one.found, now_s) else 0.0
                length_s = contents.length_s if contents else min(max(still_s, 0.0), LENGTH_MAX_S)
                if length_s > 0:
                    takes.append((one, Take(start_s=one.from_s, length_s=length_s, prompt=True)))
        placed = self._place([take for _, take in takes])
        found = [
            Dated(found=one.found, placed=_doubted(at, one.doubt_s), length_s=take.length_s)
            for (one, take), at in zip(takes, placed, strict=True)
        ]
        return [each for each in found if _touches(each, low_s, high_s, clock.uncertainty_s)]

    def _place(self, takes: Sequence[Take]) -> Sequence[Placed]:
        """Say when each file's first picture was, by the camera's clock: each says something of its neighbours."""
        return place(takes, HABITS)

    def _contents(self, found: Found) -> Contents | None:
        """Look into a file, or remember what was in it; None for what is no recording, or not one yet."""
        key = (found.path, found.size_bytes, found.written_s)
        if key not in self._measured:
            try:
                with open_below(self._server.folder, self._server.roots, found.path) as file:
                    self._measured[key] = read_contents(file, os.fstat(file.fileno()).st_size)
            except (CopyError, OSError):
                self._measured[key] = None
            while len(self._measured) > MEASURED_MAX:
                self._measured.popitem(last=False)
        return self._measured[key]

    async def _fetch(self, found: Found, target: Path, room_bytes: int) -> Fetched:
        return await asyncio.to_thread(self._copy_file, found, target, room_bytes)

    def _copy_file(self, found: Found, target: Path, room_bytes: int) -> Fetched:
        """Copy a file that is whole; raises CopyError `hold_quota`, `source_gone` for one that is written again."""
        digest, size_bytes = hashlib.sha256(), 0
        with open_below(self._server.folder, self._server.roots, found.path) as source:
            if os.fstat(source.fileno()).st_size > room_bytes:
                raise CopyError(CopyRule.HOLD_QUOTA)
            handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "wb") as file:
                while piece := source.read(CHUNK_BYTES):
                    size_bytes += len(piece)
                    if size_bytes > room_bytes:
                        raise CopyError(CopyRule.HOLD_QUOTA)
                    digest.update(piece)
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
        return Fetched(size_bytes=size_bytes, sha256=digest.hexdigest())


class NestPeer(FolderPeer):
    """One Nest camera's clips in Home Assistant's own store. Nothing is asked of Google: what isn't there isn't there.

    Each clip is of one event and by itself; its name is the event's time by Google's clock. It records a camera no
    more than in part, so who can record it otherwise does.
    """

    async def look(self) -> Known:
        """Say nothing of recording, nor of trouble: a store without clips, or none, is no fault."""
        return Known(records={CAMERA: False}, version=VERSION, clock=ClockOffset(offset_s=0.0, uncertainty_s=0.0))

    def _timed(self) -> list[Timed]:
        try:
            return super()._timed()
        except CopyError as error:
            if error.rule != Rule.GONE:
                raise
            return []

    def _place(self, takes: Sequence[Take]) -> Sequence[Placed]:
        return [Placed(from_s=take.start_s, uncertainty_s=NEST_DOUBT_S) for take in takes]


def _is_still_written(found: Found, now_s: float) -> bool:
    return now_s - found.written_s < STILL_S


def _doubted(placed: Placed, doubt_s: int) -> Placed:
    """Put a file whose name leaves more open into the middle of what it leaves open."""
    if doubt_s == 0:
        return placed
    return Placed(from_s=placed.from_s + doubt_s / 2, uncertainty_s=placed.uncertainty_s + doubt_s / 2)


def _touches(one: Dated, low_s: float, high_s: float, doubt_s: float) -> bool:
    slack_s = doubt_s + one.placed.uncertainty_s
    return one.placed.from_s - slack_s < high_s and one.placed.from_s + one.length_s + slack_s > low_s


def _wanted(one: Dated, clock: ClockOffset) -> Wanted:
    from_s = one.placed.from_s + clock.offset_s
    return Wanted(key=one.found.key, from_ms=_ms(from_s), until_ms=_ms(from_s + one.length_s))


def _place(one: Dated, _contents: Contents) -> Placed:
    return one.placed


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
