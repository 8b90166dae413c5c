"""Copies what a hold wants from a Reolink device: list by days of its own clock, fetch each file, say when it was."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from ..recorder_clients.adapter import Known
from ..recorder_clients.archive.progress import SETTLE_MS, WantedFile
from ..recorder_clients.clock.measured import MeasuredClock
from ..recorder_clients.errors import CopyError, CopyRule, HungUpError
from ..recorder_clients.failures import STUMBLES_S, Going, Stumbling
from ..recorder_clients.times.overlap import placed_in_order
from .parts import NAMED_WITHIN_S, came_in_order, days_of, parts_of, placed_together

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from ..recorder.store.index import Hold
    from ..recorder_clients.archive.access import ArchiveAccess
    from ..recorder_clients.archive.progress import Progress
    from ..recorder_clients.clock.offset import ClockOffset
    from ..recorder_clients.connection.download import Fetched
    from ..spans import Range
    from .answers import Listed
    from .client import ReolinkClient
    from .parts import Part
    from .zone import Zone

FILE_MAX_S = 3_600
"""How long before a range a file that touches it may have begun."""


class ReolinkAdapter:
    """One device."""

    def __init__(self, client: ReolinkClient, stumbles_s: float = STUMBLES_S) -> None:
        """Take what asks it; what it fails at for less than `stumbles_s` is no gap yet."""
        self._client = client
        self._channels: Mapping[str, int] = {}
        self._gives_whole = False  # a recorder that prepares parts and doesn't give them gives the files of its disk
        self._stumbling = Stumbling(stumbles_s)
        self._clock = MeasuredClock(client.clock)
        self.turn = asyncio.Lock()

    def rest(self) -> None:
        """Leave it alone for a moment."""
        self._client.rest()

    async def look(self) -> Known:
        """Ask for its version, its channels, its disk and its clock."""
        device = await self._client.device()
        self._channels = await self._client.channels()
        stored = await self._client.has_storage()
        return Known(
            version=device.version,
            records=dict.fromkeys(self._channels, stored),
            clock=await self._clock.offset(),
        )

    async def listed(self, camera: str, asked: Hold, clock: ClockOffset) -> Sequence[Range]:
        """Ask what it has of a range."""
        zone = await self._zone()
        parts = parts_of(await self._files(camera, asked, clock, zone), zone)
        return [(one.from_ms, one.until_ms) for one in _wanted(parts, asked, clock)]

    async def copy(self, camera: str, hold: Hold, progress: Progress, access: ArchiveAccess) -> None:
        """Copy all that there is now and isn't here."""
        asked_ms = round(time.time() * 1000)
        zone = await self._zone()
        files = await self._files(camera, hold, access.clock, zone)
        held = await access.do(access.archive.rows, hold)
        known = await self._known(files, zone, hold, access)
        parts = {part.key: part for part in parts_of(files, zone, whole=self._gives_whole, held=known)}
        progress.measured |= await access.do(access.archive.look_again, hold, progress.measured.keys())
        progress.wanted = _wanted(parts.values(), hold, access.clock)
        progress.listed_ms = asked_ms
        if progress.to_weigh(held):
            await self._time_again(hold, parts.values(), progress, access)
        going = Going(self._stumbling, progress, self._client.require_well)
        for one in sorted(progress.wanted, key=lambda each: self._stumbling.failed((camera, each.key))):
            held = await access.do(access.archive.rows, hold)
            if one.key in held or one.key in progress.settled or one.until_ms > asked_ms - SETTLE_MS:
                continue
            if going.is_too_long:
                break
            part = parts[one.key]
            fetch = partial(self._fetch, camera, part, zone)
            progress.unweighed.add(one.key)
            try:
                await access.take(hold, one.key, progress, fetch=fetch, place=part.placed)
            except CopyError as error:
                if self._gives_whole and part not in parts_of(files, zone, whole=True, held=known):
                    await self.copy(camera, hold, progress, access)  # found out just now
                    return
                if not await going.is_settled((camera, one.key), one.key, error):
                    continue
            await self._time_again(hold, parts.values(), progress, access)
        going.require_all()

    async def _known(self, files: Sequence[Listed], zone: Zone, hold: Hold, access: ArchiveAccess) -> set[str]:
        """Return what any hold has of these files: each comes to all that want it."""
        parts = parts_of(files, zone)
        if not parts:
            return set()
        low_s, high_s = min(part.start_s for part in parts), max(part.end_s + part.doubt_s for part in parts)
        low_ms, high_ms = (round((at_s + access.clock.offset_s) * 1000) for at_s in (low_s, high_s))
        return await access.do(access.archive.keys, hold.camera_id, low_ms, high_ms)

    async def _time_again(self, hold: Hold, parts: Collection[Part], progress: Progress, access: ArchiveAccess) -> None:
        """Let what came speak about its neighbours."""
        placed = placed_together(parts, progress.measured)
        came = came_in_order(parts, progress.measured, await access.do(access.archive.files, hold))
        placed |= await access.do(placed_in_order, came, progress.seams)
        await access.do(access.archive.time_again, hold, placed, access.clock)
        progress.weighed()

    async def _fetch(self, camera: str, part: Part, zone: Zone, target: Path, room_bytes: int) -> Fetched:
        name = part.listed.name
        if name is not None:
            return await self._client.fetch(name, target, room_bytes)
        start = zone.local(part.start_s) if not part.doubt_s else part.listed.start
        end = start + timedelta(seconds=part.length_s)
        name = await self._client.prepare(self._channel(camera), start, end)
        try:
            return await self._client.fetch(name, target, room_bytes)
        except CopyError as error:
            self._gives_whole |= isinstance(error, HungUpError) or error.rule == CopyRule.WRONG_ANSWER
            raise

    async def _zone(self) -> Zone:
        return (await self._client.wall_clock()).zone

    async def _files(self, camera: str, asked: Hold, clock: ClockOffset, zone: Zone) -> list[Listed]:
        """Ask for all files that may touch a range, by the days of the device's own clock."""
        from_s = asked.from_ms / 1000 - clock.offset_s - FILE_MAX_S - zone.summer_s
        until_s = asked.until_ms / 1000 - clock.offset_s + NAMED_WITHIN_S + zone.summer_s
        channel = self._channel(camera)
        return [
            file
            for start, end in days_of(zone.local(from_s), zone.local(until_s))
            for file in await self._client.files(channel, start, end)
        ]

    def _channel(self, camera: str) -> int:
        channel = self._channels.get(camera)
        if channel is None:
            raise CopyError(CopyRule.RECORDING_GONE, "it has no such camera")
        return channel


def _wanted(parts: Iterable[Part], hold: Hold, clock: ClockOffset) -> tuple[WantedFile, ...]:
    """Return those that may lie in a hold's range, by what the device says."""
    found = []
    for part in parts:
        slack_ms = part.asked.slack_ms
        from_ms = round((part.start_s + clock.offset_s) * 1000)
        until_ms = round((part.end_s + part.doubt_s + clock.offset_s) * 1000)
        if from_ms - slack_ms < hold.until_ms and until_ms + slack_ms > hold.from_ms:
            found.append(WantedFile(key=part.key, from_ms=from_ms, until_ms=until_ms))
    return tuple(found)
