"""What is copied, packet by packet: from the first key picture on, time stamps that only grow, nothing else changed."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import asdict
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest

from custom_components.milton_share.sources.recorder.crew import PROGRAM
from custom_components.milton_share.sources.recorder.filming import film
from custom_components.milton_share.sources.recorder.filming.film import Job, copy
from custom_components.milton_share.sources.recorder.filming.processes import ENDED
from custom_components.milton_share.sources.recorder.job import recording_job
from custom_components.milton_share.sources.recorder.run import Closed, Ended, Reported, parse_line

from .conftest import doorbell

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def source_file(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Film two seconds with sound."""
    path = tmp_path_factory.mktemp("film") / "source.mp4"
    with av.open(str(path), "w") as target:
        video = target.add_stream("libx264", rate=15, options={"g": "5", "bf": "0"})
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        sound = target.add_stream("aac", rate=16_000, layout="mono")
        for number in range(30):
            frame = av.VideoFrame(64, 48, "yuv420p")
            frame.pts = number
            target.mux(video.encode(frame))
        for number in range(30):
            block = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
            block.sample_rate, block.pts = 16_000, number * 1024
            target.mux(sound.encode(block))
        target.mux(video.encode(None))
        target.mux(sound.encode(None))
    return str(path)


def job(**changes: object) -> Job:
    """Make a run of a file; only a test reads one."""
    words = {"run": 1, "url": "", "demuxer": "mov", "options": {}, "pattern": "", "segment_s": 1.0, "read_s": 5.0}
    return Job(**{**words, **changes})


def copied(source_file: str, path: str, one: Job, shift: dict[int, int]) -> list[tuple[str, int, bool]]:
    """Copy a file whose packets, by their number, have other time stamps; return what lies in the copy."""
    with av.open(source_file) as source, av.open(path, "w", format="matroska") as target:
        streams = [source.streams.video[0], source.streams.audio[0]]

        def bent() -> object:
            for number, packet in enumerate(source.demux(*streams)):
                if number in shift and packet.dts is not None:
                    packet.dts += shift[number]
                yield packet

        copy(one, bent(), target, streams)
    with av.open(path) as container:
        return [
            (packet.stream.type, packet.dts, packet.is_keyframe)
            for packet in container.demux()
            if packet.dts is not None
        ]


def test_time_stamps_that_go_back_are_moved_behind_those_before(source_file: str, tmp_path: object) -> None:
    """Else the whole run would end. Every picture is there, and all sound but what would lie by seconds elsewhere."""
    plain = copied(source_file, f"{tmp_path}/plain.mkv", job(), {})
    sounds = [number for number, (kind, *_) in enumerate(plain) if kind == "audio"]
    pictures = [number for number, (kind, *_) in enumerate(plain) if kind == "video"]
    shift = {pictures[4]: -3000, pictures[8]: -30_000, sounds[4]: -3000, sounds[20]: -10_000}
    bent = copied(source_file, f"{tmp_path}/bent.mkv", job(), shift)
    for kind, left_out in (("video", 0), ("audio", 1)):
        times = [dts for each, dts, _ in bent if each == kind]
        assert times == sorted(times)
        assert len(times) == len([each for each, *_ in plain if each == kind]) - left_out


def test_a_copy_begins_with_a_key_picture(source_file: str, tmp_path: object) -> None:
    """What came before it can't be shown."""
    with av.open(source_file) as source, av.open(f"{tmp_path}/late.mkv", "w", format="matroska") as target:
        streams = [source.streams.video[0], source.streams.audio[0]]
        packets = (packet for number, packet in enumerate(source.demux(*streams)) if number > 0)
        copy(job(), packets, target, streams)
    with av.open(f"{tmp_path}/late.mkv") as container:
        first = next(container.demux())
        assert (first.stream.type, first.is_keyframe) == ("video", True)


def test_a_run_that_was_told_to_stop_copies_no_further(source_file: str, tmp_path: object) -> None:
    """It closes what it has."""
    one = job()
    with av.open(source_file) as source, av.open(f"{tmp_path}/stopped.mkv", "w", format="matroska") as target:
        streams = [source.streams.video[0], source.streams.audio[0]]

        def stopping() -> object:
            for number, packet in enumerate(source.demux(*streams), 1):
                one.stopped = number == 10
                yield packet

        copy(one, stopping(), target, streams)
    with av.open(f"{tmp_path}/stopped.mkv") as container:
        assert 5 < sum(packet.dts is not None for packet in container.demux()) <= 10


def test_whatever_a_camera_makes_go_wrong_is_said_and_is_not_the_others_trouble(capfd: pytest.CaptureFixture) -> None:
    """By libav's word or the error's name, never with an address."""
    film.film(job(run=3, url="/nowhere/olivia:secret"))
    film.film(job(run=4, options={"no": 7}))
    said = capfd.readouterr().out.splitlines()
    assert [line.partition("!")[0] for line in said] == ["3", "4"]
    assert "No such file" in said[0]
    assert "secret" not in said[0]
    assert said[1].endswith("Error")


