"""Of two files that overlap, what is the same in both is taken once; what only overlaps is refused as before."""

from __future__ import annotations

from array import array
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.clips.job import Job, JobSegment
from custom_components.milton_share.clips.make import make_clip
from custom_components.milton_share.clips.read.probe import AudioFacts
from custom_components.milton_share.clips.read.repeats import without_repeats
from custom_components.milton_share.clips.refusal import ClipRefused, CutRule
from custom_components.milton_share.clips.timeline import Ruler, ticks_of
from custom_components.milton_share.clips.timestamps import NEVER
from tests.clips.recordings import FPS, START_MS, numbers_in, record
from tests.clips.test_plan_edges import FRAME, QUARTER_S
from tests.clips.test_plan_properties import segment
from tests.simulators.films import Film, export

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from custom_components.milton_share.clips.read.probe import VideoFacts

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
    assert refused.value.rule == CutRule.SEGMENTS_OVERLAP


def video_of(prints: Sequence[int], start: int = 0) -> VideoFacts:
    """Return pictures that are known by these prints, a group of five after the other."""
    groups = [(start + at * FRAME, [FRAME] * min(4, len(prints) - at - 1), True) for at in range(0, len(prints), 5)]
    video = segment(groups, 0, 0, 0).video
    order = sorted(range(len(prints)), key=video.ticks.__getitem__)
    return replace(video, ticks=array("q", map(video.ticks.__getitem__, order)), prints=array("L", prints))


FAR = 10**9
"""An end that no file reaches."""


