"""Copies what a hold wants out of a camera's folder: by the times of the names, each file as soon as it is whole.

A copy, never a second name: what the camera writes into the file later must not change what is held.
"""

from __future__ import annotations

import asyncio
import threading
import time
from dataclasses import replace
from functools import partial
from itertools import accumulate
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ..one_thread import OneThread
from ..recorder_clients.adapter import Known
from ..recorder_clients.archive.contents import LENGTH_MAX_S, Contents
from ..recorder_clients.archive.progress import SETTLE_MS, WantedFile
from ..recorder_clients.connection.line import REST_S
from ..recorder_clients.errors import CopyError, CopyRule
from ..recorder_clients.failures import STUMBLES_S, Going, Stumbling
from ..recorder_clients.times.file_names import place
from .checks import NoAnswerError
from .copying import copy_whole
from .dating import (
    HABITS,
    LATE_MAX_S,
    STILL_S,
    UNSEALED_STILL_S,
    Dated,
    Timed,
    clock_of,
    dated,
    is_still_written,
    length_at_most_s,
    newest,
    proved,
    timed,
    touches,
)
from .errors import FolderRule
from .lengths import UNREAD, Lengths, contents_at
from .listing import list_files

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ..recorder.store.index import Hold
    from ..recorder_clients.archive.access import ArchiveAccess
    from ..recorder_clients.archive.archive import Placed
    from ..recorder_clients.archive.progress import Progress
    from ..recorder_clients.clock.offset import ClockOffset
    from ..recorder_clients.connection.download import Fetched
    from ..recorder_clients.times.file_names import Take
    from ..spans import Range
    from .listing import FoundFile
    from .server import FolderServer

CAMERA = "files"
"""A folder has one camera."""
VERSION = "files"
LOOK_EVERY_S = 300.0
"""A folder may have a hundred thousand files, on a slow disk: it is gone through no more often for its own sake."""
EDGE_S = 60.0
"""Files just outside a range say when those inside it were."""
CLOCK_FILES_MAX, CLOCK_SEEN_MAX = 40, 400
"""The newest files, by whose times of writing the camera's clock is judged; and among how many they are looked for."""
CLOCK_ASKED_MAX, CLOCK_ASKED_BYTES, CLOCK_ASK_EVERY_S = 6, 2**30, 3_600.0
"""So many of them are read from end to end, where nothing else says how long they are (one, however large it is); and
no more often."""

EMPTY_S = 86_400.0
"""So long a folder is waited for that had some and is empty: its owner reads of it and mounts it, or emptied it."""


