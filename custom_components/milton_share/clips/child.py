"""The child's main: a job on stdin; progress, then one result or refusal, as JSON lines on stdout."""

from __future__ import annotations

import errno
import json
import os
import sys
from typing import TYPE_CHECKING

import av

from . import limits
from .job import JOB_MAX_BYTES, Job, Limits
from .make import FinishedFile, Result, make_clip
from .refusal import ClipRefused, Rule
from .steps import Step, durable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .write.ranges import StoredRange

PROGRESS_STEP = 0.01
OS_RULES = {
    errno.EFBIG: Rule.CLIP_TOO_LARGE,
    errno.ENOSPC: Rule.NO_SPACE,
    errno.ENOMEM: Rule.OUT_OF_MEMORY,
    errno.EAGAIN: Rule.OUT_OF_MEMORY,  # no memory for a thread
}


def main() -> int:
    """Cut one clip; 0 means that an answer was given, be it a refusal.

    The program's second argument is the parent's process id; the first is where this package is.
    """
    limits.die_with(int(sys.argv[2]))
    limits.step_back()
    limits.watch(_give_up)
    av.logging.set_level(None)
    last = answer(sys.stdin.buffer.read(JOB_MAX_BYTES + 1), limits.apply, Progress(_say).report)
    with durable(Step.ANSWERED):
        _say(last)
    return 0


def _give_up() -> None:
    """End a process that stands still: a library waits for what will not come. The host wipes its file."""
    _say({"refused": Rule.CUT_TIMED_OUT, "detail": "it stood still"})
    os._exit(0)


def answer(data: bytes, apply_limits: Callable[[Limits], None], progress: Callable[[float], None]) -> dict[str, object]:
    """Return the last line: a result, or a refusal by its rule. The limits hold before a recording is opened."""
    try:
        job = Job.from_json(data)
        apply_limits(job.limits)
        return {"result": as_json(make_clip(job, progress))}
    except ClipRefused as refusal:
        return {"refused": refusal.rule, "detail": refusal.detail}
    except MemoryError:
        return {"refused": Rule.OUT_OF_MEMORY, "detail": ""}
    except (OSError, av.error.FFmpegError) as error:
        unnamed = Rule.OUT_OF_MEMORY if limits.is_near_memory() else Rule.CUT_FAILED
        rule = OS_RULES.get(error.errno or 0, unnamed)
        return {"refused": rule, "detail": f"{type(error).__name__}: {error.strerror}"}


class Progress:
    """Tells the host how far the cut is, at most a hundred times."""

    def __init__(self, say: Callable[[Mapping[str, object]], None]) -> None:
        """Start at nothing."""
        self._said, self._say = 0.0, say

    def report(self, share: float) -> None:
        """Say it when it is a step further."""
        if share >= self._said + PROGRESS_STEP:
            self._said = min(share, 1.0)
            self._say({"progress": round(self._said, 3)})


def as_json(result: Result) -> dict[str, object]:
    """Return the result as the host reads it."""
    return {
        "clip": _file(result.clip),
        "preview": _file(result.preview) if result.preview else None,
        "codec": result.stored.codec,
        "width": result.stored.width,
        "height": result.stored.height,
        "ranges": [_range(part) for part in result.ranges],
        "frames": [
            {"first": run.first, "count": run.count, "kind": run.kind, "slices_sha256": run.slices_sha256}
            for run in result.frames
        ],
        "audio": result.audio,
        "software": result.software,
        "resized_ms": [*result.resized_ms],
    }


def _range(part: StoredRange) -> dict[str, object]:
    return {
        "from_ms": part.from_ms,
        "until_ms": part.until_ms,
        "first_frame_ms": part.first_frame_ms,
        "last_frame_ms": part.last_frame_ms,
        "stored_ms": part.stored_ms,
        "gaps": [{"from_ms": start, "until_ms": until} for start, until in part.gaps_ms],
    }


def _file(file: FinishedFile) -> dict[str, object]:
    return {"path": str(file.path), "sha256": file.sha256, "size_bytes": file.size_bytes}


def _say(line: Mapping[str, object]) -> None:
    sys.stdout.write(json.dumps(line, separators=(",", ":")) + "\n")
    sys.stdout.flush()
