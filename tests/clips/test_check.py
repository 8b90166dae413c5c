"""The check finds what a wrong cut would have left in the file. Each file here is made wrong by other tools."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.clips.check.clip import Approved, approved_by, check
from custom_components.milton_share.clips.make import make_clip
from custom_components.milton_share.clips.mp4.boxes import check_boxes
from custom_components.milton_share.clips.plan.make import make_plan
from custom_components.milton_share.clips.read.probe import probe
from custom_components.milton_share.clips.refusal import ClipRefused, CutRule
from custom_components.milton_share.clips.timeline import ticks_of
from tests.clips.jobs import job_of
from tests.clips.recordings import START_MS, Recording, numbers_in, run

if TYPE_CHECKING:
    from pathlib import Path

    from custom_components.milton_share.clips.job import Job
    from custom_components.milton_share.clips.plan.model import Plan
    from custom_components.milton_share.clips.result import Result


@pytest.fixture(scope="module")
def made(recorded: dict[str, Recording], tmp_path_factory: pytest.TempPathFactory) -> tuple[Job, Result]:
    """Make a good clip: 2.5 s to 7.5 s of the first file."""
    job = job_of(recorded["gop 60"], START_MS + 2_500, START_MS + 7_500, tmp_path_factory.mktemp("made") / "clip.mp4")
    return job, make_clip(job, lambda _: None)


def plan_of(job: Job) -> Plan:
    """Plan the job again."""
    return make_plan(probe(job), ticks_of(job.until_ms - job.from_ms), audio=job.audio, masked=False)


def remux(source: Path, out: Path, *options: str, before: tuple[str, ...] = ()) -> Path:
    """Let ffmpeg write the file anew without encoding."""
    run(["ffmpeg", "-v", "error", "-nostdin", *before, "-i", str(source), "-c", "copy", *options, str(out)])
    return out


def refusal_of(path: Path, approved: Approved) -> CutRule:
    """Return the rule that the check names."""
    with pytest.raises(ClipRefused) as refused:
        check(path, approved, None)
    return refused.value.rule


def test_a_good_clip_passes(made: tuple[Job, Result]) -> None:
    """The check finds what the cut said."""
    job, result = made
    stored = check(job.out, approved_by([plan_of(job)]), result.frames)
    assert (stored.codec, stored.width, stored.height) == (result.codec, result.width, result.height)
    assert len(stored.ticks) == sum(run.count for run in result.frames)


def test_preroll_behind_an_edit_list_is_found(recorded: dict[str, Recording], tmp_path: Path) -> None:
    """The usual cut starts at a key frame and hides what comes before the range; players don't show it."""
    source = recorded["gop 60"].parts[0].path
    hidden = remux(source, tmp_path / "hidden.mp4", "-t", "5", before=("-ss", "2.5"))
    assert min(numbers_in(hidden)) == 0
    with pytest.raises(ClipRefused, match=r"elst|edts"):
        check_boxes(hidden)


def test_one_frame_too_many_is_found(made: tuple[Job, Result]) -> None:
    """The same file against a range that ends one frame earlier."""
    job, _ = made
    approved = approved_by([plan_of(replace(job, until_ms=job.until_ms - 67))])
    assert refusal_of(job.out, replace(approved, audio=None)) is CutRule.UNAPPROVED_FRAMES


def test_as_many_frames_of_another_time_are_found(made: tuple[Job, Result]) -> None:
    """The same count at the same rhythm, a second later: only the pictures' prints tell."""
    job, result = made
    approved = approved_by([plan_of(replace(job, from_ms=job.from_ms + 1_000, until_ms=job.until_ms + 1_000))])
    with pytest.raises(ClipRefused) as refused:
        check(job.out, approved, result.frames)
    assert refused.value.rule is CutRule.UNAPPROVED_FRAMES


