"""The child's answers, by the child's own words."""

from __future__ import annotations

import errno
import json
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.clips.child import Progress, answer
from custom_components.milton_share.clips.job import Job, JobSegment
from custom_components.milton_share.clips.refusal import ClipRefused
from custom_components.milton_share.clips.result import read_answer
from tests.clips.recordings import START_MS, Recording

if TYPE_CHECKING:
    from pathlib import Path

    from custom_components.milton_share.clips.job import Limits


def job_over(recording: Recording, out: Path) -> Job:
    """Return a job over one file."""
    part = recording.parts[0]
    segment = JobSegment(path=part.path, from_ms=part.from_ms, until_ms=part.from_ms + 8_000)
    return Job(segments=(segment,), from_ms=START_MS + 500, until_ms=START_MS + 2_500, audio=False, masks=(), out=out)


def test_the_host_reads_what_the_child_says(recorded: dict[str, Recording], tmp_path: Path) -> None:
    """One result line; limits were put on before."""
    job = job_over(recorded["gop 15"], tmp_path / "clip.mp4")
    limited: list[Limits] = []
    line = json.dumps(answer(job.to_json(), limited.append, lambda _: None)).encode()
    result = read_answer(line, job.out)
    assert sum(frames.count for frames in result.frames) == 30
    assert result.audio == "removed"
    assert limited[0].memory_bytes == job.limits.memory_bytes


@pytest.mark.parametrize(
    ("error", "rule"),
    [
        (OSError(errno.ENOSPC, "full"), "no_space"),
        (OSError(errno.EFBIG, "large"), "clip_too_large"),
        (OSError(errno.EIO, "broken"), "cut_failed"),
        (MemoryError(), "out_of_memory"),
    ],
    ids=["full disk", "large file", "broken disk", "memory"],
)
def test_what_the_system_refuses_has_a_rule(
    error: Exception, rule: str, recorded: dict[str, Recording], tmp_path: Path
) -> None:
    """Also these are answers, not tracebacks; the half clip is taken back."""
    job = job_over(recorded["gop 15"], tmp_path / "clip.mp4")

    def fail(_: float) -> None:
        raise error

    line = json.dumps(answer(job.to_json(), lambda _: None, fail)).encode()
    with pytest.raises(ClipRefused) as refused:
        read_answer(line, job.out)
    assert refused.value.rule == rule
    assert list(tmp_path.iterdir()) == []


def test_progress_is_told_in_steps() -> None:
    """A hundred lines at most, whatever the number of frames."""
    said: list[object] = []
    progress = Progress(said.append)
    for index in range(10_001):
        progress.report(index / 10_000)
    assert 90 <= len(said) <= 101
    assert said[-1] == {"progress": 1.0} or len(said) < 101
