"""Copies what a hold wants from Frigate, as Frigate would overwrite it: list, fetch each, say when it was."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .archive import Landed
from .errors import FrigateError, Rule
from .placing import Take, place
from .progress import Wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ..recorder.index import Hold
    from .answers import Listed
    from .archive import Archive
    from .client import FrigateClient
    from .clock import ClockOffset
    from .contents import Contents
    from .placing import Placed
    from .progress import Progress
    from .server import FrigateCamera

EDGE_S = 60
"""Files just outside a range say when those inside it were; and it is how far a name may be from the time, at least."""
LISTED_AT_ONCE_S = 3600
NEIGHBOURS = 30
"""How many files to either side are asked about a file's time while others still come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copying:
    """One camera of one Frigate, the archive, and whether the disk has room.

    `silent`: Frigate is told to record no sound. `ledger` is held around the archive. `steady_ms` says
    what is past its deadline.
    """

    client: FrigateClient
    camera: FrigateCamera
    silent: bool
    offset: ClockOffset
    archive: Archive
    ledger: asyncio.Lock
    steady_ms: Callable[[], int]
    has_room: Callable[[], bool]

    async def listed(self, from_s: float, until_s: float) -> tuple[Listed, ...]:
        """Ask what there is in a range of this home's time, and just outside of it."""
        first, last = from_s - self.offset.offset_s - EDGE_S, until_s - self.offset.offset_s + EDGE_S
        found: dict[int, Listed] = {}
        while first < last:
            stop = min(first + LISTED_AT_ONCE_S, last)
            found |= {one.start_s: one for one in await self.client.recordings(self.camera.name, first, stop)}
            first = stop
        return tuple(found[start_s] for start_s in sorted(found))

    async def run(self, hold: Hold, progress: Progress) -> None:
        """Copy all that there is now and isn't here, one hold at a time; raises FrigateError where it can't go on."""
        async with self.client.turn:
            await self._run(hold, progress)

    async def _run(self, hold: Hold, progress: Progress) -> None:
        asked_ms = round(time.time() * 1000)
        listed = await self.listed(hold.from_ms / 1000, hold.until_ms / 1000)
        progress.measured |= await self._do(self.archive.look_again, hold, progress.measured.keys())
        placed = self.placed(listed, progress.measured)
        progress.wanted = touching(listed, placed, self.offset, hold)
        progress.listed_ms = asked_ms
        for one in progress.wanted:
            held = await self._do(self.archive.rows, hold)
            if one.start_s not in held and one.start_s not in progress.settled:
                await self._take(hold, one, listed, progress)
        placed = self.placed(listed, progress.measured)
        await self._do(self.archive.time_again, hold, placed, self.offset)

    async def _take(self, hold: Hold, one: Wanted, listed: Sequence[Listed], progress: Progress) -> None:
        """Copy one file; one that is gone or no recording is a gap, and not asked for again."""
        if not await asyncio.to_thread(self.has_room):
            raise FrigateError(Rule.DISK_FULL)
        landed = await self._do(self.archive.landing, hold.camera_id, one.start_s)
        room_bytes = await self._do(self.archive.room_bytes)
        try:
            fetched = await self.client.fetch(self.camera, one.start_s, landed, room_bytes)
            contents = progress.measured[one.start_s] = await self._do(self.archive.look_into, landed)
            placed = self.placed(around(listed, one.start_s), progress.measured)[one.start_s]
            came = Landed(path=landed, fetched=fetched, contents=contents, placed=placed, offset=self.offset)
            row = await self._do(self.archive.enter, hold, came, self.steady_ms())
        except FrigateError as error:
            if error.rule not in {Rule.RECORDING_GONE, Rule.RECORDING_UNREADABLE}:
                raise
            progress.settled.add(one.start_s)
        else:
            if not row.touches(hold.from_ms, hold.until_ms):
                progress.settled.add(one.start_s)

    def placed(self, listed: Sequence[Listed], measured: Mapping[int, Contents]) -> dict[int, Placed]:
        """Say when each file begins; what was measured counts, the rest is Frigate's word."""
        takes = [_take_of(one, measured.get(one.start_s), silent=self.silent) for one in listed]
        return {take.start_s: placed for take, placed in zip(takes, place(takes), strict=True)}

    async def _do[**P, T](self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        async with self.ledger:
            return await asyncio.to_thread(work, *args, **kwargs)


def _take_of(one: Listed, contents: Contents | None, *, silent: bool) -> Take:
    if contents is None:
        return Take(start_s=one.start_s, length_s=one.length_s, prompt=silent)
    return Take(start_s=one.start_s, length_s=contents.length_s, prompt=silent or contents.sounds_to_its_end)


def around(listed: Sequence[Listed], start_s: int) -> Sequence[Listed]:
    """Return the neighbours of a file that say something about its time, and the file."""
    index = next(number for number, one in enumerate(listed) if one.start_s == start_s)
    return listed[max(0, index - NEIGHBOURS) : index + NEIGHBOURS + 1]


def touching(
    listed: Sequence[Listed], placed: Mapping[int, Placed], offset: ClockOffset, hold: Hold
) -> tuple[Wanted, ...]:
    """Return those that may lie in a hold's range, by what Frigate says."""
    found = []
    for one in listed:
        from_s = placed[one.start_s].from_s + offset.offset_s
        doubt_ms = placed[one.start_s].uncertainty_s * 1000
        wanted = Wanted(
            start_s=one.start_s, from_ms=round(from_s * 1000), until_ms=round((from_s + one.length_s) * 1000)
        )
        if wanted.from_ms - doubt_ms < hold.until_ms and wanted.until_ms + doubt_ms > hold.from_ms:
            found.append(wanted)
    return tuple(found)
