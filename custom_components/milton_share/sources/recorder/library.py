"""The recordings and holds of all cameras: files and index kept in step. Blocking; one call at a time.

Invariants: a file has its row before anybody hears of it; a hold has its row before its first file and loses it
after its last; what a hold has is never touched by the ring.

What is on the disk for good, and when: a segment is written once, from its beginning to its end, and never again; when
it is closed and is to be kept, its bytes and its name are synced (fsync of file and folder), then its row (SQLite, WAL,
`synchronous = FULL`), then it is told of. Nothing is synced while a segment is written. So a kill loses what isn't in a
whole fragment yet, a third of a second; a power cut what isn't in a closed segment, ten seconds and a group of pictures
(less what the kernel wrote by itself). What waits for an event isn't synced at all (`docs/adr/` 20).
"""

from __future__ import annotations

import hashlib
import logging
import re
import sqlite3
import time
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from ...one_by_one import OneByOne
from ...steps import durable
from ..hold_room import HoldRoom, room_of
from . import files, ring
from .errors import RecorderError, Rule
from .index import Hold, Index, IndexDamagedError, Row, Usage
from .steps import Step
from .timeline import to_ms
from .windows import Window

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator
    from datetime import datetime
    from pathlib import Path


_LOGGER = logging.getLogger(__name__)

FOLDER = re.compile(r"[0-9a-f]{32}")
"""What `hold_folder_name` gives."""
ALONE = "@"
"""After the folder of the only hold that a file is for, in its name: it was asked for that hold's own range."""
NEAR_MS = 2_000
"""How far sound may be apart from its pictures when it comes, and so lie in the file before theirs or after: files so
near to a range are found with those that touch it."""


