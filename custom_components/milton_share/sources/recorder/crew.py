"""The process that records: it starts one for each camera (`filming/processes.py`).

A run that neither closes a segment nor stops is ended with its camera's process, and no other. Where the process ends
that starts them, all end with it, and begin again at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import signal
import sys
from collections import deque
from dataclasses import asdict
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import RecorderError
from .job import redact
from .run import STOP_S, Ended, Run, parse_line

if TYPE_CHECKING:
    from .job import Job

_LOGGER = logging.getLogger(__name__)

START = "import sys; sys.path.append(sys.argv[1]); from filming.processes import main; main()"
PROGRAM = (sys.executable, "-I", "-c", START, str(Path(__file__).parent))
"""Alone: nothing of this package's outside is imported."""
PRIVATE_UMASK = 0o077
LAST_WORDS = 5
LINE_MAX_BYTES = 64 * 1024
KEPT_ENVIRONMENT = ("PATH", "HOME", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR")
ALLOCATOR = {"MALLOC_ARENA_MAX": "1", "MALLOC_TRIM_THRESHOLD_": "131072"}
"""An arena for each thread would cost memory, and so would what libav took while it looked what a camera sends."""
ENDED = "the process that starts those that record ended"


class _Child:
    """One process that starts others, and their runs."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        """Take a started one."""
        self.process = process
        self.runs: dict[int, Run] = {}
        self.is_leaving = False
        self._words: deque[str] = deque(maxlen=LAST_WORDS)

    @classmethod
    async def start(cls, program: tuple[str, ...]) -> _Child:
        environment = {name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ} | ALLOCATOR
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            *program, str(os.getpid()), stdin=pipe, stdout=pipe, stderr=pipe, limit=LINE_MAX_BYTES,
            start_new_session=True, umask=PRIVATE_UMASK, env=environment,
        )  # fmt: skip
        return cls(process)

    def begin(self, number: int, job: Job) -> Run:
        """Have a camera recorded."""
        run = Run(ask_to_stop=lambda: self._stop(number), kill=self.kill)
        self.runs[number] = run
        self._tell({"run": number, **asdict(job), "options": dict(job.options)})
        return run

    def leave(self) -> None:
        """Have it end: nothing is to be recorded any more."""
        self.is_leaving = True
        if self.process.stdin is not None:
            self.process.stdin.close()

    def kill(self) -> None:
        """End it now."""
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGKILL)

    async def listen(self) -> str:
        """Give each run its words, until the process ends; return its own last ones."""
        hearing = asyncio.create_task(self._complaints())
        stdout = self.process.stdout
        while stdout is not None and (line := await _line(stdout)):
            try:
                number, said = parse_line(line)
            except RecorderError as error:  # a process that says what it never should does what it never should
                self._words.append(str(error))
                self.kill()
                break
            if number in self.runs:
                self.runs[number].hear(said)
                if isinstance(said, Ended):
                    del self.runs[number]
                    if not self.runs:
                        self.leave()
        await self.process.wait()
        await hearing
        return "; ".join(self._words)

    def _stop(self, number: int) -> None:
        self._tell({"run": number})

    def _tell(self, command: dict[str, object]) -> None:
        if self.process.stdin is not None and not self.process.stdin.is_closing():
            self.process.stdin.write(json.dumps(command).encode() + b"\n")

    async def _complaints(self) -> None:
        stderr = self.process.stderr
        while stderr is not None and (line := await _line(stderr)):
            self._words.append(redact(line.decode(errors="replace").strip()))


class Crew:
    """What records all cameras."""

    def __init__(self, program: tuple[str, ...] = PROGRAM) -> None:
        """Start nothing yet."""
        self._program = program
        self._child: _Child | None = None
        self._listening: dict[asyncio.Task[None], _Child] = {}
        self._numbers = count(1)
        self._starting = asyncio.Lock()

    async def begin(self, job: Job) -> Run:
        """Begin a run; raises OSError."""
        async with self._starting:
            child = self._child
            if child is None or child.is_leaving or child.process.returncode is not None:
                child = self._child = await _Child.start(self._program)
                task = asyncio.create_task(_attend(child), name="recorder process")
                self._listening[task] = child
                task.add_done_callback(self._listening.pop)
            return child.begin(next(self._numbers), job)

    async def stop(self) -> None:
        """Wait until all processes ended; each does when its last run did."""
        for task in tuple(self._listening):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(STOP_S):
                    await asyncio.shield(task)
        for child in self._listening.values():
            child.kill()
        await asyncio.gather(*self._listening)


async def _attend(child: _Child) -> None:
    words = await child.listen()
    left = tuple(child.runs.values())
    child.runs.clear()
    if left:
        _LOGGER.warning("The process that records cameras (%s) ended, and they begin again: %s", len(left), words)
    for run in left:
        run.hear(Ended(words=words or ENDED))


async def _line(stream: asyncio.StreamReader) -> bytes:
    """Read a line; of one longer than the buffer only its end is kept."""
    while True:
        with contextlib.suppress(ValueError):  # the reader has dropped what the buffer held
            return await stream.readline()
