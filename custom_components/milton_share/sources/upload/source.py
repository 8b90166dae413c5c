"""A FootageSource of files that the owner added to a request: each stands where other cases have their camera."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import shutil
import sqlite3
from typing import TYPE_CHECKING, Protocol

from ..model import Spans
from ..one_thread import OneThread
from ..recorder.store.holds import hold_of
from ..recorder.store.timeline import from_ms, to_ms
from ..steady import SteadyClock
from .errors import UploadError, UploadRule
from .facts import look_into
from .model import is_file
from .shelf import PART, PICTURE, Shelf

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Collection
    from datetime import datetime
    from hashlib import _Hash
    from io import FileIO
    from pathlib import Path

    from ..hold_room import HoldRoom
    from ..model import Coverage, ToHold
    from .model import AddedFile, FileFacts

FILE_MAX_BYTES = 8 * 2**30
"""Twelve hours at 1.5 Mbit/s; an export of an app has some MB."""
FREE_BYTES_MIN = 2 * 2**30
"""With less free than this nothing is added: Home Assistant's own database needs the rest."""
CHUNK_PATIENCE_S = 120.0
"""How long a phone on a bad line may be silent."""
WRITE_BYTES = 2**20
"""What is gathered before it is written: small writes wear SD cards."""
LOOK_EVERY_S = 60.0


class Files(Protocol):
    """Who knows which files there are."""

    def by_camera(self, camera_id: str) -> AddedFile | None:
        """Return a file by what stands where other cases have their camera."""
        ...

    def by_case(self, case_id: str) -> AddedFile | None:
        """Return the file of a case."""
        ...

    def everything(self) -> Collection[AddedFile]:
        """Return all files."""
        ...


def _free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free


