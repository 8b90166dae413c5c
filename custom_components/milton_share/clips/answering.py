"""What programs share that only look into a file: one job of stdin, one line of answer, under the cutter's limits."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import av

from . import limits
from .job import Limits
from .refusal import ClipRefused, CutRule

if TYPE_CHECKING:
    from collections.abc import Callable

type Look = Callable[[], dict[str, object]]


def run(answer: Callable[[bytes], dict[str, object]], job_max_bytes: int) -> int:
    """Answer one job; 0 means that an answer was given. The program's arguments are the cutter's."""
    limits.die_with(int(sys.argv[2]))
    limits.step_back()
    av.logging.set_level(None)
    last = answer(sys.stdin.buffer.read(job_max_bytes))
    sys.stdout.write(json.dumps(last, separators=(",", ":")) + "\n")
    return 0


def answered(data: bytes, read: Callable[[Any], Look], apply_limits: Callable[[Limits], None]) -> dict[str, object]:
    """Take the look that a job asks for; return what is found, or by which rule the job or its file is refused.

    `read` makes the look of what stdin said, and raises ValueError, KeyError or TypeError for what is no job. The job's
    limits hold before anything is opened.
    """
    try:
        job = json.loads(data)
        look, allowed = read(job), Limits(**job["limits"])
    except (ValueError, KeyError, TypeError):
        return {"refused": CutRule.BAD_JOB}
    try:
        apply_limits(allowed)
        return look()
    except ClipRefused as refusal:
        return {"refused": refusal.rule}
    except MemoryError:
        return {"refused": CutRule.OUT_OF_MEMORY}
    except (OSError, av.error.FFmpegError):
        return {"refused": CutRule.UNREADABLE_SEGMENT}
