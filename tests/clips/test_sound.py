"""Sound: kept to the range, or not in the file at all."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from tests.clips.conftest import AAC, h264
from tests.clips.jobs import cut_exactly, job_of
from tests.clips.masks import rectangle
from tests.clips.recordings import START_MS, Recording, loudest, record, stored_packets

if TYPE_CHECKING:
    from pathlib import Path

QUIET = "not(between(T,5,10))"  # loud everywhere but from 5 s to 10 s
LOUD, SILENT = 0.3, 0.02
G711 = {"acodec": "pcm_mulaw", "ar": 8000, "ac": 1}


@pytest.fixture(scope="module")
def aac(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """Record a camera with AAC."""
    folder = tmp_path_factory.mktemp("aac") / "r"
    return record(folder, seconds=16, segment_s=4, video=h264(30), audio=AAC, loud=QUIET)


@pytest.fixture(scope="module")
def g711(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """Record a camera with G.711."""
    folder = tmp_path_factory.mktemp("g711") / "r"
    return record(folder, seconds=16, segment_s=4, video=h264(30), audio=G711, loud=QUIET, suffix="mov")


@pytest.mark.parametrize("codec", ["aac", "g711"])
def test_nothing_is_heard_of_what_lies_around_the_range(
    codec: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """The silence from 5 s to 10 s, between two loud stretches, stays silent to the last sample of the file."""
    recording: Recording = request.getfixturevalue(codec)
    job = job_of(recording, START_MS + 5_000, START_MS + 10_000, tmp_path / "clip.mp4")
    result = cut_exactly(recording, job)
    assert result.audio == "kept"
    assert loudest(job.out) < SILENT


@pytest.mark.parametrize("codec", ["aac", "g711"])
def test_approved_sound_is_heard(codec: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """A loud range is loud, and nearly all of it is there."""
    recording: Recording = request.getfixturevalue(codec)
    job = job_of(recording, START_MS + 10_500, START_MS + 14_500, tmp_path / "clip.mp4")
    cut_exactly(recording, job)
    assert loudest(job.out) > LOUD
    heard_s = sum(1 for _ in stored_packets(job.out, "audio")) * 1024 / (16_000 if codec == "aac" else 32_000)
    assert 3.6 < heard_s <= 4 + 2 * 1024 / 32_000  # what is encoded has a run-in, and fills its last packet


@pytest.mark.parametrize("codec", ["aac", "g711"])
def test_sound_that_was_not_approved_is_not_in_the_file(
    codec: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """There is no track of it, and the result says that it was removed."""
    recording: Recording = request.getfixturevalue(codec)
    job = job_of(recording, START_MS + 1_000, START_MS + 4_500, tmp_path / "clip.mp4", audio=False)
    assert cut_exactly(recording, job).audio == "removed"
    assert stored_packets(job.out, "audio") == []


def test_a_camera_without_a_microphone_has_no_sound(tmp_path: Path) -> None:
    """Absent is not the same as removed."""
    recording = record(tmp_path / "r", seconds=4, segment_s=4, video=h264(30))
    job = job_of(recording, START_MS + 1_000, START_MS + 3_000, tmp_path / "clip.mp4")
    assert cut_exactly(recording, job).audio == "absent"


def test_a_masked_clip_keeps_its_sound_too(g711: Recording, tmp_path: Path) -> None:
    """Pictures and sound are both encoded."""
    mask = rectangle(0, 9_000, 1_000, 1_000)
    job = job_of(g711, START_MS + 10_500, START_MS + 14_500, tmp_path / "clip.mp4", masks=(mask,))
    assert cut_exactly(g711, job).audio == "kept"
    assert loudest(job.out) > LOUD


@pytest.mark.parametrize("codec", ["aac", "g711"])
def test_a_lost_file_is_silent_and_what_follows_is_heard_at_its_time(
    codec: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Browsers play sound on over a hole, ahead of the pictures: so there is no hole, but packets of silence."""
    recording: Recording = request.getfixturevalue(codec).without(2)  # 8 s to 12 s
    job = job_of(recording, START_MS + 3_000, START_MS + 15_000, tmp_path / "clip.mp4")
    assert cut_exactly(recording, job).gaps_ms == ((START_MS + 8_000, START_MS + 12_000),)
    starts = [packet.at_s for packet in stored_packets(job.out, "audio")]
    assert max(after - before for before, after in pairwise(starts)) < 1.6 * starts[1]
    assert loudest(job.out, 0.2, 1.8) > LOUD
    assert loudest(job.out, 2.2, 8.8) < SILENT  # the camera's own silence from 5 s on, then what is lost
    assert loudest(job.out, 9.2, 11.8) > LOUD
