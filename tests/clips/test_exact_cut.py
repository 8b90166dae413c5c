"""Every frame inside the range and no other, for each kind of camera."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.clips.make import make_clip
from custom_components.milton_share.clips.refusal import ClipRefused, CutRule
from tests.clips.jobs import cut_exactly, job_of, sound_is_inside
from tests.clips.recordings import START_MS, Recording, numbers_in

if TYPE_CHECKING:
    from pathlib import Path

RANGES_A_KIND = 12
WITH_SOUND = 3


@pytest.mark.parametrize("kind", ["gop 15", "gop 60", "gop 240", "b-frames", "missing segment"])
def test_no_unapproved_frame_or_sound_in_random_ranges(
    recorded: dict[str, Recording], kind: str, tmp_path: Path
) -> None:
    """Sixty random ranges in all: the frames are exactly those of the range, the sound lies in it."""
    rng = random.Random(kind)  # noqa: S311 - repeatable, no secret
    recording = recorded[kind]
    for index in range(RANGES_A_KIND):
        from_ms = START_MS + rng.randrange(0, 36_000)
        until_ms = min(from_ms + rng.randrange(1_000, 16_000), START_MS + 40_000)
        while not recording.between(from_ms, until_ms):
            until_ms += 8_000
        job = job_of(recording, from_ms, until_ms, tmp_path / f"{index}.mp4")
        cut_exactly(recording, job)
        if index < WITH_SOUND:
            sound_is_inside(recording, job)


def test_a_camera_that_skips_frames_is_cut_exactly(recorded: dict[str, Recording], tmp_path: Path) -> None:
    """Variable frame rate."""
    rng = random.Random(7)  # noqa: S311 - repeatable, no secret
    for index in range(4):
        from_ms = START_MS + rng.randrange(0, 30_000)
        until_ms = from_ms + rng.randrange(1_000, 9_000)
        cut_exactly(recorded["vfr"], job_of(recorded["vfr"], from_ms, until_ms, tmp_path / f"{index}.mp4"))


def test_a_frame_at_the_very_start_is_in_and_one_at_the_very_end_is_out(
    recorded: dict[str, Recording], tmp_path: Path
) -> None:
    """The range is half open: frame 15 is at 1.000 s, frame 30 at 2.000 s."""
    job = job_of(recorded["gop 60"], START_MS + 1_000, START_MS + 2_000, tmp_path / "clip.mp4")
    cut_exactly(recorded["gop 60"], job)
    assert numbers_in(job.out) == list(range(15, 30))


def test_whole_groups_are_copied_and_only_the_edges_encoded(recorded: dict[str, Recording], tmp_path: Path) -> None:
    """From 1.000 s: frames 15 to 59 of the first group are encoded, the rest is the camera's own."""
    job = job_of(recorded["gop 60"], START_MS + 1_000, START_MS + 10_000, tmp_path / "clip.mp4")
    runs = cut_exactly(recorded["gop 60"], job).frames
    assert [(run.first, run.count, run.kind) for run in runs] == [(0, 45, "encoded"), (45, 90, "copied")]
    assert runs[0].slices_sha256 is None
    assert runs[1].slices_sha256 is not None


def test_the_same_job_gives_the_same_bytes(recorded: dict[str, Recording], tmp_path: Path) -> None:
    """No date, no random id: a second run has the first one's hash."""
    jobs = [
        job_of(recorded["b-frames"], START_MS + 1_234, START_MS + 9_876, tmp_path / f"{index}.mp4") for index in (1, 2)
    ]
    first, second = (make_clip(job, lambda _: None).clip.sha256 for job in jobs)
    assert first == second


def test_a_lost_file_is_a_stated_gap(recorded: dict[str, Recording], tmp_path: Path) -> None:
    """The third file (16 s to 24 s) is gone: the gap is listed, and time goes on after it."""
    recording = recorded["missing segment"]
    result = cut_exactly(recording, job_of(recording, START_MS + 12_000, START_MS + 28_000, tmp_path / "clip.mp4"))
    assert result.gaps_ms == ((START_MS + 16_000, START_MS + 24_000),)


def test_what_lies_before_and_after_the_recording_is_a_stated_gap(
    recorded: dict[str, Recording], tmp_path: Path
) -> None:
    """The range is wider than the recording at both ends."""
    recording = recorded["gop 15"]
    result = cut_exactly(recording, job_of(recording, START_MS - 5_000, START_MS + 45_000, tmp_path / "clip.mp4"))
    assert result.gaps_ms == ((START_MS - 5_000, START_MS), (START_MS + 40_000, START_MS + 45_000))


def test_a_range_in_a_gap_has_no_clip(recorded: dict[str, Recording], tmp_path: Path) -> None:
    """Nothing was recorded, and nothing is left on the disk."""
    job = job_of(recorded["missing segment"], START_MS + 17_000, START_MS + 23_000, tmp_path / "clip.mp4")
    with pytest.raises(ClipRefused) as refused:
        make_clip(job, lambda _: None)
    assert refused.value.rule is CutRule.NOTHING_RECORDED
    assert list(tmp_path.iterdir()) == []


def test_hevc_is_cut_exactly_and_has_a_preview_that_browsers_play(hevc: Recording, tmp_path: Path) -> None:
    """The transcode shows the same frames, has its own hash, and is H.264."""
    job = job_of(hevc, START_MS + 2_345, START_MS + 11_111, tmp_path / "clip.mp4", preview=True)
    result = cut_exactly(hevc, job)
    sound_is_inside(hevc, job)
    assert result.codec == "hevc"
    assert {run.kind for run in result.frames} == {"copied", "encoded"}
    assert result.preview is not None
    assert result.preview.sha256 != result.clip.sha256
    assert numbers_in(result.preview.path) == hevc.between(job.from_ms, job.until_ms)


def test_h264_needs_no_preview(recorded: dict[str, Recording], tmp_path: Path) -> None:
    """What is previewed is then the clip itself."""
    job = job_of(recorded["gop 15"], START_MS, START_MS + 1_000, tmp_path / "clip.mp4", preview=True)
    assert make_clip(job, lambda _: None).preview is None
    assert [path.name for path in tmp_path.iterdir()] == ["clip.mp4"]
