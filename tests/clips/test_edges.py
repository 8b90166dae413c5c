"""Ranges and recordings at their edges: gaps, one frame, nothing, overlaps, lost ends, times that nobody can say."""

from __future__ import annotations

import struct
from dataclasses import replace
from typing import TYPE_CHECKING

import av
import pytest

from custom_components.milton_share.clips.make import make_clip
from custom_components.milton_share.clips.mp4.turning import Turn
from custom_components.milton_share.clips.read.facts import facts_of
from custom_components.milton_share.clips.refusal import ClipRefused, CutRule
from tests.clips.exact import check_clip, check_colors
from tests.clips.hostile import patched, with_body
from tests.clips.jobs import cut_exactly, job_of
from tests.clips.kinds import AAC, KINDS, film, h264, hevc, numbers_shown, record_kind
from tests.clips.recordings import FPS, HEIGHT, START_MS, WIDTH, Part, Recording, numbers_in, picture, run
from tests.clips.transport_stream import PACKET, joined, without_times
from tests.fuzz.film_bending import boxes

if TYPE_CHECKING:
    from pathlib import Path

    from custom_components.milton_share.clips.job import Job
    from custom_components.milton_share.clips.result import Result

SUFFIXES = [".ts", ".mkv"]
MATRIX_AT = 40  # in `tkhd` (ISO/IEC 14496-12, 8.3.2)


def with_a_gap(folder: Path, suffix: str) -> Recording:
    """Record two files of four seconds; the four seconds between them are lost."""
    parts, numbers = [], []
    for first in (0, 8):
        (path,) = film(folder / f"{first}{suffix}", h264(30, 2), AAC, seconds=4, before=first)
        inside = numbers_shown(path)
        parts.append(Part(path=path, first=inside[0]))
        numbers += inside
    return Recording(parts=tuple(parts), numbers=tuple(numbers))


def job_over(recording: Recording, from_s: float, until_s: float, out: Path, *, audio: bool = True) -> Job:
    """Return a job whose files end where they end."""
    job = job_of(recording, START_MS + round(from_s * 1000), START_MS + round(until_s * 1000), out, audio=audio)
    return replace(job, segments=tuple(replace(segment, until_ms=segment.from_ms + 4_000) for segment in job.segments))


def cut(job: Job) -> Result:
    """Cut."""
    return make_clip(job, lambda _: None)


