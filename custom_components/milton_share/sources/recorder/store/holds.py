"""What is held: ranges that are kept until their deadline, each in a folder of its own. Blocking; one call at a time.

Invariants: a hold has its row before its first file and loses it after its last; what it has is its own, whatever
becomes of the ring.
"""

from __future__ import annotations

import hashlib
import logging
import re
import sqlite3
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from ....storage import disk
from ....storage.durable_steps import durable
from ....storage.try_each import OneByOne
from ..errors import RecorderError, RecorderRule
from ..windows import Window
from . import files
from .index import Hold, IndexDamagedError
from .steps import Step
from .timeline import to_ms

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator
    from datetime import datetime
    from pathlib import Path

    from ...hold_room import HoldRoom
    from .index import Index, Row

_LOGGER = logging.getLogger(__name__)

FOLDER = re.compile(r"[0-9a-f]{32}")
"""What `hold_folder_name` gives."""
ALONE = "@"
"""After the folder of the only hold that a file is for, in its name: it was asked for that hold's own range."""
NEAR_MS = 2_000
"""How far sound may be apart from its pictures when it comes, and so lie in the file before theirs or after: files so
near to a range are found with those that touch it."""


class Holds:
    """`holds/<hold>/<segment>`; what is wanted of the ring comes as a second name of its file, or a copy."""

    def __init__(self, folder: Path, ring: Path, index: Index, room: HoldRoom) -> None:
        """Begin; raises IndexDamagedError where the index is another's."""
        self._folder, self._ring, self._index, self._room = folder, ring, index, room
        self._full = False  # said once
        self._require_ours()

    def settle(self) -> None:
        """Finish those that were begun (one beside another is finished when it is asked for again).

        Forget rows without a file; wipe folders that no hold owns.
        """
        holds = self._index.holds()
        for hold in holds:
            try:
                self._fill(hold, self._for(hold))
            except OSError as error:  # the others are there, and it is completed when it is asked for again
                _LOGGER.warning("A hold could not be completed at the start: %s", error.strerror)
            names = [row.name for row in self._index.held(hold.hold_id)]
            self._index.empty_hold(hold.hold_id, [n for n in names if files.is_gone(self.folder(hold) / n)])
        owned = {hold.folder for hold in holds}
        for folder in self._folder.iterdir():
            if folder.name not in owned:
                with suppress(OSError):  # with the next start
                    files.wipe(folder)
        self._count()

    def ranges(self, camera_id: str) -> tuple[Window, ...]:
        """Return what is held of a camera, or is to be once it is recorded."""
        return tuple(
            Window(from_ms=hold.from_ms, until_ms=hold.until_ms)
            for hold in self._index.holds()
            if hold.camera_id == camera_id
        )

    def find(self, hold_id: str) -> Hold | None:
        """Find a hold by its id."""
        return next((hold for hold in self._index.holds() if hold.hold_id == hold_id), None)

    def folder(self, hold: Hold) -> Path:
        """Where a hold's files lie."""
        return self._folder / hold.folder

    def held(self, hold: Hold) -> tuple[tuple[Row, Path], ...]:
        """List what a hold has, oldest first."""
        return tuple(_there(self.folder(hold), self._index.held(hold.hold_id)))

    def found(self, camera_id: str, from_ms: int, until_ms: int) -> tuple[tuple[Row, Path], ...]:
        """All that touches a range, and what is near: in the ring, and in holds what the ring has no more.

        A file that somebody took away, or that a repaired disk lost, is not there: it would be lost for all others too.
        """
        low_ms, high_ms = from_ms - NEAR_MS, until_ms + NEAR_MS
        in_ring = _there(self._ring, self._index.touching(camera_id, low_ms, high_ms))
        files_of = {name_of(row): (row, path) for row, path in in_ring}
        for hold in self._index.holds():
            if hold.camera_id == camera_id:
                for row, path in self.held(hold):
                    if row.touches(low_ms, high_ms):
                        files_of.setdefault(row.name, (row, path))
        if not any(row.touches(from_ms, until_ms) for row, _ in files_of.values()):
            return ()
        return tuple(sorted(files_of.values(), key=lambda found: (found[0].from_ms, found[0].name)))

    def hold(self, hold: Hold, beside: str | None = None) -> bool:
        """Begin a hold, or give one what it lacks; say whether it has all that there is.

        ``beside`` is another hold, of which it gets also what was for that one alone.

        Raises RecorderError `hold_quota`, `hold_id_taken` for another range of the id, OSError.
        """
        before = self.find(hold.hold_id)
        if before is not None:
            if (before.camera_id, before.from_ms, before.until_ms) != (hold.camera_id, hold.from_ms, hold.until_ms):
                raise RecorderError(RecorderRule.HOLD_ID_TAKEN)
            return self._complete(before, beside)
        wanted = self._for(hold, beside)
        if not self._room_for(wanted):
            raise RecorderError(RecorderRule.HOLD_QUOTA)
        self._index.begin_hold(hold)
        try:
            self._fill(hold, wanted)
        except (OSError, sqlite3.Error):  # half a hold would be taken for a whole one
            self.release(hold.hold_id)
            raise
        return True

    def give(self, entered: Collection[Row]) -> None:
        """Give segments that were entered to those that want them and have room.

        Raises OSError or sqlite3.Error where one can't be given them, after all others.
        """
        each = OneByOne()
        for hold in self._index.holds():
            near = {row.name for row in entered if row.camera_id == hold.camera_id and _is_near(row, hold)}
            found = self._for(hold) if near else ()
            before = [row.name for row, _ in self.held(hold)] if near else []
            wanted = [(row, path) for row, path in found if row.name in near or _is_beside(row, hold, before)]
            if wanted and self._room_for(wanted):
                with each.trying():
                    self._fill(hold, wanted)
        each.require_all()

    def lacks(self, hold_id: str, row: Row) -> bool:
        """Whether there is such a hold, which wants a segment and has it not."""
        hold = self.find(hold_id)
        has = {one.name for one in self._index.held(hold_id)}
        return hold is not None and row.touches(hold.from_ms, hold.until_ms) and name_of(row) not in has

    def put_right(self, names: Collection[str], right: Callable[[Row], Row]) -> None:
        """Enter anew what is held of segments that have one of these names."""
        for hold in self._index.holds():
            folder = files.camera_folder(hold.camera_id)
            whole = [replace(row, name=f"{folder}/{row.name}") for row in self._index.held(hold.hold_id)]
            found = [right(row) for row in whole if row.name in names]
            if found:
                self._index.fill_hold(hold.hold_id, [replace(row, name=name_of(row)) for row in found])

    def end_overdue(self, now_ms: int) -> None:
        """Wipe those past their deadline, each by itself: a bad place is of one. Raises what failed first."""
        each = OneByOne()
        for hold in self._index.holds():
            if hold.deadline_ms <= now_ms:
                with each.trying():
                    self.release(hold.hold_id)
        each.require_all()

    def release(self, hold_id: str) -> None:
        """Wipe a hold."""
        hold = self.find(hold_id)
        if hold is not None:
            files.wipe(self.folder(hold))
            self._index.end_hold(hold_id)
            self._count()

    def _complete(self, hold: Hold, beside: str | None) -> bool:
        """Give a hold what there was no room for before."""
        has = {row.name for row, _ in self.held(hold)}
        lacking = [(row, path) for row, path in self._for(hold, beside) if name_of(row) not in has]
        if not lacking:
            return True
        if not self._room_for(lacking):
            return False
        self._fill(hold, lacking)
        return True

    def _for(self, hold: Hold, beside: str | None = None) -> list[tuple[Row, Path]]:
        """All that is found for a hold, but what is for another one alone, unless for that beside which it is."""
        owners = {hold.folder, hold_folder_name(beside) if beside else None, None}
        found = self.found(hold.camera_id, hold.from_ms, hold.until_ms)
        return [(row, path) for row, path in found if owner_of(row) in owners]

    def _room_for(self, wanted: Iterable[tuple[Row, Path]]) -> bool:
        """Whether more may be held. A file that several holds have takes its room once, and what is held fits."""
        taken = self._count()
        more = {files.identity(path): row.size_bytes for row, path in wanted}
        new_bytes = sum(size_bytes for one, size_bytes in more.items() if one not in taken)
        fits = not new_bytes or new_bytes <= self._room.left_bytes()
        if not fits and not self._full:
            _LOGGER.warning("No room to hold more recordings")
        self._full = not fits
        return fits

    def _count(self) -> dict[tuple[int, int] | Path, int]:
        """Say what all holds here take together, and return it by file."""
        taken = {files.identity(path): row.size_bytes for hold in self._index.holds() for row, path in self.held(hold)}
        self._room.holds(sum(taken.values()))
        return taken

    def _fill(self, hold: Hold, found: Iterable[tuple[Row, Path]]) -> None:
        folder = disk.private_folder(self.folder(hold))
        held = []
        for row, path in found:
            name = name_of(row)
            files.link(path, folder / name)
            held.append(replace(row, name=name))
        with durable(Step.HOLD_LINKED):
            disk.sync_folder(folder)
            disk.sync_folder(self._folder)
        self._index.fill_hold(hold.hold_id, held)
        self._count()

    def _require_ours(self) -> None:
        """Raise IndexDamagedError where files are held, and none by a hold of the index: it is another's, or older.

        A hold that was only begun has no file yet.
        """
        holds = self._index.holds()
        filled = filled_folders(self._folder)
        is_other = not holds or any(self._index.held(hold.hold_id) for hold in holds)
        if is_other and filled and filled.isdisjoint(hold.folder for hold in holds):
            raise IndexDamagedError


