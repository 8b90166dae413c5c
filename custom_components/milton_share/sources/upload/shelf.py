"""Added files on this disk. Blocking; one call at a time.

A file lies in `incoming/` until the owner has said when it was filmed; then it goes into the hold of its case, which
is the recorder's own kind of hold: quota, deadline, wiping. What is held twice lies here once.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from ...storage import disk
from ...storage.durable_steps import Step, durable
from ..hold_room import HoldRoom, room_of
from ..recorder.store import files
from ..recorder.store.index import Row
from ..recorder.store.library import Library
from ..recorder.store.ring import Limits
from ..recorder.store.timeline import coverage, from_ms
from .errors import UploadError, UploadRule

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from ..model import Coverage
    from ..recorder.store.index import Hold
    from .model import AddedFile

METHOD = "owner"
"""The manifest's word for times that the owner gave."""
PART, FILM, PICTURE = ".part", ".film", ".jpg"


class Shelf:
    """All added files of one home."""

    def __init__(self, folder: Path, room: int | HoldRoom, known: Collection[str]) -> None:
        """Open it; raises OSError, RecorderError. What a sudden end left on its way, and what isn't known, is wiped."""
        self._room = room_of(room)
        self._unheld = self._room.beside()
        self._library = Library(folder, Limits(camera_bytes=0, total_bytes=0), self._room)
        try:
            self._library.make_room(0)
            self._library.clear_ring()
            self.incoming = disk.private_folder(folder / disk.INCOMING)
            stray = (path for path in self.incoming.iterdir() if path.suffix == PART or path.stem not in known)
            with suppress(OSError):  # with the next start
                disk.remove(tuple(stray))
            self._count()
        except BaseException:
            self._library.close()
            raise

    def close(self) -> None:
        """Close the index."""
        self._library.close()
        self._unheld.holds(0)

    def path(self, file_id: str, suffix: str) -> Path:
        """Where a file that came lies, its picture, or what is still coming."""
        return self.incoming / f"{file_id}{suffix}"

    def room_bytes(self) -> int:
        """How much more may be added: of the room of all holds, in which what came and has no hold yet lies too."""
        return self._room.left_bytes()

    def keep(self, file_id: str) -> None:
        """Keep a file that came whole."""
        with durable(Step.FILE_KEPT):
            self.path(file_id, PART).replace(self.path(file_id, FILM))
            disk.sync_folder(self.incoming)
        self._count()

    def wipe(self, file_id: str) -> None:
        """Delete what lies of a file outside of holds."""
        disk.remove(self.path(file_id, suffix) for suffix in (PART, FILM, PICTURE))
        self._count()

    def span(self, file: AddedFile) -> tuple[int, int] | None:
        """Say when a file was filmed, if that is known and the file is here."""
        if file.timing is None or not (self.path(file.file_id, FILM).exists() or self._held(file.case_id)):
            return None
        return file.timing.from_ms, file.timing.from_ms + file.length_ms

    def hold(self, hold: Hold, file: AddedFile | None) -> None:
        """Hold a file for a range that it touches; raises RecorderError, UploadError `hold_quota`."""
        try:
            self._hold(hold, file)
        finally:
            self._count()

    def _hold(self, hold: Hold, file: AddedFile | None) -> None:
        self._library.holds.hold(hold)
        if file is None or file.timing is None or hold.hold_id != file.case_id:
            return
        row = row_of(file)
        if not row.touches(hold.from_ms, hold.until_ms):
            return
        film = self.path(file.file_id, FILM)
        held = self._held(hold.hold_id)
        if held:
            if held[0] != (again := replace(row, name=held[0].name)):
                self._library.index.fill_hold(hold.hold_id, [again])
        elif film.exists():
            self._count(but=film)
            target = self._library.folder(file.camera_id) / film.name
            files.link(film, target)
            disk.sync_folder(target.parent)
            self._library.give(replace(row, name=f"{target.parent.name}/{target.name}"), hold.hold_id, 0)
            if not self._held(hold.hold_id):
                raise UploadError(UploadRule.HOLD_QUOTA)
        if self._held(hold.hold_id):
            film.unlink(missing_ok=True)

    def held(self, hold_id: str) -> Coverage:
        """Say what a hold has; raises UploadError `hold_unknown`."""
        hold = self._library.holds.find(hold_id)
        if hold is None:
            raise UploadError(UploadRule.HOLD_UNKNOWN)
        return coverage(self._library.holds.held(hold), from_ms(hold.from_ms), from_ms(hold.until_ms))

    def release(self, hold_id: str) -> None:
        """Wipe a hold."""
        self._library.holds.release(hold_id)

    def end_overdue(self, now_ms: int) -> None:
        """Wipe the holds that are past their deadline."""
        self._library.make_room(now_ms)

    def _count(self, *, but: Path | None = None) -> None:
        """Say what came and has no hold yet; a file that is about to be held counts there."""
        found = (path for path in self.incoming.glob(f"*{FILM}") if path != but and disk.is_there(path))
        self._unheld.holds(sum(path.stat().st_size for path in found))

    def _held(self, hold_id: str) -> tuple[Row, ...]:
        return self._library.index.held(hold_id)


def row_of(file: AddedFile) -> Row:
    """Return a file as recordings are entered: at the time that the owner said, as unsure as the owner said.

    The home's own clock has no part in that time, so its doubt is not added (docs/adr/0022).
    """
    assert file.timing is not None  # noqa: S101  asked before
    start_ms, start_s = file.timing.from_ms, file.facts.start_s
    return Row(
        name=f"{file.file_id}{FILM}",
        camera_id=file.camera_id,
        from_ms=start_ms,
        until_ms=start_ms + file.length_ms,
        size_bytes=file.size_bytes,
        sha256=file.sha256,
        media_start_s=start_s,
        offset_ms=file.timing.offset_ms,
        uncertainty_ms=file.timing.uncertainty_ms,
        method=METHOD,
        gaps=tuple(
            (start_ms + round((low - start_s) * 1000), start_ms + round((high - start_s) * 1000))
            for low, high in file.facts.gaps
        ),
    )
