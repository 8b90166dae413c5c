"""What programs share that only look into a file: one job of stdin, one line of answer, under the cutter's limits."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import av

from . import limits
from .refusal import ClipRefused, Rule

if TYPE_CHECKING:
    from collections.abc import Callable


def run(answer: Callable[[bytes], dict[str, object]], job_max_bytes: int) -> int:
    """Answer one job; 0 means that an answer was given. The program's arguments are the cutter's."""
    limits.die_with(int(sys.argv[2]))
    limits.step_back()
    av.logging.set_level(None)
    last = answer(sys.stdin.buffer.read(job_max_bytes))
    sys.stdout.write(json.dumps(last, separators=(",", ":")) + "\n")
    return 0


def found_or_refused(look: Callable[[], dict[str, object]]) -> dict[str, object]:
    """Return what is found, or by which rule the file is refused."""
    try:
        return look()
    except ClipRefused as refusal:
        return {"refused": refusal.rule}
    except MemoryError:
        return {"refused": Rule.OUT_OF_MEMORY}
    except (OSError, av.error.FFmpegError):
        return {"refused": Rule.UNREADABLE_SEGMENT}