def filled_folders(holds: Path) -> set[str]:
    """Name the folders of holds in which anything is; what other programs leave among them is of no hold."""
    return {path.parent.name for path in holds.glob("*/*") if FOLDER.fullmatch(path.parent.name)}


def _there(folder: Path, rows: Iterable[Row]) -> Iterator[tuple[Row, Path]]:
    """Give those that are there with their files. A hold has thousands: a path's own look at each costs more."""
    return ((row, folder / row.name) for row in rows if disk.is_there(f"{folder}/{row.name}"))


def _is_near(row: Row, hold: Hold) -> bool:
    return row.touches(hold.from_ms - NEAR_MS, hold.until_ms + NEAR_MS)


def _is_beside(row: Row, hold: Hold, held: Collection[str]) -> bool:
    """Whether a file came before any that touches what is held, and is to be kept now."""
    return not row.touches(hold.from_ms, hold.until_ms) and name_of(row) not in held


def name_of(row: Row) -> str:
    """Name of a row's file without its folder."""
    return row.name.rpartition("/")[2]


def owner_of(row: Row) -> str | None:
    """Name the folder of the only hold that a file is for; None where it is for any that wants it."""
    owner, alone, _ = name_of(row).partition(ALONE)
    return owner if alone else None


def hold_folder_name(hold_id: str) -> str:
    """Name a hold's folder: ids come from outside."""
    return hashlib.sha256(hold_id.encode()).hexdigest()[:32]


def hold_of(hold_id: str, camera_id: str, from_: datetime, until: datetime, deadline: datetime) -> Hold:
    """Name a hold."""
    return Hold(
        hold_id=hold_id,
        camera_id=camera_id,
        folder=hold_folder_name(hold_id),
        from_ms=to_ms(from_),
        until_ms=to_ms(until),
        deadline_ms=to_ms(deadline),
    )