@pytest.mark.parametrize("coding", ["flac", "ac3", "eac3", "mp2"])
def test_no_sound_stands_in_the_way_of_pictures(coding: str, tmp_path: Path, capfd: pytest.CaptureFixture) -> None:
    """What no file can hold, or begin with before it came (AC-3), is left out: every run of such a camera had ended."""
    heard = ["-f", "lavfi", "-i", "sine=f=440:r=48000:d=2", "-c:a", coding, "-strict", "-2"]
    shown = ["-f", "lavfi", "-i", "testsrc2=s=64x48:r=15:d=2", "-c:v", "libx264", "-g", "15", "-preset", "ultrafast"]
    source = tmp_path / "source.mkv"
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", *heard[:4], *shown, *heard[4:], str(source)], check=True)
    film.film(job(url=str(source), demuxer="matroska", pattern=f"{tmp_path}/%d.mp4"))
    assert capfd.readouterr().out.splitlines()[-1] == "1!"
    pictures = 0
    for path in tmp_path.glob("*.mp4"):
        with av.open(str(path)) as container:
            pictures += sum(bool(packet.size) for packet in container.demux(container.streams.video[0]))
    assert pictures == 30


def test_sound_that_nobody_knows_stands_in_the_way_of_no_pictures(
    source_file: str, tmp_path: Path, capfd: pytest.CaptureFixture
) -> None:
    """There is no decoder for it, and PyAV says so by nothing: every run of such a camera had ended."""
    source = renamed(source_file, tmp_path / "source.mkv", b"A_AAC", b"A_XYZ")
    film.film(job(url=str(source), demuxer="matroska", pattern=f"{tmp_path}/%d.mp4"))
    assert capfd.readouterr().out.splitlines()[-1] == "1!"
    with av.open(f"{tmp_path}/0.mp4") as container:
        assert [stream.type for stream in container.streams] == ["video"]


def test_of_pictures_that_nobody_knows_it_is_said(
    source_file: str, tmp_path: Path, capfd: pytest.CaptureFixture
) -> None:
    """In words for a person, by no name of an error of ours."""
    source = renamed(source_file, tmp_path / "source.mkv", b"V_MPEG4/ISO/AVC", b"V_MPEG4/ISO/XYZ")
    film.film(job(url=str(source), demuxer="matroska", pattern=f"{tmp_path}/%d.mp4"))
    (said,) = capfd.readouterr().out.splitlines()
    assert said == "1!its pictures are in a coding that is not known, which no clip is cut from"


def renamed(source_file: str, out: Path, coding: bytes, other: bytes) -> Path:
    """Write a film as Matroska, one of its codings under another name."""
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-i", source_file, "-c", "copy", str(out)], check=True)
    assert coding in out.read_bytes()
    out.write_bytes(out.read_bytes().replace(coding, other))
    return out


@pytest.mark.parametrize(("coder", "coding"), [("mpeg4", "mpeg4"), ("libvpx", "vp8")])
def test_pictures_that_no_clip_is_cut_from_are_not_recorded_and_it_is_said(
    coder: str, coding: str, tmp_path: Path, capfd: pytest.CaptureFixture
) -> None:
    """They were kept for weeks, and refused when somebody asked for them; or ended each run by "Invalid argument"."""
    source = tmp_path / "source.mkv"
    shown = ["-f", "lavfi", "-i", "testsrc2=s=64x48:r=15:d=1", "-c:v", coder]
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", *shown, str(source)], check=True)
    film.film(job(url=str(source), demuxer="matroska", pattern=f"{tmp_path}/%d.mp4"))
    (said,) = capfd.readouterr().out.splitlines()
    assert said == f"1!its pictures are in {coding}, which no clip is cut from"
    assert not [*tmp_path.glob("*.mp4")]


def test_the_process_obeys_its_commands_and_ends_with_its_input(tmp_path: Path) -> None:
    """A run that is told to stop closes its file and says so; one that goes on is closed when nothing is asked more."""
    command = [*PROGRAM, str(os.getpid())]
    with (
        doorbell("--size", "160x120", "--gop", "4", "--report-after", "0.2") as bell,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process,
    ):
        assert process.stdin is not None
        assert process.stdout is not None

        def tell(**command: object) -> None:
            process.stdin.write(json.dumps(command).encode() + b"\n")
            process.stdin.flush()

        tell(run=9)  # of a run that there is not
        for number in (1, 2):
            job = recording_job(bell.urls[0], tmp_path / f"{number}-%06d.mp4", 0.5, 5.0)
            tell(run=number, **{**asdict(job), "options": dict(job.options)})
        seen: dict[int, list[object]] = {1: [], 2: []}
        is_asked = False
        for line in process.stdout:
            number, said = parse_line(line)
            seen[number].append(said)
            is_told = [{type(one) for one in words} >= {Closed, Reported} for words in seen.values()]
            if all(is_told) and not is_asked:
                is_asked = True
                tell(run=1)
            if isinstance(said, Ended) and number == 1:
                process.stdin.close()
        assert process.wait(60) == 0
    for number, words in seen.items():
        closed = [one for one in words if isinstance(one, Closed)]
        assert closed, number
        assert any(isinstance(one, Reported) for one in words), number
        own = Ended(words="")  # its parent may find it gone before the input ends, and say so; the first word counts
        assert words[words.index(own) :] in ([own], [own, Ended(words=ENDED)]), number
        assert {one.name for one in closed} == {path.name for path in tmp_path.glob(f"{number}-*.mp4")}


def test_the_process_of_a_parent_that_is_gone_ends_at_once() -> None:
    """Nobody would stop it."""
    assert subprocess.run([*PROGRAM, "1"], stdin=subprocess.DEVNULL, check=False).returncode == 1
