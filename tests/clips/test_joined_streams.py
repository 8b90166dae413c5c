"""Files that were written one after the other: of transport streams each counts its packets by itself."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import av
import pytest

from custom_components.milton_share.clips.make import make_clip
from custom_components.milton_share.clips.read.recording import open_recording, sound_in
from custom_components.milton_share.clips.refusal import ClipRefused, CutRule
from tests.clips.exact import check_clip
from tests.clips.jobs import job_of
from tests.clips.kinds import AAC, KINDS, film, h264, hevc
from tests.clips.recordings import FPS, START_MS, Part, Recording, run
from tests.clips.transport_stream import joined

if TYPE_CHECKING:
    from pathlib import Path

    from tests.clips.kinds import Options

SECONDS = 2  # of each half


@pytest.mark.parametrize("video", [h264(15, 2), hevc(15)], ids=["H.264", "HEVC"])
def test_no_picture_is_lost_where_streams_were_joined(video: Options, tmp_path: Path) -> None:
    """FFmpeg doubts the last one before each joint, for the count of packets goes on otherwise; it is whole."""
    halves = [tmp_path / f"{index}.part.ts" for index in (0, 1)]
    for index, half in enumerate(halves):
        before = index * SECONDS
        film(half, video, AAC, seconds=SECONDS, before=before, container={"output_ts_offset": 10 + before})
    (path,) = joined(halves, tmp_path / "film.ts")
    with av.open(str(path)) as container:
        assert any(packet.is_corrupt for packet in container.demux(video=0))
    recording = Recording(parts=(Part(path=path, first=0),), numbers=tuple(range(2 * SECONDS * FPS)))
    job = job_of(recording, START_MS + 510, START_MS + 3_490, tmp_path / "clip.mp4")
    result = make_clip(job, lambda _: None)
    assert "copied" in {frames.kind for frames in result.frames}
    kind = replace(KINDS["TS, parameter sets change"], joints_s=(float(SECONDS),))
    assert check_clip(job.out, recording, job.from_ms, job.until_ms, kind).blocks > 30


@pytest.mark.parametrize("beside", [False, True], ids=["under another number", "with another language beside"])
def test_sound_that_goes_on_in_another_track_is_never_left_out_unsaid(tmp_path: Path, *, beside: bool) -> None:
    """Pictures go on under their number, sound does not: a clip had half of it, and said that it has sound."""
    halves = [tmp_path / f"{index}.part.ts" for index in (0, 1)]
    for index, half in enumerate(halves):
        before = index * SECONDS
        film(
            tmp_path / "half.ts", h264(15), AAC, seconds=SECONDS, before=before, container={"output_ts_offset": before}
        )
        tracks = ["-map", "0:v", "-map", "0:a", *(["-map", "0:a"] if beside else [])]
        numbers = ["-streamid", "0:256", "-streamid", "1:257", "-streamid", "2:258"]
        numbers = numbers if beside or not index else ["-streamid", "0:256", "-streamid", "1:300"]
        times = ["-copyts", "-muxdelay", "0", "-muxpreload", "0"]
        run(
            [
                "ffmpeg",
                "-v",
                "error",
                "-nostdin",
                "-i",
                str(tmp_path / "half.ts"),
                *tracks,
                "-c",
                "copy",
                *numbers,
                *times,
                str(half),
            ]
        )
    (path,) = joined(halves, tmp_path / "film.ts")
    recording = Recording(parts=(Part(path=path, first=0),), numbers=tuple(range(2 * SECONDS * FPS)))
    job = job_of(recording, START_MS + 510, START_MS + 3_490, tmp_path / "clip.mp4")
    if beside:
        assert make_clip(job, lambda _: None).audio == "kept"
        return
    with pytest.raises(ClipRefused) as refused:
        make_clip(job, lambda _: None)
    assert refused.value.rule is CutRule.SOUND_UNDECODABLE
    assert make_clip(replace(job, audio=False), lambda _: None).audio == "removed"
    before = job_of(recording, START_MS + 510, START_MS + 1_490, tmp_path / "before.mp4")
    assert make_clip(before, lambda _: None).audio == "kept"


@pytest.mark.parametrize("suffix", ["ts", "mkv"])
def test_sound_that_lies_in_the_second_track_alone_is_not_said_to_be_none(suffix: str, tmp_path: Path) -> None:
    """A stream may name a track of which nothing ever comes: what is heard would be that one, and is nothing."""
    (whole,) = film(tmp_path / "whole.mkv", h264(15), AAC, seconds=SECONDS)
    path = tmp_path / f"film.{suffix}"
    tracks = ["-map", "0:v", "-map", "0:a", "-map", "0:a", "-c", "copy", "-bsf:a:0", "noise=drop=1"]
    run(["ffmpeg", "-v", "error", "-nostdin", "-i", str(whole), *tracks, str(path)])
    recording = Recording(parts=(Part(path=path, first=0),), numbers=tuple(range(SECONDS * FPS)))
    job = job_of(recording, START_MS + 510, START_MS + 1_490, tmp_path / "clip.mp4")
    with pytest.raises(ClipRefused) as refused:
        make_clip(job, lambda _: None)
    assert refused.value.rule is CutRule.SOUND_UNDECODABLE
    assert make_clip(replace(job, audio=False), lambda _: None).audio == "removed"


@pytest.mark.parametrize("words", [[], ["-movflags", "faststart"]], ids=["index behind", "index before"])
def test_a_range_that_a_second_film_of_a_file_has_is_refused_not_called_empty(
    words: list[str], recorded: dict[str, Recording], tmp_path: Path
) -> None:
    """Players show the first one alone. A range that it has is cut as ever."""
    halves = [tmp_path / f"{index}.mp4" for index in (0, 1)]
    for half, part in zip(halves, recorded["gop 15"].parts, strict=False):
        run(["ffmpeg", "-v", "error", "-nostdin", "-i", str(part.path), "-c", "copy", *words, str(half)])
    path = tmp_path / "film.mp4"
    path.write_bytes(b"".join(half.read_bytes() for half in halves))
    both = replace(recorded["gop 15"], parts=(Part(path=path, first=0),))
    make_clip(job_of(both, START_MS + 1_000, START_MS + 7_000, tmp_path / "first.mp4"), lambda _: None)
    for from_ms in (7_000, 9_000):
        with pytest.raises(ClipRefused) as refused:
            make_clip(job_of(both, START_MS + from_ms, START_MS + 10_000, tmp_path / "clip.mp4"), lambda _: None)
        assert refused.value.rule is CutRule.UNREADABLE_SEGMENT


@pytest.mark.parametrize("programs", [["st=0:st=3", "st=1:st=2"], ["st=0", "st=1:st=2:st=3"]], ids=["own", "none"])
def test_the_sound_of_another_program_is_never_taken(programs: list[str], tmp_path: Path) -> None:
    """A stream of two cameras: the one that is cut has sound of its own, or none, and the other's lies before it."""
    films = (f"color={color}:s=320x180:r={FPS}:d=2" for color in ("gray", "red"))
    tones = (f"sine=f={pitch}:d=2" for pitch in (400, 2_000))
    inputs = [word for one in (*films, *tones) for word in ("-f", "lavfi", "-i", one)]
    tracks = [word for one in ("0:v", "3:a", "1:v", "2:a") for word in ("-map", one)]
    told = [word for one in programs for word in ("-program", f"title=camera:{one}")]
    coded = ["-c:v", "libx264", "-preset", "ultrafast", "-g", "15", "-pix_fmt", "yuv420p", "-c:a", "aac"]
    path = tmp_path / "film.ts"
    run(["ffmpeg", "-v", "error", "-nostdin", *inputs, *tracks, *told, *coded, str(path)])
    recording = Recording(parts=(Part(path=path, first=0),), numbers=tuple(range(2 * FPS)))
    with open_recording(path) as container:
        assert len(container.streams.audio) == 2
        heard = sound_in(container)
        assert (heard.id if heard else None) == (259 if "st=3" in programs[0] else None)
    result = make_clip(job_of(recording, START_MS + 500, START_MS + 1_500, tmp_path / "clip.mp4"), lambda _: None)
    assert result.audio == ("kept" if heard else "absent")
