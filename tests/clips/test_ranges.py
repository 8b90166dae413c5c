"""Several ranges of one camera in one clip: nothing of what lies between them, and no hours of frozen picture."""

from __future__ import annotations

import gc
import random
import re
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import av
import pytest

from custom_components.milton_share.clips.check.clip import approved_by, check
from custom_components.milton_share.clips.job import Range
from custom_components.milton_share.clips.make import make_clip
from custom_components.milton_share.clips.plan.ledger import Stored
from custom_components.milton_share.clips.plan.make import make_plan
from custom_components.milton_share.clips.refusal import ClipRefused, CutRule
from custom_components.milton_share.clips.result import StoredRange
from custom_components.milton_share.clips.write.masks import corners_at
from custom_components.milton_share.clips.write.ranges import plan_ranges, stored_range
from tests.clips.conftest import AAC, h264
from tests.clips.exact import plays_without_a_word
from tests.clips.jobs import job_of, sound_is_inside
from tests.clips.masks import box, moving
from tests.clips.recordings import FPS, START_MS, Part, Recording, loudest, numbers_in, record, stored_packets
from tests.clips.test_masks import frames_of, is_black
from tests.clips.test_plan_edges import filmed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from custom_components.milton_share.clips.job import Job, Mask
    from custom_components.milton_share.clips.plan.model import Plan
    from custom_components.milton_share.clips.read.probe import SegmentFacts
    from custom_components.milton_share.clips.result import Result

CLIPS_A_KIND = 3
SECOND = 1_000
SILENT = 0.02


def job_over(
    recording: Recording,
    ranges: Sequence[tuple[int, int]],
    out: Path,
    *,
    audio: bool = True,
    masks: tuple[Mask, ...] = (),
) -> Job:
    """Return a job for ranges given in milliseconds after the recording's start."""
    (from_ms, until_ms), *further = [(START_MS + start, START_MS + end) for start, end in ranges]
    job = job_of(recording, from_ms, until_ms, out, audio=audio, masks=masks)
    return replace(job, further=tuple(Range(from_ms=start, until_ms=end) for start, end in further))


def cut_ranges(recording: Recording, job: Job) -> Result:
    """Cut; the file has every frame of the ranges, once and no other, and each where the result says it is."""
    result = make_clip(job, lambda _: None)
    expected = [recording.between(part.from_ms, part.until_ms) for part in job.ranges]
    assert numbers_in(job.out) == [number for numbers in expected for number in numbers]
    shown = sorted(packet.at_s for packet in stored_packets(job.out, "video"))
    assert sum(run.count for run in result.frames) == len(shown)
    assert [(part.from_ms, part.until_ms) for part in result.ranges] == [
        (part.from_ms, part.until_ms) for part in job.ranges
    ]
    at = 0
    for part, numbers in zip(result.ranges, expected, strict=True):
        if not numbers:
            assert (part.first_frame_ms, part.last_frame_ms, part.stored_ms) == (None, None, None)
            continue
        assert part.first_frame_ms == int(START_MS + numbers[0] * 1000 / FPS)
        assert part.last_frame_ms == int(START_MS + numbers[-1] * 1000 / FPS)
        assert part.stored_ms is not None
        for number, time_s in zip(numbers, shown[at:], strict=False):
            true_s = part.stored_ms / 1000 + (number - numbers[0]) / FPS
            assert time_s - shown[0] == pytest.approx(true_s, abs=0.002)
        at += len(numbers)
    length_s = sum(part.until_ms - part.from_ms for part in job.ranges) / 1000
    assert shown[-1] - shown[0] <= length_s + 0.3 * len(job.ranges)
    return result


@pytest.mark.parametrize("kind", ["gop 15", "gop 60", "gop 240", "b-frames", "missing segment"])
def test_no_frame_between_random_ranges_is_in_the_file(
    recorded: dict[str, Recording], kind: str, tmp_path: Path
) -> None:
    """Two to four ranges, near to each other and far, also several in one group, also such that touch."""
    rng = random.Random(kind)  # noqa: S311 - repeatable, no secret
    recording = recorded[kind]
    for index in range(CLIPS_A_KIND):
        count = rng.randrange(2, 5)
        edges = sorted(rng.sample(range(0, 39_000, 50), 2 * count))
        ranges = [(edges[2 * n], edges[2 * n + 1]) for n in range(count)]
        if index == 0:
            ranges[1] = (ranges[0][1], ranges[1][1])
        if index == 1:
            ranges = [(8_300, 9_000), (9_100, 9_500), (9_700, 11_900)]
        ranges = [(start, max(end, start + 70)) for start, end in ranges]
        job = job_over(recording, ranges, tmp_path / f"{index}.mp4")
        if any(after.from_ms < before.until_ms for before, after in zip(job.ranges, job.ranges[1:], strict=False)):
            continue
        result = cut_ranges(recording, job)
        if result.audio == "kept":
            sound_is_inside(recording, *(job.of(part) for part in job.ranges))


