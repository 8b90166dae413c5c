"""Copies one file of a folder, and takes its digest while it does."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, BinaryIO

from ..recorder_clients.connection.download import CHUNK_BYTES, Fetched, check_size
from ..recorder_clients.errors import CopyError, CopyRule
from .listing import open_below

if TYPE_CHECKING:
    import threading
    from pathlib import Path

    from .listing import FoundFile
    from .server import FolderServer

FILE_MAX_BYTES = 16 * 1024**3
"""Two hours, as long as any file here may be, at 18 Mbit/s."""


def copy_whole(
    server: FolderServer, found: FoundFile, target: Path, room_bytes: int, given_up: threading.Event
) -> Fetched:
    """Copy a file as it is now, unless it takes more than `room_bytes`; blocks.

    Where it raises, what was written is not whole, and the caller removes it. A share that is away may take longer than
    the caller waits: once that has set `given_up` the copy is removed here. Raises CopyError `hold_quota`,
    `source_gone`, `source_away`, `source_unreadable` for more than any recording has; OSError of our disk.
    """
    try:
        return _copy(server, found, target, room_bytes)
    finally:
        if given_up.is_set():
            target.unlink(missing_ok=True)


def _copy(server: FolderServer, found: FoundFile, target: Path, room_bytes: int) -> Fetched:
    digest, size_bytes = hashlib.sha256(), 0
    with open_below(server.folder, server.roots, found.path) as source:
        check_size(os.fstat(source.fileno()).st_size, room_bytes, FILE_MAX_BYTES, CopyRule.RECORDING_UNREADABLE)
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            while piece := _read(source):
                size_bytes += len(piece)
                check_size(size_bytes, room_bytes, FILE_MAX_BYTES, CopyRule.RECORDING_UNREADABLE)
                digest.update(piece)
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
    return Fetched(size_bytes=size_bytes, sha256=digest.hexdigest())


def _read(source: BinaryIO) -> bytes:
    """Read on; raises CopyError `source_away` for what the disk or share that it lies on doesn't give."""
    try:
        return source.read(CHUNK_BYTES)
    except OSError as error:
        raise CopyError(CopyRule.AWAY, type(error).__name__) from error
