"""Lists a camera's folder: files whose names say when they began. Blocking.

Invariants: nothing outside of the folders that the owner opened to Home Assistant is looked at or read, and no link is
followed, not on the way to the folder's files and not in them; how much is looked at is bounded.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from ..recorder_clients.errors import CopyError, CopyRule
from ..timestamps import Timestamp, read_name
from .errors import FolderRule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FILES_MAX = 100_000
"""Two months of a file a minute."""
DEPTH_MAX = 6
"""Dahua's FTP has five folders above a file: serial number, day, 001, dav, hour."""
KINDS = (".mp4", ".m4v", ".mov", ".ts", ".mts", ".m2ts", ".mpg", ".mkv", ".avi")
"""What the cutter takes, by its name; what is in it is looked at before it is copied."""
NO_FILE = frozenset(
    {errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ELOOP, errno.ENXIO, errno.ENAMETOOLONG, errno.EACCES, errno.EPERM}
)
"""There is none, or a link, a socket, not ours to read. All else (a share that is away, a worn-out disk) may pass."""
BAD_PLACE = frozenset({errno.EIO, errno.EUCLEAN, errno.EBADMSG})
"""What a disk says of a place of it that is broken; the rest of it may be well."""
NOT_THE_CAMERAS = re.compile(r"[.@#$].*|lost\+found|System Volume Information")
"""A disk's, a share's or a sync program's own folders, often not ours to read: nothing of a camera lies there."""
OWN_FOLDER = "milton_share"
"""Where people save clips for themselves, of any camera: never a recording of the one that writes around it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFile:
    """A file: its path in the camera's folder, size, last write, and the time in its name."""

    path: str
    size_bytes: int
    written_s: float
    timestamp: Timestamp | None

    @property
    def key(self) -> str:
        """Its name among the copies: never its own, which could be a path, or tell something."""
        return hashlib.sha256(self.path.encode(errors="surrogateescape")).hexdigest()[:32]


_timestamp_of = lru_cache(FILES_MAX)(read_name)


def require_inside(folder: str, roots: Sequence[str]) -> Path:
    """Return the folder's real path; raises CopyError `folder_gone`, `folder_outside`."""
    try:
        real = Path(folder).resolve(strict=True)
    except (OSError, ValueError, RuntimeError) as error:
        raise CopyError(FolderRule.GONE, type(error).__name__) from error
    if not real.is_dir():
        raise CopyError(FolderRule.GONE, "not a folder")
    inside = [root for root in (Path(root).resolve() for root in roots) if real.is_relative_to(root)]
    if not inside or any(OWN_FOLDER in real.relative_to(root).parts for root in inside):
        raise CopyError(FolderRule.OUTSIDE)
    return real


def list_files(folder: str, roots: Sequence[str], closed: set[str] | None = None) -> tuple[FoundFile, ...]:
    """List all recordings by path; raise CopyError `folder_gone`, `folder_outside`, `folder_too_full`.

    To ``closed`` come the folders within it that can't be read.
    """
    top = require_inside(folder, roots)
    found: list[FoundFile] = []
    unread: set[str] = set() if closed is None else closed
    try:
        for entry in _walk(top, DEPTH_MAX, unread):
            if len(found) >= FILES_MAX:
                raise CopyError(FolderRule.TOO_MANY)
            try:
                status = entry.stat(follow_symlinks=False)
                path = os.path.relpath(entry.path, top)
                if stat.S_ISREG(status.st_mode):
                    timestamp = _timestamp_of(path)
                    found.append(
                        FoundFile(path=path, size_bytes=status.st_size, written_s=status.st_mtime, timestamp=timestamp)
                    )
            except FileNotFoundError:  # the camera moved or deleted it meanwhile
                continue
            except OSError as error:  # its name can be read, and nothing else
                _require_closed(error)
                unread.add(str(Path(entry.path).parent))
    except OSError as error:
        raise CopyError(FolderRule.GONE, type(error).__name__) from error
    return tuple(sorted(found, key=lambda one: one.path))


def open_below(folder: str, roots: Sequence[str], path: str) -> BinaryIO:
    """Open a file that was listed, following no link.

    Raises CopyError `source_gone`, `source_away` where its disk or share doesn't say that it is, and what the folder's
    is.
    """
    *folders, name = Path(path).parts
    if Path(path).is_absolute() or ".." in (*folders, name):
        raise CopyError(CopyRule.RECORDING_GONE, "a way out")
    handle = os.open(require_inside(folder, roots), os.O_RDONLY | os.O_DIRECTORY)
    try:
        for part in folders:
            inner = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=handle)
            os.close(handle)
            handle = inner
        file = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=handle)
    except ValueError as error:
        raise CopyError(CopyRule.RECORDING_GONE, type(error).__name__) from error
    except OSError as error:
        rule = CopyRule.RECORDING_GONE if error.errno in NO_FILE else CopyRule.AWAY
        raise CopyError(rule, type(error).__name__) from error
    finally:
        os.close(handle)
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise CopyError(CopyRule.RECORDING_GONE, "no file")
    return os.fdopen(file, "rb")


def _walk(folder: Path, depth: int, closed: set[str]) -> Iterator[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                if depth > 0 and entry.name != OWN_FOLDER:
                    try:
                        yield from _walk(Path(entry.path), depth - 1, closed)
                    except FileNotFoundError:  # as with files
                        continue
                    except OSError as error:
                        _require_closed(error)
                        if not NOT_THE_CAMERAS.fullmatch(entry.name):
                            closed.add(entry.path)
            elif entry.name.lower().endswith(KINDS) and not entry.is_symlink():
                yield entry


def _require_closed(error: OSError) -> None:
    """Re-raise unless only this path is unreadable, for example when a network share is away."""
    if not isinstance(error, PermissionError) and error.errno not in BAD_PLACE:
        raise error