def test_each_frame_is_encoded_at_most_once_and_whole_groups_are_copied(
    recorded: dict[str, Recording], tmp_path: Path
) -> None:
    """Groups of 60: the head of each range is encoded, all from the next key frame on is the camera's own."""
    job = job_over(recorded["gop 60"], [(1_000, 9_000), (18_000, 26_000)], tmp_path / "clip.mp4")
    runs = cut_ranges(recorded["gop 60"], job).frames
    assert [(run.count, run.kind) for run in runs] == [
        (45, "encoded"),
        (75, "copied"),
        (30, "encoded"),
        (90, "copied"),
    ]


def test_a_range_in_which_nothing_was_recorded_is_a_stated_gap(recorded: dict[str, Recording], tmp_path: Path) -> None:
    """The third file (16 s to 24 s) is lost: no frame, no stored time, but the range is told of."""
    recording = recorded["missing segment"]
    job = job_over(recording, [(14_000, 17_000), (18_000, 20_000), (25_000, 26_000)], tmp_path / "clip.mp4")
    result = cut_ranges(recording, job)
    assert result.gaps_ms == (
        (START_MS + 16_000, START_MS + 17_000),
        (START_MS + 18_000, START_MS + 20_000),
    )
    assert [part.stored_ms for part in result.ranges] == [0, None, 3_000]
    nothing = job_over(recording, [(17_000, 18_000), (20_000, 21_000)], tmp_path / "none.mp4")
    with pytest.raises(ClipRefused) as refused:
        make_clip(nothing, lambda _: None)
    assert refused.value.rule is CutRule.NOTHING_RECORDED


def test_a_mask_is_where_it_is_at_the_true_time_of_each_range(recorded: dict[str, Recording], tmp_path: Path) -> None:
    """Between the ranges the mask moves on, though the clip does not show that time."""
    mask = moving((0, box(0, 4_500, 2_500, 4_500)), (10_000, box(7_500, 4_500, 2_500, 4_500)))
    recording = recorded["gop 60"]
    job = job_over(recording, [(1_000, 1_600), (6_000, 6_600)], tmp_path / "clip.mp4", masks=(mask,))
    cut_ranges(recording, job)
    numbers = [number for part in job.ranges for number in recording.between(part.from_ms, part.until_ms)]
    for number, frame in zip(numbers, frames_of(job.out), strict=True):
        is_black(frame, corners_at(mask, START_MS + number * 1000 / FPS))


@pytest.mark.parametrize("is_masked", [True, False])
def test_pictures_at_a_joint_keep_the_camera_s_distance_or_some_of_it(
    recorded: dict[str, Recording], tmp_path: Path, *, is_masked: bool
) -> None:
    """One range ends just after a picture, the next begins just before one: ffmpeg would say that their times clash."""
    masks = (moving((0, box(0, 4_500, 2_500, 4_500))),) if is_masked else ()
    recording = recorded["b-frames"]
    ranges = [(1_000, 2_005), (3_990, 5_040), (7_995, 9_000), (9_000, 9_500)]
    job = job_over(recording, ranges, tmp_path / "clip.mp4", masks=masks)
    cut_ranges(recording, job)
    shown = sorted(packet.at_s for packet in stored_packets(job.out, "video"))
    distances = [(after - before) * FPS for before, after in pairwise(shown)]
    assert distances == pytest.approx([round(distance) for distance in distances], abs=0.001)
    assert min(distances) > 0.9
    plays_without_a_word(job.out)


@pytest.mark.parametrize("is_masked", [True, False])
def test_under_masks_and_over_several_ranges_each_picture_is_encoded_once_at_most(
    recorded: dict[str, Recording], tmp_path: Path, *, is_masked: bool
) -> None:
    """By the encoders' own word of how many pictures each was given; two of the ranges lie in one group."""
    masks = (moving((0, box(0, 4_500, 2_500, 4_500)), (10_000, box(7_500, 4_500, 2_500, 4_500))),) if is_masked else ()
    recording = recorded["b-frames"]
    ranges = [(1_000, 1_600), (1_700, 4_900), (4_900, 6_600), (15_500, 17_000)]
    job = job_over(recording, ranges, tmp_path / "clip.mp4", masks=masks)
    gc.collect()  # those of other tests
    before = av.logging.get_level()
    av.logging.set_level(av.logging.INFO)
    try:
        with av.logging.Capture(local=False) as said:
            result = cut_ranges(recording, job)
            gc.collect()  # an encoder sums up when nobody has it any more
    finally:
        av.logging.set_level(before)
    counts = [re.match(r"frame [IPB]:(\d+) ", words) for _, name, words in said if name == "libx264"]
    given = sum(int(count[1]) for count in counts if count)
    encoded = sum(run.count for run in result.frames if run.kind == "encoded")
    assert given == encoded > 0
    assert not is_masked or encoded == len(numbers_in(job.out))


