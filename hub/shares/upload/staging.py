"""Bodies on local disk while they are being uploaded.

Invariants: the size that :meth:`Staging.offset` gives is durable (data is synced before it is acknowledged); one
writer at a time holds a body (a lock of the operating system, so also between workers, and gone with a killed one).
The methods of both classes block; call them in a thread, and those of a body by :func:`to_its_end`.
"""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import os
from typing import TYPE_CHECKING

from hub.kit.disk import sync
from hub.kit.steps import durable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

READ_CHUNK_BYTES = 2**20


async def to_its_end[*Arguments, T](work: Callable[[*Arguments], T], *arguments: *Arguments) -> T:
    """Run ``work`` in a thread; a caller that is cancelled goes on only when it has ended.

    A body is closed after that, and its descriptor's number may be another file's a moment later.
    """
    running = asyncio.ensure_future(asyncio.to_thread(work, *arguments))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait([running])
        raise


class BodyLockedError(Exception):
    """Another writer holds this body."""


class Body:
    """One staged body, held by its only writer."""

    def __init__(self, descriptor: int, path: Path) -> None:
        """Hold an open, locked file."""
        self._descriptor = descriptor
        self.path = path

    def size_bytes(self) -> int:
        """Return how many bytes are there."""
        return os.fstat(self._descriptor).st_size

    def is_current(self) -> bool:
        """Say whether the file still is the one that its name leads to."""
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return False
        return found.st_ino == os.fstat(self._descriptor).st_ino

    def append(self, data: bytes) -> None:
        """Add ``data`` at the end; it is durable after :meth:`sync`."""
        view = memoryview(data)
        while view:
            view = view[os.write(self._descriptor, view) :]

    def cut(self, size_bytes: int) -> None:
        """Go back to ``size_bytes``."""
        os.ftruncate(self._descriptor, size_bytes)
        with durable("upload.cut"):
            os.fsync(self._descriptor)

    def sync(self) -> None:
        """Make what was appended durable."""
        with durable("upload.piece_kept"):
            os.fsync(self._descriptor)

    def sha256(self) -> str:
        """Return the hex SHA-256 of the whole body, read back from disk."""
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, hashlib.sha256).hexdigest()

    def close(self) -> None:
        """Let go of the file and of its lock."""
        os.close(self._descriptor)


class Staging:
    """The folder of bodies: ``{share_id}.{name}``. Both were checked by whoever calls."""

    def __init__(self, folder: Path) -> None:
        """Use ``folder`` (made 0700 when it is missing)."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder = folder

    def create(self, share_id: str, name: str) -> None:
        """Make an empty body, durable; one that is there stays as it is."""
        try:
            descriptor = os.open(self._path(share_id, name), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return
        os.close(descriptor)
        with durable("upload.made"):
            sync(self.folder)

    def offset(self, share_id: str, name: str) -> int | None:
        """Return how many bytes of a body are there, None when there is no such body."""
        try:
            return self._path(share_id, name).stat().st_size
        except FileNotFoundError:
            return None

    def remove(self, share_id: str, name: str) -> None:
        """Remove a body; nothing happens when there is none."""
        self._path(share_id, name).unlink(missing_ok=True)
        with durable("upload.removed"):
            sync(self.folder)

    def open(self, share_id: str, name: str) -> Body:
        """Return the body, locked; raise FileNotFoundError or BodyLockedError."""
        path = self._path(share_id, name)
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(descriptor)
            raise BodyLockedError from error
        body = Body(descriptor, path)
        if not body.is_current():  # removed, and perhaps made again, between open and lock
            body.close()
            raise FileNotFoundError(path.name)
        return body

    def names(self) -> Iterator[tuple[str, str]]:
        """Yield (share id, part name) of every body that is there."""
        for path in sorted(self.folder.iterdir()):
            share_id, _, name = path.name.partition(".")
            yield share_id, name

    def free_bytes(self) -> int:
        """Return how much room the disk has for an unprivileged writer."""
        stats = os.statvfs(self.folder)
        return stats.f_bavail * stats.f_frsize

    def _path(self, share_id: str, name: str) -> Path:
        return self.folder / f"{share_id}.{name}"
