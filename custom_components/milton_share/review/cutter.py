"""The host's side of the cutter: one child process a clip (`limited_child`), and without a result no file.

The test card of an exercise is made by the same child under the same limits, from the film in this package.

A child whose parent was killed ends with it; the next start wipes its file.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ..clips.refusal import ClipRefused, CutRule
from ..clips.result import check_asked, read_answer, read_progress
from ..processes.child import ChildFailedError, last_line

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ..clips.job import Job
    from ..clips.result import Result

PROGRAM = "import sys; sys.path.append(sys.argv[1]); from clips.child import main; sys.exit(main())"
WALL_MAX_S = 6 * 3600  # the CPU time on a machine that has two thirds of a core to spare: it runs behind all else


async def cut(job: Job, *, on_progress: Callable[[float], None], wall_s: float = WALL_MAX_S) -> Result:
    """Make one clip in a child process; `on_progress` gets shares of 1.

    Raises ClipRefused; also for what the child does instead of an answer (`cut_failed`, `cut_timed_out`).
    """
    if await asyncio.to_thread(job.out.exists):
        raise ClipRefused(CutRule.CUT_FAILED, "out is there already")

    def report(line: bytes) -> None:
        share = read_progress(line)
        if share is not None:
            on_progress(share)

    result = None
    try:
        answer = read_answer(await last_line(PROGRAM, job.to_json(), wall_s, report), job.out)
        check_asked(answer, job)
        result = answer
    except ChildFailedError as error:
        raise ClipRefused(CutRule.CUT_FAILED, str(error)) from error
    except TimeoutError as error:
        raise ClipRefused(CutRule.CUT_TIMED_OUT, str(error)) from error
    finally:
        if result is None:
            await asyncio.to_thread(_remove, job.out)
    return result


def _remove(out: Path) -> None:
    for path in (out, out.with_name(f"{out.stem}.preview.mp4")):
        path.unlink(missing_ok=True)
