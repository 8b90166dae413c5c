"""Recordings on disk: private, found again by their names, measured when they are closed. Blocking."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ....storage.disk import FILE_MODE, is_there, sync_folder
from ....storage.durable_steps import durable
from ...steady import wall_lead_s
from ..times.boxes import Contents, read_contents
from .steps import Step

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

NAME = re.compile(r"\d{13}-\d{6,9}\.mp4")
"""When the run of ffmpeg began that wrote it, and which of its segments it is: of a run of months one of millions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A closed file: its digest, its structure, and the epoch time of its last write.

    `lead_s` is by how much the clock of that time led the one that nobody can put, when the file was measured.
    """

    size_bytes: int
    sha256: str
    contents: Contents
    written_s: float
    lead_s: float


def camera_folder(camera_id: str) -> str:
    """Name a camera's folder: never what the camera is called, which could be a path, or tell something."""
    return hashlib.sha256(camera_id.encode()).hexdigest()[:16]


def run_pattern(folder: Path, started_ms: int) -> Path:
    """Give ffmpeg's pattern for the segments of a run."""
    return folder / f"{started_ms:013}-%06d.mp4"


def run_of(path: Path) -> str:
    """Name the run that wrote a segment, by its name or by the run's pattern."""
    return path.name.partition("-")[0]


def measure(path: Path) -> Measured:
    """Read a closed segment, cutting off what breaks off at its end; `keep` puts it on the disk for good.

    Raises RecorderError `segment_unreadable`, OSError.
    """
    with path.open("r+b") as file:
        status = os.fstat(file.fileno())
        contents = read_contents(file, status.st_size)
        if contents.whole_bytes < status.st_size:
            file.truncate(contents.whole_bytes)
        file.seek(0)
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    size_bytes = contents.whole_bytes
    return Measured(
        size_bytes=size_bytes, sha256=digest, contents=contents, written_s=status.st_mtime, lead_s=wall_lead_s()
    )


def keep(path: Path) -> None:
    """Put a segment on the disk for good, contents and name."""
    with path.open("rb") as file, durable(Step.SEGMENT_SYNCED):
        path.chmod(FILE_MODE)
        os.fsync(file.fileno())
        sync_folder(path.parent)


def link(source: Path, target: Path) -> None:
    """Give a file a second name, or a copy where the file system has no second names; never half a copy."""
    if target.exists():
        return
    try:
        target.hardlink_to(source)
    except OSError:
        half = target.with_name(f"{target.name}.half")
        shutil.copy2(source, half)
        half.chmod(FILE_MODE)
        with half.open("rb") as file:
            os.fsync(file.fileno())
        half.replace(target)


def is_gone(path: Path) -> bool:
    """Whether a file isn't there any more; what can't be found for another reason may be found again."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def note(mark: Path, *, is_so: bool) -> None:
    """Keep by an empty file whether something is so, over a power cut too; raises OSError."""
    if is_so and not mark.exists():
        mark.touch(mode=FILE_MODE)
        sync_folder(mark.parent)
    elif not is_so:
        mark.unlink(missing_ok=True)


def identity(path: Path) -> tuple[int, int] | Path:
    """Tell a file from others whatever its names are; one that isn't there is its path."""
    try:
        status = os.lstat(path)
    except FileNotFoundError:
        return path
    return status.st_dev, status.st_ino


def wipe(folder: Path) -> None:
    """Delete a folder of files and make that last. Raises OSError where something can't be, after all else."""
    if not is_gone(folder):
        failed: list[BaseException] = []
        with durable(Step.HOLD_WIPED):
            shutil.rmtree(folder, onexc=lambda _work, _path, error: failed.append(error))
            sync_folder(folder.parent)
            if failed:
                raise failed[0]


def forgotten(folder: Path, known: Iterable[str], before_s: float) -> tuple[Path, ...]:
    """Segments below a folder of camera folders that the index doesn't know and that nobody writes since a time."""
    names = set(known)
    strange = [path for path in folder.glob("*/*.mp4") if f"{path.parent.name}/{path.name}" not in names]
    return tuple(path for path in strange if is_there(path) and path.stat().st_mtime < before_s)


def strangers(folder: Path, known: Iterable[str]) -> tuple[Path, ...]:
    """Segments in a camera's folder that the index doesn't know, oldest first."""
    names = set(known)
    found = (path for path in folder.iterdir() if NAME.fullmatch(path.name) and path.name not in names)
    return tuple(sorted(found, key=lambda path: (run_of(path), len(path.name), path.name)))
