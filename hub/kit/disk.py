"""Writes what outlives a power cut: bytes that were synced, under a name whose folder was synced after it."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

from hub.kit.steps import durable

if TYPE_CHECKING:
    from pathlib import Path

OWNER_ONLY = 0o600


def sync(path: Path) -> None:
    """Make durable what is at ``path``: a file's bytes, or the names in a folder (made, renamed or removed there)."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_beside(path: Path, data: bytes) -> Path:
    """Write ``data`` beside ``path``, synced and its owner's alone; return where. The caller gives it its name."""
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    return part


def write_new(path: Path, data: bytes) -> None:
    """Write a new file that only its owner reads: whole and durable, or not there at all.

    Raises FileExistsError rather than replace one.
    """
    if path.exists():
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
    replace(path, data)


def replace(path: Path, data: bytes) -> None:
    """Write a file that only its owner reads over what is there: after a power cut it's the one or the other."""
    part = write_beside(path, data)
    with durable("file.written"):
        part.rename(path)
        sync(path.parent)
