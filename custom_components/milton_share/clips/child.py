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
from .make import make_clip
from .refusal import ClipRefused, CutRule
from .steps import Step, durable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PROGRESS_STEP = 0.01
OS_RULES = {
    errno.EFBIG: CutRule.CLIP_TOO_LARGE,
    errno.ENOSPC: CutRule.NO_SPACE,
    errno.ENOMEM: CutRule.OUT_OF_MEMORY,
    errno.EAGAIN: CutRule.OUT_OF_MEMORY,  # no memory for a thread
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
    _say({"refused": CutRule.CUT_TIMED_OUT, "detail": "it stood still"})
    os._exit(0)


def answer(data: bytes, apply_limits: Callable[[Limits], None], progress: Callable[[float], None]) -> dict[str, object]:
    """Return the last line: a result, or a refusal by its rule. The limits hold before a recording is opened."""
    try:
        job = Job.from_json(data)
        apply_limits(job.limits)
        return {"result": make_clip(job, progress).to_value()}
    except ClipRefused as refusal:
        return {"refused": refusal.rule, "detail": refusal.detail}
    except MemoryError:
        return {"refused": CutRule.OUT_OF_MEMORY, "detail": ""}
    except (OSError, av.error.FFmpegError) as error:
        unnamed = CutRule.OUT_OF_MEMORY if limits.is_near_memory() else CutRule.CUT_FAILED
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


def _say(line: Mapping[str, object]) -> None:
    sys.stdout.write(json.dumps(line, separators=(",", ":")) + "\n")
    sys.stdout.flush()
