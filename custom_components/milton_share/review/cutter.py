"""The host's side of the cutter: one child process a clip (`limited_child`), and without a result no file.

The test card of an exercise is made by the same child under the same limits, from a job that names no recording.

A child whose parent was killed ends with it; the next start wipes its file.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from ..processes.child import ChildFailedError, last_line
from .cutter_answer import (
    CUT_FAILED,
    CUT_TIMED_OUT,
    CutRefused,
    CutResult,
    FinishedFile,
    FrameRange,
    Gap,
    StoredRange,
    check_asked,
    read_answer,
    read_progress,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ..shared.milton_protocol.messages.masks import Mask

__all__ = [
    "CutJob",
    "CutLimits",
    "CutRefused",
    "CutResult",
    "CutSegment",
    "FinishedFile",
    "FrameRange",
    "Gap",
    "StoredRange",
    "cut",
]

PROGRAM = "import sys; sys.path.append(sys.argv[1]); from clips.child import main; sys.exit(main())"
WALL_MAX_S = 6 * 3600  # the CPU time on a machine that has two thirds of a core to spare: it runs behind all else
CPU_MAX_S = 4 * 3600  # a masked hour of 1080p on a slow core
MEMORY_MAX_BYTES = 2 * 2**30  # address space: 1080p takes 0.3 GiB of it, 4K 0.6, HEVC in 4K, encoded, 0.9
FILE_MAX_BYTES = 16 * 2**30  # twelve hours, the most that may be asked for, at 3 Mbit/s; an hour at 36
OPEN_FILES_MAX = 64  # one recording, one clip, and what libraries open


@dataclass(frozen=True, slots=True, kw_only=True)
class CutSegment:
    """One recorded file; `from_ms` is the wall time (UTC ms) of the frame that is shown first, give or take."""

    path: Path
    from_ms: float
    until_ms: float
    uncertainty_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CutLimits:
    """What one cut may use."""

    wall_s: float = WALL_MAX_S
    memory_bytes: int = MEMORY_MAX_BYTES
    cpu_s: int = CPU_MAX_S
    file_size_bytes: int = FILE_MAX_BYTES
    open_files: int = OPEN_FILES_MAX

    def to_value(self) -> dict[str, object]:
        """Return what the child puts on itself; the wall time is the host's to watch."""
        value = asdict(self)
        del value["wall_s"]
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class CutJob:
    """One clip of one camera: the range `[from_ms, until_ms)` in UTC ms, and further ones that follow it.

    `out` must not exist yet.
    """

    segments: tuple[CutSegment, ...]
    from_ms: int
    until_ms: int
    audio: bool
    masks: tuple[Mask, ...]
    out: Path
    preview: bool = True
    limits: CutLimits = field(default_factory=CutLimits)
    further: tuple[tuple[int, int], ...] = ()

    def to_json(self) -> bytes:
        """Return the job as the child reads it."""
        value = {
            "version": 1,
            "segments": [asdict(segment) | {"path": str(segment.path)} for segment in self.segments],
            "from_ms": self.from_ms,
            "until_ms": self.until_ms,
            "further": _further(self.further),
            "audio": self.audio,
            "masks": [_mask(mask) for mask in self.masks],
            "out": str(self.out),
            "preview": self.preview,
            "limits": self.limits.to_value(),
        }
        return json.dumps(value, separators=(",", ":")).encode()


def _further(ranges: tuple[tuple[int, int], ...]) -> list[dict[str, int]]:
    return [{"from_ms": start, "until_ms": end} for start, end in ranges]


def _mask(mask: Mask) -> dict[str, object]:
    keys = ({"at_ms": round(key.at.timestamp() * 1_000), "corners": key.corners} for key in mask.keys)
    return {"keys": list(keys)}


async def cut(job: CutJob, *, on_progress: Callable[[float], None]) -> CutResult:
    """Make one clip in a child process; `on_progress` gets shares of 1.

    Raises CutRefused: a rule of `clips.refusal` (`nothing_recorded`, `unapproved_frames`, …) or `cut_timed_out`.
    """
    if await asyncio.to_thread(job.out.exists):
        raise CutRefused(CUT_FAILED, "out is there already")

    def report(line: bytes) -> None:
        share = read_progress(line)
        if share is not None:
            on_progress(share)

    result = None
    try:
        answer = read_answer(await last_line(PROGRAM, job.to_json(), job.limits.wall_s, report), job.out)
        ranges = ((job.from_ms, job.until_ms), *job.further)
        check_asked(answer, ranges, audio=job.audio, masked=bool(job.masks))
        result = answer
    except ChildFailedError as error:
        raise CutRefused(CUT_FAILED, str(error)) from error
    except TimeoutError as error:
        raise CutRefused(CUT_TIMED_OUT, str(error)) from error
    finally:
        if result is None:
            await asyncio.to_thread(_remove, job.out)
    return result


def _remove(out: Path) -> None:
    for path in (out, out.with_name(f"{out.stem}.preview.mp4")):
        path.unlink(missing_ok=True)
