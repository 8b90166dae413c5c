"""Takes a recorder's files into the archive, one by one: reserve room, download, read, set times, enter in holds."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import CopyError, CopyRule
from .archive import Landed, contents_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from ...one_thread import OneThread
    from ...recorder.store.index import Hold
    from ..clock.offset import ClockOffset
    from ..connection.download import Fetched
    from .archive import Archive, Placed
    from .contents import Contents
    from .progress import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveAccess:
    """Access to the archive for one recorder's copies.

    `ledger` asks the archive, one thing at a time. `steady_ms` says what is past its deadline. `look` says what is in a
    file that came, where that takes more than an MP4's index.
    """

    archive: Archive
    ledger: OneThread
    clock: ClockOffset
    steady_ms: Callable[[], int]
    has_room: Callable[[], bool]
    look: Callable[[Path], Awaitable[Contents]] | None = None

    async def take(
        self,
        hold: Hold,
        key: str,
        progress: Progress,
        *,
        fetch: Callable[[Path, int], Awaitable[Fetched]],
        place: Callable[[Contents], Placed],
    ) -> None:
        """Copy one file; a file that is gone or isn't a recording becomes a gap and isn't requested again.

        `fetch` writes to a path no more than so many bytes; `place` says when the contents were, and may refuse them.
        """
        if not await asyncio.to_thread(self.has_room):
            raise CopyError(CopyRule.DISK_FULL)
        landed = await self.do(self.archive.landing, hold.camera_id, key)
        room_bytes = await self.do(self.archive.room_bytes)
        try:
            fetched = await fetch(landed, room_bytes)
            contents = progress.measured[key] = await self._looked_into(landed)
            placed = place(contents)
            came = Landed(path=landed, fetched=fetched, contents=contents, placed=placed, offset=self.clock)
            row = await self.do(self.archive.enter, hold, came, self.steady_ms())
        except CopyError as error:
            if error.rule not in {CopyRule.RECORDING_GONE, CopyRule.RECORDING_UNREADABLE}:
                raise
            progress.settled.add(key)
        else:
            if not row.touches(hold.from_ms, hold.until_ms):
                progress.settled.add(key)
        finally:
            # Whatever ended it, and though the wait for its turn is ended, too: nobody would ever look for it.
            await asyncio.shield(self.do(landed.unlink, missing_ok=True))

    async def do[**P, T](self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a call with exclusive archive access."""
        return await self.ledger.do(work, *args, **kwargs)

    async def _looked_into(self, landed: Path) -> Contents:
        if self.look is None:
            return await self.do(contents_of, landed)
        return await self.look(landed)
