"""Films whose edit list has them play otherwise than they were taken: nobody can say when a picture of them was."""

from __future__ import annotations

import struct
from contextlib import nullcontext
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.clips.make import make_clip
from custom_components.milton_share.clips.mp4.edits import AS_TAKEN, check_edits
from custom_components.milton_share.clips.refusal import ClipRefused, CutRule
from tests.clips.hostile import with_body
from tests.clips.jobs import cut_exactly, job_of
from tests.clips.kinds import film, h264
from tests.clips.recordings import FPS, START_MS, Part, Recording

if TYPE_CHECKING:
    from pathlib import Path

SECONDS, FILM_HZ, TRACK_HZ = 4, 1_000, 15_360
SLOW, STANDING, FAST = AS_TAKEN // 4, 0, 2 * AS_TAKEN
WHOLE = [(4_000, 0, AS_TAKEN)]


def elst(rows: list[tuple[int, int, int]], *, version: int = 0) -> bytes:
    """Return the body of an edit list: lengths, starts and rates."""
    row = ">QqI" if version else ">IiI"
    return struct.pack(">BxxxI", version, len(rows)) + b"".join(struct.pack(row, *values) for values in rows)


@pytest.mark.parametrize(("suffix", "version"), [("mp4", 0), ("mov", 1)])
@pytest.mark.parametrize(
    "rows",
    [
        [(1_000, 0, AS_TAKEN), (4_000, TRACK_HZ, SLOW), (2_000, 2 * TRACK_HZ, AS_TAKEN)],
        [(2_000, 0, FAST)],
        [(2_000, 0, STANDING), (4_000, 0, AS_TAKEN)],
        [(2_000, 0, AS_TAKEN), (2_000, 0, AS_TAKEN)],
        [(2_000, 2 * TRACK_HZ, AS_TAKEN), (2_000, 0, AS_TAKEN)],
        [(2_000, 0, AS_TAKEN), (2_000, TRACK_HZ, AS_TAKEN)],
    ],
    ids=["slower", "faster", "standing", "again", "backwards", "partly again"],
)
def test_a_film_that_plays_otherwise_than_it_was_taken_is_refused(
    rows: list[tuple[int, int, int]], suffix: str, version: int, tmp_path: Path
) -> None:
    """FFmpeg passes over the speed and shows a part twice: each picture would be said to be of a time of its own."""
    recording = filmed(tmp_path / f"film.{suffix}", elst(rows, version=version))
    job = job_of(recording, START_MS + 510, START_MS + 3_490, tmp_path / "clip.mp4", audio=False)
    with pytest.raises(ClipRefused) as refused:
        make_clip(job, lambda _: None)
    assert refused.value.rule is CutRule.TIMES_UNKNOWN


@pytest.mark.parametrize(
    "rows",
    [WHOLE, [(4_000, 0, STANDING)], [(4_000, 0, 1)], []],
    ids=["as taken", "no rate", "a rate elsewhere", "none"],
)
def test_a_film_that_plays_as_it_was_taken_is_cut(rows: list[tuple[int, int, int]], tmp_path: Path) -> None:
    """Also where its writer says no rate."""
    recording = filmed(tmp_path / "film.mp4", elst(rows))
    cut_exactly(recording, job_of(recording, START_MS + 510, START_MS + 3_490, tmp_path / "clip.mp4", audio=False))


def test_parts_that_follow_each_other_or_leave_one_out_are_no_other_speed() -> None:
    """With a second of nothing before, and lengths that were rounded."""
    rows = [(1_000, -1, AS_TAKEN), (1_001, 0, AS_TAKEN), (500, TRACK_HZ, AS_TAKEN), (500, 3 * TRACK_HZ, AS_TAKEN)]
    check_edits(elst(rows), FILM_HZ, TRACK_HZ)
    check_edits(elst(WHOLE)[:-1], 0, 0)  # cut off, and no clock
    check_edits(elst(WHOLE), 0, TRACK_HZ)
    check_edits(elst(WHOLE) + elst([(1, 0, FAST)])[8:], FILM_HZ, TRACK_HZ)  # what follows the last one is none


@pytest.mark.parametrize("rate", [STANDING, 1])
def test_a_part_without_a_rate_beside_others_is_one_that_stands_still(rate: int) -> None:
    """A writer that says none does so of its only part; where there are two, the other one says how fast it plays."""
    with pytest.raises(ClipRefused, match="another speed"):
        check_edits(elst([(2_000, 0, rate), (2_000, 2 * TRACK_HZ, AS_TAKEN)]), FILM_HZ, TRACK_HZ)


@pytest.mark.parametrize(("early", "is_refused"), [(2, False), (3, True)])
def test_a_part_may_begin_two_units_of_the_film_s_clock_early_and_no_more(early: int, *, is_refused: bool) -> None:
    """So far a writer rounds; what is shown again for longer is shown again."""
    rows = [(2_000, 0, AS_TAKEN), (2_000, 2 * 15_000 - early * 15, AS_TAKEN)]
    with pytest.raises(ClipRefused, match="again") if is_refused else nullcontext():
        check_edits(elst(rows), FILM_HZ, 15_000)


def filmed(path: Path, edits: bytes) -> Recording:
    """Film with another edit list than the writer's."""
    film(path, h264(15), seconds=SECONDS)
    path.write_bytes(with_body(path.read_bytes(), b"elst", edits))
    return Recording(parts=(Part(path=path, first=0),), numbers=tuple(range(SECONDS * FPS)))
