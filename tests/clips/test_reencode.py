"""Clips that can't be copied: masks, open groups, coding that changes."""

from __future__ import annotations

from dataclasses import replace
from math import ceil
from typing import TYPE_CHECKING

import av
import ffmpeg
import pytest

from custom_components.milton_share.clips.make import make_clip
from tests.clips.conftest import AAC, h264
from tests.clips.jobs import cut_exactly, job_of, sound_is_inside
from tests.clips.kinds import film
from tests.clips.masks import rectangle
from tests.clips.recordings import (
    FPS,
    HEIGHT,
    START_MS,
    WIDTH,
    Part,
    Recording,
    numbers_in,
    record,
    run,
    stored_packets,
)

if TYPE_CHECKING:
    from pathlib import Path

SMPTE170M = 6  # ITU-T H.273, table 4
BLACK_MAX = 24  # 16 is black; the encoder may ripple


def test_a_mask_is_black_on_every_frame(recorded: dict[str, Recording], tmp_path: Path) -> None:
    """The lower right quarter: no pixel of it, in no frame, is lighter than black."""
    mask = rectangle(5_000, 5_000, 5_000, 5_000)
    recording = recorded["gop 60"]
    job = job_of(recording, START_MS + 6_500, START_MS + 9_500, tmp_path / "clip.mp4", masks=(mask,))
    result = cut_exactly(recording, job)
    assert [frames.kind for frames in result.frames] == ["encoded"]
    sound_is_inside(recording, job)
    source = ffmpeg.input(str(job.out), f="mov", ignore_editlist=1)
    corner = source.video.filter("crop", WIDTH // 2, HEIGHT // 2, WIDTH // 2, HEIGHT // 2).filter("format", "gray")
    raw = run(corner.output("pipe:", f="rawvideo").global_args("-v", "error", "-nostdin").compile())
    assert len(raw) == len(recording.between(job.from_ms, job.until_ms)) * (WIDTH // 2) * (HEIGHT // 2)
    assert max(raw) <= BLACK_MAX


def test_a_mask_is_wider_on_pictures_that_are_enlarged_by_as_much_as_that_carries_what_it_hides(tmp_path: Path) -> None:
    """A camera that is set to half its width, and to half its height: its pictures are brought to the first size."""
    parts = []
    for index, size in enumerate(("320x180", "160x180", "320x90")):
        path = tmp_path / f"{index}.mp4"
        scene = ["-f", "lavfi", "-i", f"color=white:size={size}:rate={FPS}:duration=1"]
        coding = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]
        run(["ffmpeg", "-v", "error", "-nostdin", *scene, *coding, str(path)])
        parts.append(Part(path=path, first=index * FPS))
    recording = Recording(parts=tuple(parts), numbers=tuple(range(3 * FPS)))
    mask = rectangle(4_000, 4_000, 2_000, 2_000)
    job = job_of(recording, START_MS, START_MS + 3_000, tmp_path / "clip.mp4", audio=False, masks=(mask,))
    result = make_clip(job, lambda _: None)
    assert result.resized_ms == (START_MS + 1_000, START_MS + 2_000)
    source = ffmpeg.input(str(job.out), f="mov", ignore_editlist=1)
    line = source.video.filter("crop", WIDTH, 2, 0, HEIGHT // 2).filter("format", "gray")
    raw = run(line.output("pipe:", f="rawvideo").global_args("-v", "error", "-nostdin").compile())
    lines = [raw[at : at + WIDTH] for at in range(0, len(raw), 2 * WIDTH)]
    assert len(lines) == 3 * FPS
    dark = [[at for at in range(WIDTH) if line[at] < 2 * BLACK_MAX] for line in lines]
    ends = [(seen[0], seen[-1]) for seen in dark]
    assert ends[:FPS] == [(126, 193)] * FPS
    assert ends[FPS:] == [(110, 209)] * 2 * FPS


def test_open_groups_are_encoded_whole(tmp_path: Path) -> None:
    """Frames before a key frame lean on the group before it, across files too."""
    video = h264(30, 3, **{"x264-params": "open-gop=1:bframes=3:b-adapt=0"})
    recorded = record(tmp_path / "r", seconds=16, segment_s=4, video=video, audio=AAC)
    counts = [len(stored_packets(part.path, "video")) for part in recorded.parts]
    parts = tuple(
        Part(path=part.path, first=sum(counts[:index])) for index, part in enumerate(recorded.parts)
    )  # file by file, the frames shown before the first key frame can't be read
    recording = Recording(parts=parts, numbers=tuple(range(16 * FPS)))
    for index, (start, end) in enumerate([(1_300, 9_900), (3_700, 5_100)]):
        job = job_of(recording, START_MS + start, START_MS + end, tmp_path / f"{index}.mp4")
        result = cut_exactly(recording, job)
        assert [frames.kind for frames in result.frames] == ["encoded"]
        sound_is_inside(recording, job)


def test_coding_that_changes_between_files_is_still_copied(tmp_path: Path) -> None:
    """A camera that was restarted with other settings: each group carries its own parameter sets."""
    before = record(tmp_path / "a", seconds=4, segment_s=4, video=h264(30, profile="high"))
    after = record(tmp_path / "b", seconds=4, segment_s=4, video=h264(30, profile="baseline"))
    later = Part(path=after.parts[0].path, first=4 * FPS)
    assert later.from_ms == START_MS + 4_000
    joined = Recording(parts=(before.parts[0], later), numbers=tuple(range(8 * FPS)))
    job = job_of(joined, START_MS + 1_000, START_MS + 7_100, tmp_path / "clip.mp4")
    result = make_clip(job, lambda _: None)
    assert [frames.kind for frames in result.frames] == ["encoded", "copied"]
    expected = [number for number in range(8 * FPS) if 1_000 <= number * 1000 / FPS < 7_100]
    assert numbers_in(job.out) == [number % (4 * FPS) for number in expected]


def test_another_size_is_brought_to_the_first(tmp_path: Path) -> None:
    """A camera that was set to another resolution in between: one size, all encoded."""
    before = record(tmp_path / "a", seconds=4, segment_s=4, video=h264(30))
    after = record(tmp_path / "b", seconds=4, segment_s=4, video=h264(30, s="640x360"))
    parts = (before.parts[0], Part(path=after.parts[0].path, first=4 * FPS))
    joined = Recording(parts=parts, numbers=tuple(range(8 * FPS)))
    job = job_of(joined, START_MS + 3_000, START_MS + 5_000, tmp_path / "clip.mp4")
    result = make_clip(job, lambda _: None)
    assert [frames.kind for frames in result.frames] == ["encoded"]
    assert (result.width, result.height) == (WIDTH, HEIGHT)
    assert numbers_in(job.out) == [*range(45, 60), *range(15)]
    assert result.resized_ms == (START_MS + 4_000,)


def test_a_clip_that_is_encoded_for_a_mask_tells_of_no_other_size(tmp_path: Path) -> None:
    """Its pictures had one all along."""
    recording = record(tmp_path / "r", seconds=8, segment_s=4, video=h264(30))
    mask = rectangle(0, 0, 5_000, 5_000)
    job = job_of(recording, START_MS + 3_000, START_MS + 5_000, tmp_path / "clip.mp4", masks=(mask,))
    assert make_clip(job, lambda _: None).resized_ms == ()


def test_another_codec_is_brought_to_h264(hevc: Recording, tmp_path: Path) -> None:
    """A camera that was set from HEVC to H.264 in between: all encoded as H.264."""
    after = record(tmp_path / "b", seconds=4, segment_s=4, video=h264(30))
    before = hevc.parts[0]
    count = len(numbers_in(before.path))
    joined = Recording(
        parts=(before, Part(path=after.parts[0].path, first=count)), numbers=tuple(range(count + 4 * FPS))
    )
    from_ms = START_MS + count * 1000 // FPS - 1_000
    job = job_of(joined, from_ms, from_ms + 2_000, tmp_path / "clip.mp4", audio=False)
    result = make_clip(job, lambda _: None)
    assert result.codec == "h264"
    assert numbers_in(job.out) == [*range(count - 15, count), *range(15)]


def test_what_a_camera_repeats_in_the_stream_is_left_out(tmp_path: Path) -> None:
    """Parameter sets before each key frame, delimiters, messages: only slices are copied."""
    video = h264(30, **{"bsf:v": "dump_extra=freq=keyframe,h264_metadata=aud=insert"})
    recording = record(tmp_path / "r", seconds=8, segment_s=4, video=video)
    job = job_of(recording, START_MS + 1_000, START_MS + 7_000, tmp_path / "clip.mp4")
    result = cut_exactly(recording, job)
    assert [frames.kind for frames in result.frames] == ["encoded", "copied"]
    assert b"x264" not in job.out.read_bytes()


@pytest.mark.parametrize("uncertainty_ms", [0, 350])
@pytest.mark.parametrize("overlap_ms", [200, 693, 1_000])
def test_files_that_overlap_a_little_are_kept_apart_and_much_is_refused(
    overlap_ms: int, uncertainty_ms: int, tmp_path: Path
) -> None:
    """A corrected clock explains a fifth of a second, and two clocks what is said of both; not a second."""
    recording = record(tmp_path / "r", seconds=8, segment_s=4, video=h264(30), audio=AAC)
    job = job_of(recording, START_MS + 3_000, START_MS + 5_000, tmp_path / "clip.mp4")
    early = job.segments[1].from_ms - overlap_ms
    first, second = (replace(segment, uncertainty_ms=uncertainty_ms) for segment in job.segments)
    changed = replace(job, segments=(first, replace(second, from_ms=early)), audio=uncertainty_ms > 0)
    if overlap_ms > max(250, 2 * uncertainty_ms):
        with pytest.raises(Exception, match="segments_overlap"):
            make_clip(changed, lambda _: None)
    else:
        assert make_clip(changed, lambda _: None).audio == ("kept" if uncertainty_ms else "removed")
        assert numbers_in(job.out) == list(range(45, 60 + ceil((1_000 + overlap_ms) * FPS / 1_000)))


def test_red_green_and_blue_are_brought_to_a_matrix_that_is_said(tmp_path: Path) -> None:
    """4:2:0 has none that is called RGB: a player that believed it would show other colors."""
    (path,) = film(
        tmp_path / "film.mp4", {"vcodec": "libx264rgb", "preset": "superfast", "pix_fmt": "rgb24"}, seconds=1
    )
    recording = Recording(parts=(Part(path=path, first=0),), numbers=tuple(range(FPS)))
    job = job_of(recording, START_MS + 100, START_MS + 900, tmp_path / "clip.mp4")
    cut_exactly(recording, job)
    with av.open(str(job.out)) as container:
        assert container.streams.video[0].codec_context.colorspace == SMPTE170M
