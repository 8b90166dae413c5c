"""Copies what a hold wants from Frigate, as Frigate would overwrite it: list, fetch each, say when it was."""

from __future__ import annotations

import asyncio
import time
from functools import partial
from typing import TYPE_CHECKING

from ..recorder_clients.adapter import Known
from ..recorder_clients.archive.progress import WantedFile
from ..recorder_clients.clock.measured import UNKNOWN_CLOCK
from ..recorder_clients.errors import CopyError, CopyRule
from ..recorder_clients.failures import STUMBLES_S, Going, Stumbling
from .placing import Take, place

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from ..recorder.store.index import Hold
    from ..recorder_clients.archive.access import ArchiveAccess
    from ..recorder_clients.archive.archive import Placed
    from ..recorder_clients.archive.contents import Contents
    from ..recorder_clients.archive.progress import Progress
    from ..recorder_clients.clock.offset import ClockOffset
    from ..recorder_clients.connection.download import Fetched
    from ..spans import Range
    from .answers import Listed, Recorded
    from .client import FrigateClient

EDGE_S = 60
"""Files just outside a range say when those inside it were; and it is how far a name may be from the time, at least."""
LISTED_AT_ONCE_S = 3600
FILES_MAX = 15_000
"""Of one range: twelve hours, the longest that a request may ask for, of one each three seconds. Frigate writes ten."""
NEIGHBOURS = 30
"""How many files to either side are asked about a file's time while others still come."""


class FrigateAdapter:
    """One Frigate."""

    def __init__(self, client: FrigateClient, stumbles_s: float = STUMBLES_S) -> None:
        """Take what asks it; what it fails at for less than `stumbles_s` is no gap yet."""
        self._client = client
        self._cameras: Mapping[str, Recorded] = {}
        self._stumbling = Stumbling(stumbles_s)
        self.turn = asyncio.Lock()

    def rest(self) -> None:
        """Leave it alone for a moment."""
        self._client.rest()

    async def look(self) -> Known:
        """Ask for its version, its cameras and its clock."""
        version = await self._client.version()
        self._cameras = await self._client.recording_cameras()
        return Known(
            version=version,
            records={name: recorded.enabled for name, recorded in self._cameras.items()},
            clock=await self._client.clock() or UNKNOWN_CLOCK,
        )

    async def listed(self, camera: str, asked: Hold, clock: ClockOffset) -> Sequence[Range]:
        """Ask what it has of a range."""
        listed = await self._listed(camera, asked, clock)
        found = touching(listed, self._placed(camera, listed, {}), clock, asked)
        return [(one.from_ms, one.until_ms) for one in found]

    async def copy(self, camera: str, hold: Hold, progress: Progress, access: ArchiveAccess) -> None:
        """Copy all that there is now and isn't here."""
        asked_ms = round(time.time() * 1000)
        listed = await self._listed(camera, hold, access.clock)
        progress.measured |= await access.do(access.archive.look_again, hold, progress.measured.keys())
        placed = self._placed(camera, listed, progress.measured)
        progress.wanted = touching(listed, placed, access.clock, hold)
        progress.listed_ms = asked_ms
        going = Going(self._stumbling, progress, self._client.require_well)
        for one in sorted(progress.wanted, key=lambda each: self._stumbling.failed((camera, each.key))):
            if going.is_too_long:
                break
            held = await access.do(access.archive.rows, hold)
            if one.key in held or one.key in progress.settled:
                continue
            near = around(listed, int(one.key))
            fetch = partial(self._fetch, camera, int(one.key))
            when = partial(self._placed, camera, near, progress.measured)
            try:
                await access.take(hold, one.key, progress, fetch=fetch, place=partial(_one_of, when, one.key))
            except CopyError as error:
                await going.is_settled((camera, one.key), one.key, error)
        placed = self._placed(camera, listed, progress.measured)
        await access.do(access.archive.time_again, hold, placed, access.clock)
        going.require_all()

    async def _fetch(self, camera: str, start_s: int, target: Path, room_bytes: int) -> Fetched:
        """Copy one that is listed; where it isn't there, the disk that Frigate keeps it on may be away for a moment.

        What Frigate has overwritten meanwhile is not listed the next time.
        """
        try:
            return await self._client.fetch(camera, start_s, target, room_bytes)
        except CopyError as error:
            if error.rule != CopyRule.RECORDING_GONE:
                raise
            raise CopyError(CopyRule.AWAY, "listed, and not there") from error

    async def _listed(self, camera: str, asked: Hold, clock: ClockOffset) -> tuple[Listed, ...]:
        """Ask what there is in a range of this home's time, and just outside of it."""
        first = asked.from_ms / 1000 - clock.offset_s - EDGE_S
        last = asked.until_ms / 1000 - clock.offset_s + EDGE_S
        found: dict[int, Listed] = {}
        while first < last:
            stop = min(first + LISTED_AT_ONCE_S, last)
            found |= {one.start_s: one for one in await self._client.recordings(camera, first, stop)}
            if len(found) > FILES_MAX:
                raise CopyError(CopyRule.WRONG_ANSWER, "more recordings than there can be")
            first = stop
        return tuple(found[start_s] for start_s in sorted(found))

    def _placed(self, camera: str, listed: Sequence[Listed], measured: Mapping[str, Contents]) -> dict[str, Placed]:
        """Say when each file begins; what was measured counts, the rest is Frigate's word."""
        silent = camera in self._cameras and self._cameras[camera].silent
        takes = [_take_of(one, measured.get(str(one.start_s)), silent=silent) for one in listed]
        return {str(take.start_s): placed for take, placed in zip(takes, place(takes), strict=True)}


def _one_of(when: Callable[[], Mapping[str, Placed]], key: str, _contents: Contents) -> Placed:
    """Say when one of several was, now that it is measured."""
    return when()[key]


def _take_of(one: Listed, contents: Contents | None, *, silent: bool) -> Take:
    if contents is None:
        return Take(start_s=one.start_s, length_s=one.length_s, prompt=silent)
    return Take(start_s=one.start_s, length_s=contents.length_s, prompt=silent or contents.sounds_to_its_end)


def around(listed: Sequence[Listed], start_s: int) -> Sequence[Listed]:
    """Return the neighbours of a file that say something about its time, and the file."""
    index = next(number for number, one in enumerate(listed) if one.start_s == start_s)
    return listed[max(0, index - NEIGHBOURS) : index + NEIGHBOURS + 1]


def touching(
    listed: Sequence[Listed], placed: Mapping[str, Placed], offset: ClockOffset, hold: Hold
) -> tuple[WantedFile, ...]:
    """Return those that may lie in a hold's range, by what Frigate says."""
    found = []
    for one in listed:
        key = str(one.start_s)
        from_s = placed[key].from_s + offset.offset_s
        doubt_ms = placed[key].uncertainty_s * 1000
        wanted = WantedFile(key=key, from_ms=round(from_s * 1000), until_ms=round((from_s + one.length_s) * 1000))
        if wanted.from_ms - doubt_ms < hold.until_ms and wanted.until_ms + doubt_ms > hold.from_ms:
            found.append(wanted)
    return tuple(found)
