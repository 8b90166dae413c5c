"""Each limit of a cut, hit by a real child, ends in a refusal that the owner is shown; and the child steps back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import ffmpeg
import pytest

from custom_components.milton_share.clips.job import Job, JobSegment, Limits
from custom_components.milton_share.clips.limits import NICE, OOM_SCORE
from custom_components.milton_share.clips.refusal import ClipRefused
from custom_components.milton_share.review import cutter
from custom_components.milton_share.review.cutter import WALL_MAX_S, cut
from tests.clips.masks import rectangle
from tests.clips.recordings import START_MS, Recording, run

if TYPE_CHECKING:
    from collections.abc import Iterator

INTEGRATION = Path(cutter.__file__).parents[1]
SENTENCES = json.loads((INTEGRATION / "strings.json").read_text())["exceptions"]
FILES = 440  # an hour
STANDING = """
import os, sys, time
sys.path.append(sys.argv[1])
from clips import limits
limits.watch(lambda: os._exit(7), 1.0)
{act}
"""


def hour_of(recording: Recording, out: Path) -> Job:
    """Return the job of an hour, all of it encoded: the same file again and again."""
    length_ms = 8_000
    starts = [START_MS + index * length_ms for index in range(FILES)]
    path = recording.parts[0].path
    return Job(
        segments=tuple(JobSegment(path=path, from_ms=start, until_ms=start + length_ms) for start in starts),
        from_ms=START_MS,
        until_ms=START_MS + FILES * length_ms,
        audio=False,
        masks=(rectangle(0, 0, 2_500, 2_500),),
        out=out,
    )


def children() -> set[int]:
    """Return the processes that this one started and that still run."""
    return {int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()}


def files_in(folder: Path) -> list[str]:
    """Return the names of what lies there."""
    return [path.name for path in folder.iterdir()]


@pytest.mark.parametrize(
    ("limits", "wall_s", "rule"),
    [
        (Limits(cpu_s=2), WALL_MAX_S, "cut_timed_out"),
        (Limits(file_size_bytes=100_000), WALL_MAX_S, "clip_too_large"),
        (Limits(), 3, "cut_timed_out"),
    ],
    ids=["CPU time", "file size", "wall time"],
)
async def test_what_uses_too_much_is_refused_in_words(
    limits: Limits, wall_s: float, rule: str, recorded: dict[str, Recording], tmp_path: Path
) -> None:
    """An hour of masked video with too little of one thing: a rule that has its sentence, no clip, no process."""
    before, job = children(), replace(hour_of(recorded["gop 60"], tmp_path / "clip.mp4"), limits=limits)
    with pytest.raises(ClipRefused) as refused:
        await cut(job, on_progress=lambda _: None, wall_s=wall_s)
    assert refused.value.rule == rule
    assert SENTENCES[rule]["message"]
    assert files_in(tmp_path) == []
    assert children() == before


async def test_a_picture_that_takes_too_much_memory_is_refused_in_words(tmp_path: Path) -> None:
    """Sixteen million pixels take more than what is left; that the encoder's own words don't say so is no matter."""
    path = tmp_path / "segment.mp4"
    scene = ffmpeg.input("color=size=4096x4096:rate=2:duration=3", f="lavfi")
    coded = scene.output(str(path), vcodec="libx264", preset="ultrafast", g=4, pix_fmt="yuv420p")
    run(coded.global_args("-v", "error", "-nostdin").compile())
    job = Job(
        segments=(JobSegment(path=path, from_ms=START_MS, until_ms=START_MS + 3_000),),
        from_ms=START_MS + 600,
        until_ms=START_MS + 2_600,
        audio=False,
        masks=(),
        out=tmp_path / "clip.mp4",
        limits=Limits(memory_bytes=300 * 2**20),
    )
    with pytest.raises(ClipRefused) as refused:
        await cut(job, on_progress=lambda _: None)
    assert refused.value.rule == "out_of_memory"
    assert SENTENCES["out_of_memory"]["message"]
    assert files_in(tmp_path) == ["segment.mp4"]


def cutters(before: set[int]) -> Iterator[Path]:
    """Yield the folders in /proc of all threads of the processes that were started since."""
    for pid in children() - before:
        yield from Path(f"/proc/{pid}/task").iterdir()


async def test_a_cut_runs_behind_everything_else(recorded: dict[str, Recording], tmp_path: Path) -> None:
    """Every thread of it, its encoder's too; and it is the first to go when memory runs out."""
    before = children()
    seen: set[tuple[int, int, int]] = set()

    def look(_: float) -> None:
        for thread in cutters(before):
            with suppress(FileNotFoundError, ProcessLookupError):  # it ended while it was looked at
                fields = (thread / "stat").read_text().rpartition(")")[2].split()
                nice, policy = int(fields[16]), int(fields[38])  # proc_pid_stat(5), after the name: 19 and 41
                seen.add((nice, policy, int((thread / "oom_score_adj").read_text())))

    job = hour_of(recorded["gop 60"], tmp_path / "clip.mp4")
    await cut(replace(job, until_ms=START_MS + 4_000), on_progress=look)
    nice = max(NICE, os.getpriority(os.PRIO_PROCESS, 0))
    assert seen == {(nice, os.SCHED_BATCH, OOM_SCORE)}


@pytest.mark.parametrize(
    ("act", "code"),
    [
        ("time.sleep(600)", 7),
        ("until = time.monotonic() + 1.5\nwhile time.monotonic() < until: pass", 0),
    ],
    ids=["waits for ever", "works"],
)
def test_a_child_that_stands_still_ends_itself(act: str, code: int) -> None:
    """A library may wait for what will not come: that takes no CPU time, and the wall clock has hours."""
    command = [sys.executable, "-c", STANDING.format(act=act), str(INTEGRATION)]
    assert subprocess.run(command, timeout=120, check=False).returncode == code
