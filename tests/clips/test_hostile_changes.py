"""A recording that changes between the look at it and the cut: what was planned is cut, or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.clips.job import Job, JobSegment
from custom_components.milton_share.clips.make import make_clip
from custom_components.milton_share.clips.refusal import ClipRefused, CutRule
from tests.clips.hostile import EXACT, FROM_MS, SECONDS, UNTIL_MS, film, frames_in
from tests.clips.recordings import START_MS
from tests.fuzz.film_bending import boxes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture(scope="module")
def filmed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Record once."""
    return film(tmp_path_factory.mktemp("filmed"))


def once(act: Callable[[], object]) -> Callable[[float], None]:
    """Return what does something at the first progress: the recordings were looked at, the cut has begun."""
    done: list[object] = []

    def progress(_: float) -> None:
        if not done:
            done.append(act())

    return progress


def job_over(paths: list[Path], out: Path, until_ms: int) -> Job:
    """Return a job over files of four seconds, one after the other."""
    starts = [START_MS + index * SECONDS * 1000 for index in range(len(paths))]
    segments = tuple(
        JobSegment(path=path, from_ms=start, until_ms=start + SECONDS * 1000)
        for path, start in zip(paths, starts, strict=True)
    )
    return Job(segments=segments, from_ms=FROM_MS, until_ms=until_ms, audio=True, masks=(), out=out, preview=False)


def test_a_file_that_grows_while_it_is_cut_gives_what_it_had(filmed: dict[str, Path], tmp_path: Path) -> None:
    """A recorder that still writes: the frames that were there, a stated gap, and none that came later."""
    data = filmed["fragments"].read_bytes()
    ends = [start for kind, start, _ in boxes(data) if kind == b"moof"]
    half = ends[len(ends) // 2]
    path, out = tmp_path / "segment.mp4", tmp_path / "clip.mp4"
    path.write_bytes(data[:half])

    def grow() -> None:
        with path.open("ab") as file:
            file.write(data[half:])

    result = make_clip(job_over([path], out, UNTIL_MS), once(grow))
    numbers = frames_in(out)
    assert 0 < len(numbers) < len(EXACT)
    assert numbers == EXACT[: len(numbers)]
    assert result.gaps_ms[-1][1] == UNTIL_MS
    assert path.stat().st_size == len(data)


@pytest.mark.parametrize("what", ["another film", "nothing", "noise"])
def test_a_file_that_is_swapped_while_it_is_cut_never_gets_into_a_clip(
    what: str, filmed: dict[str, Path], tmp_path: Path
) -> None:
    """Whoever can write into the recordings' folder, in the moment between: a refusal, or what was looked at."""
    data = filmed["fragments"].read_bytes()
    media = next(start for kind, start, _ in boxes(data) if kind == b"mdat")
    noise = bytes(byte ^ 0x15 if at > media + 40 and at % 97 == 0 else byte for at, byte in enumerate(data))
    instead = {"another film": filmed["index"].read_bytes(), "nothing": b"", "noise": noise}[what]
    first, second, out = tmp_path / "1.mp4", tmp_path / "2.mp4", tmp_path / "clip.mp4"
    first.write_bytes(data)
    second.write_bytes(data)

    def swap() -> None:
        (tmp_path / "other").write_bytes(instead)
        (tmp_path / "other").replace(second)

    job = job_over([first, second], out, START_MS + 2 * SECONDS * 1000)
    if what == "another film":  # it has the same pictures in another box: those that were planned may come
        make_clip(job, once(swap))
        assert set(frames_in(out)) <= set(range(SECONDS * 15))
        return
    with pytest.raises(ClipRefused) as refused:
        make_clip(job, once(swap))
    assert refused.value.rule in {CutRule.UNREADABLE_SEGMENT, CutRule.UNAPPROVED_FRAMES, CutRule.UNAPPROVED_AUDIO}
    assert not out.exists()
