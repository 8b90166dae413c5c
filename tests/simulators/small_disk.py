"""A small disk of its own, and another program that takes what room it has: for what a full disk does."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PIECES_BYTES = (2**20, 2**16, 2**12, 1)


def mount(*options: str) -> None:
    """Mount or remount; a machine that lets nobody do that can't play a small disk."""
    done = subprocess.run(["mount", *options], check=False, capture_output=True)
    if done.returncode:
        pytest.skip(f"no small disk can be made here: {done.stderr.decode().strip()}")


@contextmanager
def small_disk(folder: Path, size_bytes: int) -> Iterator[Path]:
    """Make a disk of so many bytes, in memory, until the end of the block."""
    if os.geteuid() != 0:
        pytest.skip("only root can make a small disk")
    disk = folder / "disk"
    disk.mkdir()
    mount("-t", "tmpfs", "-o", f"size={size_bytes}", "tmpfs", str(disk))
    try:
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


def take_room(disk: Path, leave_bytes: int = 0, name: str = "ballast") -> Path:
    """Take all room but what is to be left, by default to the last byte."""
    ballast = disk / name
    with ballast.open("ab", buffering=0) as file:
        for size in PIECES_BYTES:
            with suppress(OSError):
                while shutil.disk_usage(disk).free - leave_bytes >= size and file.write(bytes(size)):
                    pass
    return ballast
