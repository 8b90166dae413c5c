"""One run of ffmpeg: from its start to its end, and the segments that it closed."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .command import redact
from .errors import RecorderError, Rule

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

LAUNCHER = Path(__file__).with_name("launch.py")
PRIVATE_UMASK = 0o077
LAST_WORDS = 5
TIME_MAX_S = 1e9
"""No run lasts thirty years."""
STOP_S = 3.0
"""ffmpeg closes its last segment within this after being asked; then it's killed, and the segment is repaired."""
KEPT_ENVIRONMENT = ("PATH", "HOME", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR")


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """ffmpeg's word that a segment is closed: its name, and where it lies in the run's own time."""

    name: str
    start_s: float
    end_s: float


class Run:
    """One child process."""

    def __init__(self, process: asyncio.subprocess.Process, url: str) -> None:
        """Take a started child."""
        self._process, self._url = process, url
        self._words: deque[str] = deque(maxlen=LAST_WORDS)
        self._listening = asyncio.create_task(self._listen())

    @classmethod
    async def start(cls, program: str, arguments: Sequence[str], url: str) -> Run:
        """Start ffmpeg; raises RecorderError `ffmpeg_missing`."""
        environment = {name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ}
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-I", str(LAUNCHER), str(os.getpid()), program, *arguments,
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            start_new_session=True, umask=PRIVATE_UMASK, env=environment,
        )  # fmt: skip
        return cls(process, url)

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    @property
    def last_words(self) -> str:
        """What ffmpeg complained of at the end, without addresses."""
        return "; ".join(self._words)

    async def closed(self, patience_s: float) -> AsyncIterator[Closed]:
        """Give each segment as it's closed, until the child ends; one that closes none for too long is killed."""
        stdout = self._process.stdout
        while stdout is not None:
            try:
                async with asyncio.timeout(patience_s):
                    line = await stdout.readline()
            except TimeoutError:
                self._words.append("no segment was closed in time")
                self._signal(signal.SIGKILL)
                line = b""
            if not line:
                break
            yield parse_closed(line)
        await self._process.wait()
        await self._listening

    async def stop(self) -> None:
        """Ask the child to close its segment and end, and make it."""
        self._signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(STOP_S):
                await self._process.wait()
        except TimeoutError:
            self._signal(signal.SIGKILL)
            await self._process.wait()

    def _signal(self, number: signal.Signals) -> None:
        if self._process.returncode is None:
            self._process.send_signal(number)

    async def _listen(self) -> None:
        stderr = self._process.stderr
        while stderr is not None and (line := await _line(stderr)):
            self._words.append(redact(line.decode(errors="replace").strip(), self._url))


async def _line(stream: asyncio.StreamReader) -> bytes:
    """Read a line; of one longer than the buffer only its end is kept."""
    while True:
        with contextlib.suppress(ValueError):  # the reader has dropped what the buffer held
            return await stream.readline()


def parse_closed(line: bytes) -> Closed:
    """Read a line of ffmpeg's segment list; raises RecorderError `segment_list_broken`."""
    try:
        name, start, end = line.decode().strip().rsplit(",", 2)
        closed = Closed(name=name, start_s=float(start), end_s=float(end))
    except ValueError as error:
        raise RecorderError(Rule.SEGMENT_LIST_BROKEN) from error
    times = closed.start_s, closed.end_s
    if not all(abs(time_s) < TIME_MAX_S for time_s in times) or "/" in closed.name:  # nor is it NaN
        raise RecorderError(Rule.SEGMENT_LIST_BROKEN)
    return closed
