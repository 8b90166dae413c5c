"""Of two files that overlap, what is the same in both is taken once; what only overlaps is refused as before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.clips.job import Job, JobSegment
from custom_components.milton_share.clips.make import make_clip
from custom_components.milton_share.clips.refusal import ClipRefused, Rule
from tests.clips.recordings import FPS, START_MS, numbers_in, record
from tests.simulators.films import Film, export

if TYPE_CHECKING:
    from pathlib import Path

GOP = 15
OVERLAP_S = 3


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Film ten seconds into one file."""
    video: dict[str, object] = {"vcodec": "libx264", "preset": "ultrafast", "g": GOP, "bf": 0}
    (part,) = record(tmp_path_factory.mktemp("film") / "parts", seconds=10, segment_s=60, video=video).parts
    return part.path


def job(one: tuple[Path, float], other: tuple[Path, float], out: Path) -> Job:
    """Cut all but a second at each end out of two files that begin so many seconds after the start."""
    return Job(
        segments=tuple(
            JobSegment(
                path=path,
                from_ms=START_MS + from_s * 1000,
                until_ms=START_MS + from_s * 1000 + len(numbers_in(path)) * 1000 / FPS,
            )
            for path, from_s in (one, other)
        ),
        from_ms=START_MS + 1_000,
        until_ms=START_MS + 9_000,
        audio=False,
        masks=(),
        out=out,
        preview=False,
    )


@pytest.fixture
def halves(film: Path, tmp_path: Path) -> tuple[Path, Path]:
    """Return the first six seconds, and the last seven: three are in both."""
    one, other = tmp_path / "one.mp4", tmp_path / "other.mp4"
    films = [Film(path=film, began_s=0.0)]
    assert export(films, 0.0, 6.0, one)
    assert export(films, 6.0 - OVERLAP_S, 10.0, other)
    return one, other


@pytest.mark.parametrize("wrong_s", [0.0, 0.2, -0.2])
def test_what_two_files_have_both_is_in_the_clip_once(
    halves: tuple[Path, Path], tmp_path: Path, wrong_s: float
) -> None:
    """Also where their times differ by as much as a corrected clock explains."""
    one, other = halves
    work = job((one, 0.0), (other, 6.0 - OVERLAP_S + wrong_s), tmp_path / "clip.mp4")
    make_clip(work, lambda _: None)
    numbers = numbers_in(work.out)
    assert len(set(numbers)) == len(numbers)
    assert numbers == sorted(numbers)
    assert abs(len(numbers) - 8 * FPS) <= (0 if not wrong_s else 4)


def test_files_that_overlap_and_are_not_the_same_there_are_refused(halves: tuple[Path, Path], tmp_path: Path) -> None:
    """The times of one of them are wrong by a second: nobody knows of which."""
    one, other = halves
    work = job((one, 0.0), (other, 6.0 - OVERLAP_S + 1.0), tmp_path / "clip.mp4")
    with pytest.raises(ClipRefused) as refused:
        make_clip(work, lambda _: None)
    assert refused.value.rule == Rule.SEGMENTS_OVERLAP