class Library:
    """One folder: `ring/<camera>/<segment>`, `holds/<hold>/<segment>`, `index.sqlite3`."""

    def __init__(
        self, folder: Path, limits: ring.Limits, room: HoldRoom | None = None, now_s: Callable[[], float] = time.time
    ) -> None:
        """Open it, and settle what a sudden end left open; ``room`` is for holds, else as the limits say.

        ``now_s`` says what is too old by now.
        """
        self._room = room or room_of(limits.hold_bytes)
        files.private_folder(folder)
        self.ring = files.private_folder(folder / files.RING)
        self._holds = files.private_folder(folder / files.HOLDS)
        self._limits = limits
        self._full = False  # said once
        self._said: set[str] = set()
        self.usage: tuple[Usage, ...] = ()  # of the ring, as the last look left it, with what came since
        is_empty = not self._filled()  # a hold's row is there before its first file
        self.index = Index(folder / files.INDEX, may_be_new=is_empty)
        try:
            self._settle(now_s())
            self._count()
        except BaseException:
            self.index.close()
            raise

    def resize(self, limits: ring.Limits) -> None:
        """Keep within these limits from the next segment on."""
        self._limits = limits

    def close(self) -> None:
        """Close the index."""
        self.index.close()

    def folder(self, camera_id: str) -> Path:
        """Folder of one camera."""
        return files.private_folder(self.ring / files.camera_folder(camera_id))

    def strangers(self, camera_id: str, waiting: Iterable[str] = ()) -> tuple[Path, ...]:
        """Segments of a camera that were written but never entered, but for those that are known to wait."""
        folder = self.folder(camera_id)
        prefix = f"{folder.name}/"
        names = [*waiting, *self.index.names(camera_id)]
        return files.strangers(folder, [name.removeprefix(prefix) for name in names if name.startswith(prefix)])

    def sort(self, known: Iterable[Row], kept: Iterable[Row], gone: Iterable[Row], now_ms: int) -> tuple[Row, ...]:
        """Enter what is to be kept once it is on the disk, and new times of what is there; delete what is let go.

        Returns what the disk does not take now. What somebody took away is not to be kept any more.
        """
        fresh, refused = [], []
        for row in kept:
            try:
                files.keep(self.ring / row.name)
            except FileNotFoundError:
                continue
            except OSError:
                refused.append(row)
            else:
                fresh.append(row)
        rows = [*(row for row in known if files.is_there(self.ring / row.name)), *fresh]
        if rows:
            self._enter_all(rows, now_ms)
        self._delete(self.ring / row.name for row in gone)
        return tuple(refused)

    def held_ranges(self, camera_id: str) -> tuple[Window, ...]:
        """Return what is held of a camera, or is to be once it is recorded."""
        return tuple(
            Window(from_ms=hold.from_ms, until_ms=hold.until_ms)
            for hold in self.index.holds()
            if hold.camera_id == camera_id
        )

    def enter(self, rows: Iterable[Row], now_ms: int) -> None:
        """Enter closed segments, give them to the holds that want them, and make room where they take too much.

        Raises OSError where a hold can't be given them, after all else: they are entered.
        """
        entered, each = tuple(rows), OneByOne()
        self.index.add(entered)
        for hold in self.index.holds():
            near = {row.name for row in entered if row.camera_id == hold.camera_id and _is_near(row, hold)}
            found = self._for(hold) if near else ()
            before = [row.name for row, _ in self.held(hold)] if near else []
            wanted = [(row, path) for row, path in found if row.name in near or _is_beside(row, hold, before)]
            if wanted and self._room_for(wanted):
                with each.trying():
                    self._fill(hold, wanted)
        self.usage = ring.with_more(self.usage, entered)
        if ring.too_much(self.usage, self._limits, now_ms):  # to count all anew costs more than to enter one
            self.make_room(now_ms)
        each.require_all()

    def give(self, row: Row, hold_id: str, now_ms: int) -> None:
        """Enter what came for a hold; raises OSError where that one can't be given it: others are others' affair."""
        try:
            self.enter([row], now_ms)
        except OSError:
            hold = self.find_hold(hold_id)
            has = {one.name for one in self.index.held(hold_id)}
            if hold is not None and row.touches(hold.from_ms, hold.until_ms) and name_of(row) not in has:
                raise

    def put_right(self, names: Collection[str], right: Callable[[Row], Row], now_ms: int) -> None:
        """Enter anew what has one of these names and is still there, in the ring and in holds."""
        for hold in self.index.holds():
            folder = files.camera_folder(hold.camera_id)
            whole = [replace(row, name=f"{folder}/{row.name}") for row in self.index.held(hold.hold_id)]
            found = [right(row) for row in whole if row.name in names]
            if found:
                self.index.fill_hold(hold.hold_id, [replace(row, name=name_of(row)) for row in found])
        rows = self.index.named(names)
        if rows:
            self._enter_all(map(right, rows), now_ms)

    def _enter_all(self, rows: Iterable[Row], now_ms: int) -> None:
        """Enter segments; a hold that can't be given them is completed when it is asked for again."""
        try:
            self.enter(rows, now_ms)
        except OSError as error:
            self._warn("A hold could not be given what came", error)

    def clear_ring(self) -> None:
        """Delete what only passes through, of which a sudden end left some."""
        self._delete(tuple(self.ring.glob("*/*")))

    def make_room(self, now_ms: int) -> None:
        """Evict what is too old or too much; end holds past their deadline, each by itself. Raises OSError."""
        self.usage = self.index.usage()
        if ring.too_much(self.usage, self._limits, now_ms):
            latest_ms = max(now_ms, round(time.time() * 1000)) + ring.AHEAD_MS
            gone = ring.evict(self.index.as_entered(), ring.eased(self._limits), now_ms, latest_ms)
            with durable(Step.SEGMENTS_REMOVED):
                self._delete(self.ring / row.name for row in gone)
            self.index.remove(row.name for row in gone)
            self.usage = self.index.usage()
        failed: OSError | None = None
        for hold in self.index.holds():
            try:
                if hold.deadline_ms <= now_ms:
                    self.release(hold.hold_id)
            except OSError as error:  # a bad place on the disk is of this one
                failed = error
        if failed is not None:
            raise failed

    def hold(self, hold: Hold, beside: str | None = None) -> bool:
        """Begin a hold, or give one what it lacks; say whether it has all that there is.

        ``beside`` is another hold, of which it gets also what was for that one alone.

        Raises RecorderError `hold_quota`, `hold_id_taken` for another range of the id, OSError.
        """
        before = self.find_hold(hold.hold_id)
        if before is not None:
            if (before.camera_id, before.from_ms, before.until_ms) != (hold.camera_id, hold.from_ms, hold.until_ms):
                raise RecorderError(Rule.HOLD_ID_TAKEN)
            return self._complete(before, beside)
        wanted = self._for(hold, beside)
        if not self._room_for(wanted):
            raise RecorderError(Rule.HOLD_QUOTA)
        self.index.begin_hold(hold)
        try:
            self._fill(hold, wanted)
        except (OSError, sqlite3.Error):  # half a hold would be taken for a whole one
            self.release(hold.hold_id)
            raise
        return True

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

    def found(self, camera_id: str, from_ms: int, until_ms: int) -> tuple[tuple[Row, Path], ...]:
        """All that touches a range, and what is near: in the ring, and in holds what the ring has no more.

        A file that somebody took away, or that a repaired disk lost, is not there: it would be lost for all others too.
        """
        low_ms, high_ms = from_ms - NEAR_MS, until_ms + NEAR_MS
        in_ring = _there(self.ring, self.index.touching(camera_id, low_ms, high_ms))
        files_of = {name_of(row): (row, path) for row, path in in_ring}
        for hold in self.index.holds():
            if hold.camera_id == camera_id:
                for row, path in self.held(hold):
                    if row.touches(low_ms, high_ms):
                        files_of.setdefault(row.name, (row, path))
        if not any(row.touches(from_ms, until_ms) for row, _ in files_of.values()):
            return ()
        return tuple(sorted(files_of.values(), key=lambda found: (found[0].from_ms, found[0].name)))

    def held(self, hold: Hold) -> tuple[tuple[Row, Path], ...]:
        """List what a hold has, oldest first."""
        return tuple(_there(self.hold_folder(hold), self.index.held(hold.hold_id)))

    def find_hold(self, hold_id: str) -> Hold | None:
        """Find a hold by its id."""
        return next((hold for hold in self.index.holds() if hold.hold_id == hold_id), None)

    def hold_folder(self, hold: Hold) -> Path:
        """Where a hold's files lie."""
        return self._holds / hold.folder

    def release(self, hold_id: str) -> None:
        """Wipe a hold."""
        hold = self.find_hold(hold_id)
        if hold is not None:
            files.wipe(self.hold_folder(hold))
            self.index.end_hold(hold_id)
            self._count()

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
        taken = {files.identity(path): row.size_bytes for hold in self.index.holds() for row, path in self.held(hold)}
        self._room.holds(sum(taken.values()))
        return taken

    def _fill(self, hold: Hold, found: Iterable[tuple[Row, Path]]) -> None:
        folder = files.private_folder(self.hold_folder(hold))
        held = []
        for row, path in found:
            name = name_of(row)
            files.link(path, folder / name)
            held.append(replace(row, name=name))
        with durable(Step.HOLD_LINKED):
            files.sync_folder(folder)
            files.sync_folder(self._holds)
        self.index.fill_hold(hold.hold_id, held)
        self._count()

    def _settle(self, now_s: float) -> None:
        """Forget rows without a file, also of holds, and files without a row that are too old for the ring.

        A camera enters its own, but one that isn't recorded any more never would. Finish holds that were begun (one
        beside another is finished when it is asked for again); wipe folders that no hold owns.
        """
        self._require_ours()
        rows = self.index.everything()
        self.index.remove(row.name for row in rows if files.is_gone(self.ring / row.name))
        oldest_s = now_s - self._limits.age.total_seconds()
        self._delete(files.forgotten(self.ring, (row.name for row in rows), oldest_s))
        holds = self.index.holds()
        for hold in holds:
            try:
                self._fill(hold, self._for(hold))
            except OSError as error:  # the others are there, and it is completed when it is asked for again
                _LOGGER.warning("A hold could not be completed at the start: %s", error.strerror)
            names = [row.name for row in self.index.held(hold.hold_id)]
            self.index.empty_hold(hold.hold_id, [n for n in names if files.is_gone(self.hold_folder(hold) / n)])
        owned = {hold.folder for hold in holds}
        for folder in self._holds.iterdir():
            if folder.name not in owned:
                with suppress(OSError):  # with the next start
                    files.wipe(folder)

    def _delete(self, paths: Iterable[Path]) -> None:
        """Delete files of the ring. One that can't be, as on a bad place of the disk, is tried again at a start."""
        try:
            files.remove(paths)
        except OSError as error:
            self._warn("A recording could not be deleted", error)

    def _warn(self, words: str, error: OSError) -> None:
        """Say once what the disk does not do."""
        if words not in self._said:
            _LOGGER.warning("%s: %s", words, error.strerror)
        self._said.add(words)

    def _require_ours(self) -> None:
        """Raise IndexDamagedError where files are held, and none by a hold of the index: it is another's, or older.

        A hold that was only begun has no file yet.
        """
        holds = self.index.holds()
        filled = self._filled()
        is_other = not holds or any(self.index.held(hold.hold_id) for hold in holds)
        if is_other and filled and filled.isdisjoint(hold.folder for hold in holds):
            raise IndexDamagedError

    def _filled(self) -> set[str]:
        """Name the folders of holds in which anything is; what other programs leave among them is of no hold."""
        return {path.parent.name for path in self._holds.glob("*/*") if FOLDER.fullmatch(path.parent.name)}


def _there(folder: Path, rows: Iterable[Row]) -> Iterator[tuple[Row, Path]]:
    """Give those that are there with their files. A hold has thousands: a path's own look at each costs more."""
    return ((row, folder / row.name) for row in rows if files.is_there(f"{folder}/{row.name}"))


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
