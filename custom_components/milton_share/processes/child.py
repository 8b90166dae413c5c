"""The host's side of a child process that reads hostile files: bounded, killed with all that it started.

Invariants:

1. The child gets no environment, no file and no secret of Home Assistant but the paths in its job, and the open files
   that are given to it.
2. However the wait ends (answer, timeout, cancellation, however often), no process of it is left.
3. A child whose parent was killed ends with it: it is given the parent's process id.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import AsyncIterator, Callable, Collection

LINE_MAX_BYTES = 4 * 2**20  # the result line with 10,000 frame ranges and 1,000 gaps
LINES_MAX = 1_000  # a child tells of its progress at most a hundred times; a broken one would for as long as it may run
SAID_MAX_BYTES = 2 * LINE_MAX_BYTES  # in all its lines: one of them is an answer
COMPLAINTS_MAX_BYTES = 32 * 2**20  # what a child complains of is a traceback; more would keep the loop busy for hours
CPU_USED_UP = "too much CPU time"
ERROR_TAIL_BYTES = 2_000  # of a traceback, for the log
PIECE_BYTES = 2**16
# One memory arena: each thread's own would count against the limit on address space.
ENVIRONMENT = {"LANG": "C.UTF-8", "PATH": os.defpath, "MALLOC_ARENA_MAX": "1"}


class ChildFailedError(Exception):
    """A child that gave no answer; the words, for the log, say how it ended."""


async def last_line(
    program: str, job: bytes, wall_s: float, on_line: Callable[[bytes], None], open_files: Collection[int] = ()
) -> bytes:
    """Run a program of the folder `clips` on a job; `on_line` gets each line, and the last one is returned.

    The child has `open_files` by the same numbers.
    Raises ChildFailedError, also of a child that says or complains more than any does, and TimeoutError after `wall_s`
    or when its CPU time is used up.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        "-c",
        program,
        str(Path(__file__).parent.parent),
        str(os.getpid()),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=ENVIRONMENT,
        limit=LINE_MAX_BYTES,
        process_group=0,
        pass_fds=tuple(open_files),
    )
    try:
        async with asyncio.timeout(wall_s):
            return await _converse(process, job, on_line)
    finally:
        await _end(process)


async def _converse(process: Process, job: bytes, on_line: Callable[[bytes], None]) -> bytes:
    assert process.stdin is not None and process.stdout is not None and process.stderr is not None  # noqa: S101, PT018
    errors = asyncio.ensure_future(_tail(process.stderr, process))
    try:
        with contextlib.suppress(ConnectionError):  # it died: its exit says why
            process.stdin.write(job)
            await process.stdin.drain()
            process.stdin.close()
        last = b""
        async for last in _lines(process.stdout):
            on_line(last)
        code = await process.wait()
        trace = (await errors).decode(errors="replace")
    finally:
        errors.cancel()
    if code == -signal.SIGXCPU:
        raise TimeoutError(CPU_USED_UP)
    if code != 0:
        raise ChildFailedError(_death(code, trace))
    return last


def _death(code: int, trace: str) -> str:
    how = signal.Signals(-code).name if code < 0 else f"exit {code}"
    return f"{how}: {trace}"


async def _lines(stream: asyncio.StreamReader) -> AsyncIterator[bytes]:
    left, left_bytes = LINES_MAX, SAID_MAX_BYTES
    try:
        async for line in stream:
            left, left_bytes = left - 1, left_bytes - len(line)
            if min(left, left_bytes) < 0:
                message = "more lines than any answer has"
                raise ChildFailedError(message)
            yield line
    except ValueError as error:  # what asyncio says of a line beyond LINE_MAX_BYTES
        message = "a line that is too long"
        raise ChildFailedError(message) from error


async def _tail(stream: asyncio.StreamReader, process: Process) -> bytes:
    """Read to the end and keep only the last bytes; end a child that writes without one."""
    tail, left = b"", COMPLAINTS_MAX_BYTES
    while piece := await stream.read(PIECE_BYTES):
        tail, left = (tail + piece)[-ERROR_TAIL_BYTES:], left - len(piece)
        if left < 0:
            _kill(process)
            message = "more complaints than any child has"
            raise ChildFailedError(message)
    return tail


async def _end(process: Process) -> None:
    """Kill the whole group: also a child of the child, also when the child is gone."""
    _kill(process)
    dying, cancelled = asyncio.ensure_future(process.wait()), False
    while not dying.done():
        try:
            await asyncio.shield(dying)
        except asyncio.CancelledError:  # the home's stop and the end of a connection may both cancel
            cancelled = True
    if cancelled:
        raise asyncio.CancelledError


def _kill(process: Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
