"""Pictures that a file says are all of one moment: nobody can say when each of them was taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.clips.make import make_clip
from custom_components.milton_share.clips.refusal import ClipRefused, CutRule
from custom_components.milton_share.clips.timestamps import AT_ONCE_MAX, at_once
from tests.clips.jobs import cut_exactly, job_of
from tests.clips.kinds import AAC, film, h264
from tests.clips.recordings import FPS, FRAGMENTED, START_MS, Part, Recording
from tests.fuzz.film_bending import boxes

if TYPE_CHECKING:
    from pathlib import Path

SECONDS = 6
USUAL_GIVEN, FLAGS_AT, USUAL_AT = 0x8, 11, 16  # of `tfhd` (ISO/IEC 14496-12, 8.8.7) as ffmpeg writes it
LONG_MS = 7 * 3_600_000  # such a clip's times are stored in other units
STANDS = 2  # the fragment, a second long, whose pictures take no time


@pytest.mark.parametrize("range_ms", [(510, 2_490), (2_510, 2_990), (2_700, 4_490)])
def test_a_range_with_pictures_that_take_no_time_is_refused(range_ms: tuple[int, int], tmp_path: Path) -> None:
    """Makers of short films write no length into some fragments: all of a second would be told of one moment."""
    recording = standing(tmp_path / "film.mp4")
    job = job_of(recording, START_MS + range_ms[0], START_MS + range_ms[1], tmp_path / "clip.mp4")
    with pytest.raises(ClipRefused) as refused:
        make_clip(job, lambda _: None)
    assert refused.value.rule is CutRule.TIMES_UNKNOWN


def test_a_range_of_many_hours_with_such_pictures_is_refused(tmp_path: Path) -> None:
    """Their times lie farther apart in its clip, and are as much one time as in another."""
    recording = standing(tmp_path / "film.mp4")
    job = job_of(recording, START_MS - LONG_MS, START_MS + 2_100, tmp_path / "clip.mp4", audio=False)
    with pytest.raises(ClipRefused) as refused:
        make_clip(job, lambda _: None)
    assert refused.value.rule is CutRule.TIMES_UNKNOWN


@pytest.mark.parametrize("range_ms", [(510, 1_990), (3_010, 4_490)])
def test_before_and_after_them_pictures_are_cut_at_their_times(range_ms: tuple[int, int], tmp_path: Path) -> None:
    """Each fragment says when it begins."""
    recording = standing(tmp_path / "film.mp4")
    cut_exactly(recording, job_of(recording, START_MS + range_ms[0], START_MS + range_ms[1], tmp_path / "clip.mp4"))


def test_a_few_pictures_of_one_time_are_a_clock_that_was_rounded() -> None:
    """More of them say nothing of when they were taken, up to the next one that does, or to the file's end."""
    few = [*range(AT_ONCE_MAX), 6_000, 12_000]
    many = [6_000, *range(12_000, 12_001 + AT_ONCE_MAX)]
    assert list(at_once(few, 90_000)) == []
    assert list(at_once([*many, 90_000], 0)) == [(12_000, 90_000)]
    assert list(at_once(many, 90_000)) == [(12_000, 90_000)]
    assert list(at_once([5] * (AT_ONCE_MAX + 1), 0)) == [(5, 6)]
    assert list(at_once([], 0)) == []
    assert list(at_once([2 * tick for tick in few], 180_000, 2)) == []
    assert list(at_once([2 * tick for tick in many], 180_000, 2)) == [(24_000, 180_000)]


def standing(path: Path) -> Recording:
    """Film in fragments of a second, the pictures of one of which take no time."""
    film(path, h264(15), AAC, seconds=SECONDS, container={"movflags": FRAGMENTED.removeprefix("movflags=")})
    data = bytearray(path.read_bytes())
    heads = [start for kind, start, _ in boxes(bytes(data)) if kind == b"tfhd"]
    films = heads[::2]  # each second one is of the sound
    assert data[films[STANDS] + FLAGS_AT] & USUAL_GIVEN
    data[films[STANDS] + USUAL_AT : films[STANDS] + USUAL_AT + 4] = bytes(4)
    path.write_bytes(bytes(data))
    return Recording(parts=(Part(path=path, first=0),), numbers=tuple(range(SECONDS * FPS)))