class UploadSource:
    """The added files of one home. Start before use; stop keeps everything."""

    def __init__(  # noqa: PLR0913  what it owns, and what it asks
        self,
        folder: Path,
        room: int | HoldRoom,
        files: Files,
        *,
        free_bytes: Callable[[Path], int] = _free_bytes,
        look_every_s: float = LOOK_EVERY_S,
        clock: SteadyClock | None = None,
    ) -> None:
        """Take the folder to own (0700) and what all files together may take."""
        self._folder, self._room, self._files = folder, room, files
        self._free_bytes, self._look_every_s = free_bytes, look_every_s
        self._clock = clock or SteadyClock()
        self._ledger = OneThread()
        self._opened: Shelf | None = None
        self._watch: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Open what was added; raises OSError, RecorderError `index_too_new`."""
        known = [file.file_id for file in self._files.everything()]
        self._opened = await asyncio.to_thread(Shelf, self._folder, self._room, known)
        self._watch = asyncio.create_task(self._watch_deadlines(), name="added files' deadlines")

    async def stop(self) -> None:
        """Close it. May be called twice."""
        if self._opened is None or self._watch is None:
            return
        self._watch.cancel()
        await asyncio.gather(self._watch, return_exceptions=True)
        shelf, self._opened = self._opened, None
        await self._ledger.do(shelf.close)

    async def receive(self, file_id: str, size_bytes: int | None, chunks: AsyncIterator[bytes]) -> tuple[int, str]:
        """Write a file down as it comes, whole or not at all; return its size and digest.

        Raises UploadError `file_too_large`, `file_no_room`, `disk_full`, `file_broken_off`; OSError. Until `keep` it
        is wiped by `discard`, and by the next start.
        """
        path, most = self._shelf.path(file_id, PART), await self._most_bytes(size_bytes)
        digest, came, waiting = hashlib.sha256(), 0, bytearray()
        with await asyncio.to_thread(path.open, "xb", buffering=0) as file:
            await asyncio.to_thread(path.chmod, 0o600)
            async for chunk in _patiently(chunks):
                came += len(chunk)
                if came > most:
                    raise UploadError(UploadRule.TOO_LARGE)
                waiting += chunk
                if len(waiting) >= WRITE_BYTES:
                    piece, waiting = bytes(waiting), bytearray()
                    await asyncio.to_thread(_write, file, piece, digest)
            await asyncio.to_thread(_write, file, bytes(waiting), digest, last=True)
        if size_bytes is not None and came != size_bytes:
            raise UploadError(UploadRule.BROKEN_OFF)
        return came, digest.hexdigest()

    async def look_into(self, file_id: str) -> FileFacts:
        """Say what a file holds that came, by a limited child; raises UploadError `not_a_video`."""
        return await look_into(self._shelf.path(file_id, PART), self._shelf.path(file_id, PICTURE))

    async def keep(self, file_id: str) -> None:
        """Keep a file that came whole."""
        await self._do(self._shelf.keep, file_id)

    async def discard(self, file_id: str) -> None:
        """Wipe what lies of a file outside of holds."""
        if self._opened is not None:
            await self._do(self._shelf.wipe, file_id)

    def picture(self, file_id: str) -> Path:
        """Return where a file's first picture is, while there is one."""
        return self._shelf.path(file_id, PICTURE)

    async def coverage(self, camera_id: str, from_: datetime, until: datetime) -> Spans:
        """Say when a file was filmed, as soon as the owner has said it."""
        file = self._files.by_camera(camera_id)
        span = await self._do(self._shelf.span, file) if file is not None else None
        if span is None or not (span[0] < to_ms(until) and span[1] > to_ms(from_)):
            return Spans(spans=())
        return Spans(spans=((from_ms(span[0]), from_ms(span[1])),))

    async def hold(
        self, hold_id: str, camera_id: str, from_: datetime, until: datetime, deadline: datetime
    ) -> Coverage:
        """Keep a file until released or the deadline; the same call has the same effect, at the time said since."""
        hold = hold_of(hold_id, camera_id, from_, until, deadline)
        await self._do(self._shelf.hold, hold, self._files.by_camera(camera_id))
        return await self.held(hold_id)

    async def hold_beside(self, _other_id: str, wanted: ToHold, /) -> Coverage:
        """Keep a range as `hold` does: there is one file of it."""
        return await wanted.held_by(self)

    async def release(self, hold_id: str) -> None:
        """Wipe what was held; of a case that is over also what was never held."""
        await self._do(self._shelf.release, hold_id)
        file = self._files.by_case(hold_id)
        if file is not None:
            await self._do(self._shelf.wipe, file.file_id)

    async def held(self, hold_id: str) -> Coverage:
        """Say what a hold has. Raises UploadError `hold_unknown`, also after its deadline."""
        return await self._do(self._shelf.held, hold_id)

    def is_own(self, camera_id: str) -> bool:
        """Whether this source is the one that answers for it."""
        return is_file(camera_id)

    async def _most_bytes(self, size_bytes: int | None) -> int:
        room_bytes = await self._do(self._shelf.room_bytes)
        free_bytes = await asyncio.to_thread(self._free_bytes, self._folder) - FREE_BYTES_MIN
        wanted_bytes = size_bytes if size_bytes is not None else 1
        if wanted_bytes > FILE_MAX_BYTES:
            raise UploadError(UploadRule.TOO_LARGE)
        if wanted_bytes > room_bytes:
            raise UploadError(UploadRule.NO_ROOM)
        if wanted_bytes > free_bytes:
            raise UploadError(UploadRule.DISK_FULL)
        return min(FILE_MAX_BYTES, room_bytes, free_bytes)

    @property
    def _shelf(self) -> Shelf:
        if self._opened is None:
            raise UploadError(UploadRule.STOPPED)
        return self._opened

    async def _do[**P, T](self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._ledger.do(work, *args, **kwargs)

    async def _watch_deadlines(self) -> None:
        """Wipe what is past its deadline, again and again."""
        while True:
            with contextlib.suppress(OSError, sqlite3.Error):  # tried again; a hold's own files say so too
                now_ms = self._clock.now_ms()
                await self._do(self._shelf.end_overdue, now_ms)
                for file in tuple(self._files.everything()):
                    if file.deadline_ms <= now_ms:
                        await self._do(self._shelf.wipe, file.file_id)
            await asyncio.sleep(self._look_every_s)


def _write(file: FileIO, data: bytes, digest: _Hash, *, last: bool = False) -> None:
    """Write all of a piece; the last one is on the disk when this returns."""
    view = memoryview(data)
    while view:
        view = view[file.write(view) :]
    digest.update(data)
    if last:
        os.fsync(file.fileno())


async def _patiently(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yield what comes; raises UploadError `file_broken_off` when it ends early, or nothing comes for long."""
    while True:
        try:
            async with asyncio.timeout(CHUNK_PATIENCE_S):
                chunk = await anext(chunks)
        except StopAsyncIteration:
            return
        except (TimeoutError, ConnectionError) as error:
            raise UploadError(UploadRule.BROKEN_OFF) from error
        yield chunk
