"""Copies what a hold wants from Protect: piece by piece, halves of what has holes, and when each was."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from ..recorder.store.holds import owner_of
from ..recorder_clients.adapter import Known
from ..recorder_clients.archive.progress import SETTLE_MS, WantedFile
from ..recorder_clients.clock.measured import MeasuredClock
from ..recorder_clients.errors import CopyError, CopyRule
from ..recorder_clients.failures import STUMBLES_S, Going, Stumbling
from ..recorder_clients.times.overlap import Came, placed_in_order
from .answers import NEVER
from .pieces import is_begun, piece_of, pieces_for
from .server import PACKAGE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from ..recorder.store.index import Hold
    from ..recorder_clients.archive.access import ArchiveAccess
    from ..recorder_clients.archive.archive import Placed
    from ..recorder_clients.archive.contents import Contents
    from ..recorder_clients.archive.progress import Progress
    from ..recorder_clients.clock.offset import ClockOffset
    from ..recorder_clients.connection.download import Fetched
    from ..spans import Range
    from .answers import Recorded
    from .client import ProtectClient
    from .pieces import Piece


class _HolesError(CopyError):
    """A file is too short for its piece: somewhere in it is a hole."""


class ProtectAdapter:
    """One console's Protect."""

    def __init__(self, client: ProtectClient, stumbles_s: float = STUMBLES_S) -> None:
        """Take what asks it; what it fails at for less than `stumbles_s` is no gap yet."""
        self._client = client
        self._cameras: Mapping[str, Recorded] = {}
        self._stumbling = Stumbling(stumbles_s)
        self._clock = MeasuredClock(client.clock)
        self._halved: set[tuple[str, Piece]] = set()
        self.turn = asyncio.Lock()

    def rest(self) -> None:
        """Leave it alone for a moment."""
        self._client.rest()

    async def look(self) -> Known:
        """Ask for its version, its cameras and its clock."""
        version = await self._client.version()
        self._cameras = await self._client.cameras()
        records = {mac: recorded.mode != NEVER for mac, recorded in self._cameras.items()}
        return Known(
            version=version,
            records=records | {f"{mac}{PACKAGE}": recorded for mac, recorded in records.items()},
            clock=await self._clock.offset(),
        )

    async def listed(self, camera: str, asked: Hold, clock: ClockOffset) -> Sequence[Range]:
        """Ask from when to when it has recordings; holes are known only once it is copied."""
        self._cameras = await self._client.cameras()
        recorded = self._recorded(camera)
        if recorded.from_ms is None or recorded.until_ms is None:
            return []
        offset_ms = round(clock.offset_s * 1000)
        span = (
            max(recorded.from_ms + offset_ms, asked.from_ms),
            min(recorded.until_ms + offset_ms, asked.until_ms),
        )
        return [span] if span[0] < span[1] else []

    async def copy(self, camera: str, hold: Hold, progress: Progress, access: ArchiveAccess) -> None:
        """Copy all that there is now and isn't here."""
        asked_ms = round(time.time() * 1000)
        rows = await access.do(access.archive.rows, hold)
        if any(owner_of(row) not in {hold.folder, None} for row in rows.values()):
            progress.listed_ms = asked_ms  # begun beside another hold, whose files and times these are
            return
        offset_ms = round(access.clock.offset_s * 1000)
        pieces = pieces_for(hold, rows, offset_ms, always=self._recorded(camera).always)
        progress.listed_ms = asked_ms
        progress.wanted = _wanted(pieces)
        if progress.to_weigh(rows):
            await self._time_again(hold, progress, access)
        going = Going(self._stumbling, progress, self._client.require_well)
        queue = deque(sorted(pieces, key=lambda piece: self._stumbling.failed((camera, piece))))
        while queue:
            piece = queue.popleft()
            held = await access.do(access.archive.rows, hold)
            if piece.key in held:
                continue
            if not is_begun(piece, held) and (camera, piece) not in self._halved:
                if piece.key in progress.settled or piece.until_ms > asked_ms - offset_ms - SETTLE_MS:
                    continue
                if going.is_too_long:
                    break
                if await self._take(camera, hold, piece, access, going):
                    await self._time_again(hold, progress, access)
                    continue
                self._halved.add((camera, piece))
            progress.settled.add(piece.key)
            progress.wanted += _wanted(piece.halves)
            queue.extendleft(reversed(piece.halves))
        going.require_all()

    async def _time_again(self, hold: Hold, progress: Progress, access: ArchiveAccess) -> None:
        """Put in order what came: pieces overlap, and what both have says exactly how far they are apart."""
        progress.measured |= await access.do(access.archive.look_again, hold, progress.measured.keys())
        files = await access.do(access.archive.files, hold)
        pieces = {key: piece for key in progress.measured.keys() & files if (piece := piece_of(key, hold)) is not None}
        came = [
            Came(key=key, path=files[key], asked=piece, length_s=progress.measured[key].length_s)
            for key, piece in pieces.items()
        ]
        placed = await access.do(placed_in_order, sorted(came, key=lambda one: one.asked.from_ms), progress.seams)
        doubted = {key: _doubted(one, pieces[key], access.clock) for key, one in placed.items()}
        await access.do(access.archive.time_again, hold, doubted, access.clock)
        progress.weighed()

    async def _take(self, camera: str, hold: Hold, piece: Piece, access: ArchiveAccess, going: Going) -> bool:
        """Copy one piece; False when its halves must be asked for."""

        async def fetch(target: Path, room_bytes: int) -> Fetched:
            going.progress.unweighed.add(piece.key)
            lens = {"lens": "2"} if camera.endswith(PACKAGE) else {"channel": "0"}
            try:
                return await self._client.export(self._recorded(camera).camera_id, piece, lens, target, room_bytes)
            except CopyError as error:
                if error.rule == CopyRule.RECORDING_GONE:  # so a console answers for all while its Protect is stopped
                    await self._client.require_well()
                raise

        try:
            await access.take(hold, piece.key, going.progress, fetch=fetch, place=partial(_place, piece))
        except _HolesError:
            return False
        except CopyError as error:
            await going.is_settled((camera, piece), piece.key, error)
        return True

    def _recorded(self, camera: str) -> Recorded:
        recorded = self._cameras.get(camera.removesuffix(PACKAGE))
        if recorded is None:
            raise CopyError(CopyRule.RECORDING_GONE, "it has no such camera")
        return recorded


def _place(piece: Piece, contents: Contents) -> Placed:
    """Say when it was; raises CopyError for what is longer than was asked for: then it was of another time."""
    if piece.missing_ms(contents.length_s) < 0:
        raise CopyError(CopyRule.RECORDING_UNREADABLE, "longer than was asked for")
    if piece.halves and not piece.is_whole(contents.length_s):
        raise _HolesError(CopyRule.HOLD_FAILED, "holes")
    return piece.placed(contents.length_s)


def _doubted(placed: Placed, piece: Piece, clock: ClockOffset) -> Placed:
    """Say how much less sure a time is: as far as the clock has come out otherwise since the file was asked for.

    Nobody knows which of the two it was that stamped the pictures.
    """
    moved_s = abs(clock.offset_s - piece.anchor_ms / 1000)
    return replace(placed, uncertainty_s=placed.uncertainty_s + moved_s)


def _wanted(pieces: Iterable[Piece]) -> tuple[WantedFile, ...]:
    """Say by this home's clock which are wanted."""
    return tuple(
        WantedFile(key=piece.key, from_ms=piece.from_ms + piece.anchor_ms, until_ms=piece.until_ms + piece.anchor_ms)
        for piece in pieces
    )
