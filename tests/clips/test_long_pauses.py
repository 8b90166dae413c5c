"""Cameras that rest: for hours between two events, or for seconds a thousand times."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.clips.job import Job, JobSegment, Range
from custom_components.milton_share.clips.make import make_clip
from custom_components.milton_share.clips.result import StoredRange, read_answer
from custom_components.milton_share.clips.write.ranges import GAPS_MAX, with_longest_gaps
from tests.clips.jobs import job_of
from tests.clips.masks import rectangle
from tests.clips.recordings import FPS, START_MS, Recording, numbers_in, run, stored_packets

if TYPE_CHECKING:
    from pathlib import Path

HOUR_MS = 3_600_000
PAUSE_MS = 11 * HOUR_MS
EVENT_MS = 8_000


def two_events(recording: Recording, out: Path, *, audio: bool) -> Job:
    """Return a job over two files of eight seconds, one of which was recorded eleven hours after the other."""
    first, second = recording.parts[:2]
    begins_ms = START_MS + PAUSE_MS
    return Job(
        segments=(
            JobSegment(path=first.path, from_ms=START_MS, until_ms=START_MS + EVENT_MS),
            JobSegment(path=second.path, from_ms=begins_ms, until_ms=begins_ms + EVENT_MS),
        ),
        from_ms=START_MS + 1_000,
        until_ms=START_MS + 12 * HOUR_MS,
        audio=audio,
        masks=(),
        out=out,
        preview=True,
    )


def pictures_come_by_the_clock(out: Path) -> None:
    """Each picture of both events is there, at its time."""
    inside = [number for number in range(2 * EVENT_MS * FPS // 1000) if number >= FPS]
    assert numbers_in(out) == inside
    true_s = [number / FPS + (number >= EVENT_MS * FPS // 1000) * (PAUSE_MS - EVENT_MS) / 1000 for number in inside]
    shown = sorted(packet.at_s for packet in stored_packets(out, "video"))
    assert [at - shown[0] for at in shown] == pytest.approx([at - true_s[0] for at in true_s], abs=0.002)


@pytest.mark.parametrize("kind", ["gop 15", "b-frames"])
def test_two_events_eleven_hours_apart_are_one_clip(recorded: dict[str, Recording], kind: str, tmp_path: Path) -> None:
    """No picture of an MP4 that FFmpeg writes may stand for 2^31 units: 6.6 hours at the usual 90,000 a second."""
    job = two_events(recorded[kind], tmp_path / "clip.mp4", audio=False)
    result = make_clip(job, lambda _: None)
    pictures_come_by_the_clock(job.out)
    assert result.gaps_ms[0] == (START_MS + EVENT_MS, START_MS + PAUSE_MS)
    assert {run.kind for run in result.frames} == {"copied", "encoded"} if kind == "b-frames" else {"copied"}


@pytest.mark.long
def test_sound_goes_with_pictures_after_such_a_pause(recorded: dict[str, Recording], tmp_path: Path) -> None:
    """The hole is filled with silence."""
    job = two_events(recorded["gop 15"], tmp_path / "clip.mp4", audio=True)
    make_clip(job, lambda _: None)
    pictures_come_by_the_clock(job.out)
    heard = [packet.at_s for packet in stored_packets(job.out, "audio")]
    assert max(after - before for before, after in pairwise(heard)) < 0.1  # half a packet more than one
    assert heard[-1] == pytest.approx(PAUSE_MS / 1000 + EVENT_MS / 1000 - 1, abs=0.3)


def test_such_a_pause_in_a_masked_clip_a_transcode_and_before_a_next_range(
    recorded: dict[str, Recording], hevc: Recording, tmp_path: Path
) -> None:
    """Wherever pictures are encoded, and where two ranges make the pause together."""
    job = replace(
        two_events(recorded["gop 15"], tmp_path / "m.mp4", audio=False), masks=(rectangle(0, 9_000, 500, 1_000),)
    )
    make_clip(job, lambda _: None)
    pictures_come_by_the_clock(job.out)

    result = make_clip(two_events(hevc, tmp_path / "h.mp4", audio=False), lambda _: None)
    assert result.preview is not None
    pictures_come_by_the_clock(result.preview.path)

    whole = two_events(recorded["gop 15"], tmp_path / "r.mp4", audio=False)
    middle_ms = START_MS + 5 * HOUR_MS
    further = (Range(from_ms=middle_ms, until_ms=whole.until_ms),)
    make_clip(replace(whole, until_ms=middle_ms, further=further), lambda _: None)
    pictures_come_by_the_clock(whole.out)


def test_a_transcode_of_six_hours_that_were_moved_beyond_has_the_times_of_its_clip(
    hevc: Recording, tmp_path: Path
) -> None:
    """Its last file overlaps the one before: so the clip is a little longer than its range."""
    first, second = (part.path for part in hevc.parts[:2])
    until_ms = START_MS + 6 * HOUR_MS
    begin_ms = START_MS, until_ms - 2 * EVENT_MS + 200, until_ms - EVENT_MS
    job = Job(
        segments=tuple(
            JobSegment(path=path, from_ms=from_ms, until_ms=from_ms + EVENT_MS)
            for path, from_ms in zip((first, first, second), begin_ms, strict=True)
        ),
        from_ms=START_MS,
        until_ms=until_ms,
        audio=False,
        masks=(),
        out=tmp_path / "clip.mp4",
        preview=True,
    )
    preview = make_clip(job, lambda _: None).preview
    assert preview is not None
    shown = [sorted(packet.at_s for packet in stored_packets(path, "video")) for path in (job.out, preview.path)]
    assert shown[0] == pytest.approx(shown[1], abs=0.001)
    assert shown[0][-1] - shown[0][0] > 6 * HOUR_MS / 1000


def test_a_camera_that_rests_a_thousand_times_is_shared_with_its_longest_gaps(tmp_path: Path) -> None:
    """Three pictures in a row, two seconds apart from the next three: so do cameras that skip what does not move."""
    film, rests = tmp_path / "film.mp4", GAPS_MAX + 100
    when = "(floor(N/3)*2+mod(N\\,3)/15-gte(N\\,1500)*0.2)/TB"
    shown = ["-f", "lavfi", "-i", f"color=s=64x64:r=15:d={(rests + 1) / 5},setpts={when}"]
    coded = ["-fps_mode", "passthrough", "-enc_time_base", "1:15000", "-c:v", "libx264", "-g", "30", "-bf", "0"]
    run(["ffmpeg", "-v", "error", "-nostdin", *shown, "-pix_fmt", "yuv420p", *coded, str(film)])
    until_ms = START_MS + (rests + 1) * 2_000
    segment = JobSegment(path=film, from_ms=START_MS, until_ms=until_ms)
    out = tmp_path / "clip.mp4"
    job = Job(
        segments=(segment,), from_ms=START_MS, until_ms=until_ms - 2_200, audio=False, masks=(), out=out, preview=False
    )
    answer = json.dumps({"result": make_clip(job, lambda _: None).to_value()}).encode()
    gaps = read_answer(answer, out).gaps_ms
    assert len(gaps) == GAPS_MAX
    assert gaps[0][0] == START_MS + 200
    assert list(gaps) == sorted(gaps)


def test_no_gap_that_is_left_out_is_longer_than_one_that_is_listed() -> None:
    """Over all ranges of the clip; where there is room for all, all are listed."""
    lengths_ms = [1_000 + index * 37 % 1_100 for index in range(1_100)]
    gaps = [Range(from_ms=index * 10_000, until_ms=index * 10_000 + length) for index, length in enumerate(lengths_ms)]
    first, second = (
        StoredRange(from_ms=0, until_ms=1, first_frame_ms=None, last_frame_ms=None, stored_ms=None, gaps=tuple(part))
        for part in (gaps[:600], gaps[600:])
    )
    listed = [gap for part in with_longest_gaps([first, second]) for gap in part.gaps]
    assert len(listed) == GAPS_MAX
    assert listed == [gap for gap in gaps if gap in set(listed)]
    shortest = min(gap.until_ms - gap.from_ms for gap in listed)
    assert all(gap.until_ms - gap.from_ms <= shortest for gap in set(gaps) - set(listed))
    assert with_longest_gaps([first]) == (first,)


def test_what_lies_between_two_files_is_a_gap_however_few_pictures_they_have(
    recorded: dict[str, Recording], tmp_path: Path
) -> None:
    """The last picture of one event and the first of the next tell nothing of how often the camera takes one."""
    recording = recorded["gop 60"].without(2)
    before, after = (number for number in recording.numbers if number in {239, 360})
    from_ms, until_ms = (int(START_MS + number * 1000 / FPS) for number in (before, after + 1))
    result = make_clip(job_of(recording, from_ms, until_ms, tmp_path / "clip.mp4", audio=False), lambda _: None)
    assert numbers_in(tmp_path / "clip.mp4") == [before, after]
    assert len(result.gaps_ms) == 1
    assert result.gaps_ms[0] == pytest.approx((START_MS + (before + 1) * 1000 / FPS, START_MS + 24_000), abs=2)
