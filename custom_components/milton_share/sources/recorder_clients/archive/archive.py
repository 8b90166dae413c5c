"""The archive of files copied from other recorders. Blocking; one call at a time.

It is a Library without a ring: a copied file lands in the folder of its camera, is given to the holds that want it, and
its landing is cleared at once. Holds, their quota, their deadlines and their wiping are the recorder's own.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from math import ceil
from typing import TYPE_CHECKING

from ....storage import disk
from ...hold_room import HoldRoom, room_of
from ...home_clock import leap_doubt_s
from ...recorder.store.holds import name_of, owner_of
from ...recorder.store.index import Hold, Row
from ...recorder.store.library import Library
from ...recorder.store.ring import Limits
from ...recorder.store.timeline import coverage
from ...recorder.store.timeline import from_ms as moment_of
from ..errors import CopyError, CopyRule
from .contents import read_contents
from .kinds import of_one_recorder

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from datetime import datetime
    from pathlib import Path

    from ...model import Coverage
    from ..clock.offset import ClockOffset
    from ..connection.download import Fetched
    from .contents import Contents


METHOD = "source"
"""The manifest's word for times that the source's own clock gave."""
PARTIAL = ".part"


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """The time of a file's first picture, by its recorder's clock."""

    from_s: float
    uncertainty_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Landed:
    """A downloaded file: its path, contents, start by its recorder's clock, and that clock's offset.

    Its name in the folder is its key: what its recorder's peer calls it, the same each time.
    """

    path: Path
    fetched: Fetched
    contents: Contents
    placed: Placed
    offset: ClockOffset


class Archive:
    """The copies of one home."""

    def __init__(self, folder: Path, room: int | HoldRoom, home_doubt_s: Callable[[], float]) -> None:
        """Open it and wipe unfinished files of a crash; raises OSError, RecorderError `index_too_new`.

        ``home_doubt_s`` says how far this home's own clock may be off: every time is so unsure besides.
        """
        self._room, self._home_doubt_s = room_of(room), home_doubt_s
        self._library = Library(folder, Limits(camera_bytes=0, total_bytes=0), self._room)
        try:
            self._library.make_room(0)
            self._library.clear_ring()
        except BaseException:
            self._library.close()
            raise

    def close(self) -> None:
        """Close the index."""
        self._library.close()

    def begin(self, hold: Hold, beside: str | None = None) -> None:
        """Begin a hold with the files that other holds already have; repeating it changes nothing.

        ``beside`` names another hold: of that one it gets also what is for that one alone.
        """
        self._library.holds.hold(hold, beside)

    def has(self, hold_id: str) -> bool:
        """Whether there is such a hold."""
        return self._library.holds.find(hold_id) is not None

    def find(self, hold_id: str) -> Hold:
        """Find a hold; raises CopyError `hold_unknown`."""
        hold = self._library.holds.find(hold_id)
        if hold is None:
            raise CopyError(CopyRule.HOLD_UNKNOWN)
        return hold

    def rows(self, hold: Hold) -> dict[str, Row]:
        """Return the files that a hold has, by their keys."""
        return {key_of(row): row for row, _ in self._library.holds.held(hold)}

    def files(self, hold: Hold) -> dict[str, Path]:
        """Return the paths of a hold's files, by their keys."""
        return {key_of(row): path for row, path in self._library.holds.held(hold)}

    def coverage(self, hold: Hold, from_: datetime, until: datetime) -> Coverage:
        """Return a hold's coverage, without overlaps."""
        return coverage(of_one_recorder(self._library.holds.held(hold), hold), from_, until)

    def spans(self, camera_id: str, from_ms: int, until_ms: int) -> list[tuple[int, int]]:
        """Return the spans of a camera that holds have in a range, as far as one more hold may use them."""
        return [(row.from_ms, row.until_ms) for row in self._found(camera_id, from_ms, until_ms)]

    def keys(self, camera_id: str, from_ms: int, until_ms: int) -> set[str]:
        """Return the keys of a camera's files that holds have in a range, as far as one more hold may use them."""
        return {key_of(row) for row in self._found(camera_id, from_ms, until_ms)}

    def _found(self, camera_id: str, from_ms: int, until_ms: int) -> list[Row]:
        found = self._library.holds.found(camera_id, from_ms, until_ms)
        return [row for row, _ in found if owner_of(row) is None]

    def room_bytes(self) -> int:
        """Return the bytes that may still be held, in total; a file of several holds counts once."""
        return self._room.left_bytes()

    def landing(self, camera_id: str, key: str) -> Path:
        """Return the path that a file is downloaded to."""
        return self._library.folder(camera_id) / f"{key}{PARTIAL}"

    def look_again(self, hold: Hold, known: Collection[str]) -> dict[str, Contents]:
        """Read the contents of a hold's files, except these; unreadable files are left out."""
        found = {}
        for row, path in self._library.holds.held(hold):
            if key_of(row) not in known:
                with suppress(CopyError, OSError):
                    found[key_of(row)] = contents_of(path)
        return found

    def enter(self, hold: Hold, landed: Landed, now_ms: int) -> Row:
        """Enter a downloaded file in all holds that want it, or only in the given one.

        Raises CopyError `hold_quota`, `hold_unknown`.
        """
        contents, fetched, target = landed.contents, landed.fetched, landed.path.with_suffix(".mp4")
        landed.path.replace(target)
        disk.sync_folder(target.parent)
        row = timed(
            Row(
                name=f"{target.parent.name}/{target.name}",
                camera_id=hold.camera_id,
                from_ms=0,
                until_ms=round(contents.length_s * 1000),
                size_bytes=fetched.size_bytes,
                sha256=fetched.sha256,
                media_start_s=contents.start_s,
                offset_ms=0,
                uncertainty_ms=0,
                method=METHOD,
                gaps=tuple(
                    (round((start - contents.start_s) * 1000), round((end - contents.start_s) * 1000))
                    for start, end in contents.gaps
                ),
            ),
            landed.placed,
            landed.offset,
            self._home_doubt_s(),
        )
        self._library.give(row, hold.hold_id, now_ms)
        self.find(hold.hold_id)  # its deadline may have come meanwhile
        if row.touches(hold.from_ms, hold.until_ms) and key_of(row) not in self.rows(hold):
            raise CopyError(CopyRule.HOLD_QUOTA)
        return row

    def time_again(self, hold: Hold, placed: Mapping[str, Placed], offset: ClockOffset) -> None:
        """Enter better times for files that a hold has."""
        unsure_s = self._home_doubt_s()
        rows = [timed(row, placed[key], offset, unsure_s) for key, row in self.rows(hold).items() if key in placed]
        self._library.index.fill_hold(hold.hold_id, rows)

    def end_overdue(self, now_ms: int) -> None:
        """Wipe the holds that are past their deadline."""
        self._library.make_room(now_ms)

    def release(self, hold_id: str) -> None:
        """Wipe a hold."""
        self._library.holds.release(hold_id)


def contents_of(path: Path) -> Contents:
    """Read the index of a file; raises CopyError `source_unreadable`."""
    with path.open("rb") as file:
        return read_contents(file, path.stat().st_size)


def key_of(row: Row) -> str:
    """Return the name that a file has in its recorder's adapter."""
    return name_of(row).removesuffix(".mp4")


def timed(row: Row, placed: Placed, offset: ClockOffset, home_doubt_s: float) -> Row:
    """Convert a file's start from its recorder's clock to this home's, with its uncertainty.

    ``home_doubt_s`` is of now. Whoever's clock a leap second moved, it moved it when the file was filmed.
    """
    from_ms = round((placed.from_s + offset.offset_s) * 1000)
    moved_ms = from_ms - row.from_ms
    leap_s = leap_doubt_s(moment_of(from_ms))
    doubt_s = placed.uncertainty_s + offset.uncertainty_s + home_doubt_s + leap_s
    return replace(
        row,
        from_ms=from_ms,
        until_ms=row.until_ms + moved_ms,
        offset_ms=round(offset.offset_s * 1000),
        uncertainty_ms=ceil(round(doubt_s * 1000, 3)),
        gaps=tuple((start + moved_ms, end + moved_ms) for start, end in row.gaps),
    )