@pytest.mark.parametrize("codec", ["aac", "g711"])
def test_nothing_is_heard_of_what_lies_between_the_ranges(codec: str, tmp_path: Path) -> None:
    """Quiet in both ranges, loud before, between and after: not a sample of the loud is in the file."""
    sound = AAC if codec == "aac" else {"acodec": "pcm_mulaw", "ar": 8000, "ac": 1}
    recording = record(
        tmp_path / "r",
        seconds=12,
        segment_s=4,
        video=h264(30),
        audio=sound,
        loud="not(between(T,2,5)+between(T,7,10))",
        suffix="mp4" if codec == "aac" else "mov",
    )
    job = job_over(recording, [(2_000, 5_000), (7_000, 10_000)], tmp_path / "clip.mp4")
    assert cut_ranges(recording, job).audio == "kept"
    assert loudest(job.out) < SILENT
    first, *_, last = (packet.at_s for packet in stored_packets(job.out, "audio"))
    assert 5 < last - first < 6.1


def test_ranges_coded_differently_are_brought_to_one_coding(tmp_path: Path) -> None:
    """The camera was set to another resolution between the ranges: all encoded, in the first one's size."""
    before = record(tmp_path / "a", seconds=4, segment_s=4, video=h264(30))
    after = record(tmp_path / "b", seconds=4, segment_s=4, video=h264(30, s="640x360"))
    parts = (before.parts[0], type(before.parts[0])(path=after.parts[0].path, first=4 * FPS))
    joined = Recording(parts=parts, numbers=tuple(range(8 * FPS)))
    job = job_over(joined, [(1_000, 2_000), (5_000, 6_000)], tmp_path / "clip.mp4", audio=False)
    result = make_clip(job, lambda _: None)
    assert [frames.kind for frames in result.frames] == ["encoded"]
    assert numbers_in(job.out) == [*range(15, 30), *range(15, 30)]


def test_a_clip_of_other_ranges_does_not_pass_the_check(recorded: dict[str, Recording], tmp_path: Path) -> None:
    """As many frames, as long, but a part of it was not approved."""
    recording = recorded["gop 60"]
    job = job_over(recording, [(2_000, 4_000), (12_000, 14_000)], tmp_path / "clip.mp4")
    result = cut_ranges(recording, job)
    for other in ([(2_000, 4_000), (12_500, 14_500)], [(2_000, 6_000)], [(12_000, 16_000)], [(2_000, 4_000)]):
        plans = tuple(plan_ranges(job_over(recording, other, tmp_path / "other.mp4")).values())
        with pytest.raises(ClipRefused) as refused:
            check(job.out, approved_by(plans), result.frames)
        assert refused.value.rule in {CutRule.UNAPPROVED_FRAMES, CutRule.UNAPPROVED_AUDIO}


def test_a_range_says_when_its_pictures_were_and_where_in_the_clip_they_are() -> None:
    """By whole milliseconds: pictures by those that had begun, gaps by those that they touch."""
    part = Range(from_ms=1_000, until_ms=3_000)
    shown = (100, 6_100, 12_100, 18_100, 150_100, 156_100)
    plan = replace(planned_of(filmed()), shown=shown, stored=tuple(tick + 1_000 for tick in shown))
    stored = Stored(codec="h264", width=1, height=1, ticks=(50, 700, *plan.stored[:-1], 900_000))
    assert stored_range(part, plan, stored) == StoredRange(
        from_ms=1_000,
        until_ms=3_000,
        first_frame_ms=1_001,
        last_frame_ms=2_667,
        stored_ms=12,
        gaps=(Range(from_ms=1_267, until_ms=2_668),),
    )
    nothing = stored_range(part, None, stored)
    assert (nothing.first_frame_ms, nothing.last_frame_ms, nothing.stored_ms) == (None, None, None)
    assert nothing.gaps == (Range(from_ms=1_000, until_ms=3_000),)


def test_gaps_of_a_file_that_was_moved_lie_where_its_pictures_are_in_the_clip() -> None:
    """Whoever reads a picture's time off the clip finds none in a gap, and the gap between those beside it."""
    part = Range(from_ms=1_000, until_ms=4_000)
    shown, moved = (0, 6_000, 12_000, 10_000, 160_000, 166_000, 269_000), 9_000
    stored = tuple(tick + moved * (place > 2) for place, tick in enumerate(shown))
    plan = replace(planned_of(filmed()), shown=shown, stored=stored)
    found = stored_range(part, plan, Stored(codec="h264", width=1, height=1, ticks=stored))
    assert (found.first_frame_ms, found.stored_ms) == (1_000, 0)
    assert found.gaps == (Range(from_ms=1_277, until_ms=2_878), Range(from_ms=3_011, until_ms=4_000))


def test_a_range_that_can_not_be_read_is_no_range_of_which_nothing_was_recorded(tmp_path: Path) -> None:
    """Or a clip would say of a broken file that there was none."""
    path = tmp_path / "film.mp4"
    path.write_text("no film")
    recording = Recording(parts=(Part(path=path, first=0),), numbers=tuple(range(8 * FPS)))
    with pytest.raises(ClipRefused) as refused:
        plan_ranges(job_over(recording, [(-2_000, -1_000), (2_000, 3_000)], tmp_path / "clip.mp4"))
    assert refused.value.rule is CutRule.UNREADABLE_SEGMENT


def planned_of(*facts: SegmentFacts) -> Plan:
    """Plan a range of two seconds."""
    return make_plan(facts, 180_000, audio=False, masked=False)