def refused(job: Job) -> CutRule:
    """Return by which rule the job is refused; nothing stays behind."""
    with pytest.raises(ClipRefused) as caught:
        cut(job)
    assert not job.out.exists()
    return caught.value.rule


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_range_may_begin_or_end_in_a_gap_or_span_it(suffix: str, tmp_path: Path) -> None:
    """What is there of it is in the clip, at its time; the rest is stated. One that lies in the gap has no clip."""
    recording = with_a_gap(tmp_path, suffix)
    kind = replace(KINDS["TS, reordered"], joints_s=tuple(tenth / 10 for tenth in range(39, 83)))  # none in the gap
    ranges = {(2.53, 6.03): ((4.0, 6.03),), (6.03, 9.57): ((6.03, 8.0),), (2.53, 9.57): ((4.0, 8.0),)}
    for index, ((from_s, until_s), gaps) in enumerate(ranges.items()):
        job = job_over(recording, from_s, until_s, tmp_path / f"{index}.mp4")
        result = cut(job)
        check_clip(job.out, recording, job.from_ms, job.until_ms, kind)
        assert result.gaps_ms == tuple(pytest.approx([START_MS + edge * 1000 for edge in gap], abs=2) for gap in gaps)
    assert refused(job_over(recording, 4.5, 7.5, tmp_path / "nothing.mp4")) is CutRule.NOTHING_RECORDED


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("number", [0, 31, 34, 59])
def test_a_range_may_hold_exactly_one_frame(suffix: str, number: int, tmp_path: Path) -> None:
    """The first, one in the middle, a reordered one, the last."""
    (path,) = film(tmp_path / f"film{suffix}", h264(30, 2), seconds=4)
    recording = Recording(parts=(Part(path=path, first=0),), numbers=tuple(range(60)))
    time_s = number / FPS
    job = job_over(recording, max(0.0, time_s - 0.03), time_s + 0.03, tmp_path / "clip.mp4")
    cut(job)
    kind = KINDS["MKV, motion JPEG"]
    assert check_clip(job.out, recording, job.from_ms, job.until_ms, kind).frames == 1


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_file_that_a_power_cut_ended_gives_what_it_has(suffix: str, tmp_path: Path) -> None:
    """Two thirds of its bytes: the frames that are whole are there, the rest is a stated gap."""
    (path,) = film(tmp_path / f"film{suffix}", h264(30, 2), AAC, seconds=8)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * 2 // 3])
    recording = Recording(parts=(Part(path=path, first=0),), numbers=tuple(sorted(numbers_shown(path))))
    job = replace(
        job_of(recording, START_MS + 2_010, START_MS + 7_990, tmp_path / "clip.mp4"),
        segments=(replace(job_of(recording, 0, 1, path).segments[0], until_ms=START_MS + 8_000),),
    )
    result = cut(job)
    kept = numbers_shown(job.out)
    assert set(kept) <= set(recording.numbers)
    assert len(recording.between(job.from_ms, job.until_ms)) - len(kept) <= 2  # what is not whole
    whole_ones = replace(recording, numbers=tuple(sorted(kept)))
    check_clip(job.out, whole_ones, job.from_ms, job.until_ms, KINDS["MKV, motion JPEG"])
    assert result.gaps_ms[-1][1] == job.until_ms


def test_a_file_that_begins_in_the_middle_of_a_group_is_cut_at_its_true_times(tmp_path: Path) -> None:
    """As dash cams and ring buffers leave them: pictures that can't be decoded are a gap, no other is moved for it."""
    (path,) = film(tmp_path / "film.ts", h264(30), AAC, seconds=4)
    path.write_bytes(path.read_bytes()[40 * PACKET :])
    with av.open(str(path)) as container:
        track = container.streams.video[0]
        first = 4 * FPS - sum(1 for packet in container.demux(track) if packet.size)
    shown = [number for number in numbers_shown(path) if number >= 30]
    recording = Recording(parts=(Part(path=path, first=first),), numbers=tuple(shown))
    job = job_over(recording, first / FPS, 3.9, tmp_path / "clip.mp4")
    result = cut(job)
    assert result.audio == "kept"
    assert result.ranges[0].first_frame_ms == START_MS + 2_000
    check_clip(job.out, recording, START_MS + 2_000, job.until_ms, KINDS["MKV, motion JPEG"])


@pytest.mark.parametrize("overlap_ms", [200, 2_000])
def test_transport_streams_that_overlap_are_kept_apart_or_refused(overlap_ms: int, tmp_path: Path) -> None:
    """A corrected clock explains a fifth of a second; two would be another truth about the same time."""
    recording = with_a_gap(tmp_path, ".ts")
    job = job_over(recording, 1.01, 6.01, tmp_path / "clip.mp4", audio=False)
    first, second = job.segments
    early = START_MS + 4_000 - overlap_ms
    job = replace(job, segments=(first, replace(second, from_ms=early, until_ms=early + 4_000)))
    if overlap_ms > 250:
        assert refused(job) is CutRule.SEGMENTS_OVERLAP
    else:
        result = cut(job)
        assert sum(run.count for run in result.frames) == len(range(16, 60)) + len(range(int(2.21 * FPS) + 1))