def test_one_packet_of_sound_too_many_is_found(made: tuple[Job, Result]) -> None:
    """The recorded packets that may be there are one fewer."""
    job, _ = made
    approved = approved_by([plan_of(job)])
    assert approved.audio is not None
    assert refusal_of(job.out, replace(approved, audio=approved.audio[:-1])) is CutRule.UNAPPROVED_AUDIO
    assert refusal_of(job.out, replace(approved, audio=None, audio_extent=300_000)) is CutRule.UNAPPROVED_AUDIO


def test_sound_that_was_not_approved_is_found(made: tuple[Job, Result]) -> None:
    """A track of sound in a clip that may have none."""
    job, _ = made
    assert refusal_of(job.out, replace(approved_by([plan_of(job)]), audio_track=False)) is CutRule.METADATA


@pytest.mark.parametrize(
    "options",
    [
        ("-metadata", "location=+33.9610-084.3380/"),
        ("-metadata", "title=Front door", "-movflags", "use_metadata_tags"),
        ("-metadata", "creation_time=2026-01-01T00:00:00Z"),
        ("-metadata:s:v", "handler_name=Front door"),
    ],
    ids=["position", "title", "date", "track name"],
)
def test_metadata_is_found(made: tuple[Job, Result], options: tuple[str, ...], tmp_path: Path) -> None:
    """Positions, names and dates."""
    tagged = remux(made[0].out, tmp_path / "tagged.mp4", "-use_editlist", "0", "-fflags", "+bitexact", *options)
    with pytest.raises(ClipRefused) as refused:
        check_boxes(tagged)
    assert refused.value.rule is CutRule.METADATA


def test_bytes_that_no_player_shows_are_found(made: tuple[Job, Result], tmp_path: Path) -> None:
    """Free space with something in it, and media that no sample points to."""
    clip = made[0].out.read_bytes()
    padded = tmp_path / "padded.mp4"
    padded.write_bytes(clip + b"\0\0\0\x10free" + b"a secret")
    with pytest.raises(ClipRefused, match="hidden_data"):
        check_boxes(padded)
    padded.write_bytes(clip + b"\0\0\0\x10mdat" + b"a secret")
    with pytest.raises(ClipRefused, match="hidden_data"):
        check_boxes(padded)
    padded.write_bytes(clip + b"trailing")
    with pytest.raises(ClipRefused, match="hidden_data"):
        check_boxes(padded)


def test_changed_slices_are_found(made: tuple[Job, Result], tmp_path: Path) -> None:
    """One bit of one copied picture."""
    job, result = made
    clip = bytearray(job.out.read_bytes())
    clip[-200] ^= 1
    changed = tmp_path / "changed.mp4"
    changed.write_bytes(clip)
    with pytest.raises(ClipRefused):
        check(changed, approved_by([plan_of(job)]), result.frames)


def box(kind: bytes, body: bytes = b"") -> bytes:
    """Return one box."""
    return (len(body) + 8).to_bytes(4) + kind + body


@pytest.mark.parametrize(
    "boxes",
    [
        box(b"stsz", bytes(8) + b"\xff" * 4),
        box(b"stsz"),
        box(b"stsz", bytes(8) + b"\0\0\0\1" + bytes(8)),
        b"".join((8 * depth).to_bytes(4) + b"moov" for depth in range(5_000, 0, -1)),
    ],
    ids=["billions of samples", "no table", "more than it says", "boxes in boxes"],
)
def test_a_table_or_a_depth_that_cannot_be_is_refused_at_once(boxes: bytes, tmp_path: Path) -> None:
    """Without counting to four billion, and without a stack that ends."""
    path = tmp_path / "clip.mp4"
    path.write_bytes(boxes)
    with pytest.raises(ClipRefused, match="hidden_data"):
        check_boxes(path)


def test_a_header_box_without_a_body_has_no_date(tmp_path: Path) -> None:
    """Nothing is hidden in nothing."""
    path = tmp_path / "clip.mp4"
    path.write_bytes(box(b"mvhd"))
    check_boxes(path)
