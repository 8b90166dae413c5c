"""Runs as a process of its own: starts a process for each camera, so that no camera stops another one.

They are forks of this one: libav is loaded once, and what it takes of memory is shared. Standard input has a command a
line: `{"run": 1, "url": …}` begins a run (`film.Job`), `{"run": 1}` ends it. Standard output is what the cameras'
processes say (`film.py`), and two words of this one: the process id of a run (`1=4711`), and that its process ended
(`1!words`, after its own word of that, if it had one). Without an input it has all runs end, and ends. Each process
dies with its parent.

Addresses come in by the pipe and never go out: neither as arguments nor in words.
"""

from __future__ import annotations

import ctypes
import gc
import json
import multiprocessing
import os
import resource
import signal
import socket
import sys
import threading
import time
from contextlib import suppress
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Final

import av

from . import KILL_S
from .film import Job, film

if TYPE_CHECKING:
    from multiprocessing.context import ForkProcess

STDIN: Final = 0
READ_BYTES = 64 * 1024
PR_SET_PDEATHSIG = 1
ADDRESS_SPACE_BYTES = 1024**3
"""A camera's process takes a third of this; a camera that has packets grow without end finds an end."""
DESCRIPTORS = range(3, 64)
"""A camera's process has a file, its connection, and few others."""
END_S = 2.0
"""All runs stop within this where no more input comes, or are killed."""
POLITE_S = 1.0
"""A run that is told to stop takes leave of its camera within this, where that still sends."""
ENDED = "the process that recorded it ended"
_FORK = multiprocessing.get_context("fork")


def main() -> None:
    """Obey the commands of the parent, whose process id is the argument."""
    die_with(int(sys.argv[-1]))
    av.logging.set_level(None)
    gc.freeze()  # or the first collection in each fork would copy the pages of all objects
    runs = Runs()
    unread = b""
    while True:
        ready = wait([STDIN, *runs.sentinels], runs.patience_s)
        if STDIN in ready:
            data = os.read(STDIN, READ_BYTES)
            if not data:
                break
            *lines, unread = (unread + data).split(b"\n")
            for line in lines:
                command = json.loads(line)
                if "url" in command:
                    runs.begin(Job(**command))
                else:
                    runs.stop(command["run"])
        runs.look()
    runs.end()


class Runs:
    """The runs that have a process now."""

    def __init__(self) -> None:
        """Begin without any."""
        self._processes: dict[int, ForkProcess] = {}
        self._overdue_s: dict[int, float] = {}
        """By when a run that was told to stop has stopped, or is killed."""

    @property
    def sentinels(self) -> list[int]:
        """What is ready once a process ended."""
        return [process.sentinel for process in self._processes.values()]

    @property
    def patience_s(self) -> float | None:
        """How long until a run is to be killed."""
        return max(0.0, min(self._overdue_s.values()) - time.monotonic()) if self._overdue_s else None

    def begin(self, job: Job) -> None:
        """Start a process for a run."""
        process = _FORK.Process(target=_record, args=(job, os.getpid()), daemon=True)
        process.start()
        self._processes[job.run] = process
        os.write(1, f"{job.run}={process.pid}\n".encode())

    def stop(self, run: int) -> None:
        """Tell a run to stop; one that ended is passed over."""
        if run in self._processes:
            self._processes[run].terminate()
            self._overdue_s.setdefault(run, time.monotonic() + KILL_S)

    def look(self) -> None:
        """Say which processes ended; kill those that were told to and don't."""
        for run, process in tuple(self._processes.items()):
            if not process.is_alive():
                process.close()
                del self._processes[run]
                self._overdue_s.pop(run, None)
                os.write(1, f"{run}!{ENDED}\n".encode())
            elif time.monotonic() >= self._overdue_s.get(run, float("inf")):
                process.kill()

    def end(self) -> None:
        """Have all runs stop."""
        for process in self._processes.values():
            process.terminate()
        until_s = time.monotonic() + END_S
        for process in self._processes.values():
            process.join(max(0.0, until_s - time.monotonic()))
            process.kill()


def die_with(parent: int) -> None:
    """End this process when its parent ends, or now, where that is gone."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def _record(job: Job, parent: int) -> None:
    """Record one camera: a process's whole life."""
    die_with(parent)
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE_BYTES, ADDRESS_SPACE_BYTES))
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    threading.Thread(target=_watch, args=(job,), daemon=True).start()
    film(job)


def _watch(job: Job) -> None:
    """Hang up where a run is told to stop, or where its camera gives no packet for too long after it was asked.

    libav waits for as long as a camera sends anything, however little that is. It could be given a time-out by PyAV,
    which would be asked in Python at each of libav's reads: twice the work. Once it hung up, libav reads what had come,
    and the file is closed.
    """
    told = signal.sigtimedwait({signal.SIGTERM}, job.open_s)
    if told is None and job.has_come:
        told = signal.sigwaitinfo({signal.SIGTERM})
    if told is None:
        job.is_given_up = True
    else:
        job.stopped = True
        time.sleep(POLITE_S)
    while True:  # a connection that is only made now, too
        hang_up()
        time.sleep(POLITE_S)


def hang_up() -> None:
    """Shut down all connections of this process."""
    for descriptor in DESCRIPTORS:
        with suppress(OSError), socket.socket(fileno=os.dup(descriptor)) as connection:
            connection.shutdown(socket.SHUT_RDWR)
