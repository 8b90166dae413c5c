"""What lasts on this home's disk: folders that only it may enter, names that outlive a power cut. Blocking."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from typing import TYPE_CHECKING

from .try_each import OneByOne

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

FOLDER_MODE, FILE_MODE = 0o700, 0o600
RING, HOLDS, INCOMING, INDEX = "ring", "holds", "incoming", "index.sqlite3"
"""What recordings, copies and added files lie in, beside their index."""
CLOCK_UNSET = "clock_unset"
"""A file that is there while no time service has set the clock by which recordings are timed."""


def private_folder(path: Path) -> Path:
    """Make a folder that only its owner may enter; it is there after a power cut, and so is what is kept in it."""
    path.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    path.chmod(FOLDER_MODE)
    sync_folder(path.parent)
    return path


def is_there(path: Path | str) -> bool:
    """Whether a file can be found: what lies on a bad place of the disk can't, and is of no use, but isn't gone."""
    try:
        os.lstat(path)
    except OSError:
        return False
    return True


def sync_folder(folder: Path) -> None:
    """Make names in a folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def remove(paths: Iterable[Path]) -> None:
    """Delete files; it doesn't matter whether they are there. Raises OSError where one can't be, after all others."""
    each = OneByOne()
    for path in paths:
        with each.trying():
            path.unlink(missing_ok=True)
    each.require_all()


def wipe_recordings(folder: Path) -> None:
    """Delete what is ours in a folder, and then itself, or the link that it is: a kill before that is made good."""
    for name in (RING, HOLDS, INCOMING):
        shutil.rmtree(folder / name, ignore_errors=True)
    with suppress(OSError):
        remove([folder / CLOCK_UNSET, *folder.glob(f"{INDEX}*")])
    with suppress(OSError):
        folder.unlink() if folder.is_symlink() else folder.rmdir()