def kept(*videos: VideoFacts, doubt_ms: float = 0.0, end: int = FAR) -> list[list[int]]:
    """Return which pictures are left of files with these; of each all times, and all groups, that it should have."""
    facts = segment([], 0, 0, 0)
    facts = replace(facts, segment=replace(facts.segment, uncertainty_ms=doubt_ms))
    left = without_repeats([replace(facts, video=video) for video in videos], end)
    for before, after in zip(videos, left, strict=True):
        count = len(after.video.prints)
        assert (after.video.ticks, after.video.decode_ticks) == (before.ticks[:count], before.decode_ticks[:count])
        assert after.video.gops == before.gops[: -(-count // 5)]
    return [[*one.video.prints] for one in left]


FIRST, SECOND, THIRD = ([*range(first, first + 5)] for first in (1, 6, 11))
LATER = 5 * FRAME


def test_a_file_ends_where_the_next_begins_with_the_same_group_at_the_same_time() -> None:
    """A quarter of a second off at most: then it is another picture of the same scene, or a wrong time."""
    before = video_of(FIRST + SECOND)
    for off, left in ((0, FIRST), (QUARTER_S, FIRST), (-QUARTER_S, FIRST), (QUARTER_S + 1, FIRST + SECOND)):
        after = video_of(SECOND + THIRD, LATER + off)
        assert kept(before, after, video_of(THIRD, 9 * LATER)) == [left, SECOND + THIRD, THIRD]
    assert kept(before, video_of(SECOND + THIRD, LATER - QUARTER_S - 1))[0] == FIRST + SECOND
    assert kept(before, video_of(SECOND, LATER), video_of(SECOND, LATER)) == [FIRST, [], SECOND]
    assert kept(before, video_of(FIRST + SECOND + THIRD)) == [[], FIRST + SECOND + THIRD]


@pytest.mark.parametrize("way", [1, -1])
def test_what_two_files_have_both_is_a_repeat_as_far_apart_as_they_are_unsure(way: int) -> None:
    """A recorder closed up a hole before it in one of them."""
    before, off = video_of(FIRST + SECOND), way * (QUARTER_S + 2 * ticks_of(5_000))
    assert kept(before, video_of(SECOND + THIRD, LATER + off), doubt_ms=5_000)[0] == FIRST
    assert kept(before, video_of(SECOND + THIRD, LATER + off + way), doubt_ms=5_000)[0] == FIRST + SECOND
    differs = video_of([6, 7, 8, 9, 99, *THIRD], LATER + off)
    assert kept(before, differs, doubt_ms=5_000)[0] == FIRST + SECOND


def test_files_that_are_surer_than_what_a_range_alone_tells_are_never_taken_so_far_apart() -> None:
    """The home's own follow each other, and a still scene may be the same before and after their border."""
    off = LATER + ticks_of(1_500)
    for doubt_ms, left in ((3_000, FIRST), (2_999, FIRST + SECOND), (0, FIRST + SECOND)):
        assert kept(video_of(FIRST + SECOND), video_of(SECOND + THIRD, off), doubt_ms=doubt_ms)[0] == left


@pytest.mark.parametrize("off", [QUARTER_S, ticks_of(4_000)])
def test_a_range_may_end_in_what_two_files_have_both(off: int) -> None:
    """Of the later one so much less was read as it lies later; one that ends before the range does is another thing."""
    before, after = video_of(FIRST + SECOND + THIRD), video_of(SECOND + THIRD[:2], LATER + off)
    ends = max(after.ticks) + FRAME
    assert kept(before, after, doubt_ms=5_000, end=ends)[0] == FIRST
    assert kept(before, after, doubt_ms=5_000, end=ends + 1)[0] == FIRST + SECOND + THIRD


@pytest.mark.parametrize(("off", "heard"), [(QUARTER_S, 5), (QUARTER_S + 1, 3), (-QUARTER_S - 1, 3)])
def test_sound_ends_with_its_pictures_where_what_goes_on_lies_elsewhere_in_time(off: int, heard: int) -> None:
    """Else it would be heard beside other pictures, and what is theirs left out."""
    facts = segment([], 0, 0, 0)
    facts = replace(facts, segment=replace(facts.segment, uncertainty_ms=5_000.0))
    ticks = array("q", [NEVER, 0, LATER - 1, LATER, LATER + FRAME])
    sound = AudioFacts(
        codec="aac",
        rate_hz=48_000,
        channels=1,
        extradata=b"",
        ruler=Ruler(segment_tick=0, start_s=Fraction(0), time_base=Fraction(1, 48_000)),
        shown=ticks,
        ticks=ticks,
        spans=array("q", [1] * 5),
        prints=array("L", range(5)),
    )
    before = replace(facts, video=video_of(FIRST + SECOND), audio=sound)
    left, _ = without_repeats([before, replace(facts, video=video_of(SECOND + THIRD, LATER + off))], FAR)
    assert left.audio is not None
    assert left.audio.ticks == left.audio.shown == ticks[:heard]
    assert (len(left.audio.spans), len(left.audio.prints)) == (heard, heard)


def test_a_picture_that_is_the_same_again_and_again_tells_nothing_of_unsure_files() -> None:
    """In the dark each may be like the one before: what is left out could be another moment."""
    off = LATER + ticks_of(3_000)
    assert kept(video_of(FIRST + FIRST), video_of(FIRST + SECOND, off), doubt_ms=5_000)[0] == FIRST + FIRST
    assert kept(video_of(SECOND + FIRST), video_of(FIRST + FIRST, off), doubt_ms=5_000)[0] == SECOND + FIRST


def test_what_differs_in_one_picture_is_no_repeat() -> None:
    """In the last, in the first, in how many there are, in what codes them, or where nothing tells them apart."""
    before = video_of(FIRST + SECOND)
    for after in (
        video_of([6, 7, 8, 9, 99, *THIRD], LATER),
        video_of([99, 7, 8, 9, 10, *THIRD], LATER),
        video_of([*SECOND, *SECOND], 2 * LATER),
        video_of(SECOND[:4], LATER),
        replace(video_of(SECOND, LATER), codec="hevc"),
        video_of([], LATER),
    ):
        assert kept(before, after)[0] == FIRST + SECOND
    unknown = video_of([*FIRST, 0, 7, 8, 9, 10])
    assert kept(unknown, video_of([0, 7, 8, 9, 10], LATER))[0] == [*unknown.prints]


def test_of_two_groups_that_are_the_same_the_one_of_the_right_time_is_the_repeat() -> None:
    """Before a wall that nobody passes each picture may be like the one before."""
    before = video_of(FIRST + FIRST + SECOND)
    assert kept(before, video_of(FIRST + SECOND + THIRD, LATER))[0] == FIRST
    assert kept(before, video_of(FIRST + FIRST + SECOND + THIRD))[0] == []
    assert kept(video_of(FIRST + FIRST), video_of(FIRST + SECOND, LATER))[0] == FIRST


def test_where_each_picture_is_a_group_the_same_one_is_looked_for_among_all_that_are_near_in_time() -> None:
    """A camera that sends key pictures alone, and whose clock was put a little between the files."""
    alone = [segment([(at * FRAME, [], True) for at in range(5)], 0, 0, 0).video for _ in range(2)]
    before, after = (replace(one, prints=array("L", prints)) for one, prints in zip(alone, NEAR, strict=True))
    for early in (0, 1, -1):
        moved = replace(after, ticks=array("q", (tick + (2 + early) * FRAME for tick in after.ticks)))
        left = without_repeats([replace(segment([], 0, 0, 0), video=video) for video in (before, moved)], FAR)
        assert [*left[0].video.prints] == [1, 2]
        assert [gop.first for gop in left[0].video.gops] == [0, 1]


@pytest.mark.parametrize("scene", [(1,), (1, 2)], ids=["the same", "numbered by turns"])
@pytest.mark.parametrize("early", [-1, 0, 1])
def test_files_of_a_still_scene_of_key_pictures_alone_follow_each_other_whole(scene: Sequence[int], early: int) -> None:
    """H.264 tells two key pictures that follow each other apart by one bit, motion JPEG by none."""
    video = segment([(at * FRAME, [], True) for at in range(6)], 0, 0, 0).video
    before = replace(video, prints=array("L", [*scene] * (6 // len(scene))))
    for place, left in ((6, 6), (4, 4), (2, 2)):  # the last two overlap
        moved = array("q", (tick + place * FRAME + early * FRAME // 3 for tick in before.ticks))
        after = replace(before, ticks=moved)
        kept_of, _ = without_repeats([replace(segment([], 0, 0, 0), video=one) for one in (before, after)], FAR)
        assert len(kept_of.video.prints) == left


NEAR = (1, 2, 3, 4, 5), (3, 4, 5, 6, 7)
