"""Disks that can be filled and made read-only."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DISK_BYTES = 16 * 2**20
FILLS_MAX = 5
NO_ROOT = "mounting a file system needs root"


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """A small file system of its own, at ``folder``."""

    folder: Path

    @property
    def ballast(self) -> Path:
        """The file that fills it."""
        return self.folder / "ballast"

    def fill(self) -> None:
        """Leave no byte free, nor room that the database's log had taken, also by jobs that write meanwhile."""
        for _ in range(FILLS_MAX):
            self._truncate()
            self._stuff()
            if not any(path.stat().st_size for path in self.folder.glob("**/hub.sqlite-wal")):
                return

    def _truncate(self) -> None:
        for path in self.folder.glob("**/hub.sqlite"):
            with closing(sqlite3.connect(path, isolation_level=None)) as connection, suppress(sqlite3.OperationalError):
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _stuff(self) -> None:
        with self.ballast.open("ab", buffering=0) as file:
            for size_bytes in (2**20, 4096, 1):
                try:
                    while file.write(bytes(size_bytes)):
                        pass
                except OSError:
                    continue

    def free(self) -> None:
        """Make room."""
        self.ballast.unlink()

    def mount(self, options: str) -> None:
        """Mount it again, ``ro`` or ``rw``."""
        _run("mount", "-o", f"remount,{options}", str(self.folder))


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """Mount a small disk; skip where that is not allowed."""
    if os.geteuid() != 0:
        pytest.skip(NO_ROOT)
    folder = tmp_path / "disk"
    folder.mkdir()
    try:
        _run("mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES},mode=0700", "tmpfs", str(folder))
    except subprocess.CalledProcessError as error:
        pytest.skip(f"{NO_ROOT}, and this root may not: {error.stderr.decode().strip()}")
    try:
        yield Disk(folder=folder)
    finally:
        _run("umount", "--lazy", str(folder))


def _run(*command: str) -> None:
    program = shutil.which(command[0], path="/usr/bin:/bin:/usr/sbin:/sbin") or command[0]
    subprocess.run([program, *command[1:]], check=True, capture_output=True)
