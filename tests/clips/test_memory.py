"""A long clip takes no more memory than a short one, but for its index. The bench measures an hour, at 1080p."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from av.container import InputContainer

from custom_components.milton_share.clips.job import Job, JobSegment
from custom_components.milton_share.clips.pictures.model import RoughJob, WantedPictures
from custom_components.milton_share.clips.pictures.rough import pictures
from custom_components.milton_share.processes.child import ENVIRONMENT
from custom_components.milton_share.review import cutter
from tests.bench.measured import run_measured
from tests.clips.recordings import START_MS, run

if TYPE_CHECKING:
    from tests.clips.recordings import Recording

FILE_S = 8
PEAK_MAX_MIB = 200  # the bar of the bench
FLAT_MAX_MIB = 25  # its bar is 50 for an hour
MINUTE_S, LONG_S = 60, 480
PICTURES_MIB = 100  # of the long clip at least: as much more would be held if its pictures were


def noise(path: Path) -> Path:
    """Film what takes much room: small pictures, so that little time goes by."""
    scene = f"testsrc2=size=160x96:rate=15:duration={FILE_S},noise=alls=90:allf=t"
    inputs = ["-f", "lavfi", "-i", scene, "-f", "lavfi", "-i", f"sine=sample_rate=16000:duration={FILE_S}"]
    coding = ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "4", "-g", "60", "-pix_fmt", "yuv420p", "-c:a", "aac"]
    run(["ffmpeg", "-v", "error", "-nostdin", *inputs, *coding, str(path)])
    return path


def peak_mib(path: Path, seconds: int, out: Path) -> float:
    """Cut so long a clip in the child, as the home starts it: the same file again and again. Return its peak."""
    length_ms = FILE_S * 1000
    starts = [START_MS + at * length_ms for at in range(seconds // FILE_S + 1)]
    job = Job(
        segments=tuple(JobSegment(path=path, from_ms=start, until_ms=start + length_ms) for start in starts),
        from_ms=START_MS + 1_300,
        until_ms=START_MS + 1_300 + seconds * 1000,
        audio=True,
        masks=(),
        out=out,
    )
    program = [sys.executable, "-I", "-c", cutter.PROGRAM, str(Path(cutter.__file__).parents[1]), str(os.getpid())]
    used = run_measured(program, job.to_json(), ENVIRONMENT)
    assert b'"result"' in used.said
    return used.peak_mib


def test_a_long_clip_takes_no_more_memory_than_a_short_one_but_for_its_index(tmp_path: Path) -> None:
    """Frames go through one by one: what is held of each is its times and its print."""
    path = noise(tmp_path / "film.mp4")
    short = peak_mib(path, MINUTE_S, tmp_path / "short.mp4")
    long = peak_mib(path, LONG_S, tmp_path / "long.mp4")
    assert (tmp_path / "long.mp4").stat().st_size > PICTURES_MIB * 2**20
    assert long <= PEAK_MAX_MIB
    assert long - short <= FLAT_MAX_MIB


@pytest.mark.long
def test_the_head_of_a_clip_of_hevc_in_1080p_takes_no_more_either(tmp_path: Path) -> None:
    """Encoded by what looks five pictures ahead, 10 MB each, it took a fifth more than the bar."""
    path = tmp_path / "film.mp4"
    scene = f"testsrc2=size=1920x1080:rate=5:duration={FILE_S}"
    coding = (
        "-c:v libx265 -preset ultrafast -x265-params log-level=none:bframes=0:keyint=20:scenecut=0 -pix_fmt yuv420p"
    )
    run(["ffmpeg", "-v", "error", "-nostdin", "-f", "lavfi", "-i", scene, *coding.split(), str(path)])
    assert peak_mib(path, 3, tmp_path / "clip.mp4") <= PEAK_MAX_MIB


def test_decoders_are_let_go_with_their_files(recorded: dict[str, Recording]) -> None:
    """PyAV 19 keeps them, their pictures and their threads until Python looks for circles: as for large pictures."""
    path, threads = recorded["gop 15"].parts[0].path, Path("/proc/self/task")
    job = RoughJob(
        files=tuple(
            WantedPictures(path=path, from_ms=START_MS + 8_000 * at, at_ms=(START_MS + 8_000 * at + 4_000,))
            for at in range(9)
        ),
        from_ms=START_MS,
        until_ms=START_MS + 72_000,
    )
    pictures(job)  # what scales has threads of its own, once
    gc.collect()
    before, open_before = len(list(threads.iterdir())), opened()
    gc.disable()
    try:
        assert len(pictures(job)) == 9
        assert len(list(threads.iterdir())) == before
        assert opened() - open_before <= 2
    finally:
        gc.enable()


def opened() -> int:
    """Count the recordings that Python holds."""
    return sum(isinstance(one, InputContainer) for one in gc.get_objects())
