"""The host's side of the cutter: one child process a clip, bounded, killed with all that it started.

Invariants:

1. The child gets no environment, no file and no secret of Home Assistant but the paths in its job.
2. However the wait ends (answer, timeout, cancellation), no process of the cut is left, and without a result no file.
3. A child whose parent was killed ends with it (it is given the parent's process id); the next start wipes its file.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from .cut_answer import (
    CUT_FAILED,
    CUT_TIMED_OUT,
    CutRefused,
    CutResult,
    FinishedFile,
    FrameRange,
    Gap,
    read_answer,
    read_progress,
)

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import AsyncIterator, Callable

__all__ = [
    "CutJob",
    "CutLimits",
    "CutMask",
    "CutRefused",
    "CutResult",
    "CutSegment",
    "FinishedFile",
    "FrameRange",
    "Gap",
    "cut",
]

PROGRAM = "import sys; sys.path.append(sys.argv[1]); from clips.child import main; sys.exit(main())"
LINE_MAX_BYTES = 4 * 2**20  # the result line with 10,000 frame ranges and 1,000 gaps
ERROR_TAIL_BYTES = 2_000  # of a traceback, for the log
# One memory arena: each thread's own would count against the limit on address space.
ENVIRONMENT = {"LANG": "C.UTF-8", "PATH": os.defpath, "MALLOC_ARENA_MAX": "1"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CutSegment:
    """One recorded file; `from_ms` is the wall time (UTC ms) of the frame that is shown first."""

    path: Path
    from_ms: float
    until_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CutMask:
    """A rectangle to paint black, in ten-thousandths of the picture's width and height."""

    x_e4: int
    y_e4: int
    w_e4: int
    h_e4: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CutLimits:
    """What one cut may use."""

    wall_s: float = 4 * 3600
    memory_bytes: int = 3 * 2**30
    cpu_s: int = 4 * 3600
    file_size_bytes: int = 16 * 2**30
    open_files: int = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class CutJob:
    """One clip of one camera: the range `[from_ms, until_ms)` in UTC ms; `out` must not exist yet."""

    segments: tuple[CutSegment, ...]
    from_ms: int
    until_ms: int
    audio: bool
    masks: tuple[CutMask, ...]
    out: Path
    preview: bool = True
    limits: CutLimits = field(default_factory=CutLimits)

    def to_json(self) -> bytes:
        """Return the job as the child reads it."""
        limits = asdict(self.limits)
        del limits["wall_s"]
        value = {
            "version": 1,
            "segments": [
                {"path": str(segment.path), "from_ms": segment.from_ms, "until_ms": segment.until_ms}
                for segment in self.segments
            ],
            "from_ms": self.from_ms,
            "until_ms": self.until_ms,
            "audio": self.audio,
            "masks": [asdict(mask) for mask in self.masks],
            "out": str(self.out),
            "preview": self.preview,
            "limits": limits,
        }
        return json.dumps(value, separators=(",", ":")).encode()


async def cut(job: CutJob, *, on_progress: Callable[[float], None]) -> CutResult:
    """Cut one clip in a child process; `on_progress` gets shares of 1.

    Raises CutRefused: a rule of `clips.refusal` (`nothing_recorded`, `unapproved_frames`, …) or `cut_timed_out`.
    """
    if await asyncio.to_thread(job.out.exists):
        raise CutRefused(CUT_FAILED, "out is there already")
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        "-c",
        PROGRAM,
        str(Path(__file__).parent),
        str(os.getpid()),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=ENVIRONMENT,
        limit=LINE_MAX_BYTES,
        process_group=0,
    )
    result = None
    try:
        async with asyncio.timeout(job.limits.wall_s):
            result = await _converse(process, job, on_progress)
    except TimeoutError as error:
        raise CutRefused(CUT_TIMED_OUT) from error
    finally:
        await asyncio.shield(_end(process))
        if result is None:
            await asyncio.to_thread(_remove, job.out)
    return result


async def _converse(process: Process, job: CutJob, on_progress: Callable[[float], None]) -> CutResult:
    assert process.stdin is not None and process.stdout is not None and process.stderr is not None  # noqa: S101, PT018
    errors = asyncio.ensure_future(_tail(process.stderr))
    try:
        with contextlib.suppress(ConnectionError):  # it died: its exit says why
            process.stdin.write(job.to_json())
            await process.stdin.drain()
            process.stdin.close()
        last = b""
        async for line in _lines(process.stdout):
            share = read_progress(line)
            if share is None:
                last = line
            else:
                on_progress(share)
        code = await process.wait()
        trace = (await errors).decode(errors="replace")
    finally:
        errors.cancel()
    if code != 0:
        raise CutRefused(CUT_FAILED, _death(code, trace))
    return read_answer(last, job.out)


def _death(code: int, trace: str) -> str:
    if code == -signal.SIGXCPU:
        return "too much CPU time"
    how = signal.Signals(-code).name if code < 0 else f"exit {code}"
    return f"{how}: {trace}"


async def _lines(stream: asyncio.StreamReader) -> AsyncIterator[bytes]:
    try:
        async for line in stream:
            yield line
    except ValueError as error:  # what asyncio says of a line beyond LINE_MAX_BYTES
        raise CutRefused(CUT_FAILED, "a line that is too long") from error


async def _tail(stream: asyncio.StreamReader) -> bytes:
    """Read to the end and keep only the last bytes: what a child may write here has no bound."""
    tail = b""
    while piece := await stream.read(ERROR_TAIL_BYTES):
        tail = (tail + piece)[-ERROR_TAIL_BYTES:]
    return tail


async def _end(process: Process) -> None:
    """Kill the whole group: also a child of the child, also when the child is gone."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()


def _remove(out: Path) -> None:
    for path in (out, out.with_name(f"{out.stem}.preview.mp4")):
        path.unlink(missing_ok=True)
