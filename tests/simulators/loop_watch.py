"""Sees what a program calls on its event loop that can make the loop wait: files, databases, processes, sleep.

Home Assistant's own detector knows some of them by name. This one is told by the interpreter of each call into C on the
loop's thread, and keeps those of `WAITS` that come from a folder of the program.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import FrameType

_OF_OS = ("open", "stat", "lstat", "statvfs", "listdir", "scandir", "unlink", "remove", "rename", "replace", "mkdir")
_OF_OS += ("rmdir", "link", "symlink", "chmod", "utime", "truncate", "fsync", "fdatasync", "access", "readlink")
WAITS = frozenset({open, time.sleep, sqlite3.connect, *(getattr(os, name) for name in _OF_OS)})
DATABASE = (sqlite3.Connection, sqlite3.Cursor)
LOOPS_OWN = f"{os.sep}asyncio{os.sep}"  # it starts processes in its own way
HOSTS_OWN = f"{os.sep}homeassistant{os.sep}"  # it imports its own parts when it first needs them
HOSTS_DETECTOR = f"{HOSTS_OWN}util{os.sep}loop.py"  # stands in between wherever it watches, too
DEEPEST = 60


@contextmanager
def watched(folder: Path) -> Iterator[list[str]]:
    """Yield what is found while it lasts: the name of what was called, and from which line of ``folder``."""
    found: list[str] = []
    inside = f"{folder}{os.sep}"

    def called(frame: FrameType, event: str, arg: Any) -> None:  # noqa: ANN401  a function of C
        if event == "c_call" and _can_wait(arg) and (line := _line_of(frame, inside)) is not None:
            found.append(f"{arg.__qualname__} by {line}")

    before = sys.getprofile()
    sys.setprofile(called)
    try:
        yield found
    finally:
        sys.setprofile(before)


def _can_wait(function: Any) -> bool:  # noqa: ANN401
    try:
        return function in WAITS or isinstance(getattr(function, "__self__", None), DATABASE)
    except TypeError:  # one that has no hash
        return False


def _line_of(frame: FrameType | None, inside: str) -> str | None:
    """Return the nearest line of the folder that led here, if neither the loop nor the host stands in between."""
    for _ in range(DEEPEST):
        name = frame.f_code.co_filename if frame else ""
        if frame is None or LOOPS_OWN in name or (HOSTS_OWN in name and HOSTS_DETECTOR not in name):
            return None
        if name.startswith(inside):
            return f"{name.removeprefix(inside)}:{frame.f_lineno}"
        frame = frame.f_back
    return None
