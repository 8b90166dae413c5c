"""What a process asked of its disk and said to the network, in order, by ``strace``; and what a power cut would take.

A file is *loose* from a write until an fsync or fdatasync that began after it has ended; its name is loose from its
making or moving until the folder was synced. What is loose when an answer leaves could be gone though somebody was
told. SQLite's log counts from the moment its writer lets go of a lock: until then no other thread can have read of it.
Seen are the calls that Python, SQLite and the blob store use; what is written through a memory map is not (SQLite's
``-shm`` alone, which it makes anew after a crash).
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

WRITES = ("write", "writev", "pwrite64", "pwritev", "pwritev2", "ftruncate", "fallocate", "copy_file_range", "sendfile")
SYNCS = ("fsync", "fdatasync")
NAMES = ("open", "openat", "creat", "rename", "renameat", "renameat2", "link", "linkat", "mkdir", "mkdirat")
GONE = ("unlink", "unlinkat", "rmdir")
SENDS = ("sendto", "sendmsg", "sendmmsg")
LOCKS = ("fcntl",)
UNLOCKED = "F_UNLCK"
LOG, MAP = "-wal", "-shm"  # SQLite's log of commits, and the map of it, on which it holds its locks
CALL = re.compile(r"^(?P<thread>\d+) +(?P<name>\w+)\((?P<rest>.*)$")
RESUMED = re.compile(r"^(?P<thread>\d+) +<\.\.\. (?P<name>\w+) resumed>(?P<rest>.*)$")
UNFINISHED = "<unfinished ...>"
EXITED = re.compile(r"^(?P<thread>\d+) +\+\+\+ (?:exited|killed)")
RESULT = re.compile(r"\) += (?P<result>-?\d+)(?:<|\s|$)")
DESCRIPTOR = re.compile(r"^(?:-?\d+|AT_FDCWD)<(?P<what>[^>]*(?:->[^>]*)?)>")
QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
EMPTIED = re.compile(r">, 0\b")
TEXT_CHARS = 200
NAME_OF = "the name of "
EXIT = "exit"
EMPTY_IS_NOTHING = ("-wal", "-journal")  # SQLite makes its log when it opens, and syncs the name when it writes


def tracer(output: Path) -> tuple[str, ...] | None:
    """Return what to put before a command to trace it into ``output``; None where there is no ``strace``."""
    strace = shutil.which("strace")
    if strace is None:
        return None
    calls = ",".join((*WRITES, *SYNCS, *NAMES, *GONE, *SENDS, *LOCKS))
    options = ("-f", "--seccomp-bpf", "-yy", "-s", str(TEXT_CHARS), "-e", f"trace={calls}", "-e", "signal=none")
    return (strace, *options, "-o", str(output))


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of one thread, begun (``result`` is None) or ended."""

    thread: int
    name: str
    arguments: str
    result: int | None

    @property
    def descriptor(self) -> str:
        """Return what the first argument's descriptor is: a path, or ``TCP:[…]``."""
        found = DESCRIPTOR.match(self.arguments)
        return found["what"] if found else ""

    @property
    def texts(self) -> list[str]:
        """Return the quoted arguments."""
        return QUOTED.findall(self.arguments)


def read(lines: Iterable[str]) -> Iterator[Call]:
    """Yield each call as it begins, and again as it ends."""
    begun: dict[int, str] = {}
    for line in lines:
        if exited := EXITED.match(line):
            yield Call(thread=int(exited["thread"]), name=EXIT, arguments="", result=None)
        elif resumed := RESUMED.match(line):
            thread = int(resumed["thread"])
            yield _ended(thread, resumed["name"], begun.pop(thread, "") + resumed["rest"])
        elif call := CALL.match(line):
            thread, name, rest = int(call["thread"]), call["name"], call["rest"]
            begun[thread] = rest.split(UNFINISHED)[0]
            yield Call(thread=thread, name=name, arguments=begun[thread], result=None)
            if UNFINISHED not in rest:
                yield _ended(thread, name, begun.pop(thread))


def _ended(thread: int, name: str, rest: str) -> Call:
    found = RESULT.findall(rest)
    return Call(thread=thread, name=name, arguments=rest, result=int(found[-1]) if found else -1)


def _empties_log(call: Call) -> bool:
    """Say whether SQLite empties its log, whose commits are in the synced file by then: its old pages may come back."""
    return call.name == "ftruncate" and call.descriptor.endswith(LOG) and EMPTIED.search(call.arguments) is not None


