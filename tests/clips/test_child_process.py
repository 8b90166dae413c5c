"""The child as a process: what it puts on itself before a recording is opened, and the lines that it says."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from custom_components.milton_share.clips.job import Job, JobSegment
from custom_components.milton_share.clips.result import read_answer, read_progress
from custom_components.milton_share.review import cutter
from tests.clips.recordings import START_MS, Recording

ROOT = Path(__file__).parents[2]
FOLDER = str(Path(cutter.__file__).parents[1])
BOUNDED = """
import json, os, resource, sys
sys.path.append(sys.argv[1])
from clips import limits
from clips.job import Limits
before = json.loads(sys.argv[3])
if before:
    resource.setrlimit(resource.RLIMIT_NOFILE, (before, before))
limits.apply(Limits(**json.loads(sys.argv[2])))
kinds = ("AS", "CPU", "FSIZE", "NOFILE", "CORE")
print(json.dumps({kind: resource.getrlimit(getattr(resource, "RLIMIT_" + kind)) for kind in kinds} | {"mask": os.umask(0)}))
"""  # noqa: E501  a program in a line or two
BOUNDS = {"memory_bytes": 3 * 2**30, "cpu_s": 500, "file_size_bytes": 2**30, "open_files": 64}


def child(program: str, *arguments: str, job: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run a program that has the cutter's folder, and nothing else of ours, to import from."""
    command = [sys.executable, "-c", program, FOLDER, *arguments]
    return subprocess.run(command, input=job, capture_output=True, cwd=ROOT, timeout=120, check=False)


def bounded(open_files_before: int = 0) -> dict[str, list[int] | int]:
    """Return the bounds of a child that put its limits on, and its umask."""
    done = child(BOUNDED, json.dumps(BOUNDS), json.dumps(open_files_before))
    assert done.returncode == 0, done.stderr
    found: dict[str, list[int] | int] = json.loads(done.stdout)
    return found


def test_the_child_bounds_memory_time_files_and_dumps() -> None:
    """CPU time has a second more before the kill, so that the child's end says why; a new file is the owner's alone."""
    cpu_hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    if cpu_hard != resource.RLIM_INFINITY:
        pytest.skip("this machine bounds CPU time already")
    assert bounded() == {
        "AS": [BOUNDS["memory_bytes"]] * 2,
        "CPU": [500, 501],
        "FSIZE": [BOUNDS["file_size_bytes"]] * 2,
        "NOFILE": [64, 64],
        "CORE": [0, 0],
        "mask": 0o077,
    }


def test_a_bound_that_the_machine_has_already_is_kept() -> None:
    """Asking for more than the hard limit would fail, and with it every clip."""
    assert bounded(open_files_before=48)["NOFILE"] == [48, 48]


@pytest.mark.parametrize("job", [b"", b"{}", b"[" * 100_000], ids=["nothing", "no job", "endless lists"])
def test_what_is_no_job_is_answered_with_one_refusal(job: bytes) -> None:
    """The exit code says that an answer was given; no traceback."""
    done = child(cutter.PROGRAM, str(os.getpid()), job=job)
    assert done.returncode == 0, done.stderr
    assert done.stderr == b""
    assert [json.loads(line)["refused"] for line in done.stdout.splitlines()] == ["bad_job"]


def test_the_child_says_how_far_it_is_then_what_it_made(recorded: dict[str, Recording], tmp_path: Path) -> None:
    """Each line but the last is a share that goes up; the last is the result that the host believes."""
    part = recorded["gop 15"].parts[0]
    job = Job(
        segments=(JobSegment(path=part.path, from_ms=part.from_ms, until_ms=part.from_ms + 8_000),),
        from_ms=START_MS + 500,
        until_ms=START_MS + 6_500,
        audio=True,
        masks=(),
        out=tmp_path / "clip.mp4",
    )
    done = child(cutter.PROGRAM, str(os.getpid()), job=job.to_json())
    assert done.returncode == 0, done.stderr
    *shares, last = done.stdout.splitlines()
    told = [read_progress(line) for line in shares]
    assert told
    assert None not in told
    assert told == sorted(told, key=lambda share: share or 0)
    assert sum(frames.count for frames in read_answer(last, job.out).frames) == 90


def test_a_child_whose_parent_is_gone_does_nothing() -> None:
    """It ends before it reads its job."""
    done = child(cutter.PROGRAM, "1", job=b"{}")
    assert (done.returncode, done.stdout) == (1, b"")