def test_what_follows_a_reset_that_the_files_end_does_not_bear_out_is_refused(tmp_path: Path) -> None:
    """By who recorded it the file lasts three seconds longer: nobody can say when the second half was filmed."""
    recording = record_kind("TS, times begin anew", tmp_path)
    job = job_of(recording, START_MS + 5_010, START_MS + 8_010, tmp_path / "clip.mp4")
    longer = replace(job.segments[0], until_ms=job.segments[0].until_ms + 3_000)
    assert refused(replace(job, segments=(longer,))) is CutRule.TIMES_UNKNOWN
    before = replace(job, segments=(longer,), from_ms=START_MS + 1_010, until_ms=START_MS + 5_010)
    cut(before)
    check_clip(before.out, recording, before.from_ms, before.until_ms, KINDS["TS, times begin anew"])


def test_pictures_that_go_on_in_another_track_are_no_gap(tmp_path: Path) -> None:
    """Streams that were joined: a range that reaches over is refused, one before it is cut."""
    halves = [tmp_path / f"{index}.part.ts" for index in (0, 1)]
    for index, half in enumerate(halves):
        number = {"mpegts_start_pid": 256 + 100 * index, "output_ts_offset": 10 + 2 * index}
        film(half, h264(30), seconds=2, before=2 * index, container=number)
    recording = Recording(parts=(Part(path=tmp_path / "film.ts", first=0),), numbers=tuple(range(4 * FPS)))
    joined(halves, tmp_path / "film.ts")
    for index, from_s in enumerate((0.51, 2.51)):
        assert refused(job_over(recording, from_s, 3.51, tmp_path / f"{index}.mp4")) is CutRule.UNREADABLE_SEGMENT
    job = job_over(recording, 0.51, 1.51, tmp_path / "clip.mp4")
    cut(job)
    check_clip(job.out, recording, job.from_ms, job.until_ms, KINDS["MKV, motion JPEG"])


