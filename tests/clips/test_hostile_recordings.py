"""A recording is hostile input."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.clips.job import Job, JobSegment
from custom_components.milton_share.clips.make import make_clip
from custom_components.milton_share.clips.refusal import ClipRefused, CutRule
from tests.clips.jobs import cut_exactly, job_of
from tests.clips.recordings import START_MS, Part, Recording, numbers_in, run

if TYPE_CHECKING:
    from pathlib import Path


def job_over(path: Path, out: Path) -> Job:
    """Return a job over one file of 8 s."""
    segment = JobSegment(path=path, from_ms=START_MS, until_ms=START_MS + 8_000)
    return Job(
        segments=(segment,),
        from_ms=START_MS + 1_000,
        until_ms=START_MS + 7_000,
        audio=True,
        masks=(),
        out=out,
        preview=False,
    )


def refused_over(path: Path, out: Path) -> CutRule:
    """Return the rule by which the job is refused; nothing stays behind."""
    with pytest.raises(ClipRefused) as refused:
        make_clip(job_over(path, out), lambda _: None)
    assert not out.exists()
    return refused.value.rule


def test_a_script_named_mp4_is_not_followed(recorded: dict[str, Recording], tmp_path: Path) -> None:
    """FFmpeg would open it as a list of other files, here a real recording."""
    script = tmp_path / "segment.mp4"
    script.write_text(f"ffconcat version 1.0\nfile '{recorded['gop 60'].parts[0].path}'\n")
    assert refused_over(script, tmp_path / "clip.mp4") is CutRule.UNREADABLE_SEGMENT


def test_a_playlist_named_mp4_is_not_followed(tmp_path: Path) -> None:
    """Nor one that points to the network."""
    script = tmp_path / "segment.mp4"
    script.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:8\n#EXTINF:8,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n")
    assert refused_over(script, tmp_path / "clip.mp4") is CutRule.UNREADABLE_SEGMENT


@pytest.mark.parametrize(
    ("word", "instead", "rule"),
    [
        (b"avc1", b"none", CutRule.UNREADABLE_SEGMENT),
        (b"mp4a", b"none", None),
        (b"isom", b"\xff\xfe\xfd\xfc", None),
    ],
    ids=["a picture", "a sound", "a name that is no text"],
)
def test_what_ffmpeg_does_not_know_is_no_crash(
    word: bytes, instead: bytes, rule: CutRule | None, recorded: dict[str, Recording], tmp_path: Path
) -> None:
    """A picture in an unknown codec is refused; sound in one is as no sound."""
    path, out = tmp_path / "segment.mp4", tmp_path / "clip.mp4"
    path.write_bytes(recorded["gop 15"].parts[0].path.read_bytes().replace(word, instead))
    if rule is not None:
        assert refused_over(path, out) is rule
    else:
        assert make_clip(job_over(path, out), lambda _: None).frames


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    """Opening one would block for ever."""
    os.mkfifo(tmp_path / "segment.mp4")
    assert refused_over(tmp_path / "segment.mp4", tmp_path / "clip.mp4") is CutRule.UNREADABLE_SEGMENT


def test_a_lost_file_is_refused(tmp_path: Path) -> None:
    """The job names a recording that is gone."""
    assert refused_over(tmp_path / "segment.mp4", tmp_path / "clip.mp4") is CutRule.UNREADABLE_SEGMENT


@pytest.mark.parametrize("content", [b"", b"\0" * 4096, os.urandom(4096)], ids=["empty", "zeros", "noise"])
def test_what_is_no_recording_is_refused(content: bytes, tmp_path: Path) -> None:
    """No crash, a rule."""
    (tmp_path / "segment.mp4").write_bytes(content)
    assert refused_over(tmp_path / "segment.mp4", tmp_path / "clip.mp4") is CutRule.UNREADABLE_SEGMENT


def test_a_file_that_a_power_cut_ended_gives_what_it_has(recorded: dict[str, Recording], tmp_path: Path) -> None:
    """Two thirds of a fragmented file: its whole fragments are there, the rest is a stated gap."""
    whole = recorded["gop 15"].parts[1].path.read_bytes()
    cut_short = tmp_path / "segment.mp4"
    cut_short.write_bytes(whole[: len(whole) * 2 // 3])
    first = recorded["gop 15"].parts[1].first
    numbers = tuple(numbers_in(cut_short))
    recording = Recording(parts=(Part(path=cut_short, first=first),), numbers=numbers)
    job = job_of(recording, START_MS + 9_000, START_MS + 16_000, tmp_path / "clip.mp4")
    result = cut_exactly(recording, job)
    assert len(result.gaps_ms) == 1
    assert result.gaps_ms[0][1] == job.until_ms


@pytest.mark.parametrize("seed", range(6))
def test_damaged_pictures_never_bring_in_a_frame_from_outside(
    seed: int, recorded: dict[str, Recording], tmp_path: Path
) -> None:
    """Bytes changed at random: a clip with approved frames only, or a refusal."""
    damaged = bytearray(recorded["b-frames"].parts[0].path.read_bytes())
    step = 997 + 131 * seed
    for at in range(2_000 + seed, len(damaged), step * 10):
        damaged[at] ^= 0x55
    path = tmp_path / "segment.mp4"
    path.write_bytes(damaged)
    out = tmp_path / "clip.mp4"
    try:
        result = make_clip(job_over(path, out), lambda _: None)
    except ClipRefused:
        assert not out.exists()
        return
    assert sum(run.count for run in result.frames) <= 90
    assert result.ranges[0].first_frame_ms >= START_MS + 1_000
    assert result.ranges[0].last_frame_ms < START_MS + 7_000


def test_a_clip_is_never_written_over_another_file(recorded: dict[str, Recording], tmp_path: Path) -> None:
    """`out` must be new."""
    (tmp_path / "clip.mp4").write_text("something else")
    with pytest.raises(ClipRefused, match="bad_job"):
        make_clip(job_over(recorded["gop 15"].parts[0].path, tmp_path / "clip.mp4"), lambda _: None)
    assert (tmp_path / "clip.mp4").read_text() == "something else"


def test_a_title_of_letters_that_are_none_is_no_matter(recorded: dict[str, Recording], tmp_path: Path) -> None:
    """With either of the PyAVs that Home Assistant brings; and none of it comes into the clip."""
    titled, path = tmp_path / "titled.mp4", tmp_path / "segment.mp4"
    source = ["ffmpeg", "-v", "error", "-nostdin", "-i", str(recorded["gop 15"].parts[0].path)]
    run([*source, "-c", "copy", "-metadata", "title=AAAAAAAA", str(titled)])
    path.write_bytes(titled.read_bytes().replace(b"AAAAAAAA", b"\xff\xfe\xc3(\xff\xff\xff\xff"))
    out = tmp_path / "clip.mp4"
    make_clip(job_over(path, out), lambda _: None)
    assert b"\xff\xfe\xc3(" not in out.read_bytes()
