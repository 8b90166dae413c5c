"""What is in each file of a folder, remembered by its path, size and time of writing: no file is looked into twice.

An MP4's index is read at once. All else is only asked for by who copies, for it takes a child that reads the file.
"""

from __future__ import annotations

import asyncio
import os
from collections import Counter, OrderedDict
from enum import Enum
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO

from ...clips.mp4.reader import FILE_BOXES_MAX, HEAD_BYTES, file_boxes
from ..recorder_clients.archive.contents import Contents, read_contents
from ..recorder_clients.errors import CopyError, CopyRule
from ..recorder_clients.failures import STUMBLES_S, Stumbling
from .checks import NoAnswerError, look_into
from .listing import open_below

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from ..one_thread import OneThread
    from .listing import FoundFile
    from .server import FolderServer

INDEXED = (".mp4", ".m4v", ".mov")
"""What may have an index; others have none, and are not opened to find that out."""
REMEMBERED_MAX = 30_000
"""More than the longest range can touch, of files of two seconds (14 hours; some 11 MB). Of a range with more files the
first would be forgotten before the last is measured, and nothing of it ever copied."""
BROKEN_MAX = 8
"""After so many files in a row that none is made of, the rest waits for the next time: each may take a child's time."""

TRIES_MAX = 3
"""A child that gives no answer may have been this machine's trouble: so often it is asked before a file is none."""

type _Key = tuple[str, int, float]


class _Unread(Enum):
    """Only a child can say."""

    UNREAD = 0


UNREAD = _Unread.UNREAD


class Lengths:
    """The files of one folder."""

    def __init__(self, server: FolderServer, looking: OneThread, stumbles_s: float = STUMBLES_S) -> None:
        """Know nothing yet; ``looking`` is who looks into the folder. What can't be read so long is as it seems."""
        self._server, self._looking = server, looking
        self._known: OrderedDict[_Key, Contents | _Unread | None] = OrderedDict()
        self._stumbling = Stumbling(stumbles_s)
        self._tries: Counter[_Key] = Counter()  # in vain, of files that are unread

    def of(self, found: FoundFile) -> Contents | _Unread | None:
        """Say what is in a file, UNREAD where nobody asked a child yet, None for what is no recording. Blocking.

        Raises CopyError where the folder is away.
        """
        key = _key(found)
        if key not in self._known:
            try:
                self._remember(key, self._indexed(found))
            except OSError:
                if not self._stumbling.is_over(key):
                    return UNREAD  # it can't be read now: nothing to remember
                self._remember(key, UNREAD)
            except CopyError as error:
                if error.rule not in {CopyRule.RECORDING_GONE, CopyRule.AWAY}:
                    raise
                gone = error.rule == CopyRule.RECORDING_GONE or self._stumbling.is_over(key)
                return None if gone else UNREAD
        return self._known[key]

    async def ask(self, wanted: Iterable[FoundFile]) -> None:
        """Have a child look into those that are unread, one after the other; canceled, it keeps what it learned."""
        broken = 0
        for found in wanted:
            if await self._looking.do(self.of, found) is not UNREAD or _key(found) not in self._known:
                continue  # what can't be read now a child can't read either, and would take for no recording
            try:
                file = await self._looking.do(open_below, self._server.folder, self._server.roots, found.path)
            except CopyError:
                continue
            with file:
                contents = await self._asked(_key(found), file)
            self._remember(_key(found), contents)
            broken = 0 if isinstance(contents, Contents) else broken + 1
            if broken >= BROKEN_MAX:
                return

    async def _asked(self, key: _Key, file: BinaryIO) -> Contents | _Unread | None:
        try:
            return await look_into(file)
        except NoAnswerError:
            self._tries[key] += 1
            if self._tries[key] < TRIES_MAX:
                return UNREAD
            del self._tries[key]
            return None
        except CopyError:
            return None

    def _indexed(self, found: FoundFile) -> Contents | _Unread | None:
        if not found.path.lower().endswith(INDEXED):
            return UNREAD
        try:
            with open_below(self._server.folder, self._server.roots, found.path) as file:
                return _index_of(file)
        except CopyError as error:
            if error.rule != CopyRule.RECORDING_UNREADABLE:
                raise
            return UNREAD

    def _remember(self, key: _Key, contents: Contents | _Unread | None) -> None:
        self._known[key] = contents
        while len(self._known) > REMEMBERED_MAX:
            self._known.popitem(last=False)


async def contents_at(path: Path) -> Contents:
    """Look into a file of this home's own, by its index or by a child; raises CopyError `source_unreadable`."""
    try:
        return await asyncio.to_thread(_read_index, path)
    except CopyError:
        with await asyncio.to_thread(path.open, "rb") as file:
            return await look_into(file)


def _read_index(path: Path) -> Contents:
    with path.open("rb") as file:
        return _index_of(file)


def _index_of(file: BinaryIO) -> Contents:
    """Read the index of a whole file; of one that breaks off a child says how much is there."""
    size_bytes = os.fstat(file.fileno()).st_size
    contents = read_contents(file, size_bytes)
    if _breaks_off(file, size_bytes):
        raise CopyError(CopyRule.RECORDING_UNREADABLE, "breaks off")
    return contents


def _breaks_off(file: BinaryIO, size_bytes: int) -> bool:
    """Whether the file ends within its media data, as half an upload does; of size 0 they reach to any end (4.2.2)."""
    file.seek(max((box.end for box in islice(file_boxes(file, size_bytes), FILE_BOXES_MAX)), default=0))
    head = file.read(HEAD_BYTES)
    return head[4:] == b"mdat" and head[:4] != bytes(4)


def _key(found: FoundFile) -> _Key:
    return found.path, found.size_bytes, found.written_s