class FolderAdapter:
    """One camera's folder."""

    def __init__(
        self,
        server: FolderServer,
        look_every_s: float = LOOK_EVERY_S,
        stumbles_s: float = STUMBLES_S,
        empty_s: float = EMPTY_S,
    ) -> None:
        """Do nothing yet; what can't be read for less than `stumbles_s` is no gap yet, nor what an empty folder had."""
        self._server, self._look_every_s, self._empty_s = server, look_every_s, empty_s
        self._looked: tuple[float, Known] | None = None
        self._looking, self._copying = OneThread(), OneThread()
        self._ask_again_at_s = 0.0
        self._lengths = Lengths(server, self._looking)
        self._asked_clock_s: float | None = None
        self._had_some = False
        self._empty_since_s: float | None = None
        self._closed: set[str] = set()
        self._stumbling = Stumbling(stumbles_s)
        self.turn = asyncio.Lock()

    def rest(self) -> None:
        """Leave it alone for a moment: a share may be away, and who asks would wait for it each time."""
        self._ask_again_at_s = time.monotonic() + REST_S

    def _require_rested(self) -> None:
        if time.monotonic() < self._ask_again_at_s:
            raise CopyError(CopyRule.AWAY, "a moment ago")

    async def look(self) -> Known:
        """List the files, and judge the camera's clock by when the newest were written; not at every turn."""
        self._require_rested()
        now_s = time.monotonic()
        if self._looked is None or now_s - self._looked[0] >= self._look_every_s:
            files = await self._looking.do(self._timed)
            clock = await self._looking.do(self._clock, files)
            trouble = FolderRule.CLOSED if self._closed else FolderRule.EMPTY if self._is_waited_for() else None
            self._looked = now_s, Known(records={CAMERA: bool(files)}, version=VERSION, clock=clock, trouble=trouble)
        return self._looked[1]

    async def listed(self, camera: str, asked: Hold, clock: ClockOffset) -> Sequence[Range]:  # noqa: ARG002  it has one
        """Say of which parts of a range there are files, by their names and lengths; none is read whole for that."""
        self._require_rested()
        found = await self._looking.do(self._dated, asked.from_ms, asked.until_ms, clock)
        if self._is_waited_for():  # else whoever has a moment of it would keep all for good
            raise CopyError(FolderRule.EMPTY)
        return [(one.from_ms, one.until_ms) for one in (_wanted(each, clock) for each in found)]

    async def copy(self, camera: str, hold: Hold, progress: Progress, access: ArchiveAccess) -> None:  # noqa: ARG002  it has one
        """Copy all that there is now and isn't here; what is still being written comes later."""
        asked_s = time.time()
        access = replace(access, clock=await self._asked_clock(access.clock))
        found = await self._looking.do(self._dated, hold.from_ms, hold.until_ms, access.clock)
        progress.may_come_back = not found and await self._is_emptied(hold, access)
        still_s = UNSEALED_STILL_S
        await self._lengths.ask(
            one.found for one in found if not _is_still_written(one, access.clock, asked_s, still_s)
        )
        found = await self._looking.do(self._dated, hold.from_ms, hold.until_ms, access.clock)
        progress.wanted = tuple(_wanted(one, access.clock) for one in found)
        progress.listed_ms = _ms(asked_s - LATE_MAX_S) + SETTLE_MS
        going = Going(self._stumbling, progress, partial(self._looking.do, self._timed))
        for one in sorted(found, key=lambda each: self._stumbling.failed(each.found.key)):
            if going.is_too_long:
                break
            key = one.found.key
            if not one.is_read or _is_still_written(one, access.clock, asked_s) or key in progress.settled:
                continue
            if key not in await access.do(access.archive.rows, hold):
                fetch, at = partial(self._fetch, one.found), replace(access, look=partial(_look, one, access.clock))
                try:
                    await at.take(hold, key, progress, fetch=fetch, place=partial(_place, one, access.clock))
                except CopyError as error:
                    await going.is_settled(key, key, error)
        going.require_all()
        if [one for one in sorted(self._closed) if not self._stumbling.is_over(one)]:  # each is tried once more
            progress.listed_ms = None  # nobody knows what lies there
            raise CopyError(FolderRule.CLOSED)

    async def _is_emptied(self, hold: Hold, access: ArchiveAccess) -> bool:
        """Say whether all is gone that was there, and for a day: then what isn't here is a gap, unless it comes back.

        Raise CopyError `folder_empty` before that: a share that isn't mounted leaves nothing.
        """
        await self._looking.do(self._timed)
        if self._empty_since_s is None:
            return False
        rows = await access.do(access.archive.rows, hold)
        self._had_some = self._had_some or bool(rows)
        if self._is_waited_for():
            raise CopyError(FolderRule.EMPTY)
        return self._had_some

    def _is_waited_for(self) -> bool:
        """Whether it is empty, had some, and may be a share that isn't mounted: nobody knows what lies there."""
        since_s = self._empty_since_s
        return self._had_some and since_s is not None and time.monotonic() - since_s < self._empty_s

    def _timed(self) -> list[Timed]:
        """Return the files whose names say a time, oldest first."""
        zone = ZoneInfo(self._server.zone)
        closed: set[str] = set()
        files = [timed(found, zone) for found in list_files(self._server.folder, self._server.roots, closed)]
        self._closed = closed
        if any(files):
            self._had_some, self._empty_since_s = True, None
        elif self._empty_since_s is None:
            self._empty_since_s = time.monotonic()
        return sorted((one for one in files if one is not None), key=lambda one: (one.from_s, one.found.path))

    async def _asked_clock(self, known: ClockOffset) -> ClockOffset:
        """Judge the camera's clock by files that only a child can measure too, now and then."""
        now_s = time.monotonic()
        if self._asked_clock_s is None or now_s - self._asked_clock_s >= CLOCK_ASK_EVERY_S:
            self._asked_clock_s = now_s
            files = await self._looking.do(self._timed)
            unread = await self._looking.do(self._unread, files)
            await self._lengths.ask(unread)
            if unread and self._looked is not None:
                clock = await self._looking.do(self._clock, files)
                self._looked = self._looked[0], replace(self._looked[1], clock=clock)
        return self._looked[1].clock if self._looked is not None else known

    def _unread(self, files: Sequence[Timed]) -> list[FoundFile]:
        """Return the newest files, where nobody asked yet how long they are."""
        lately = newest(files, time.time(), CLOCK_ASKED_MAX, UNSEALED_STILL_S)
        unread = [one.found for one in lately if self._lengths.of(one.found) is UNREAD]
        total_bytes = accumulate(one.size_bytes for one in unread)
        few = sum(total <= CLOCK_ASKED_BYTES for total in total_bytes)
        return unread[: max(few, 1)]

    def _clock(self, files: Sequence[Timed]) -> ClockOffset:
        read: list[tuple[Timed, Contents]] = []
        for one in newest(files, time.time(), CLOCK_SEEN_MAX):
            contents = self._lengths.of(one.found)
            if isinstance(contents, Contents):
                read.append((self._measured(one, contents), contents))
            if len(read) == CLOCK_FILES_MAX:
                break
        return clock_of(read, self._place)

    def _dated(self, from_ms: int, until_ms: int, clock: ClockOffset) -> list[Dated]:
        """Return the files that may touch a range of this home's time.

        One that is still being written is taken to last until now, one that is unread until it was written; one that
        is no recording is none.
        """
        now_s = time.time()
        low_s, high_s = from_ms / 1000 - clock.offset_s, until_ms / 1000 - clock.offset_s
        near_s = clock.uncertainty_s + EDGE_S
        files: list[tuple[Timed, float, bool]] = []
        for named in self._timed():
            if low_s - LENGTH_MAX_S - near_s < named.from_s + named.doubt_s and named.from_s < high_s + near_s:
                one, contents = named, self._lengths.of(named.found)
                if isinstance(contents, Contents):
                    one = self._measured(named, contents)
                    has, _ = proved(contents, one.from_s, one.found.written_s, clock)
                    files.append((one, has.length_s, True))
                elif contents is UNREAD or is_still_written(one.found, one.from_s + clock.offset_s, now_s):
                    files.append((one, length_at_most_s(one, clock, now_s), False))
        in_order = sorted(files, key=lambda each: each[0].from_s)
        found = dated([each for each in in_order if each[1] > 0], self._place)
        return [each for each in found if touches(each, low_s, high_s, clock.uncertainty_s)]

    def _measured(self, one: Timed, contents: Contents) -> Timed:
        """Read a name once more, now that it is known how long its file is."""
        return timed(one.found, ZoneInfo(self._server.zone), contents.length_s) or one

    def _place(self, takes: Sequence[Take]) -> Sequence[Placed]:
        """Say when each file's first picture was, by the camera's clock: each says something of its neighbours."""
        return place(takes, HABITS)

    async def _fetch(self, found: FoundFile, target: Path, room_bytes: int) -> Fetched:
        given_up = threading.Event()
        try:
            return await self._copying.do(copy_whole, self._server, found, target, room_bytes, given_up)
        except asyncio.CancelledError:
            given_up.set()
            raise


def _is_still_written(one: Dated, clock: ClockOffset, now_s: float, still_s: float = STILL_S) -> bool:
    return is_still_written(one.found, one.placed.from_s + clock.offset_s, now_s, still_s)


def _wanted(one: Dated, clock: ClockOffset) -> WantedFile:
    from_s = one.placed.from_s + clock.offset_s
    return WantedFile(key=one.found.key, from_ms=_ms(from_s), until_ms=_ms(from_s + one.length_s))


async def _look(one: Dated, clock: ClockOffset, path: Path) -> Contents:
    try:
        contents = await contents_at(path)
    except NoAnswerError as error:  # it was measured before: this may be this machine's trouble
        raise CopyError(CopyRule.AWAY, error.detail) from error
    return proved(contents, one.placed.from_s, one.found.written_s, clock)[0]


def _place(one: Dated, clock: ClockOffset, contents: Contents) -> Placed:
    _, later_s = proved(contents, one.placed.from_s, one.found.written_s, clock)
    return replace(one.placed, uncertainty_s=one.placed.uncertainty_s + later_s)


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