@dataclass(kw_only=True)
class Disk:
    """The files below one folder, and what of them is loose; those that don't ``count`` are not looked at."""

    folder: Path
    counts: Callable[[str], bool]
    loose: dict[str, int] = field(default_factory=dict)
    writers: dict[str, int] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    unread: set[str] = field(default_factory=set)
    _known: set[str] = field(default_factory=set)
    _moment: int = 0
    _syncing: dict[int, int] = field(default_factory=dict)

    def see(self, call: Call) -> None:
        """Take one call into account."""
        self._moment += 1
        if call.name == EXIT:
            self.gone.add(call.thread)
        ended_well = call.result is not None and call.result >= 0
        if call.name in SYNCS:
            self._sync(call)
        elif call.name in WRITES and call.result is None and not _empties_log(call):
            self._loosen(call.descriptor, call.thread)
        elif call.name in GONE and ended_well:
            self._gone(self._paths(call)[-1])
        elif call.name in NAMES and ended_well:
            self._name(call)
        elif call.name in LOCKS and UNLOCKED in call.arguments and call.descriptor.endswith(MAP):
            self.unread.discard(call.descriptor.removesuffix(MAP) + LOG)

    def _sync(self, call: Call) -> None:
        if call.result is None:
            self._syncing[call.thread] = self._moment
        elif call.result == 0:
            since = self._syncing.pop(call.thread, 0)
            synced = [call.descriptor, *(each for each in self.loose if each.startswith(NAME_OF))]
            for what in synced:
                is_inside = what == call.descriptor or str(PurePosixPath(what).parent) == NAME_OF + call.descriptor
                if is_inside and self.loose.get(what, since + 1) < since:
                    del self.loose[what]

    def loose_of(self, thread: int) -> frozenset[str]:
        """Return what is loose of all that a thread wrote, or that somebody wrote who is no more."""
        return frozenset(each for each in self.loose if self.writers[each] == thread or self.writers[each] in self.gone)

    @property
    def lost(self) -> frozenset[str]:
        """Return what a power cut would take of all that others can have read."""
        return frozenset(self.loose.keys() - self.unread)

    def _loosen(self, path: str, thread: int) -> None:
        if self._is_below(path) and self.counts(path):
            if path.endswith(LOG) and path not in self.loose:
                self.unread.add(path)
            self.loose[path], self.writers[path] = self._moment, thread
            if path.endswith(EMPTY_IS_NOTHING):
                self._made(path, thread)

    def _gone(self, path: str) -> None:
        """Forget a name: what only it led to needs no sync."""
        self._known.discard(path)
        self.loose.pop(path, None)
        self.loose.pop(NAME_OF + path, None)

    def _name(self, call: Call) -> None:
        paths = self._paths(call)
        if call.name in {"open", "openat", "creat"}:
            if ("O_CREAT" in call.arguments or call.name == "creat") and not paths[-1].endswith(EMPTY_IS_NOTHING):
                self._made(paths[-1], call.thread)
            return
        if call.name.startswith(("rename", "link")):
            self._moved(paths[0], paths[-1])
        self._made(paths[-1], call.thread)

    def _moved(self, old: str, new: str) -> None:
        """Carry what is loose over to the new name: a file's own, and those of a folder's files."""
        self.loose.pop(NAME_OF + old, None)
        for kind in ("", NAME_OF):
            for path in [each for each in self.loose if each == kind + old or each.startswith(f"{kind}{old}/")]:
                moved = kind + new + path.removeprefix(kind + old)
                self.loose[moved], self.writers[moved] = self.loose.pop(path), self.writers[path]
        for path in [each for each in self._known if each.startswith(f"{old}/")]:
            self._known.remove(path)
            self._known.add(new + path.removeprefix(old))
        self._known.discard(new)

    def _made(self, path: str, thread: int) -> None:
        """Note a name that may be new."""
        if self._is_below(path) and path not in self._known and self.counts(path):
            self._known.add(path)
            self.loose[NAME_OF + path], self.writers[NAME_OF + path] = self._moment, thread

    def _is_below(self, path: str) -> bool:
        return path.startswith(f"{self.folder}/")

    def _paths(self, call: Call) -> list[str]:
        """Return the paths that a call names; relative ones are of the folder before them."""
        folders = re.findall(r"(?:AT_FDCWD|\d+)<([^>]*)>, \"", call.arguments)
        return [
            text if text.startswith("/") else str(PurePosixPath(folders[min(number, len(folders) - 1)]) / text)
            for number, text in enumerate(call.texts)
            if text.startswith("/") or folders
        ]


def loose_when_said(
    lines: Iterable[str], disk: Disk, is_acknowledgement: Callable[[str], bool]
) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield each acknowledgement that left by a socket or a pipe, with what was loose at that moment."""
    for call in read(lines):
        disk.see(call)
        is_sent = call.name in (*SENDS, "write", "writev") and call.result is None
        if is_sent and call.descriptor.startswith(("TCP", "pipe")):
            said = "".join(call.texts)
            if is_acknowledgement(said):
                yield said, disk.lost


def loose_after_steps(lines: Iterable[str], disk: Disk, told: Path) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield each step that a process wrote into ``told`` as past, with what was loose of what it had made to stay.

    That is what the thread itself wrote, and what was written by processes and threads that have ended: others may be
    in the middle of something else.
    """
    for call in read(lines):
        disk.see(call)
        if call.name == "write" and call.result is None and call.descriptor == str(told):
            said = "".join(call.texts)
            if said.endswith(r" after\n"):
                yield said.split()[0], disk.loose_of(call.thread)