def test_a_picture_without_a_time_at_the_edge_is_left_out(tmp_path: Path) -> None:
    """Frames 40 and 41 have no time, and the range ends between them: neither is in the clip, all before are."""
    recording = record_kind("TS, some times missing", tmp_path)
    job = job_of(recording, START_MS + 1_010, START_MS + 41 * 1000 // FPS, tmp_path / "clip.mp4", audio=False)
    cut(job)
    sure = replace(recording, numbers=tuple(number for number in recording.numbers if number not in (40, 41)))
    silent = replace(KINDS["TS, some times missing"], sound=False)
    check_clip(job.out, sure, job.from_ms, job.until_ms, silent)


def test_reordered_pictures_without_a_time_are_refused(tmp_path: Path) -> None:
    """Which of them is shown when can't be told."""
    (path,) = film(tmp_path / "film.ts", h264(30, 2), seconds=4)
    path.write_bytes(without_times(path.read_bytes(), keep=lambda index: index % 7 < 5))
    recording = Recording(parts=(Part(path=path, first=0),), numbers=tuple(range(60)))
    assert refused(job_over(recording, 1.01, 3.01, tmp_path / "clip.mp4")) is CutRule.TIMES_UNKNOWN


def test_pictures_in_a_codec_that_was_not_tried_are_refused(tmp_path: Path) -> None:
    """A decoder more is one more that hostile bytes reach."""
    (path,) = film(tmp_path / "film.mkv", {"vcodec": "mpeg4"}, seconds=4)
    recording = Recording(parts=(Part(path=path, first=0),), numbers=tuple(range(60)))
    assert refused(job_over(recording, 1.01, 3.01, tmp_path / "clip.mp4")) is CutRule.UNREADABLE_SEGMENT


@pytest.mark.parametrize(
    ("codec", "suffix"),
    [("libmp3lame", ".mkv"), ("mp2", ".ts"), ("aac", ".ts"), ("pcm_s16le", ".mov"), ("pcm_s16be", ".mov")],
)
def test_sound_of_dash_cams_is_heard_at_its_time(codec: str, suffix: str, tmp_path: Path) -> None:
    """It is encoded, as G.711 is: AAC too, where it is in LATM, of which nobody says how long a packet lasts."""
    sound = {"acodec": codec} if codec.startswith("pcm") else {"acodec": codec, "audio_bitrate": "64k"}
    latm = {"mpegts_flags": "latm"} if codec == "aac" else {}
    (path,) = film(tmp_path / f"film{suffix}", h264(30, 2), sound, seconds=8, rate_hz=16_000, container=latm)
    recording = Recording(parts=(Part(path=path, first=0),), numbers=tuple(numbers_shown(path)))
    job = job_of(recording, START_MS + 1_010, START_MS + 6_990, tmp_path / "clip.mp4")
    cut(job)
    kind = replace(KINDS["MKV, reordered, Opus"], rounded=suffix == ".mkv")
    assert check_clip(job.out, recording, job.from_ms, job.until_ms, kind).blocks > 100


def test_sound_of_which_nothing_can_be_heard_is_refused_as_that(tmp_path: Path) -> None:
    """AAC in some program streams, or what came broken: said as of no metadata, nobody learned to go on without it."""
    film(tmp_path / "film.mkv", h264(30), {"acodec": "libmp3lame", "audio_bitrate": "64k"}, seconds=4, rate_hz=16_000)
    path = tmp_path / "noise.mkv"
    noise = ["-i", str(tmp_path / "film.mkv"), "-c", "copy", "-bsf:a", "noise=amount=1", str(path)]
    run(["ffmpeg", "-v", "error", "-nostdin", *noise])
    recording = Recording(parts=(Part(path=path, first=0),), numbers=tuple(range(60)))
    job = job_over(recording, 1.01, 3.01, tmp_path / "clip.mp4")
    assert refused(replace(job, audio=True)) is CutRule.SOUND_UNDECODABLE
    cut(replace(job, audio=False))
    check_clip(job.out, recording, job.from_ms, job.until_ms, KINDS["MKV, motion JPEG"])


def test_sound_that_begins_after_the_pictures_is_heard_at_its_time(tmp_path: Path) -> None:
    """A microphone that was switched on two seconds later, copied and encoded: silence comes first."""
    for name, audio in (("aac.ts", AAC), ("alaw.mov", {"acodec": "pcm_alaw"})):
        (path,) = film(tmp_path / name, h264(30, 2), audio, seconds=8)
        late = path.with_name(f"late.{name}")
        silent = ["-c:v", "copy", "-bsf:a", "noise=drop='lt(pts*tb,3.5)'", "-c:a", "copy"]
        run(["ffmpeg", "-v", "error", "-nostdin", "-i", str(path), *silent, str(late)])
        recording = Recording(parts=(Part(path=late, first=0),), numbers=tuple(numbers_shown(late)))
        job = job_of(recording, START_MS + 1_010, START_MS + 6_990, tmp_path / f"{name}.mp4")
        cut(job)
        kind = replace(KINDS["TS, reordered"], joints_s=tuple(second / 10 for second in range(36)))
        assert check_clip(job.out, recording, job.from_ms, job.until_ms, kind).blocks > 20


@pytest.mark.parametrize(("codec", "cuts"), [("libx264", "h264_metadata"), ("libx265", "hevc_metadata")])
def test_what_a_header_cuts_off_is_in_no_picture(codec: str, cuts: str, tmp_path: Path) -> None:
    """On the left, where decoders like to cut less off: what is encoded has it neither, nor is it pressed together."""
    shown = picture(4).filter("pad", WIDTH + 32, HEIGHT + 32, 16, 16, "red")
    coding = h264(30) if codec == "libx264" else hevc(30)
    output = shown.output(str(tmp_path / "wide.mp4"), pix_fmt="yuv420p", fps_mode="passthrough", **coding)
    run(output.global_args("-v", "error", "-nostdin").compile())
    sides = ":".join(f"crop_{side}=16" for side in ("left", "right", "top", "bottom"))
    path = tmp_path / "film.mp4"
    command = ["ffmpeg", "-v", "error", "-nostdin", "-i", str(tmp_path / "wide.mp4"), "-c", "copy"]
    run([*command, "-bsf:v", f"{cuts}={sides}", str(path)])
    recording = Recording(parts=(Part(path=path, first=0),), numbers=tuple(range(60)))
    job = job_over(recording, 0.5, 3.5, tmp_path / "clip.mp4", audio=False)
    result = cut(job)
    assert [one.kind for one in result.frames][:2] == ["encoded", "copied"]
    check_clip(job.out, recording, job.from_ms, job.until_ms, KINDS["MKV, motion JPEG"])
    check_colors(job.out, recording, job.from_ms, job.until_ms)


def test_a_small_picture_that_lies_before_the_film_is_not_taken_for_it(tmp_path: Path) -> None:
    """As makers put it there to be looked at; it may lie on its head, and the film does not."""
    film(tmp_path / "film.mp4", h264(30), seconds=4)
    path = tmp_path / "both.mp4"
    small = ["-f", "lavfi", "-i", "color=size=64x36:duration=1:rate=1", "-i", str(tmp_path / "film.mp4")]
    coded = ["-map", "0", "-map", "1", "-c:v:0", "mjpeg", "-pix_fmt:v:0", "yuvj420p", "-c:v:1", "copy"]
    run(["ffmpeg", "-v", "error", "-nostdin", *small, *coded, str(path)])
    path.write_bytes(patched(path.read_bytes(), b"tkhd", MATRIX_AT, Turn(quarters=2).matrix()))
    recording = Recording(parts=(Part(path=path, first=0),), numbers=tuple(range(4 * FPS)))
    cut_exactly(recording, job_of(recording, START_MS + 1_010, START_MS + 3_010, tmp_path / "clip.mp4"))
    facts = facts_of(path, tmp_path / "picture.jpg")
    assert (facts.codec, facts.width, facts.height) == ("h264", WIDTH, HEIGHT)


def test_two_pictures_of_one_time_are_both_shown(tmp_path: Path) -> None:
    """A recorder may stamp two alike; to players they must differ."""
    (path,) = film(tmp_path / "film.mp4", h264(15), seconds=4, select="not(eq(n,40))")
    steps = next(start + 8 for kind, start, _ in boxes(path.read_bytes()) if kind == b"stts")
    before, _, after = struct.iter_unpack(">II", path.read_bytes()[steps + 8 : steps + 32])
    alike = struct.pack(">IIIIIIII", 0, 3, *before, 1, 0, *after)
    path.write_bytes(with_body(path.read_bytes(), b"stts", alike))
    recording = Recording(parts=(Part(path=path, first=0),), numbers=(*range(40), *range(41, 60)))
    job = job_of(recording, START_MS + 1_010, START_MS + 3_010, tmp_path / "clip.mp4")
    cut(job)
    assert numbers_in(job.out) == [*range(16, 40), *range(41, 48)]


def test_what_an_edit_list_leaves_out_in_the_middle_is_in_no_clip(tmp_path: Path) -> None:
    """What follows is shown as much earlier: it is no clock that was set back."""
    (path,) = film(tmp_path / "film.mp4", h264(15), seconds=8)
    data = path.read_bytes()
    scale = int.from_bytes(data[data.index(b"mdhd") + 16 :][:4])
    two = struct.pack(">IIIiIIiI", 0, 2, 3_000, 0, 1 << 16, 3_000, 5 * scale, 1 << 16)  # to 3 s, and from 5 s to 8 s
    path.write_bytes(with_body(data, b"elst", two))
    recording = Recording(parts=(Part(path=path, first=0),), numbers=tuple(range(6 * FPS)))
    job = job_of(recording, START_MS + 2_510, START_MS + 4_510, tmp_path / "clip.mp4")
    cut(job)
    assert numbers_in(job.out) == [*range(38, 45), *range(75, 98)]
