"""The recordings and holds of all cameras: files and index kept in step. Blocking; one call at a time.

Invariant: a file has its row before anybody hears of it. Holds have theirs (`holds`).

What is on the disk for good, and when: a segment is written once, from its beginning to its end, and never again; when
it is closed and is to be kept, its bytes and its name are synced (fsync of file and folder), then its row (SQLite, WAL,
`synchronous = FULL`), then it is told of. Nothing is synced while a segment is written. So a kill loses what isn't in a
whole fragment yet, a third of a second; a power cut what isn't in a closed segment, ten seconds and a group of pictures
(less what the kernel wrote by itself). What waits for an event isn't synced at all (`docs/adr/` 20).
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from ....storage import disk
from ....storage.durable_steps import durable
from ....storage.try_each import OneByOne
from ...hold_room import HoldRoom, room_of
from . import files, ring
from .holds import Holds, filled_folders
from .index import Index
from .steps import Step

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from pathlib import Path

    from .index import Row, Usage

_LOGGER = logging.getLogger(__name__)


class Library:
    """One folder: `ring/<camera>/<segment>`, `holds/<hold>/<segment>`, `index.sqlite3`."""

    def __init__(
        self, folder: Path, limits: ring.Limits, room: HoldRoom | None = None, now_s: Callable[[], float] = time.time
    ) -> None:
        """Open it, and settle what a sudden end left open; ``room`` is for holds, else as the limits say.

        ``now_s`` says what is too old by now.
        """
        disk.private_folder(folder)
        self.ring = disk.private_folder(folder / disk.RING)
        self._limits = limits
        self._said: set[str] = set()
        self.usage: tuple[Usage, ...] = ()  # of the ring, as the last look left it, with what came since
        held = disk.private_folder(folder / disk.HOLDS)
        is_empty = not filled_folders(held)  # a hold's row is there before its first file
        self.index = Index(folder / disk.INDEX, may_be_new=is_empty)
        try:
            self.holds = Holds(held, self.ring, self.index, room or room_of(limits.hold_bytes))
            self._settle(now_s())
            self.holds.settle()
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
        return disk.private_folder(self.ring / files.camera_folder(camera_id))

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
        rows = [*(row for row in known if disk.is_there(self.ring / row.name)), *fresh]
        if rows:
            self._enter_all(rows, now_ms)
        self._delete(self.ring / row.name for row in gone)
        return tuple(refused)

    def enter(self, rows: Iterable[Row], now_ms: int) -> None:
        """Enter closed segments, give them to the holds that want them, and make room where they take too much.

        Raises OSError where a hold can't be given them, after all else: they are entered.
        """
        entered, each = tuple(rows), OneByOne()
        self.index.add(entered)
        with each.trying():
            self.holds.give(entered)
        self.usage = ring.with_more(self.usage, entered)
        if ring.too_much(self.usage, self._limits, now_ms):  # to count all anew costs more than to enter one
            self.make_room(now_ms)
        each.require_all()

    def give(self, row: Row, hold_id: str, now_ms: int) -> None:
        """Enter what came for a hold; raises OSError where that one can't be given it: others are others' affair."""
        try:
            self.enter([row], now_ms)
        except OSError:
            if self.holds.lacks(hold_id, row):
                raise

    def put_right(self, names: Collection[str], right: Callable[[Row], Row], now_ms: int) -> None:
        """Enter anew what has one of these names and is still there, in the ring and in holds."""
        self.holds.put_right(names, right)
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
        self.holds.end_overdue(now_ms)

    def _settle(self, now_s: float) -> None:
        """Forget rows of the ring without a file, and files without a row that are too old for it.

        A camera enters its own, but one that isn't recorded any more never would.
        """
        rows = self.index.everything()
        self.index.remove(row.name for row in rows if files.is_gone(self.ring / row.name))
        oldest_s = now_s - self._limits.age.total_seconds()
        self._delete(files.forgotten(self.ring, (row.name for row in rows), oldest_s))

    def _delete(self, paths: Iterable[Path]) -> None:
        """Delete files of the ring. One that can't be, as on a bad place of the disk, is tried again at a start."""
        try:
            disk.remove(paths)
        except OSError as error:
            self._warn("A recording could not be deleted", error)

    def _warn(self, words: str, error: OSError) -> None:
        """Say once what the disk does not do."""
        if words not in self._said:
            _LOGGER.warning("%s: %s", words, error.strerror)
        self._said.add(words)
